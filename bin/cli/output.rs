//! Where words go: data to stdout, everything else to stderr, colour only on a terminal.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use sms_framework::Error;

/// How this run of the program speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// JSON instead of text on stdout.
    pub(crate) json: bool,
    /// No receipts, no totals, no progress.
    pub(crate) quiet: bool,
    /// Colours of stdout.
    pub(crate) paint: Paint,
    /// Colours of stderr.
    pub(crate) paint_errors: Paint,
}

impl Output {
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self {
            json,
            quiet,
            paint: Paint::on(&io::stdout()),
            paint_errors: Paint::on(&io::stderr()),
        }
    }

    /// Before the arguments are known.
    pub(crate) fn plain() -> Self {
        Self::new(false, false)
    }

    /// Prints text to stdout.
    pub(crate) fn text(&self, text: impl Display) -> io::Result<()> {
        let mut out = io::stdout().lock();
        write!(out, "{text}")?;
        out.flush()
    }

    /// Prints one object on a line of its own.
    pub(crate) fn object(&self, object: &impl Serialize) -> io::Result<()> {
        self.objects(std::iter::once(object))
    }

    /// Prints objects, one a line.
    pub(crate) fn objects<T: Serialize>(
        &self,
        objects: impl IntoIterator<Item = T>,
    ) -> io::Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        for object in objects {
            serde_json::to_writer(&mut out, &object)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    }

    /// Tells how it ended: data for a person, a remark beside JSON, or where stdout is gone, which
    /// `printed` says.
    pub(crate) fn end(
        &self,
        printed: io::Result<()>,
        text: impl Fn(Paint) -> String,
    ) -> io::Result<()> {
        match printed {
            Ok(()) if !self.json && !self.quiet => self.text(text(self.paint)),
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => {
                self.note(text(self.paint_errors).trim_end());
                Ok(())
            }
        }
    }

    /// Tells an error on stderr: its code, its sentence, what to do about it.
    pub(crate) fn error(&self, error: &Error) {
        // Nobody is left to tell where this fails.
        let _ = writeln!(io::stderr(), "{}", self.error_text(error));
    }

    /// An error as [`error`](Self::error) prints it.
    pub(crate) fn error_text(&self, error: &Error) -> String {
        let label = self.paint_errors.bad(format!("error[{}]", error.code()));
        match error.help() {
            Some(help) if !help.is_empty() => format!("{label}: {error}\n  help: {help}"),
            _ => format!("{label}: {error}"),
        }
    }

    /// Tells something on stderr, unless `--quiet`.
    pub(crate) fn note(&self, text: impl Display) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

/// Colours, or none: only on a terminal, and never where `NO_COLOR` is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(bool);

impl Paint {
    pub(crate) fn on(stream: &impl IsTerminal) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let wanted = set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb");
        Self(wanted && stream.is_terminal())
    }

    pub(crate) fn is_on(self) -> bool {
        self.0
    }

    pub(crate) fn good(self, text: impl Display) -> String {
        self.with("32;1", text)
    }

    pub(crate) fn warn(self, text: impl Display) -> String {
        self.with("33;1", text)
    }

    pub(crate) fn bad(self, text: impl Display) -> String {
        self.with("31;1", text)
    }

    fn with(self, code: &str, text: impl Display) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_string()
        }
    }
}
