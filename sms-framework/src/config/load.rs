//! From sources to settings: read, check, merge, type.

use std::collections::BTreeMap;

use figment::Figment;
use figment::value::Value;
use serde::de::DeserializeOwned;

use super::catalog::Catalog;
use super::files::{self, Texts};
use super::keys::STACK_SECTIONS;
use super::layer::Layer;
use super::sources::Sources;
use super::{
    SenderSettings, Settings, StackSettings, check, limits, message_types, routes, variables,
};
use crate::error::{Error, ErrorKind};
use crate::provider::{Capabilities, Registry};

pub(super) fn load(sources: Sources, registry: &Registry) -> Result<Settings, Error> {
    let mut problems = Vec::new();
    let mut texts = Texts::default();
    let environment = environment(&sources, &mut problems);
    let mut layers = file_layers(&sources, environment.as_deref(), &mut texts, &mut problems);
    let catalog = Catalog::new(registry, layers.iter().map(|layer| &layer.dict));
    let variables = variables::layers(&sources.variables, &catalog, &mut problems);
    layers.extend(variables);

    // Variables may add tables or name kinds too.
    let catalog = Catalog::new(registry, layers.iter().map(|layer| &layer.dict));
    problems.extend(
        layers
            .iter()
            .flat_map(|layer| check::check(layer, &catalog, &texts)),
    );
    refuse(&problems)?;

    let figment = layers.into_iter().fold(Figment::new(), Figment::merge);
    let tables = (catalog.tables().clone(), catalog.aliased_tables());
    let mut settings = type_settings(figment, tables, texts, environment)?;
    let mut problems = limits::problems(&settings);
    problems.extend(settings.read_routes(registry));
    problems.extend(settings.read_message_types());
    refuse(&problems)?;
    Ok(settings)
}

impl Settings {
    /// Reads the routes; what is wrong with them, each with its place.
    fn read_routes(&mut self, registry: &Registry) -> Vec<String> {
        let routes = match self.figment.find_value("routes") {
            Ok(Value::Dict(_, routes)) => routes,
            _ => return Vec::new(),
        };
        let providers = self.tables.keys().map(String::as_str).collect();
        let mut problems = Vec::new();
        // What is not linked is refused for that alone.
        let can = |provider: &str| {
            let entry = registry.get(self.tables.get(provider)?).ok()?;
            Some(entry.capabilities)
        };
        let routes = routes::read(&routes, &providers, &can, &mut problems);
        self.routes = routes;
        problems
            .into_iter()
            .map(|problem| self.problem_at(problem))
            .collect()
    }

    /// Reads what differs by type of message; what is wrong with it, each with its place.
    fn read_message_types(&mut self) -> Vec<String> {
        let (unknowns, problems) = message_types::read(&self.figment);
        self.unknowns = unknowns;
        let problems = problems.into_iter();
        problems.map(|problem| self.problem_at(problem)).collect()
    }

    /// Holds the routes against what providers can do as they are configured: `can` tells that by
    /// id, and nothing of one that could not be built. A client does it at its start.
    ///
    /// # Errors
    /// `CONFIG`, with every key that asks for what nobody can do, or mixes providers that simulate
    /// with such that send.
    pub fn check_routes(&self, can: &dyn Fn(&str) -> Option<Capabilities>) -> Result<(), Error> {
        let problems: Vec<_> = routes::beyond(&self.routes, can)
            .into_iter()
            .map(|problem| self.problem_at(problem))
            .collect();
        refuse(&problems)
    }

    fn problem_at(&self, (path, what): (String, String)) -> String {
        format!("`{path}` {what} ({})", self.origin_around(&path))
    }
}

fn environment(sources: &Sources, problems: &mut Vec<String>) -> Option<String> {
    let value = sources
        .variables
        .get("ENVIRONMENT")
        .filter(|value| !value.is_empty())?;
    if value.to_str().is_none() {
        problems.push("variable ENVIRONMENT is not UTF-8 text".to_owned());
    }
    value.to_str().map(str::to_owned)
}

fn file_layers(
    sources: &Sources,
    environment: Option<&str>,
    texts: &mut Texts,
    problems: &mut Vec<String>,
) -> Vec<Layer> {
    let of_folder = sources.folder.as_ref().map_or(Ok(Vec::new()), |folder| {
        files::of_folder(folder, environment)
    });
    let folder_files = of_folder.unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    let read = folder_files
        .iter()
        .chain(&sources.files)
        .map(|path| texts.read(path))
        .collect::<Vec<_>>();
    let inline = sources.texts.iter().enumerate().map(|(at, text)| {
        let name = match at {
            0 => "the built-in TOML text".to_owned(),
            at => format!("the built-in TOML text {}", at + 1),
        };
        texts.layer(&name, text.clone())
    });
    let mut layers = Vec::new();
    for layer in read.into_iter().chain(inline) {
        match layer {
            Ok(layer) => layers.push(layer),
            Err(problem) => problems.push(problem),
        }
    }
    layers
}

fn refuse(problems: &[String]) -> Result<(), Error> {
    let message = match problems {
        [] => return Ok(()),
        [only] => only.clone(),
        several => format!(
            "{} problems in the configuration:\n  - {}",
            several.len(),
            several.join("\n  - ")
        ),
    };
    Err(Error::new(ErrorKind::Config, message))
}

fn type_settings(
    figment: Figment,
    (tables, aliased): (BTreeMap<String, String>, BTreeMap<String, String>),
    texts: Texts,
    environment: Option<String>,
) -> Result<Settings, Error> {
    let optional = |key: &str| {
        figment
            .find_value(key)
            .ok()
            .and_then(|value| value.into_string())
    };
    let use_mocks = optional("use_mocks").map(|text| is_true(&text));
    let use_mocks = use_mocks.or_else(|| figment.find_value("use_mocks").ok()?.to_bool());
    Ok(Settings {
        environment: environment.unwrap_or_else(|| files::DEFAULT_ENVIRONMENT.to_owned()),
        provider: optional("provider"),
        use_mocks,
        fallback: match figment.find_value("fallback") {
            Ok(value) => value.deserialize().map_err(untypable)?,
            Err(_) => super::Fallback::default(),
        },
        stack: stack(&figment, None)?,
        stacks: tables
            .keys()
            .map(|id| Ok((id.clone(), stack(&figment, Some(id))?)))
            .collect::<Result<_, Error>>()?,
        database: section(&figment, "database", None)?,
        queue: section(&figment, "queue", None)?,
        retention: section(&figment, "retention", None)?,
        unknowns: BTreeMap::new(),
        broadcast: section(&figment, "broadcast", None)?,
        templates: section(&figment, "templates", None)?,
        routes: BTreeMap::new(),
        tables,
        aliased,
        texts,
        figment,
    })
}

fn is_true(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "true" | "yes" | "on" | "1")
}

fn stack(figment: &Figment, id: Option<&str>) -> Result<StackSettings, Error> {
    debug_assert_eq!(STACK_SECTIONS.len(), 7, "each section is read below");
    Ok(StackSettings {
        validate: section(figment, "validate", id)?,
        rate_limit: section(figment, "rate_limit", id)?,
        retry: section(figment, "retry", id)?,
        send: section(figment, "send", id)?,
        log: section(figment, "log", id)?,
        health: section(figment, "health", id)?,
        senders: senders(figment, id)?,
    })
}

/// A provider's own senders stand alone, for numbers belong to accounts.
fn senders(figment: &Figment, id: Option<&str>) -> Result<SenderSettings, Error> {
    let own = id.map(|id| format!("providers.{id}.senders"));
    match own.filter(|own| figment.find_value(own).is_ok()) {
        Some(own) => figment.focus(&own).extract_lossy().map_err(untypable),
        None => section(figment, "senders", None),
    }
}

/// A section of the framework, with a provider's own values over the global ones.
fn section<T: DeserializeOwned>(
    figment: &Figment,
    name: &str,
    id: Option<&str>,
) -> Result<T, Error> {
    let mut table = figment.focus(name);
    if let Some(id) = id {
        table = table.merge(figment.focus(&format!("providers.{id}.{name}")));
    }
    table.extract_lossy().map_err(untypable)
}

/// The check before this lets nothing through that cannot be typed; numbers can still be too large.
fn untypable(error: figment::Error) -> Error {
    let origin = error
        .metadata
        .as_ref()
        .map_or("the configuration", |metadata| metadata.name.as_ref());
    let expected = match &error.kind {
        figment::error::Kind::InvalidType(_, expected)
        | figment::error::Kind::InvalidValue(_, expected) => {
            format!("expected {expected}")
        }
        figment::error::Kind::Message(message) => message.clone(),
        _ => "it does not fit".to_owned(),
    };
    Error::new(
        ErrorKind::Config,
        format!("`{}` in {origin}: {expected}", error.path.join(".")),
    )
}
