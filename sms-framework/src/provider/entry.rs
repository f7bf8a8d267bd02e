//! The record by which a provider registers itself.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use figment::Figment;
use serde::de::DeserializeOwned;

use super::{Capabilities, Code, ConfigKey, DynProvider, Provider};
use crate::error::{Certainty, Error, ErrorKind};

/// What a provider crate says about itself, once, as constants.
///
/// # Examples
/// ```
/// use async_trait::async_trait;
/// use serde::Deserialize;
/// use sms_framework::provider::{Capabilities, ConfigKey, KeyType, Lookup, Plugin, Provider};
/// use sms_framework::{Acceptance, Error, Outbound, Sender};
///
/// #[derive(Debug)]
/// struct Pigeon { loft: String }
///
/// #[derive(Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct PigeonConfig { loft: String }
///
/// impl Plugin for Pigeon {
///     const KIND: &'static str = "pigeon";
///     const SUMMARY: &'static str = "Carrier pigeons, for the patient";
///     const KEYS: &'static [ConfigKey] =
///         &[ConfigKey::new("loft", KeyType::Text, "Where they start.").sample("\"north\"")];
///     const CREDENTIALS: &'static [&'static [&'static str]] = &[&["loft"]];
///     const CAPABILITIES: Capabilities = Capabilities::new();
///     type Config = PigeonConfig;
///
///     fn build(_id: &str, config: PigeonConfig) -> Result<Self, Error> {
///         Ok(Self { loft: config.loft })
///     }
/// }
///
/// #[async_trait]
/// impl Provider for Pigeon {
///     async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
///         Ok(Acceptance::new(format!("{}-{}", self.loft, message.id())))
///     }
///     fn capabilities(&self) -> Capabilities { Self::CAPABILITIES }
///     fn default_sender(&self) -> Option<Sender> { None }
///     fn lookup(&self) -> Option<&dyn Lookup> { None }
/// }
///
/// sms_framework::register_provider!(Pigeon);
/// # fn main() { assert_eq!(ENTRY.kind, "pigeon"); }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not describe itself as a provider plugin",
    label = "not a `Plugin`",
    note = "implement `sms_framework::provider::Plugin` for it: KIND, SUMMARY, KEYS, CREDENTIALS, CAPABILITIES, Config and build"
)]
pub trait Plugin: Provider + Sized {
    /// The name people write in `provider = "…"` or `kind = "…"`: lower snake case, the vendor's noun.
    const KIND: &'static str;
    /// One line for `sms providers`.
    const SUMMARY: &'static str;
    /// Every key of its table, in the order a person would fill them in.
    const KEYS: &'static [ConfigKey];
    /// What it cannot start without: at least one of these sets must be complete.
    /// An empty slice means that it needs nothing.
    const CREDENTIALS: &'static [&'static [&'static str]];
    /// What it can do at most: a [`Provider`] may do less as it is configured, never more.
    const CAPABILITIES: Capabilities;
    /// The vendor's error codes, each with its class, its certainty and its source.
    const CODES: &'static [Code] = &[];
    /// Its table, typed; use `#[serde(deny_unknown_fields)]` and `default`s.
    type Config: DeserializeOwned;

    /// Builds the provider from its table. `id` is the table's name in the configuration.
    ///
    /// # Errors
    /// What is wrong with the values, in one sentence that names the key.
    fn build(id: &str, config: Self::Config) -> Result<Self, Error>;
}

/// Why a provider could not be built from its table.
#[derive(Debug)]
pub enum BuildError {
    /// The table does not fit the provider's config type.
    Table(Box<figment::Error>),
    /// The provider refused the values.
    Refused(Error),
}

/// The registration record of a provider: plain data and one function pointer.
///
/// [`register_provider!`](crate::register_provider) makes it and exports it as `ENTRY`, so that a
/// [`Registry`](super::Registry) can also be filled by hand where link-time registration cannot work.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ProviderEntry {
    /// The kind, such as `twilio`.
    pub kind: &'static str,
    /// One line of what it is.
    pub summary: &'static str,
    /// The keys of its table.
    pub keys: &'static [ConfigKey],
    /// The sets of keys of which one must be complete.
    pub credentials: &'static [&'static [&'static str]],
    /// What it can do at most.
    pub capabilities: Capabilities,
    /// The vendor's error codes.
    pub codes: &'static [Code],
    build: fn(&str, &Figment) -> Result<DynProvider, BuildError>,
}

impl ProviderEntry {
    /// The record of a plugin.
    #[must_use]
    pub const fn of<P: Plugin>() -> Self {
        Self {
            kind: P::KIND,
            summary: P::SUMMARY,
            keys: P::KEYS,
            credentials: P::CREDENTIALS,
            capabilities: P::CAPABILITIES,
            codes: P::CODES,
            build: build::<P>,
        }
    }

    /// Builds the provider from a figment focused on its table.
    ///
    /// # Errors
    /// The table does not fit, or the provider refuses its values.
    pub fn build(&self, id: &str, table: &Figment) -> Result<DynProvider, BuildError> {
        (self.build)(id, table)
    }

    /// The key of that name, or the [tree](super::KeyType::Tree) that it stands in.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static ConfigKey> {
        self.keys.iter().find(|key| key.covers(name))
    }
}

fn build<P: Plugin>(id: &str, table: &Figment) -> Result<DynProvider, BuildError> {
    // Text stays text and "8080" may still become a number: values from variables are all text.
    let config = table
        .extract_lossy()
        .map_err(|error| BuildError::Table(Box::new(error)))?;
    let build = AssertUnwindSafe(|| P::build(id, config));
    let built = catch_unwind(build).unwrap_or_else(|_panic| {
        let message = format!(
            "the provider plugin `{}` panicked while it was built",
            P::KIND
        );
        Err(Error::new(ErrorKind::ProviderFault, message).with_certainty(Certainty::NotSent))
    });
    Ok(Arc::new(built.map_err(BuildError::Refused)?))
}

impl fmt::Debug for ProviderEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderEntry")
            .field("kind", &self.kind)
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}

inventory::collect!(ProviderEntry);

/// Registers a [`Plugin`](crate::provider::Plugin) with every program that links its crate, and exports its
/// record as `pub const ENTRY`.
///
/// A crate that is only depended on and never named is dropped by the linker: the final program
/// writes `use sms_provider_x as _;` once.
#[macro_export]
macro_rules! register_provider {
    ($plugin:ty) => {
        /// The registration record of this provider, for a registry filled by hand.
        pub const ENTRY: $crate::provider::ProviderEntry =
            $crate::provider::ProviderEntry::of::<$plugin>();
        $crate::__inventory::submit! { ENTRY }
    };
}
