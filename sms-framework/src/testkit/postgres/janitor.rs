//! Takes the server and its folder away when the test's process has ended, in whatever way.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::programs::Programs;

/// A folder, a process that stops the server once nobody holds the other end of its input, and one that
/// takes the folder away after that: the server's user may not, where the folder around it is ours alone.
///
/// They are of process groups of their own: what ends the tests does not end them.
#[derive(Debug)]
pub(super) struct Janitor {
    folder: PathBuf,
    stopping: Child,
    removing: Child,
}

const STOP: &str = r#"
trap "" INT TERM HUP
while read -r _; do :; done
"$1" stop -D "$2/data" -m immediate -w >/dev/null
"#;

const REMOVE: &str = r#"
trap "" INT TERM HUP
while read -r _; do :; done
rm -rf "$1"
"#;

impl Janitor {
    pub(super) fn start(programs: &Programs) -> Result<Self, String> {
        let folder = make_folder(programs)?;
        let mut stopping = programs
            .command("/bin/sh", &folder)
            .args(["-c", STOP, "sh"])
            .arg(programs.path("pg_ctl"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(no_shell)?;
        // Its output says nothing, and ends when it does.
        let stopped = stopping.stdout.take().map_or_else(Stdio::null, Stdio::from);
        let removing = Command::new("/bin/sh")
            .current_dir("/")
            .args(["-c", REMOVE, "sh"])
            .arg(&folder)
            .stdin(stopped)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(no_shell)?;
        Ok(Self {
            folder,
            stopping,
            removing,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

fn no_shell(error: std::io::Error) -> String {
    format!("/bin/sh cannot be run: {error}")
}

/// Waits until all is gone.
impl Drop for Janitor {
    fn drop(&mut self) {
        drop(self.stopping.stdin.take());
        let _ = self.stopping.wait();
        let _ = self.removing.wait();
    }
}

fn make_folder(programs: &Programs) -> Result<PathBuf, String> {
    let name = format!(
        "sms-postgres-{}-{:08x}",
        std::process::id(),
        fastrand::u32(..)
    );
    let folder = std::env::temp_dir().join(name);
    let failed = |error: std::io::Error| format!("`{}`: {error}", folder.display());
    DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .map_err(failed)?;
    if let Some(owner) = programs.owner {
        std::os::unix::fs::chown(&folder, Some(owner.user), Some(owner.group)).map_err(failed)?;
    }
    Ok(folder)
}
