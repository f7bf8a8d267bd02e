//! The providers a program can choose from.

use std::collections::BTreeMap;

use super::ProviderEntry;
use crate::error::{Error, ErrorKind};
use crate::nearest::nearest;

/// The providers a program can choose from, by kind.
///
/// # Examples
/// ```
/// use sms_framework::provider::Registry;
///
/// let registry = Registry::new();
/// let error = registry.get("twilio").unwrap_err();
/// assert!(error.help().unwrap().contains("use sms_provider_twilio as _;"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Registry(BTreeMap<&'static str, ProviderEntry>);

impl Registry {
    /// An empty registry, to be filled by hand with each crate's `ENTRY`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every provider linked into this program.
    ///
    /// # Errors
    /// Two linked crates register the same kind.
    pub fn linked() -> Result<Self, Error> {
        inventory::iter::<ProviderEntry>
            .into_iter()
            .try_fold(Self::new(), |all, entry| all.with(*entry))
    }

    /// The same with one more provider.
    ///
    /// # Errors
    /// The kind is taken.
    pub fn with(mut self, entry: ProviderEntry) -> Result<Self, Error> {
        match self.0.insert(entry.kind, entry) {
            None => Ok(self),
            Some(first) => Err(Error::new(
                ErrorKind::Config,
                format!(
                    "two linked providers are both called `{}` (\"{}\" and \"{}\")",
                    entry.kind, first.summary, entry.summary
                ),
            )
            .with_help("link only one of them: remove the other `use … as _;` line")),
        }
    }

    /// The provider of that kind.
    ///
    /// # Errors
    /// It is not linked: the error lists those that are, the nearest name, and the line to add.
    pub fn get(&self, kind: &str) -> Result<&ProviderEntry, Error> {
        self.0.get(kind).ok_or_else(|| self.unknown(kind))
    }

    /// All of them, by kind.
    pub fn iter(&self) -> impl Iterator<Item = &ProviderEntry> {
        self.0.values()
    }

    /// The kinds, sorted.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    fn unknown(&self, kind: &str) -> Error {
        let linked = if self.0.is_empty() {
            "none".to_owned()
        } else {
            self.kinds().join(", ")
        };
        let line = format!("use sms_provider_{} as _;", kind.replace('-', "_"));
        let help = match nearest(kind, self.0.keys().copied()) {
            Some(near) => format!(
                "did you mean `{near}`? A provider that exists but is not linked needs its crate in \
                 Cargo.toml and `{line}` in the program; a table of another name says its `kind = \"…\"`"
            ),
            None => format!(
                "add its crate to Cargo.toml and the line `{line}` to the program; a table of another \
                 name says its `kind = \"…\"`"
            ),
        };
        Error::new(
            ErrorKind::Config,
            format!(
                "no provider of kind `{kind}` is linked into this program (sms-framework {}); linked: {linked}",
                env!("CARGO_PKG_VERSION")
            ),
        )
        .with_help(help)
    }
}
