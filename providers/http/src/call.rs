//! A gateway's call to us: who made it, and where in it things stand.

use std::collections::BTreeMap;

use figment::value::Value as Toml;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{
    Jwt, base64, check_path, header, refused, same, unchecked,
};
use sms_framework::{Error, ErrorKind};

use crate::answer::{self, Path};
use crate::auth::guarded;
use crate::check::{hint, shown};
use crate::condition::Conditions;
use crate::tables::CallAuthTable;
use crate::template::{Names, Place, Template};

/// How a call is told from anybody's.
pub(crate) enum CallAuth {
    /// By the secret in its path alone.
    UrlSecret,
    /// By a header: its name, and what it has to be.
    Header(String, SecretString),
    /// By a header with a token, and the key that signed it.
    Jwt(String, SecretString),
}

impl CallAuth {
    /// Reads the value at `key`. `has_secret` says whether there is a secret for the path.
    pub(crate) fn read(
        names: &Names<'_>,
        key: &str,
        value: Option<&Toml>,
        has_secret: bool,
    ) -> Result<Self, Error> {
        let check = &names.check;
        let one = "it takes `\"url_secret\"`, or a table with one of basic, header and jwt_hs256";
        let table: CallAuthTable = match value {
            Some(value @ Toml::Dict(..)) => check.read(key, value)?,
            Some(Toml::String(_, word)) if word != "url_secret" => {
                return Err(check.wrong(key, one));
            }
            None | Some(Toml::String(..)) if !has_secret => {
                let why = "its calls are told by a secret in our URL; set `webhook_path_secret`";
                return Err(check.wrong(key, why));
            }
            None | Some(Toml::String(..)) => return Ok(Self::UrlSecret),
            Some(_) => return Err(check.wrong(key, one)),
        };
        if table.url_secret && !has_secret {
            let why = "its calls are told by a secret in our URL, too; set `webhook_path_secret`";
            return Err(check.wrong(key, why));
        }
        let constant = |text: &str| {
            let template = Template::read(names, key, text, Place::Auth)?;
            let value = template.constant(names.secrets);
            if value.is_empty() {
                return Err(check.wrong(key, "an empty secret guards nothing; use `{secret.NAME}`"));
            }
            Ok(value)
        };
        let guarded = |text: &str| guarded(names, key, &[text]);
        match (table.basic, table.header, table.jwt_hs256) {
            (Some([user, password]), None, None) => {
                let pair = format!("{}:{}", constant(&user)?, constant(&password)?);
                guarded(&password)?;
                let value = format!("Basic {}", base64(pair.as_bytes()));
                Ok(Self::Header("authorization".to_owned(), value.into()))
            }
            (None, Some([name, written]), None) => {
                let value = constant(&written)?;
                guarded(&written)?;
                Ok(Self::Header(name, value.into()))
            }
            (None, None, Some([name, written])) => {
                let value = constant(&written)?;
                guarded(&written)?;
                Ok(Self::Jwt(name, value.into()))
            }
            _ => Err(check.wrong(key, one)),
        }
    }

    /// Holds a call against it. The secret in the path, where there is one, is asked for besides.
    pub(crate) fn check(
        &self,
        call: &WebhookCall,
        path_secret: Option<&SecretString>,
    ) -> Result<(), Error> {
        if let Some(secret) = path_secret {
            check_path(call, secret)?;
        }
        match self {
            // Without a secret there is nothing to tell it by.
            Self::UrlSecret => match path_secret {
                Some(_) => Ok(()),
                None => Err(unchecked("webhook_path_secret")),
            },
            Self::Header(name, value) => {
                if same(
                    header(call, name)?.as_bytes(),
                    value.expose_secret().as_bytes(),
                ) {
                    Ok(())
                } else {
                    Err(refused(&format!("its header {name} does not match")))
                }
            }
            Self::Jwt(name, key) => {
                let jwt = Jwt::verified(header(call, name)?, key.expose_secret().as_bytes())?;
                match jwt.time("exp") {
                    Some(until) if until < call.received_at() => Err(refused("its token ran out")),
                    _ => Ok(()),
                }
            }
        }
    }
}

/// Where the values of a call are.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    Form,
    Json,
    Query,
    JsonInForm(String),
}

/// How one sort of call is read.
#[derive(Debug)]
pub(crate) struct Reader {
    source: Source,
    each: Option<Path>,
    when: Conditions,
}

impl Reader {
    /// Reads `from`, `each` and `when` of the table `table`.
    pub(crate) fn read(
        names: &Names<'_>,
        table: &str,
        from: &str,
        each: Option<&str>,
        when: &BTreeMap<String, Toml>,
    ) -> Result<Self, Error> {
        const WORDS: [&str; 4] = ["form", "json", "query", "json_in_form:FIELD"];
        let check = &names.check;
        let source = match (from, from.strip_prefix("json_in_form:")) {
            ("form", _) => Source::Form,
            ("json", _) => Source::Json,
            ("query", _) => Source::Query,
            (_, Some(field)) if !field.is_empty() => Source::JsonInForm(field.to_owned()),
            _ => {
                let why = format!(
                    "`{}` is none of {}; {}",
                    shown(from),
                    WORDS.join(", "),
                    hint(from, WORDS.into_iter())
                );
                return Err(check.wrong(&format!("{table}.from"), &why));
            }
        };
        let each = each.filter(|each| !each.is_empty());
        let each = each.map(Path::parse).transpose();
        Ok(Self {
            source,
            each: each.map_err(|why| check.wrong(&format!("{table}.each"), &why))?,
            when: Conditions::read(check, &format!("{table}.when"), when)?,
        })
    }

    pub(crate) fn has_when(&self) -> bool {
        !self.when.is_empty()
    }

    /// The call's values as a tree.
    pub(crate) fn document(&self, call: &WebhookCall) -> Result<Value, Error> {
        match &self.source {
            Source::Form => Ok(answer::form(call.form())),
            Source::Query => Ok(answer::form(call.query())),
            Source::Json => call.json(),
            Source::JsonInForm(field) => {
                let form = call.form();
                let text = form.iter().find(|(name, _)| name == field);
                let (_, text) = text.ok_or_else(|| lacks(field))?;
                serde_json::from_str(text)
                    .map_err(|_| bad(&format!("the webhook call's `{field}` is not JSON")))
            }
        }
    }

    pub(crate) fn applies(&self, document: &Value) -> bool {
        self.when.hold(document)
    }

    /// The items of the call, each with what holds it.
    pub(crate) fn items<'v>(&self, document: &'v Value) -> Result<Vec<Vec<&'v Value>>, Error> {
        match &self.each {
            None => Ok(vec![vec![document]]),
            Some(path) => path
                .each(document)
                .map_err(|at| bad(&format!("the webhook call has no list at `{at}`"))),
        }
    }
}

/// A path with its own text, for messages.
#[derive(Debug)]
pub(crate) struct Named {
    text: String,
    path: Path,
}

impl Named {
    pub(crate) fn read(names: &Names<'_>, key: &str, text: &str) -> Result<Self, Error> {
        let path = Path::parse(text).map_err(|why| names.check.wrong(key, &why))?;
        Ok(Self {
            text: text.to_owned(),
            path,
        })
    }

    pub(crate) fn maybe(
        names: &Names<'_>,
        key: &str,
        text: Option<&String>,
    ) -> Result<Option<Self>, Error> {
        text.map(|text| Self::read(names, key, text)).transpose()
    }

    /// The text there, in the item or in what holds it.
    pub(crate) fn find(&self, scope: &[&Value]) -> Option<String> {
        scope.iter().find_map(|value| self.path.text(value))
    }

    /// The same where the gateway promises it.
    pub(crate) fn promised(&self, scope: &[&Value]) -> Result<String, Error> {
        self.find(scope).ok_or_else(|| lacks(&self.text))
    }

    /// A time: seconds since 1970, or RFC 3339.
    pub(crate) fn time(&self, scope: &[&Value]) -> Option<Timestamp> {
        let text = self.find(scope)?;
        match text.parse() {
            Ok(seconds) => Timestamp::from_second(seconds).ok(),
            Err(_) => text.parse().ok(),
        }
    }
}

fn lacks(field: &str) -> Error {
    bad(&format!("the webhook call has no `{field}`"))
}

fn bad(message: &str) -> Error {
    Error::new(ErrorKind::BadWebhook, message)
}
