//! Whether a call is Vonage's: the token of the Messages API, `sig` of the SMS API, our own path.

use std::fmt::Write;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use sms_framework::Error;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::http::TableCheck;
use sms_framework::provider::signature::{
    Hash, Jwt, check_path, hex, hmac, is_within, refused, same, sha256, unchecked,
};

use crate::config::{Api, SignatureMethod, VonageConfig};

/// What calls are held against.
pub(crate) struct Proof {
    secret: Option<SecretString>,
    method: Option<SignatureMethod>,
    pub(crate) path_secret: Option<SecretString>,
    window: Duration,
}

impl Proof {
    pub(crate) fn of(check: &TableCheck<'_>, config: &VonageConfig) -> Result<Self, Error> {
        let (key, secret) = ("webhook_secret", &config.webhook_secret);
        let secret = match config.signature_method {
            Some(_) => Some(check.secret(key, secret, "VONAGE_SIGNATURE_SECRET")?),
            None => check.optional_secret(key, secret)?,
        };
        if config.webhook_window.is_zero() {
            return Err(check.wrong("webhook_window", "it must be longer than zero"));
        }
        Ok(Self {
            secret,
            method: config.signature_method,
            path_secret: check.path_secret("webhook_path_secret", &config.webhook_path_secret)?,
            window: config.webhook_window,
        })
    }

    /// What must never be shown.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        let secrets = [&self.secret, &self.path_secret];
        secrets
            .into_iter()
            .flatten()
            .map(SecretString::expose_secret)
    }

    /// Says that what the API reports cannot be checked, where it cannot.
    pub(crate) fn warn(&self, check: &TableCheck<'_>, api: Api) {
        match api {
            Api::Messages if self.secret.is_none() => check.warn_unchecked("webhook_secret"),
            Api::Sms if self.method.is_none() && self.path_secret.is_none() => {
                check.warn_unchecked("signature_method or webhook_path_secret");
            }
            _ => {}
        }
    }

    /// Our own secret in the path, where one is agreed.
    pub(super) fn check_path(&self, call: &WebhookCall) -> Result<(), Error> {
        match &self.path_secret {
            Some(secret) => check_path(call, secret),
            None => Ok(()),
        }
    }

    /// A token is Vonage's, fresh, and about this very body.
    pub(super) fn check_token(&self, call: &WebhookCall, token: &str) -> Result<(), Error> {
        let Some(secret) = &self.secret else {
            return Err(unchecked("webhook_secret"));
        };
        let claims = Jwt::verified(token, secret.expose_secret().as_bytes())?;
        let Some(signed_at) = claims.time("iat") else {
            return Err(refused("its token does not say when it was made"));
        };
        if !is_within(self.window, signed_at, call.received_at()) {
            return Err(refused(
                "its token was made too long ago, or lies in the future",
            ));
        }
        let hash = hex(&sha256(call.raw_body()));
        match claims.text("payload_hash") {
            Some(claimed) if same(claimed.as_bytes(), hash.as_bytes()) => Ok(()),
            Some(_) => Err(refused("its token is about another body")),
            None => Err(refused("its token does not say which body it is about")),
        }
    }

    /// `sig` is right; where the account has no signatures, the path stands in.
    pub(super) fn check_parameters(&self, parameters: &[(String, String)]) -> Result<(), Error> {
        let (Some(method), Some(secret)) = (self.method, &self.secret) else {
            return match &self.path_secret {
                Some(_) => Ok(()),
                None => Err(unchecked("signature_method or webhook_path_secret")),
            };
        };
        let Some((_, sig)) = parameters.iter().find(|(name, _)| name == "sig") else {
            return Err(unsigned("it has no parameter sig"));
        };
        // Names are signed as they are: one that holds a separator could stand for several.
        if parameters.iter().any(|(name, _)| name.contains(['&', '='])) {
            return Err(refused("the name of a parameter holds a separator"));
        }
        let expected = method.sign(secret.expose_secret().as_bytes(), &canonical(parameters));
        match same(sig.to_ascii_lowercase().as_bytes(), expected.as_bytes()) {
            true => Ok(()),
            false => Err(refused("its signature does not match")),
        }
    }
}

/// The error of a call without a signature. Vonage repeats a call after a 5xx only, and one that it
/// failed to sign comes again signed.
pub(super) fn unsigned(why: &str) -> Error {
    refused(why).with_http_status(503)
}

/// What is signed: every parameter but `sig`, in the order of the names, separators in values
/// replaced.
fn canonical(parameters: &[(String, String)]) -> String {
    let signed = parameters.iter().filter(|(name, _)| name != "sig");
    let mut sorted: Vec<_> = signed.collect();
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut text = String::new();
    for (name, value) in sorted {
        let value = value.replace(['&', '='], "_");
        let _always = write!(text, "&{name}={value}");
    }
    text
}

impl SignatureMethod {
    /// The signature in lower-case hexadecimal digits.
    fn sign(self, secret: &[u8], text: &str) -> String {
        let text = text.as_bytes();
        match self {
            Self::Md5 => hex(&Md5::new()
                .chain_update(text)
                .chain_update(secret)
                .finalize()),
            Self::HmacMd5 => match Hmac::<Md5>::new_from_slice(secret) {
                Ok(mac) => hex(&mac.chain_update(text).finalize().into_bytes()),
                // A key of any length will do, so this is never reached; nothing matches it.
                Err(_) => String::from("no key"),
            },
            Self::HmacSha1 => hex(&hmac(Hash::Sha1, secret, text)),
            Self::HmacSha256 => hex(&hmac(Hash::Sha256, secret, text)),
            Self::HmacSha512 => hex(&hmac(Hash::Sha512, secret, text)),
        }
    }
}
