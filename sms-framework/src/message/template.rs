//! Texts with gaps: built in, from a folder, or from the program.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fmt, fs, io};

use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::{Error, ErrorKind, Result};

/// The templates that every [`Templates`] starts with: name and source.
const BUILT_IN: &[(&str, &str)] = &[(
    BookingConfirmation::TEMPLATE,
    "Booking confirmed: {{ gig_title }} on {{ date }} at {{ location }}. Rate: {{ rate }}.",
)];

/// What one rendering may spend: about 100,000 instructions or 6 MB of text, which takes
/// milliseconds and is far more than any message, so that no template runs on.
const FUEL: u64 = 100_000;

/// Named templates in Jinja syntax (`{{ variable }}`, `{% if %}`, filters), by minijinja.
///
/// Every variable that a template mentions must be given, and no other may be: both are errors
/// that name all of them. Text is never escaped. One line end at the end of a source is dropped.
/// A template that is added under an existing name replaces it, the built-in ones too.
///
/// # Examples
/// ```
/// use std::collections::BTreeMap;
///
/// use sms_framework::message::Templates;
///
/// let mut templates = Templates::new();
/// templates.add("welcome", "Welcome, {{ name }}!")?;
/// let text = templates.render("welcome", &BTreeMap::from([("name", "Ada")]))?;
/// assert_eq!(text, "Welcome, Ada!");
///
/// let error = templates.render("welcome", &BTreeMap::<&str, &str>::new()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "template `welcome` needs variable `name`, which was not given; it takes: name",
/// );
/// # Ok::<(), sms_framework::Error>(())
/// ```
#[derive(Clone)]
pub struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// The built-in templates: `booking_confirmation` {gig_title, date, location, rate}.
    #[must_use]
    pub fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        for (name, source) in BUILT_IN {
            environment
                .add_template(name, source)
                .expect("a test renders every built-in template");
        }
        Self { environment }
    }

    /// Adds a template, or replaces the one of that name.
    ///
    /// # Errors
    /// `TEMPLATE` for a syntax error, with its line, and for an empty name.
    pub fn add(&mut self, name: &str, source: &str) -> Result<()> {
        self.add_from(name, source, &format!("template `{name}`"))
    }

    /// Adds every `*.txt` and `*.j2` file of a folder under its name without the ending, and
    /// returns how many there were. Folders in it and other files are passed over.
    ///
    /// # Errors
    /// `TEMPLATE` when the folder or a file cannot be read, when a file is not UTF-8 or has a
    /// syntax error (with file and line), and when two files have one name.
    pub fn load_dir(&mut self, folder: impl AsRef<Path>) -> Result<usize> {
        let folder = folder.as_ref();
        let mut files = template_files(folder)?;
        // In the order of their names, so that the first error is always the same one.
        files.sort();
        let mut names = BTreeSet::new();
        for file in &files {
            let shown = file.display();
            let name = file
                .file_stem()
                .and_then(|stem| stem.to_str())
                .ok_or_else(|| {
                    broken(format!(
                        "the name of template file {shown} is not UTF-8; rename it"
                    ))
                })?;
            if !names.insert(name.to_owned()) {
                return Err(broken(format!(
                    "template `{name}` is there twice, the second time in {shown}; rename one"
                )));
            }
            let source =
                fs::read_to_string(file).map_err(|error| cannot_read("file", file, error))?;
            self.add_from(name, &source, &format!("template file {shown}"))?;
        }
        Ok(files.len())
    }

    /// The names of all templates, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.environment.templates().map(|(name, _)| name).collect();
        names.sort_unstable();
        names
    }

    /// The variables that a template takes, sorted; all of them must be given.
    ///
    /// # Errors
    /// `TEMPLATE` when there is no such template.
    pub fn variables(&self, name: &str) -> Result<Vec<String>> {
        Ok(self.required(&self.find(name)?).into_iter().collect())
    }

    /// Fills in a template. `variables` is a map or a struct; its keys are the variables.
    ///
    /// # Errors
    /// `TEMPLATE` when there is no such template (with the known ones and the nearest), when
    /// variables are missing or not used, and when rendering fails, with the line.
    pub fn render(&self, name: &str, variables: &impl Serialize) -> Result<String> {
        let template = self.find(name)?;
        let variables = Value::from(Serde(variables));
        let given = keys(&variables)
            .ok_or_else(|| broken(format!("the variables of template `{name}` are not a map")))?;
        let required = self.required(&template);
        check(name, &required, &given)?;
        template.render(variables).map_err(|error| {
            let what = explain(&error);
            broken(format!("template `{name}` cannot be rendered: {what}"))
        })
    }

    fn add_from(&mut self, name: &str, source: &str, origin: &str) -> Result<()> {
        if name.trim().is_empty() {
            return Err(broken("a template needs a name".into()));
        }
        self.environment
            .add_template_owned(name.to_owned(), source.to_owned())
            .map_err(|error| broken(format!("{origin} has a mistake: {}", explain(&error))))
    }

    fn find(&self, name: &str) -> Result<minijinja::Template<'_, '_>> {
        self.environment.get_template(name).map_err(|_| {
            let names = self.names();
            let near = did_you_mean(name, names.iter().copied());
            let known = names.join(", ");
            let name = name.escape_debug();
            broken(format!(
                "there is no template `{name}`; there are: {known}{near}"
            ))
        })
    }

    fn required(&self, template: &minijinja::Template<'_, '_>) -> BTreeSet<String> {
        let functions: BTreeSet<&str> = self.environment.globals().map(|(name, _)| name).collect();
        let mentioned = template.undeclared_variables(false);
        mentioned
            .into_iter()
            .filter(|name| !functions.contains(name.as_str()))
            .collect()
    }
}

impl Default for Templates {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Templates").field(&self.names()).finish()
    }
}

/// What the template `booking_confirmation` takes.
///
/// # Examples
/// ```
/// use sms_framework::message::{BookingConfirmation, Templates};
///
/// let booking = BookingConfirmation {
///     gig_title: "Jazz Night".into(),
///     date: "12 May".into(),
///     location: "Blue Note".into(),
///     rate: "$500".into(),
/// };
/// assert_eq!(
///     booking.render(&Templates::new())?,
///     "Booking confirmed: Jazz Night on 12 May at Blue Note. Rate: $500.",
/// );
/// # Ok::<(), sms_framework::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookingConfirmation {
    /// What the booking is for.
    pub gig_title: String,
    /// When, as it is to be shown.
    pub date: String,
    /// Where.
    pub location: String,
    /// What is paid, with its currency.
    pub rate: String,
}

impl BookingConfirmation {
    /// The name of its template.
    pub const TEMPLATE: &'static str = "booking_confirmation";

    /// The text, by the template of that name in `templates`.
    ///
    /// # Errors
    /// `TEMPLATE` when that template was replaced by one that takes other variables.
    pub fn render(&self, templates: &Templates) -> Result<String> {
        templates.render(Self::TEMPLATE, self)
    }
}

fn template_files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let is_template = |path: &Path| {
        path.extension()
            .is_some_and(|end| end == "txt" || end == "j2")
    };
    let entries = fs::read_dir(folder).map_err(|error| cannot_read("folder", folder, error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|error| cannot_read("folder", folder, error))?
            .path();
        if is_template(&path) && path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

fn cannot_read(what: &str, path: &Path, error: io::Error) -> Error {
    let shown = path.display();
    let why = match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::NotADirectory => "it is not a folder".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
        _ => error.to_string(),
    };
    broken(format!("template {what} {shown} cannot be read: {why}")).with_source(error)
}

/// The keys of a map, or `None` for anything else.
fn keys(variables: &Value) -> Option<BTreeSet<String>> {
    if variables.kind() != ValueKind::Map {
        return None;
    }
    Some(
        variables
            .try_iter()
            .ok()?
            .map(|key| key.to_string())
            .collect(),
    )
}

fn check(name: &str, required: &BTreeSet<String>, given: &BTreeSet<String>) -> Result<()> {
    let missing: Vec<&str> = required.difference(given).map(String::as_str).collect();
    let unused: Vec<&str> = given.difference(required).map(String::as_str).collect();
    let takes = if required.is_empty() {
        "it takes none".to_owned()
    } else {
        let names: Vec<&str> = required.iter().map(String::as_str).collect();
        format!("it takes: {}", names.join(", "))
    };
    let message = match (missing.as_slice(), unused.as_slice()) {
        ([], []) => return Ok(()),
        ([], unused) => {
            // Every variable is there already, so a misspelt one can only be a second one.
            let near = match unused {
                [one] => did_you_mean(one, required.iter().map(String::as_str)),
                _ => String::new(),
            };
            format!(
                "{} not used by template `{name}`; {takes}{near}",
                list(unused, "is", "are")
            )
        }
        (missing, []) => {
            let given = if missing.len() == 1 { "was" } else { "were" };
            let missing = list(missing, "", "");
            format!("template `{name}` needs {missing}, which {given} not given; {takes}")
        }
        (missing, unused) => {
            let near = match unused {
                [one] => did_you_mean(one, missing.iter().copied()),
                _ => String::new(),
            };
            let missing = list(missing, "", "");
            let unused = list(unused, "is", "are");
            format!("template `{name}` needs {missing}, and {unused} not used; {takes}{near}")
        }
    };
    Err(broken(message))
}

/// "variable `a` is", "variables `a`, `b` are".
fn list(names: &[&str], one: &str, many: &str) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.escape_debug()))
        .collect();
    let (noun, verb) = if names.len() == 1 {
        ("variable", one)
    } else {
        ("variables", many)
    };
    format!("{noun} {} {verb}", quoted.join(", "))
        .trim_end()
        .to_owned()
}

fn did_you_mean<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known
        .map(|name| (strsim::jaro_winkler(wanted, name), name))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    nearest
        .map(|(_, name)| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

/// The library's account of an error, as far as it speaks of the template: what it says about
/// values at run time could hold a part of the message.
fn explain(error: &minijinja::Error) -> String {
    use minijinja::ErrorKind as Kind;
    let about_template = matches!(
        error.kind(),
        Kind::SyntaxError | Kind::UnknownFilter | Kind::UnknownTest | Kind::UnknownFunction
    );
    let what = match (error.kind(), error.detail()) {
        (Kind::OutOfFuel, _) => "it takes too long or writes too much".to_owned(),
        (kind, Some(detail)) if about_template => format!("{kind}: {detail}"),
        (kind, _) => kind.to_string(),
    };
    match error.line() {
        Some(line) => format!("line {line}: {what}"),
        None => what,
    }
}

fn broken(message: String) -> Error {
    Error::new(ErrorKind::Template, message)
}
