//! `sms completions` and `sms man`: the command describes itself.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::output::Output;
use super::{Cli, Ended};

const INSTALL: &str = "\
Examples:
  sms completions bash > ~/.local/share/bash-completion/completions/sms
  sms completions zsh > ~/.zfunc/_sms
  sms completions fish > ~/.config/fish/completions/sms.fish";

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = INSTALL)]
pub(super) struct Completions {
    /// Shell to complete in
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Ended {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "sms", &mut script);
        io::stdout().write_all(&script)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Print the manual page, or write one for each command
#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// Folder to write sms.1, sms-send.1 and the others to [default: print sms.1]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self, output: &Output) -> Ended {
        match self.dir {
            None => {
                let mut page = Vec::new();
                clap_mangen::Man::new(Cli::command()).render(&mut page)?;
                io::stdout().write_all(&page)?;
            }
            Some(dir) => {
                let failed = |error: io::Error| {
                    let what = format!("cannot write manual pages to {}: {error}", dir.display());
                    io::Error::new(error.kind(), what)
                };
                std::fs::create_dir_all(&dir).map_err(failed)?;
                clap_mangen::generate_to(Cli::command(), &dir).map_err(failed)?;
                output.note(format!("wrote the manual pages to {}", dir.display()));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
