//! The credentials of a request.

use figment::value::Value as Toml;
use secrecy::{ExposeSecret, SecretString};
use sms_framework::Error;
use sms_framework::provider::http::reqwest::RequestBuilder;
use sms_framework::provider::http::reqwest::header::{HeaderName, HeaderValue};

use crate::check::Check;
use crate::tables::RequestAuthTable;
use crate::template::{Names, Place, Placeholder, Template};

/// `auth` of `[request]`
pub(crate) enum Auth {
    None,
    Basic(String, SecretString),
    Bearer(SecretString),
    Header(HeaderName, HeaderValue),
    Query(String, SecretString),
}

/// Headers that are the protocol's own.
pub(crate) const RESERVED: &[&str] = &["host", "content-length", "transfer-encoding", "connection"];

impl Auth {
    /// Reads the value.
    pub(crate) fn read(names: &Names<'_>, value: Option<&Toml>) -> Result<Self, Error> {
        const KEY: &str = "request.auth";
        let check = &names.check;
        let none_or_one =
            "it takes `\"none\"`, or a table with one of basic, bearer, header and query";
        let table: RequestAuthTable = match value {
            None => return Ok(Self::None),
            Some(Toml::String(_, word)) if word == "none" => return Ok(Self::None),
            Some(value @ Toml::Dict(..)) => check.read(KEY, value)?,
            Some(_) => return Err(check.wrong(KEY, none_or_one)),
        };
        let constant = |key: &str, text: &str| {
            let key = format!("{KEY}.{key}");
            let template = Template::read(names, &key, text, Place::Auth)?;
            let value = template.constant(names.secrets);
            if value.contains(char::is_control) {
                let why = "its value holds a line break or another control character; set it anew";
                return Err(check.wrong(&key, why));
            }
            Ok(value)
        };
        match (table.basic, table.bearer, table.header, table.query) {
            (Some([written, password]), None, None, None) => {
                let user = constant("basic", &written)?;
                if user.contains(':') {
                    let why = "a user of Basic authentication holds no colon; are user and password two texts?";
                    return Err(check.wrong(&format!("{KEY}.basic"), why));
                }
                let secret = constant("basic", &password)?;
                // Some vendors take a token in the place of the user.
                guarded(names, &format!("{KEY}.basic"), &[&written, &password])?;
                Ok(Self::Basic(user, secret.into()))
            }
            (None, Some(written), None, None) => {
                let token = constant("bearer", &written)?;
                guarded(names, &format!("{KEY}.bearer"), &[&written])?;
                if !token.chars().all(|c| c.is_ascii_graphic()) {
                    let why = "its value holds a character that no token has; set it anew";
                    return Err(check.wrong(&format!("{KEY}.bearer"), why));
                }
                Ok(Self::Bearer(token.into()))
            }
            (None, None, Some([name, value]), None) => {
                let key = format!("{KEY}.header");
                let name = header_name(check, &key, &name)?;
                if RESERVED.contains(&name.as_str()) {
                    return Err(check.wrong(&key, "this header is the protocol's own; use another"));
                }
                guarded(names, &key, &[&value])?;
                let value = HeaderValue::from_bytes(constant("header", &value)?.as_bytes());
                let mut value = value.map_err(|_| check.wrong(&key, "its value fits no header"))?;
                value.set_sensitive(true);
                Ok(Self::Header(name, value))
            }
            (None, None, None, Some([name, written])) => {
                let value = constant("query", &written)?;
                guarded(names, &format!("{KEY}.query"), &[&written])?;
                Ok(Self::Query(name, value.into()))
            }
            _ => Err(check.wrong(KEY, none_or_one)),
        }
    }

    /// The request with them, where they do not stand in its URL.
    pub(crate) fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::None | Self::Query(..) => request,
            Self::Basic(user, password) => request.basic_auth(user, Some(password.expose_secret())),
            Self::Bearer(token) => request.bearer_auth(token.expose_secret()),
            Self::Header(name, value) => request.header(name, value),
        }
    }

    /// The parameter of the URL that they are.
    pub(crate) fn parameter(&self) -> Option<(String, String)> {
        match self {
            Self::Query(name, secret) => Some((name.clone(), secret.expose_secret().to_owned())),
            _ => None,
        }
    }
}

/// A credential that is written into a description stands in a file for all to read: one of the
/// texts at `key` has to name a secret.
pub(crate) fn guarded(names: &Names<'_>, key: &str, texts: &[&str]) -> Result<(), Error> {
    for text in texts {
        let template = Template::read(names, key, text, Place::Auth)?;
        let mut slots = template.slots().map(|slot| &slot.placeholder);
        if slots.any(|one| matches!(one, Placeholder::Secret(_))) {
            return Ok(());
        }
    }
    let why = "it names no `{secret.NAME}`, so that the credential would stand here for all to read; list NAME in `secrets`";
    Err(names.check.wrong(key, why))
}

/// The name of a header at `key`.
pub(crate) fn header_name(check: &Check<'_>, key: &str, name: &str) -> Result<HeaderName, Error> {
    let parsed = HeaderName::from_bytes(name.as_bytes());
    parsed.map_err(|_| check.wrong(key, "it is no name of a header; mend it"))
}
