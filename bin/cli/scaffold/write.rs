//! Writing the crate: all of it, or nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sms_framework::{Error, ErrorKind};

use super::template::File;

/// Writes every file under `dir`. Where one cannot be written, what was made before it is removed.
pub(super) fn all(dir: &Path, files: &[File]) -> Result<(), Error> {
    let mut made = Undone::default();
    for (path, text) in files {
        let path = dir.join(path);
        made.file(&path, text).map_err(|error| {
            let message = format!("cannot write {}: {error}", path.display());
            Error::new(ErrorKind::Config, message).with_help(
                "nothing was left behind; choose a place that takes it with `--dir PATH`",
            )
        })?;
    }
    made.keep();
    Ok(())
}

/// What was made, and is removed again unless it is kept.
#[derive(Default)]
struct Undone {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Undone {
    /// Writes a file that is not there yet, in folders that may not be there yet.
    fn file(&mut self, path: &Path, text: &str) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            self.folder(folder)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes())
    }

    fn folder(&mut self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        if let Some(around) = path.parent() {
            self.folder(around)?;
        }
        fs::create_dir(path)?;
        self.folders.push(path.to_owned());
        Ok(())
    }

    fn keep(mut self) {
        self.folders.clear();
        self.files.clear();
    }
}

impl Drop for Undone {
    fn drop(&mut self) {
        // What cannot be removed either is told by the error of the write.
        for file in &self.files {
            let _gone = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _gone = fs::remove_dir(folder);
        }
    }
}
