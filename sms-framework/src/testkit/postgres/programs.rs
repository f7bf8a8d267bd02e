//! Finding PostgreSQL's programs, and running them as somebody who may.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where the programs are, and as whom they run.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    folder: PathBuf,
    /// A user who is not root: `initdb` and the server refuse to run as root.
    pub(super) owner: Option<Owner>,
}

/// A user of the system.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner {
    pub(super) user: u32,
    pub(super) group: u32,
}

impl Programs {
    /// The programs, installed first where there are none; or why there are none.
    pub(super) fn find() -> Result<Self, String> {
        let is_root = is_root()?;
        let folder = match installed() {
            Some(folder) => folder,
            None if is_root => {
                install()?;
                installed().ok_or("the package postgresql brought no initdb")?
            }
            None => return Err("this machine has no initdb and pg_ctl".to_owned()),
        };
        let owner = if is_root { Some(unprivileged()?) } else { None };
        Ok(Self { folder, owner })
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    /// Any program, run as the server's user in a folder that this user may enter.
    pub(super) fn command(&self, program: impl AsRef<Path>, folder: &Path) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .current_dir(folder)
            .env("LC_ALL", "C")
            .env_remove("PGDATA")
            .env_remove("PGPORT")
            .stdin(Stdio::null());
        if let Some(owner) = self.owner {
            command.uid(owner.user).gid(owner.group);
        }
        command
    }
}

/// What a program printed, or why it failed, with what it printed.
pub(super) fn finish(command: &mut Command) -> Result<String, String> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{shown} cannot be run: {error}"))?;
    let said = said(&output);
    if output.status.success() {
        Ok(said)
    } else {
        Err(format!("{shown} failed ({}):\n{said}", output.status))
    }
}

fn said(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    format!("{out}{err}")
}

/// Says on the error stream, past the capture of the test's output, that nothing was tested.
pub(super) fn absent(why: &str) {
    let required = std::env::var("SMS_REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
    assert!(!required, "there is no PostgreSQL to test against: {why}");
    let _shown = writeln!(
        std::io::stderr(),
        "\n*** NOT TESTED against PostgreSQL: {why}\n"
    );
}

/// The folder with the programs: of the search path, of Debian's newest version, of `pg_config`.
fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find_map(|folder| complete(&folder));
    on_path.or_else(newest_of_debian).or_else(of_pg_config)
}

/// The real folder of the programs, where links stand for them.
fn complete(folder: &Path) -> Option<PathBuf> {
    let real = folder.join("initdb").canonicalize().ok()?;
    let folder = real.parent()?;
    ["initdb", "pg_ctl", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
        .then(|| folder.to_owned())
}

fn newest_of_debian() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let version = |folder: &PathBuf| -> Option<u32> { folder.file_name()?.to_str()?.parse().ok() };
    versions
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| complete(&folder.join("bin")).is_some())
        .max_by_key(version)
        .map(|folder| folder.join("bin"))
}

fn of_pg_config() -> Option<PathBuf> {
    let folder = finish(Command::new("pg_config").arg("--bindir")).ok()?;
    complete(Path::new(folder.trim()))
}

fn install() -> Result<(), String> {
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command
            .args(["-o", "DPkg::Lock::Timeout=300"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null());
        finish(&mut command)
    };
    // The lists may be old or missing; where they cannot be had, what is there may still do.
    let listed = apt(&["update"]);
    apt(&["install", "-y", "--no-install-recommends", "postgresql"])
        .map(drop)
        .map_err(|why| match listed {
            Ok(_) => why,
            Err(earlier) => format!("{earlier}\n{why}"),
        })
}

fn is_root() -> Result<bool, String> {
    let me = std::fs::metadata("/proc/self").map(|process| process.uid());
    match me {
        Ok(user) => Ok(user == 0),
        Err(_) => finish(Command::new("id").arg("-u")).map(|id| id.trim() == "0"),
    }
}

/// The user `postgres`, or `nobody`.
fn unprivileged() -> Result<Owner, String> {
    let users = std::fs::read_to_string("/etc/passwd")
        .map_err(|error| format!("/etc/passwd cannot be read: {error}"))?;
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(name)).then_some(())?;
            Some(Owner {
                user: fields.nth(1)?.parse().ok()?,
                group: fields.next()?.parse().ok()?,
            })
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .ok_or_else(|| "there is no user but root, as whom PostgreSQL does not run".to_owned())
}
