//! `sms config`: what is in force and why, and whether it would work.

use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;
use sms_framework::config::{Choice, ROUTE};
use sms_framework::message::Templates;
use sms_framework::provider::Registry;
use sms_framework::{Error, Settings};

use super::database::{Found, Place};
use super::failure::Failure;
use super::output::Output;
use super::table::Table;
use super::wording::Facts;
use super::{Ended, Global};

/// Show the configuration in force, or check it without sending
#[derive(Debug, clap::Args)]
pub(super) struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show every value in force and where it came from; secrets are masked
    Show,
    /// Check everything without sending and without making anything; exit code 2 if the mock would have to stand in
    Check,
}

impl Config {
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let settings = global.settings();
        match self.action {
            Action::Show => show(&settings?, output),
            Action::Check => match settings.and_then(|settings| Report::of(&settings)) {
                Ok(report) => report.print(output),
                Err(error) => unfit(error, output),
            },
        }
    }
}

fn show(settings: &Settings, output: &Output) -> Ended {
    let values = settings.effective(&Registry::linked()?);
    if output.json {
        output.objects(values)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["key", "value", "origin"]);
    for value in values {
        let shown = value.value.unwrap_or_else(|| "(not set)".to_owned());
        table.row([value.key, shown, value.origin]);
    }
    output.text(table)?;
    Ok(ExitCode::SUCCESS)
}

/// A configuration that works.
#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    environment: String,
    #[serde(flatten)]
    choice: Choice,
    /// Those of a route.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    providers: Vec<String>,
    simulated: bool,
    sender: Option<String>,
    database: String,
    database_state: Found,
    templates: Vec<String>,
}

impl Report {
    /// Builds all that a client would, except what would make a file.
    fn of(settings: &Settings) -> Result<Self, Error> {
        let registry = Registry::linked()?;
        let choice = settings.choose(&registry)?;
        let providers = settings
            .members(&choice)
            .into_iter()
            .map(|id| {
                settings.stack_for(&id).validate.number_policy()?;
                let provider = settings.build_provider(&id, &registry)?;
                Ok((id, provider))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        settings.check_routes(&|id| {
            let (_, provider) = providers.iter().find(|(known, _)| known == id)?;
            Some(provider.capabilities())
        })?;
        let sender = providers
            .iter()
            .find_map(|(_, provider)| provider.default_sender());
        let mut templates = Templates::new();
        if let Some(folder) = &settings.templates().dir {
            templates.load_dir(folder)?;
        }
        let place = Place::of(settings)?;
        Ok(Self {
            ok: true,
            environment: settings.environment().to_owned(),
            simulated: providers
                .iter()
                .all(|(_, provider)| provider.capabilities().simulated),
            providers: match choice.kind.as_str() {
                ROUTE => providers.into_iter().map(|(id, _)| id).collect(),
                _ => Vec::new(),
            },
            choice,
            sender: sender.map(|sender| sender.to_string()),
            database_state: place.look()?,
            database: place.to_string(),
            templates: templates.names().into_iter().map(str::to_owned).collect(),
        })
    }

    fn print(&self, output: &Output) -> Ended {
        if output.json {
            output.object(self)?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut facts = Facts::new();
        facts.add("environment", self.environment.as_str());
        let mut provider = self.choice.provider.clone();
        if self.choice.kind == ROUTE {
            provider.push_str(" (route)");
        } else if self.choice.kind != provider {
            provider.push_str(&format!(" (kind {})", self.choice.kind));
        }
        facts.add("provider", provider);
        if !self.providers.is_empty() {
            facts.add("leads to", self.providers.join(", "));
        }
        facts.add("because", self.choice.reason.as_str());
        facts.add_some("sender", self.sender.as_deref());
        facts.add(
            "database",
            format!("{} ({})", self.database, self.database_state),
        );
        facts.add("templates", self.templates.join(", "));
        let sends = if self.simulated {
            output
                .paint
                .warn("messages would be SIMULATED: nothing is really sent")
        } else {
            format!(
                "messages would really be sent by `{}`",
                self.choice.provider
            )
        };
        let ok = output.paint.good("OK");
        output.text(format!("{ok}: {sends}\n{facts}"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A configuration that does not.
#[derive(Debug, Serialize)]
struct Unfit<'a> {
    ok: bool,
    error: &'a Error,
}

fn unfit(error: Error, output: &Output) -> Ended {
    if output.json {
        let (ok, error) = (false, &error);
        output.object(&Unfit { ok, error })?;
    }
    Err(Failure::Error(error))
}
