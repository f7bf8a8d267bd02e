//! Where the crate goes, and what it depends on there.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use sms_framework::{Error, ErrorKind};
use toml_edit::ImDocument;

use super::kind::Kind;

/// The place of the new crate.
#[derive(Debug)]
pub(super) struct Place {
    /// Its folder, which is empty or not there yet.
    pub(super) dir: PathBuf,
    pub(super) home: Home,
}

/// What is around the new crate.
#[derive(Debug)]
pub(super) enum Home {
    /// The workspace of sms-framework, of which it becomes a member.
    Member { root: PathBuf },
    /// Anything else.
    Alone {
        /// The path of sms-framework, as its manifest is to write it.
        framework: Option<String>,
        /// A workspace that it lies in.
        around: Option<PathBuf>,
    },
}

impl Place {
    /// `dir` and `framework` as they were asked for.
    pub(super) fn find(
        kind: &Kind,
        dir: Option<&Path>,
        framework: Option<&Path>,
    ) -> Result<Self, Error> {
        let here = std::env::current_dir().map_err(|error| {
            let message = format!("the working directory cannot be used: {error}");
            Error::new(ErrorKind::Config, message).with_help("change to another one")
        })?;
        let dir = match (dir, home(&here)) {
            (Some(dir), _) => here.join(dir),
            (None, Some(root)) if framework.is_none() => root.join("providers").join(&kind.name),
            (None, _) => here.join(kind.crate_name()),
        };
        let dir = real(&dir);
        vacant(&dir)?;
        let home = match (framework, member_of(&dir)) {
            (None, Some(root)) => Home::Member { root },
            (framework, _) => Home::Alone {
                framework: framework
                    .map(|path| framework_path(path, &here, &dir))
                    .transpose()?,
                around: around(&dir),
            },
        };
        Ok(Self { dir, home })
    }
}

/// Nothing that is there is written over.
fn vacant(dir: &Path) -> Result<(), Error> {
    let refused = |what: &str| {
        let message = format!("{} {what}", shown(dir));
        let help = "choose another place with `--dir PATH`, or make room there";
        Err(Error::new(ErrorKind::Config, message).with_help(help))
    };
    match fs::read_dir(dir) {
        Ok(entries) => match entries.count() {
            0 => Ok(()),
            _ => refused("exists and is not empty"),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) if dir.is_file() => refused("is a file"),
        Err(error) => refused(&format!("cannot be used: {error}")),
    }
}

/// The workspace of sms-framework around `here`.
fn home(here: &Path) -> Option<PathBuf> {
    let mut folders = here.ancestors();
    folders
        .find(|folder| is_home(folder))
        .map(Path::to_path_buf)
}

/// The workspace of sms-framework whose providers' folder holds `dir`.
fn member_of(dir: &Path) -> Option<PathBuf> {
    let providers = dir.parent()?;
    let root = providers.parent()?;
    (providers.ends_with("providers") && is_home(root)).then(|| root.to_owned())
}

/// A manifest that takes every folder of `providers` for a member, and sms-framework by path.
fn is_home(folder: &Path) -> bool {
    let has = |manifest: &ImDocument<String>| {
        let workspace = manifest.get("workspace")?;
        let members = workspace.get("members")?.as_array()?;
        let framework = workspace.get("dependencies")?.get("sms-framework")?;
        framework.get("path")?;
        members
            .iter()
            .any(|member| member.as_str() == Some("providers/*"))
            .then_some(())
    };
    folder.join("providers").is_dir() && manifest(folder).as_ref().and_then(has).is_some()
}

/// The nearest workspace that `dir` lies in: cargo will ask for the crate there.
fn around(dir: &Path) -> Option<PathBuf> {
    let mut folders = dir.ancestors().skip(1);
    let is_workspace = |folder: &&Path| {
        let manifest = manifest(folder);
        manifest.is_some_and(|manifest| manifest.contains_key("workspace"))
    };
    folders.find(is_workspace).map(Path::to_path_buf)
}

fn manifest(folder: &Path) -> Option<ImDocument<String>> {
    let text = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    ImDocument::parse(text).ok()
}

/// The path of sms-framework as the manifest in `dir` writes it: relative where it was given so.
fn framework_path(given: &Path, here: &Path, dir: &Path) -> Result<String, Error> {
    let is_framework = |folder: &PathBuf| {
        let manifest = manifest(folder);
        let name = manifest
            .as_ref()
            .and_then(|manifest| manifest.get("package")?.get("name")?.as_str());
        name == Some("sms-framework")
    };
    let given_folder = real(&here.join(given));
    // A checkout holds it under its own name.
    let folder = [given_folder.clone(), given_folder.join("sms-framework")]
        .into_iter()
        .find(is_framework)
        .ok_or_else(|| {
            let message = format!("{} holds no sms-framework", given.display());
            let help =
                "give `--framework` the folder of a checkout, or the folder sms-framework in it";
            Error::new(ErrorKind::Config, message).with_help(help)
        })?;
    let path = if given.is_absolute() {
        folder
    } else {
        relative(dir, &folder)
    };
    path.to_str()
        .map(|path| path.replace('\\', "/"))
        .ok_or_else(|| {
            let message = format!("the path {} is not UTF-8", path.display());
            let help = "cargo's manifests cannot name it: move one of the two";
            Error::new(ErrorKind::Config, message).with_help(help)
        })
}

/// The way from one absolute folder to another; `to` itself where they have nothing in common.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let common = from
        .components()
        .zip(to.components())
        .take_while(|(one, other)| one == other)
        .count();
    if common == 0 {
        return to.to_owned();
    }
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    up.chain(to.components().skip(common)).collect()
}

/// The path without links and dots, as far as it exists.
fn real(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(real), _, _) => real,
        (Err(_), Some(parent), Some(name)) => real(parent).join(name),
        (Err(_), _, _) => path.to_owned(),
    }
}

/// The path from the working directory, where it lies in it.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    let inside = here.ok().and_then(|here| path.strip_prefix(here).ok());
    match inside {
        Some(inside) if inside.as_os_str().is_empty() => ".".to_owned(),
        Some(inside) => inside.display().to_string(),
        None => path.display().to_string(),
    }
}
