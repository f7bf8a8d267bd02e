//! Takes the server and its folder away when the test's process has ended, in whatever way.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use super::programs::Programs;

/// A folder, and a process that waits until nobody holds the other end of its input.
///
/// It is of a process group of its own: what ends the tests does not end it.
#[derive(Debug)]
pub(super) struct Janitor {
    folder: PathBuf,
    process: Child,
}

const SCRIPT: &str = r#"
trap "" INT TERM HUP
while read -r _; do :; done
"$1" stop -D "$2/data" -m immediate -w
cd /
rm -rf "$2"
"#;

impl Janitor {
    pub(super) fn start(programs: &Programs) -> Result<Self, String> {
        let folder = make_folder(programs)?;
        let process = programs
            .command("/bin/sh", &folder)
            .args(["-c", SCRIPT, "sh"])
            .arg(programs.path("pg_ctl"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("/bin/sh cannot be run: {error}"))?;
        Ok(Self { folder, process })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Waits until all is gone.
impl Drop for Janitor {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
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
