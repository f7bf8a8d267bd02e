//! What was made, and what its author does next.

use std::fmt;

use serde::Serialize;

use super::kind::Kind;
use super::place::{Home, Place, shown};
use super::template::{File, quoted};

const PAGE: &str = concat!(
    env!("CARGO_PKG_REPOSITORY"),
    "/blob/main/docs/writing-a-provider.md"
);

/// What was made, and what its author does next.
#[derive(Debug, Serialize)]
pub(super) struct Made {
    kind: String,
    #[serde(rename = "crate")]
    crate_name: String,
    dir: String,
    files: Vec<&'static str>,
    fill_in: Vec<Step>,
    notes: Vec<String>,
    commands: Vec<String>,
    link: Vec<Line>,
    page: &'static str,
    /// The folder as a person would write it from here.
    #[serde(skip)]
    shown: String,
}

/// A file to fill in.
#[derive(Debug, Serialize)]
struct Step {
    file: &'static str,
    what: &'static str,
}

/// A line to add.
#[derive(Debug, Serialize)]
struct Line {
    file: String,
    line: String,
}

const STEPS: [Step; 5] = [
    Step {
        file: "src/config.rs",
        what: "the keys of its table, and what it cannot start without",
    },
    Step {
        file: "src/send.rs",
        what: "the request, and what the answer says about the message",
    },
    Step {
        file: "src/codes.rs",
        what: "the vendor's error codes, each with who has to act",
    },
    Step {
        file: "src/webhooks.rs",
        what: "receipts and messages from phones, where the vendor has them",
    },
    Step {
        file: "tests/conformance.rs",
        what: "the vendor's answers, as its documentation shows them",
    },
];

impl Made {
    pub(super) fn of(kind: &Kind, place: &Place, files: &[File]) -> Self {
        let crate_name = kind.crate_name();
        let shown = shown(&place.dir);
        let (notes, commands, link) = match &place.home {
            Home::Member { .. } => (
                vec![
                    "Once it is linked, `UPDATE=1 cargo test --test generated` writes its part of docs/providers.md."
                        .to_owned(),
                ],
                vec![
                    format!("cargo fmt -p {crate_name}"),
                    format!("cargo test -p {crate_name}"),
                ],
                member_lines(kind),
            ),
            Home::Alone { framework, around } => {
                let mut notes = Vec::new();
                if framework.is_none() {
                    notes.push(format!(
                        "sms-framework {} is on no registry yet: in Cargo.toml, put `path = \"PATH\"` of a checkout's \
                         sms-framework in place of its version, or make the crate with `--framework PATH`.",
                        env!("CARGO_PKG_VERSION")
                    ));
                }
                if let Some(around) = around {
                    notes.push(format!(
                        "It lies in the workspace of {}: name it among the `members` there, or in `exclude`.",
                        around.join("Cargo.toml").display()
                    ));
                }
                let enter = format!("cd {}", quoted_for_shell(&shown));
                let test = format!("cargo test -p {crate_name}");
                (notes, vec![enter, test], program_lines(kind, place))
            }
        };
        Self {
            kind: kind.name.clone(),
            crate_name,
            dir: place.dir.display().to_string(),
            files: files.iter().map(|(path, _)| *path).collect(),
            fill_in: STEPS.into(),
            notes,
            commands,
            link,
            page: PAGE,
            shown,
        }
    }
}

/// What links it into the program `sms` of its workspace.
fn member_lines(kind: &Kind) -> Vec<Line> {
    let (name, crate_name) = (&kind.name, kind.crate_name());
    let version = env!("CARGO_PKG_VERSION");
    let line = |file: &str, line: String| Line {
        file: file.to_owned(),
        line,
    };
    vec![
        line(
            "Cargo.toml, default-members",
            format!("\"providers/{name}\","),
        ),
        line(
            "Cargo.toml, [workspace.dependencies]",
            format!("{crate_name} = {{ version = \"{version}\", path = \"providers/{name}\" }}"),
        ),
        line(
            "Cargo.toml, [features]",
            format!("{name} = [\"dep:{crate_name}\"]"),
        ),
        line("Cargo.toml, all-providers", format!("\"{name}\",")),
        line(
            "Cargo.toml, [dependencies]",
            format!("{crate_name} = {{ workspace = true, optional = true }}"),
        ),
        line(
            "Cargo.toml, [dev-dependencies]",
            format!("{crate_name}.workspace = true"),
        ),
        line(
            "bin/providers.rs",
            format!("#[cfg(feature = \"{name}\")] use sms_provider_{name} as _;"),
        ),
        line(
            "tests/generated.rs, OTHERS",
            format!("sms_provider_{name}::ENTRY,"),
        ),
    ]
}

/// What links it into any other program.
fn program_lines(kind: &Kind, place: &Place) -> Vec<Line> {
    let path = quoted(&place.dir.display().to_string());
    vec![
        Line {
            file: "Cargo.toml, [dependencies]".to_owned(),
            line: format!("{} = {{ path = {path} }}", kind.crate_name()),
        },
        Line {
            file: "src/main.rs".to_owned(),
            line: format!("use sms_provider_{} as _;", kind.name),
        },
    ]
}

fn quoted_for_shell(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Made {} in {}: it compiles and passes its suite, for a vendor that does not exist.",
            self.crate_name, self.shown
        )?;
        writeln!(f, "\nFill in, in this order:")?;
        for Step { file, what } in &self.fill_in {
            writeln!(f, "  {file:<20}  {what}")?;
        }
        for note in &self.notes {
            writeln!(f, "\n{note}")?;
        }
        writeln!(f, "\nRun, as often as you like:")?;
        for command in &self.commands {
            writeln!(f, "  {command}")?;
        }
        writeln!(f, "\nLink it into the program:")?;
        let widest = self.link.iter().map(|line| line.file.chars().count()).max();
        for Line { file, line } in &self.link {
            writeln!(f, "  {file:<width$}  {line}", width = widest.unwrap_or(0))?;
        }
        writeln!(f, "\nEach step in words: {}", self.page)
    }
}
