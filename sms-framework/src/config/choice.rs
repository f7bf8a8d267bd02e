//! Which provider is used, and why.

use figment::Figment;
use figment::value::{Dict, Value};
use serde::Serialize;

use super::keys::STACK_SECTIONS;
use super::routes::providers_of;
use super::variables::name_of;
use super::{Settings, layer::Layer};
use crate::error::{Error, ErrorKind};
use crate::nearest::nearest;
use crate::provider::{BuildError, DynProvider, KeyType, ProviderEntry, Registry};

/// The kind that takes over where the chosen provider cannot be used.
pub const MOCK: &str = "mock";

/// What stands for the kind of a route.
pub const ROUTE: &str = "route";

/// The provider, or the route, that the configuration picks, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Its id: the name of its table, or of the route.
    pub provider: String,
    /// Its kind; `route` for a route.
    pub kind: String,
    /// Why this one, in a sentence for a log line.
    pub reason: String,
}

impl Choice {
    /// What it is, with its name: for a log line.
    pub(crate) fn named(&self) -> String {
        let what = if self.kind == ROUTE {
            "route"
        } else {
            "provider"
        };
        format!("{what} `{}`", self.provider)
    }
}

impl Settings {
    /// Picks the provider: `USE_MOCKS=true` → the mock; `USE_MOCKS=false` → the configured one, or
    /// `twilio` where none is; unset → the configured one, or the mock.
    ///
    /// # Errors
    /// `CONFIG`: the configured provider is neither a table nor a linked kind.
    pub fn choose(&self, registry: &Registry) -> Result<Choice, Error> {
        let configured = self.provider.as_deref();
        let because = |what: &str| match self.use_mocks {
            Some(value) => format!("use_mocks = {value} ({}){what}", self.origin("use_mocks")),
            None => format!("USE_MOCKS is not set{what}"),
        };
        let set = || {
            format!(
                " and provider = \"{}\" ({})",
                configured.unwrap_or_default(),
                self.origin("provider")
            )
        };
        let (id, reason) = match (self.use_mocks, configured) {
            (Some(true), _) => (MOCK, because("")),
            (_, Some(id)) => (id, because(&set())),
            (Some(false), None) => (
                "twilio",
                because(" and no provider is configured, so twilio"),
            ),
            (None, None) => (MOCK, because(" and no provider is configured")),
        };
        let kind = self.kind_of(id, &reason, registry)?;
        Ok(Choice {
            provider: id.to_owned(),
            kind,
            reason,
        })
    }

    fn kind_of(&self, id: &str, reason: &str, registry: &Registry) -> Result<String, Error> {
        if self.routes.contains_key(id) {
            return Ok(ROUTE.to_owned());
        }
        if let Some(kind) = self.tables.get(id) {
            // A kind that does not exist is a mistake, never a reason to fall back.
            registry.get(kind)?;
            return Ok(kind.clone());
        }
        let unlinked = match registry.get(id) {
            Ok(entry) => return Ok(entry.kind.to_owned()),
            Err(unlinked) => unlinked,
        };
        let names = self.tables.keys().chain(self.routes.keys());
        let near = nearest(id, names.map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => unlinked.help().unwrap_or_default().to_owned(),
        };
        let names = self.tables.keys().chain(self.routes.keys());
        let known: Vec<_> = names.map(String::as_str).collect();
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        let message = format!(
            "provider `{id}` is neither a table under [providers], nor a linked provider, nor a route; there are: {known}; \
             it was chosen because {reason}"
        );
        Err(Error::new(ErrorKind::Config, message).with_help(help))
    }

    /// The ids of the providers that were chosen: one, or all that a route leads to, in the order in
    /// which they are written.
    #[must_use]
    pub fn members(&self, choice: &Choice) -> Vec<String> {
        if self.routes.contains_key(&choice.provider) {
            providers_of(&self.routes, &choice.provider)
        } else {
            vec![choice.provider.clone()]
        }
    }

    /// The kind of the provider called `id`.
    #[must_use]
    pub fn kind<'a>(&'a self, id: &'a str) -> &'a str {
        self.tables.get(id).map_or(id, String::as_str)
    }

    /// Builds the provider called `id` from its own table.
    ///
    /// # Errors
    /// `CONFIG`: its kind is not linked, a credential is missing (each is named, with the variable
    /// that would set it), or it refuses its values.
    pub fn build_provider(&self, id: &str, registry: &Registry) -> Result<DynProvider, Error> {
        let entry = registry.get(self.kind(id))?;
        let table = self.table(id);
        let aliases_apply = self
            .aliased
            .get(entry.kind)
            .is_some_and(|table| table == id);
        if let Some(missing) = missing(entry, id, &table, aliases_apply) {
            return Err(missing);
        }
        let figment = Figment::from(Layer::file(id, table));
        entry.build(id, &figment).map_err(|error| match error {
            BuildError::Refused(error) => self.located(entry, id, error.with_provider(id)),
            BuildError::Table(error) => self.misfit(id, &error),
        })
    }

    /// A provider's own table: without the keys that are the framework's.
    fn table(&self, id: &str) -> Dict {
        let Ok(Value::Dict(_, mut table)) = self.figment.find_value(&format!("providers.{id}"))
        else {
            return Dict::new();
        };
        table.retain(|name, _| name != "kind" && !STACK_SECTIONS.contains(&name.as_str()));
        table
    }

    /// A provider's refusal, with the origin of the key that it names.
    fn located(&self, entry: &ProviderEntry, id: &str, error: Error) -> Error {
        let message = error.message();
        let named = entry.keys.iter().find(|key| {
            [
                key.name.to_owned(),
                format!("providers.{id}.{}", key.name),
                format!("providers.{}.{}", entry.kind, key.name),
            ]
            .iter()
            .any(|name| message.contains(&format!("`{name}`")))
        });
        // A key in a tree may be missing there, or stand in a list: the tree is set.
        let in_tree = quoted_path(message, id).filter(|path| {
            let name = path.splitn(3, '.').nth(2).unwrap_or_default();
            let tree = entry.key(name).filter(|key| key.name != name);
            tree.is_some_and(|tree| self.is_set(&format!("providers.{id}.{}", tree.name)))
        });
        let named = named
            .map(|key| format!("providers.{id}.{}", key.name))
            .filter(|path| self.is_set(path));
        match in_tree.or(named) {
            Some(path) => {
                let message = format!("{message} ({})", self.origin_around(&path));
                error.with_message(message)
            }
            None => error,
        }
    }

    /// Never prints the value: it may be a secret.
    fn misfit(&self, id: &str, error: &figment::Error) -> Error {
        let mut path = format!("providers.{id}");
        for part in &error.path {
            path.push('.');
            path.push_str(part);
        }
        let what = match &error.kind {
            figment::error::Kind::InvalidType(_, expected)
            | figment::error::Kind::InvalidValue(_, expected) => {
                format!("takes {expected}")
            }
            figment::error::Kind::MissingField(name) => format!("lacks `{name}`"),
            figment::error::Kind::UnknownField(name, _) => format!("has no key `{name}`"),
            figment::error::Kind::Message(message) => message.clone(),
            _ => "does not fit".to_owned(),
        };
        Error::new(
            ErrorKind::Config,
            format!("`{path}` {what} ({})", self.origin(&path)),
        )
    }
}

/// The dotted key of the table `id` that a message names in backticks.
fn quoted_path(message: &str, id: &str) -> Option<String> {
    let prefix = format!("providers.{id}.");
    let mut quoted = message.split('`').skip(1).step_by(2);
    quoted
        .find(|quoted| quoted.starts_with(&prefix))
        .map(str::to_owned)
}

/// Names every missing key of the set that lacks least, with the variables that would set it.
fn missing(entry: &ProviderEntry, id: &str, table: &Dict, aliases_apply: bool) -> Option<Error> {
    let lacking = |set: &&[&'static str]| {
        set.iter()
            .copied()
            .filter(|name| !table.contains_key(*name))
            .collect::<Vec<_>>()
    };
    // Of two sets that lack as much, the one that somebody began to fill is meant.
    let effort = |set: &&&[&'static str]| {
        let lacks = lacking(set).len();
        (lacks, std::cmp::Reverse(set.len() - lacks))
    };
    let least = lacking(entry.credentials.iter().min_by_key(effort)?);
    if least.is_empty() {
        return None;
    }
    let named: Vec<_> = least
        .iter()
        .map(|name| {
            if entry
                .key(name)
                .is_some_and(|key| key.ty == KeyType::Tree && !key.secret)
            {
                return format!("the table `providers.{id}.{name}`");
            }
            let variable = name_of(&format!("providers.{id}.{name}"));
            let alias = entry.key(name).and_then(|key| key.env.first());
            match alias.filter(|_| aliases_apply) {
                Some(alias) => format!("`providers.{id}.{name}` (set {alias} or {variable})"),
                None => format!("`providers.{id}.{name}` (set {variable})"),
            }
        })
        .collect();
    let other: Vec<_> = entry
        .credentials
        .iter()
        .map(|set| set.join(" + "))
        .collect();
    let error = Error::new(
        ErrorKind::Config,
        format!("provider `{id}` lacks {}", named.join(" and ")),
    );
    Some(if other.len() > 1 {
        error.with_help(format!(
            "{} needs one of: {}",
            entry.kind,
            other.join(", or ")
        ))
    } else {
        error
    })
}
