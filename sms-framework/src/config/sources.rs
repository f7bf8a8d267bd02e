//! Where configuration is read from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use super::Settings;
use crate::error::Error;
use crate::provider::Registry;

/// Where configuration is read from: a folder, files, text, variables.
///
/// Later layers win: built-in defaults, `default.toml` of the folder, `<environment>.toml` of the
/// folder, single files, text, the providers' own variables (such as `TWILIO_ACCOUNT_SID`), and
/// last `SMS_…` variables: `SMS_RATE_LIMIT__BURST` sets `rate_limit.burst`.
///
/// # Examples
/// ```
/// use sms_framework::config::Sources;
/// use sms_framework::provider::Registry;
///
/// let settings = Sources::new()
///     .toml("rate_limit.burst = 5")
///     .variable("SMS_RATE_LIMIT__RATE", "2.5")
///     .load_with(&Registry::new())?;
/// assert_eq!(settings.stack().rate_limit.burst, 5);
/// assert_eq!(settings.stack().rate_limit.rate, 2.5);
/// # Ok::<_, sms_framework::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Sources {
    pub(super) folder: Option<Folder>,
    pub(super) files: Vec<PathBuf>,
    pub(super) texts: Vec<String>,
    pub(super) variables: BTreeMap<String, OsString>,
}

#[derive(Debug, Clone)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Somebody named it: then it has to be there.
    pub(super) named: bool,
}

impl Sources {
    /// Nothing but the built-in defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What a program reads by itself: the folder `config` in the working directory, if it is
    /// there, and the variables of the process. `SMS_CONFIG` names another folder, or one file.
    #[must_use]
    pub fn from_env() -> Self {
        let mut sources = Self::new().process_variables();
        match sources
            .variables
            .get("SMS_CONFIG")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
        {
            Some(path) => sources.path(path),
            None => {
                sources.folder = Some(Folder {
                    path: PathBuf::from("config"),
                    named: false,
                });
                sources
            }
        }
    }

    /// Adds a folder or a file, whichever is at `path`; it replaces a folder named before.
    #[must_use]
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        if path.is_dir() || (!path.is_file() && path.extension().is_none()) {
            self.folder = Some(Folder { path, named: true });
        } else {
            self.folder = None;
            self.files.push(path);
        }
        self
    }

    /// Adds a TOML file, which has to be there.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.files.push(path.into());
        self
    }

    /// Adds TOML text, such as what a program carries in itself.
    #[must_use]
    pub fn toml(mut self, text: impl Into<String>) -> Self {
        self.texts.push(text.into());
        self
    }

    /// Adds one variable, as if it were in the environment; an empty one counts as unset.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Adds the variables of this process.
    #[must_use]
    pub fn process_variables(mut self) -> Self {
        let named =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        self.variables.extend(named);
        self
    }

    /// Reads everything and checks it against the providers linked into this program.
    ///
    /// # Errors
    /// `CONFIG`: every problem found, each in one sentence with its origin.
    pub fn load(self) -> Result<Settings, Error> {
        self.load_with(&Registry::linked()?)
    }

    /// Reads everything and checks it against the providers of `registry`.
    ///
    /// # Errors
    /// `CONFIG`: every problem found, each in one sentence with its origin.
    pub fn load_with(self, registry: &Registry) -> Result<Settings, Error> {
        super::load::load(self, registry)
    }
}

/// Names the variables without their values: they hold secrets.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("folder", &self.folder)
            .field("files", &self.files)
            .field("texts", &self.texts.len())
            .field("variables", &self.variables.len())
            .finish()
    }
}
