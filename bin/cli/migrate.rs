//! `sms migrate`: the database is made or brought up to date, and nothing else happens.

use std::process::ExitCode;

use serde::Serialize;

use super::database::{Found, Place};
use super::output::Output;
use super::{Ended, Global};

/// Make the database or bring its tables up to date
///
/// Every command that sends does this by itself; for deployments that want it as a step of its own.
/// Tables that are not ours are never touched.
#[derive(Debug, clap::Args)]
pub(super) struct Migrate {}

#[derive(Serialize)]
struct Migrated<'a> {
    database: &'a str,
    found: Found,
    changed: bool,
}

impl Migrate {
    #[expect(clippy::unused_self, reason = "every command runs from its arguments")]
    pub(super) fn run(self, global: &Global, output: &Output) -> Ended {
        let settings = global.settings()?;
        let place = Place::of(&settings)?;
        let path = place.to_string();
        let found = place.look()?;
        place.bring_up_to_date()?;
        if output.json {
            let (database, changed) = (path.as_str(), found != Found::Current);
            output.object(&Migrated {
                database,
                found,
                changed,
            })?;
        } else {
            output.text(match found {
                Found::Nothing => format!("Made {path} with its tables.\n"),
                Found::Outdated => format!("Brought the tables in {path} up to date.\n"),
                Found::Current => format!("Nothing to do: the tables in {path} are up to date.\n"),
            })?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
