//! `X-Twilio-Signature`: HMAC-SHA1, under an auth token, of the URL that Twilio called and, of a
//! form, its fields.
//!
//! Twilio does not always sign the URL in the form in which it arrives: a port may be there or not,
//! userinfo may be kept, and proxies write the apostrophe in two ways. Every form that it is known to
//! sign is tried; nothing else of the URL is touched.

use std::collections::BTreeSet;

use secrecy::{ExposeSecret, SecretString};
use sms_framework::Error;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{
    Hash, from_base64, hex, hmac_matches, refused, same, sha256,
};

/// What Twilio calls us with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    /// Fields: of a form, or of the query of a GET.
    Fields,
    /// Some other body, whose hash stands in the URL.
    Body,
}

/// Checks that one of `tokens` signed the call.
pub(crate) fn check(call: &WebhookCall, tokens: &[SecretString]) -> Result<Signed, Error> {
    if tokens.is_empty() {
        return Err(refused(
            "no auth_token is configured to check it with, and Twilio never signs with an API key; set TWILIO_AUTH_TOKEN beside the key",
        ));
    }
    let Some(signature) = call.header_value("x-twilio-signature") else {
        return Err(refused("it has no header X-Twilio-Signature"));
    };
    let tag = from_base64(signature).unwrap_or_default();
    let (signed, fields) = signed(call)?;
    let is_signed = urls(call.url()).into_iter().any(|url| {
        let message = url + &fields;
        tokens.iter().any(|token| {
            let key = token.expose_secret().as_bytes();
            hmac_matches(Hash::Sha1, key, message.as_bytes(), &tag)
        })
    });
    if is_signed {
        return Ok(signed);
    }
    Err(refused(
        match call.header_value("x-twilio-webhooks-signature-settings") {
            Some(_) => {
                "it is signed with a shared key, which cannot be checked here; let Twilio sign with the auth token"
            }
            None => {
                "its signature does not match; is the auth token right, and the URL the one that Twilio calls?"
            }
        },
    ))
}

/// What is signed of the call beside its URL.
fn signed(call: &WebhookCall) -> Result<(Signed, String), Error> {
    if call.method().eq_ignore_ascii_case("GET") {
        // They stand in the URL already.
        return Ok((Signed::Fields, String::new()));
    }
    let query = call.query();
    let Some((_, hash)) = query.iter().find(|(name, _)| name == "bodySHA256") else {
        return Ok((Signed::Fields, of_form(call)));
    };
    if same(hex(&sha256(call.raw_body())).as_bytes(), hash.as_bytes()) {
        Ok((Signed::Body, String::new()))
    } else {
        Err(refused("its body is not the one that bodySHA256 is of"))
    }
}

/// Names and values in the order of their bytes, each pair once, with nothing in between.
fn of_form(call: &WebhookCall) -> String {
    let pairs: BTreeSet<_> = call.form().into_iter().collect();
    pairs.into_iter().flat_map(<[String; 2]>::from).collect()
}

/// The forms of `url` that Twilio may have signed, each once, the one that came first.
fn urls(url: &str) -> Vec<String> {
    // A fragment configures the webhook and is not sent.
    let url = url.split('#').next().unwrap_or_default();
    let mut forms = vec![url.to_owned()];
    let Some(url) = Parts::of(url) else {
        return forms;
    };
    for user in [url.user, ""] {
        for port in [url.port, url.other_port()] {
            for query in url.queries() {
                let form = format!(
                    "{}://{user}{}{port}{}{query}",
                    url.scheme, url.host, url.path
                );
                if !forms.contains(&form) {
                    forms.push(form);
                }
            }
        }
    }
    forms
}

/// A URL cut where its forms differ; the parts make up the whole, byte for byte.
struct Parts<'a> {
    scheme: &'a str,
    /// With the `@` at its end, or empty.
    user: &'a str,
    host: &'a str,
    /// With the colon before it, or empty.
    port: &'a str,
    path: &'a str,
    /// With the question mark before it, or empty.
    query: &'a str,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        let (user, address) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        // Of `[::1]`, the colons are no start of a port.
        let host = address.rfind(']').map_or(0, |end| end + 1);
        let port = address[host..].find(':').map(|colon| host + colon);
        let (host, port) = address.split_at(port.unwrap_or(address.len()));
        Some(Self {
            scheme,
            user,
            host,
            port,
            path,
            query,
        })
    }

    /// No port where one is there, else the scheme's own.
    fn other_port(&self) -> &'static str {
        match self.port {
            "" if self.scheme.eq_ignore_ascii_case("https") => ":443",
            "" => ":80",
            _ => "",
        }
    }

    fn queries(&self) -> [String; 3] {
        let query = self.query;
        [
            query.to_owned(),
            query.replace('\'', "%27"),
            query.replace("%27", "'"),
        ]
    }
}
