//! `sms providers new`: a provider crate to fill in, made of the template.

mod kind;
mod made;
mod place;
mod template;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use sms_framework::provider::Registry;

use super::Ended;
use super::output::Output;
use kind::Kind;
use made::Made;
use place::Place;

const EXAMPLES: &str = "\
Examples:
  sms providers new acme
  sms providers new acme --dir ../acme --framework ../sms-framework

It compiles and passes the conformance suite as it stands, for a vendor that does not exist.";

/// Write a new provider crate, ready to fill in
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct New {
    /// Its kind, such as acme: a to z, 0 to 9 and single _
    name: String,
    /// Folder to write it to [default: providers/NAME inside the workspace of sms-framework, else ./sms-provider-NAME]
    #[arg(long, value_name = "PATH")]
    dir: Option<PathBuf>,
    /// Folder of sms-framework that it is to depend on, instead of a published version
    #[arg(long, value_name = "PATH")]
    framework: Option<PathBuf>,
}

impl New {
    pub(super) fn run(self, output: &Output) -> Ended {
        let kind = Kind::parse(&self.name, &Registry::linked()?)?;
        let place = Place::find(&kind, self.dir.as_deref(), self.framework.as_deref())?;
        let files = template::files(&kind, &place);
        write::all(&place.dir, &files)?;
        let made = Made::of(&kind, &place, &files);
        if output.json {
            output.object(&made)?;
        } else {
            output.text(&made)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
