//! Rows of a CSV file: one column has the numbers, others may fill a template.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::BufRead;

use csv::StringRecord;
use sms_framework::message::{NumberPolicy, Templates};
use sms_framework::{Error, Message, MessageId};

use super::line_ends::PlainLineEnds;
use super::numbers::Seen;
use super::{Bad, Input, Item, Taker};

/// The columns that are taken for the numbers where none is named, first match first.
const USUAL: [&str; 6] = [
    "to",
    "phone",
    "phone_number",
    "number",
    "mobile",
    "recipient",
];

/// The rows of a CSV file.
pub(crate) struct CsvRows {
    rows: csv::Reader<PlainLineEnds<Box<dyn BufRead + Send>>>,
    length: Option<u64>,
    columns: StringRecord,
    column: usize,
    text: RowText,
    draft: Message,
    seen: Seen,
}

/// Where the text of a row comes from.
pub(crate) enum RowText {
    /// The same for all.
    Same(String),
    /// A template, filled by columns and, where there is no such column, by options.
    Template {
        templates: Box<Templates>,
        name: String,
        wanted: Vec<String>,
        given: BTreeMap<String, String>,
    },
}

impl CsvRows {
    /// Reads the header.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub(crate) fn new(
        input: Input,
        column: Option<&str>,
        text: RowText,
        draft: Message,
        policy: NumberPolicy,
    ) -> Result<Self, String> {
        let mut rows = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(PlainLineEnds::new(input.reader));
        let columns = rows
            .headers()
            .map_err(|error| format!("the CSV header cannot be read: {error}"))?
            .clone();
        let column = number_column(&columns, column)?;
        if let RowText::Template {
            name,
            wanted,
            given,
            ..
        } = &text
        {
            let lacking = |variable: &&String| {
                !given.contains_key(*variable) && !columns.iter().any(|column| column == *variable)
            };
            if let Some(variable) = wanted.iter().find(lacking) {
                return Err(format!(
                    "template `{name}` needs variable `{variable}`: there is no such column and no --var; the columns are {}",
                    listed(&columns)
                ));
            }
        }
        Ok(Self {
            rows,
            length: input.length,
            columns,
            column,
            text,
            draft,
            seen: Seen::new(policy),
        })
    }

    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    pub(crate) fn read(mut self, take: &mut Taker<'_>, skip: &dyn Fn()) {
        let mut row = StringRecord::new();
        loop {
            let (line, message, is_last) = match self.rows.read_record(&mut row) {
                Ok(false) => return,
                Ok(true) => match self.message(&row).transpose() {
                    None => {
                        skip();
                        continue;
                    }
                    Some(message) => (row.position().cloned(), message, false),
                },
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    let message = Err(Bad::line(line, &mistake(&error)));
                    let at = error.position().cloned();
                    (at, message, error.is_io_error())
                }
            };
            let line = line.map(|at| at.line());
            let read = self.rows.position().byte();
            if !take(Item {
                line,
                read,
                message,
            }) || is_last
            {
                return;
            }
        }
    }

    /// The message of a row; `None` where the number had that text before.
    fn message(&mut self, row: &StringRecord) -> Result<Option<Message>, Bad> {
        let to = row.get(self.column).unwrap_or_default();
        let body = self.text.of(&self.columns, row).map_err(|error| Bad {
            to: Some(to.to_owned()),
            error,
        })?;
        let is_new = self.seen.is_new(to, hash(&body));
        Ok(is_new.then(|| Message {
            id: MessageId::new(),
            to: to.to_owned(),
            body,
            ..self.draft.clone()
        }))
    }
}

fn number_column(columns: &StringRecord, named: Option<&str>) -> Result<usize, String> {
    let find = |name: &str| {
        columns
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))
    };
    if let Some(name) = named {
        return find(name).ok_or_else(|| {
            format!(
                "--column: there is no column `{name}`; the columns are {}",
                listed(columns)
            )
        });
    }
    let only = (columns.len() == 1).then_some(0);
    USUAL.into_iter().find_map(find).or(only).ok_or_else(|| {
        format!(
            "which column has the numbers? Name it with --column; the columns are {}",
            listed(columns)
        )
    })
}

fn listed(columns: &StringRecord) -> String {
    columns.iter().collect::<Vec<_>>().join(", ")
}

fn mistake(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("the row has {len} fields, and the header has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "the row is not UTF-8 text".to_owned(),
        csv::ErrorKind::Io(error) => format!("the input cannot be read any further: {error}"),
        _ => "the row cannot be read".to_owned(),
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl RowText {
    fn of(&self, columns: &StringRecord, row: &StringRecord) -> Result<String, Error> {
        match self {
            Self::Same(body) => Ok(body.clone()),
            Self::Template {
                templates,
                name,
                wanted,
                given,
            } => {
                let value = |variable: &String| {
                    let column = columns.iter().position(|column| column == variable);
                    let of_row = column.and_then(|column| row.get(column));
                    // An empty cell gives nothing: the option does, or the template names what it lacks.
                    let value = of_row
                        .filter(|value| !value.is_empty())
                        .or_else(|| given.get(variable).map(String::as_str));
                    Some((variable.clone(), value?.to_owned()))
                };
                let variables: BTreeMap<String, String> = wanted.iter().filter_map(value).collect();
                templates.render(name, &variables)
            }
        }
    }
}

impl std::fmt::Debug for CsvRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvRows")
            .field("columns", &self.columns)
            .field("column", &self.column)
            .finish_non_exhaustive()
    }
}
