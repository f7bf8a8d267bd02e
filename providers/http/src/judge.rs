//! What an answer says about the message: taken, refused, or nobody can say.

use std::collections::BTreeMap;

use figment::value::Value as Toml;
use regex_lite::{Regex, RegexBuilder};
use serde_json::Value;
use sms_framework::provider::error_for_status;
use sms_framework::provider::http::{Answer, words};
use sms_framework::{Acceptance, Error};

use crate::answer::{Path, document, text};
use crate::check::{Check, shown};
use crate::condition::Conditions;
use crate::meaning::{Meaning, Word, gave_up};
use crate::tables::{AcceptTable, Read, RejectTable};

/// The longest expression of a capture, in bytes, and the most memory it may be compiled to.
const LONGEST_EXPRESSION: usize = 256;
const LARGEST_EXPRESSION: usize = 64 * 1024;
/// The longest id or code that is taken for one, in bytes.
const LONGEST_ID: usize = 256;
const LONGEST_CODE: usize = 64;
/// How much of a text is searched for a capture, in bytes.
const SEARCHED: usize = 64 * 1024;

/// `[accept]` and `[reject]`.
#[derive(Debug)]
pub(crate) struct Judge {
    statuses: Option<Vec<u16>>,
    read: Read,
    conditions: Conditions,
    id: Option<Path>,
    capture: Option<Regex>,
    codes_at: Vec<Path>,
    code_capture: Option<Regex>,
    message_at: Option<Path>,
    default: Option<Word>,
    codes: BTreeMap<String, Meaning>,
    by_status: BTreeMap<u16, Meaning>,
}

impl Judge {
    pub(crate) fn read(
        check: &Check<'_>,
        accept: &Toml,
        reject: Option<&Toml>,
    ) -> Result<Self, Error> {
        let accept: AcceptTable = check.read("accept", accept)?;
        let reject: RejectTable = match reject {
            Some(reject) => check.read("reject", reject)?,
            None => RejectTable::default(),
        };
        if let Some(statuses) = &accept.status {
            let is_success = |status: &u16| (200..300).contains(status);
            if statuses.is_empty() || !statuses.iter().all(is_success) {
                let why = "it takes statuses from 200 to 299 only; what others mean is for `reject.status`";
                return Err(check.wrong("accept.status", why));
            }
        }
        if accept.read == Read::Text && accept.id.is_some() {
            let why = "a text has no paths; use `capture`";
            return Err(check.wrong("accept.id", why));
        }
        if accept.read != Read::Text && accept.capture.is_some() {
            let why =
                "it is for answers that are text; write `read = \"text\"`, or use `where` and `id`";
            return Err(check.wrong("accept.capture", why));
        }
        let path = |key: &str, path: &Option<String>| {
            let path = path.as_deref().map(Path::parse).transpose();
            path.map_err(|why| check.wrong(key, &why))
        };
        let (code_key, default_key) = ("reject.code", "reject.default");
        let default = reject
            .default
            .as_ref()
            .map(|word| Word::read(check, default_key, check.text(default_key, word)?));
        let judge = Self {
            conditions: Conditions::read(check, "accept.where", &accept.r#where)?,
            id: path("accept.id", &accept.id)?,
            capture: expression(check, "accept.capture", accept.capture.as_deref(), 0)?,
            statuses: accept.status,
            read: accept.read,
            codes_at: match &reject.code {
                Some(value) => code_paths(check, code_key, value)?,
                None => Vec::new(),
            },
            code_capture: expression(check, "reject.capture", reject.capture.as_deref(), 1)?,
            message_at: path("reject.message", &reject.message)?,
            default: default.transpose()?,
            codes: Meaning::table(check, "reject.codes", &reject.codes)?,
            by_status: Meaning::statuses(check, "reject.status", &reject.status)?,
        };
        let has_code = !judge.codes_at.is_empty() || judge.code_capture.is_some();
        for (key, is_set) in [
            ("reject.codes", !judge.codes.is_empty()),
            (default_key, judge.default.is_some()),
        ] {
            if is_set && !has_code {
                let why = "nothing says where the code is; set `reject.code` or `reject.capture`";
                return Err(check.wrong(key, why));
            }
        }
        if judge.default.is_some() && judge.has_no_condition() {
            let why = "it needs to be told what success looks like; set `accept.where`";
            return Err(check.wrong(default_key, why));
        }
        Ok(judge)
    }

    /// True where a body that says nothing passes for success.
    pub(crate) fn takes_silence_for_success(&self) -> bool {
        self.id.is_none() && self.capture.is_none() && !self.conditions.want_presence()
    }

    /// True where nothing but the id tells success from an error that comes with the same status.
    pub(crate) fn has_no_condition(&self) -> bool {
        self.conditions.is_empty() && self.capture.is_none()
    }

    /// What `answer` says. Whatever repeats one of `hidden` is not shown.
    pub(crate) fn judge(&self, answer: &Answer, hidden: &[&str]) -> Result<Acceptance, Error> {
        let document = document(self.read, &answer.body);
        let code = self.code(document.as_ref(), &answer.body);
        let known = code.as_deref().and_then(|code| self.codes.get(code));
        if self.is_success(answer.status) {
            let taken = self.taken(answer, document.as_ref());
            return match (taken, known) {
                (Ok(acceptance), None) => Ok(acceptance),
                (Ok(_), Some(_)) => Err(answer
                    .bad("the answer says both that the message was taken and that it was not")),
                (Err(why), _) => self
                    .refused(answer, document.as_ref(), code.as_deref(), hidden)
                    .unwrap_or_else(|| Err(answer.bad(why))),
            };
        }
        let error = self.refused(answer, document.as_ref(), code.as_deref(), hidden);
        error.unwrap_or_else(|| {
            let error = error_for_status(answer.status);
            let own = known.and_then(|known| known.words.clone());
            let said = own.or_else(|| self.said(document.as_ref(), &answer.body, hidden));
            Err(self.finish(said_with(error, said), answer, code.as_deref(), hidden))
        })
    }

    fn is_success(&self, status: u16) -> bool {
        match &self.statuses {
            Some(statuses) => statuses.contains(&status),
            None => (200..300).contains(&status),
        }
    }

    /// The acceptance, or why the answer is none.
    fn taken(&self, answer: &Answer, document: Option<&Value>) -> Result<Acceptance, &'static str> {
        let document = match document {
            Some(document) => document,
            // Nothing of the body is asked for.
            None if self.conditions.is_empty() && self.id.is_none() => &Value::Null,
            None => return Err("the answer's status says success, yet its body cannot be read"),
        };
        if !self.conditions.hold(document) {
            return Err("the answer's status says success, its body does not");
        }
        let no_id = "the answer says success, yet names no message";
        if let Some(capture) = &self.capture {
            let text = text(&answer.body);
            let found = capture
                .captures(searched(&text))
                .ok_or("the answer's status says success, its body does not")?;
            if capture.captures_len() == 1 {
                return Ok(Acceptance::of_parts::<String>([]));
            }
            let id = found.get(1).map_or("", |id| id.as_str());
            return usable_id(id).map(Acceptance::new).ok_or(no_id);
        }
        match &self.id {
            None => Ok(Acceptance::of_parts::<String>([])),
            Some(path) => {
                let id = path.find(document).and_then(id_of).ok_or(no_id)?;
                usable_id(&id).map(Acceptance::new).ok_or(no_id)
            }
        }
    }

    /// The first code that is listed, else the first that there is.
    fn code(&self, document: Option<&Value>, body: &[u8]) -> Option<String> {
        let at_paths = self.codes_at.iter().filter_map(|path| match document {
            Some(document) => path.text(document),
            // What cannot be read is still a text.
            None => path.text(&Value::from(text(body))),
        });
        let captured = self.code_capture.as_ref().and_then(|capture| {
            let text = text(body);
            let found = capture.captures(searched(&text))?;
            Some(found.get(1)?.as_str().to_owned())
        });
        let found: Vec<String> = at_paths
            .chain(captured)
            .filter(|code| !code.is_empty() && code.len() <= LONGEST_CODE)
            .collect();
        let listed = found.iter().find(|code| self.codes.contains_key(*code));
        listed.or(found.first()).cloned()
    }

    /// The error of an answer about which the description says something.
    fn refused(
        &self,
        answer: &Answer,
        document: Option<&Value>,
        code: Option<&str>,
        hidden: &[&str],
    ) -> Option<Result<Acceptance, Error>> {
        let status = answer.status;
        let known = code.and_then(|code| self.codes.get(code));
        let meaning = known.or_else(|| self.by_status.get(&status));
        let word = match meaning {
            Some(meaning) => meaning.in_answer(status),
            None if code.is_some() && self.denies(answer, document) => self.default,
            None => None,
        }?;
        let own = meaning.and_then(|meaning| meaning.words.clone());
        let said = own.or_else(|| self.said(document, &answer.body, hidden));
        let error = match word {
            Word::Ambiguous if gave_up(status) => error_for_status(status),
            word => word.error(&format!("{} (HTTP {status})", word.sentence())),
        };
        Some(Err(self.finish(
            said_with(error, said),
            answer,
            code,
            hidden,
        )))
    }

    /// True for a 2xx whose body can be read and is not what success looks like.
    fn denies(&self, answer: &Answer, document: Option<&Value>) -> bool {
        let Some(document) = document.filter(|_| answer.is_success()) else {
            return false;
        };
        let matches = |capture: &Regex| capture.is_match(searched(&text(&answer.body)));
        !self.conditions.hold(document) || self.capture.as_ref().is_some_and(|it| !matches(it))
    }

    /// The gateway's own sentence, made safe.
    fn said(&self, document: Option<&Value>, body: &[u8], hidden: &[&str]) -> Option<String> {
        let path = self.message_at.as_ref()?;
        let sentence = match document {
            Some(document) => path.text(document)?,
            None => path.text(&Value::from(text(body)))?,
        };
        words(&sentence, hidden)
    }

    fn finish(&self, error: Error, answer: &Answer, code: Option<&str>, hidden: &[&str]) -> Error {
        let error = error.with_http_status(answer.status);
        // A code that the description lists is the operator's own word; another may be anything.
        let shows = |code: &&str| self.codes.contains_key(*code) || is_bare(code, hidden);
        let error = match code.filter(shows) {
            Some(code) => error.with_provider_code(code),
            None => error,
        };
        match answer.retry_after() {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        }
    }
}

/// True where a code is a short word or number that repeats nothing.
fn is_bare(code: &str, hidden: &[&str]) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    let digits = code.chars().filter(char::is_ascii_digit).count();
    let repeats = |hidden: &&str| !hidden.is_empty() && code.contains(*hidden);
    code.chars().all(allowed) && digits < 7 && !hidden.iter().any(repeats)
}

/// `error` with the gateway's sentence behind its own.
fn said_with(error: Error, said: Option<String>) -> Error {
    match said {
        None => error,
        Some(said) => {
            let message = format!("{}: {said}", error.message());
            let (class, certainty) = (error.class(), error.certainty());
            Error::new(error.kind(), message)
                .with_class(class)
                .with_certainty(certainty)
        }
    }
}

/// An id is text or a whole number; a number with a fraction has lost digits.
fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) if id.is_u64() || id.is_i64() => Some(id.to_string()),
        _ => None,
    }
}

fn usable_id(id: &str) -> Option<&str> {
    let id = id.trim();
    let usable = !id.is_empty() && id.len() <= LONGEST_ID && !id.contains(char::is_control);
    usable.then_some(id)
}

fn searched(text: &str) -> &str {
    let mut end = text.len().min(SEARCHED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Where the code is: a path, or several to try in their order.
fn code_paths(check: &Check<'_>, key: &str, value: &Toml) -> Result<Vec<Path>, Error> {
    let one = |value: &Toml| {
        let text = value
            .as_str()
            .ok_or_else(|| check.wrong(key, "it takes a path, or a list of paths"))?;
        Path::parse(text).map_err(|why| check.wrong(key, &why))
    };
    match value {
        Toml::Array(_, paths) => paths.iter().map(one).collect(),
        path => Ok(vec![one(path)?]),
    }
}

/// An expression with at most one group, and at least `groups`.
fn expression(
    check: &Check<'_>,
    key: &str,
    text: Option<&str>,
    groups: usize,
) -> Result<Option<Regex>, Error> {
    let Some(text) = text else { return Ok(None) };
    let wrong = |why: &str| check.wrong(key, why);
    if text.len() > LONGEST_EXPRESSION {
        let why = format!("an expression has {LONGEST_EXPRESSION} bytes at most; shorten it");
        return Err(wrong(&why));
    }
    if text.is_empty() {
        return Err(wrong(
            "it is empty and would match everything; write an expression",
        ));
    }
    let regex = RegexBuilder::new(text)
        .size_limit(LARGEST_EXPRESSION)
        .nest_limit(16)
        .build()
        .map_err(|error| {
            wrong(&format!(
                "it is no regular expression ({}); mend it",
                shown(&error.to_string())
            ))
        })?;
    let found = regex.captures_len() - 1;
    if found > 1 || found < groups {
        let why = if groups == 1 {
            "it takes an expression with one group in brackets, the code"
        } else {
            "it takes an expression with one group in brackets, the id, or with none"
        };
        return Err(wrong(why));
    }
    Ok(Some(regex))
}
