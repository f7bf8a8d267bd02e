//! Who we are to Vonage: Basic authentication, or a token made for each request.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sms_framework::Error;
use sms_framework::message::MessageId;
use sms_framework::provider::http::TableCheck;
use sms_framework::provider::http::reqwest::RequestBuilder;
use sms_framework::provider::signature::sign_rs256;

use crate::config::{Api, VonageConfig};

/// How long a token is good for, in seconds: what Vonage's own libraries give theirs.
const TOKEN_LIFE: i64 = 900;

/// Exactly one of the two goes with a request: Vonage wants never both.
pub(crate) enum Auth {
    Basic {
        key: String,
        secret: SecretString,
    },
    Token {
        application: String,
        private_key: SecretString,
    },
}

impl Auth {
    pub(crate) fn of(check: &TableCheck<'_>, config: &VonageConfig) -> Result<Self, Error> {
        let token = config.application_id.is_some() || config.private_key.is_some();
        match config.api {
            Api::Messages if token => Self::token_of(check, config),
            Api::Messages => Self::basic_of(check, config),
            Api::Sms => {
                if token {
                    tracing::warn!(
                        "the SMS API takes no tokens, so application_id and private_key are not used"
                    );
                }
                Self::basic_of(check, config)
            }
        }
    }

    fn basic_of(check: &TableCheck<'_>, config: &VonageConfig) -> Result<Self, Error> {
        let key = config.api_key.as_deref().unwrap_or_default();
        Ok(Self::Basic {
            key: check.name("api_key", key, "VONAGE_API_KEY")?.to_owned(),
            secret: check.secret("api_secret", &config.api_secret, "VONAGE_API_SECRET")?,
        })
    }

    fn token_of(check: &TableCheck<'_>, config: &VonageConfig) -> Result<Self, Error> {
        let application = config.application_id.as_deref().unwrap_or_default();
        let application = check.name("application_id", application, "VONAGE_APPLICATION_ID")?;
        // It has lines; a variable often holds their breaks as a backslash and an n.
        let private_key = config.private_key.as_ref().map(ExposeSecret::expose_secret);
        let private_key = private_key.unwrap_or_default().replace("\\n", "\n");
        if private_key.is_empty() {
            return Err(check.wrong("private_key", "it is missing; set VONAGE_PRIVATE_KEY"));
        }
        token(application, &private_key).map_err(|_| {
            check.wrong(
                "private_key",
                "it is no RSA key in PEM of 2048 bits or more; give the key's text, not the name of its file",
            )
        })?;
        Ok(Self::Token {
            application: application.to_owned(),
            private_key: private_key.into(),
        })
    }

    pub(crate) fn authenticate(&self, request: RequestBuilder) -> Result<RequestBuilder, Error> {
        Ok(match self {
            Self::Basic { key, secret } => request.basic_auth(key, Some(secret.expose_secret())),
            Self::Token {
                application,
                private_key,
            } => request.bearer_auth(token(application, private_key.expose_secret())?),
        })
    }

    /// What must never be shown.
    pub(crate) fn secret(&self) -> &str {
        match self {
            Self::Basic { secret, .. } => secret.expose_secret(),
            Self::Token { private_key, .. } => private_key.expose_secret(),
        }
    }
}

/// A token for the application, good from now on.
fn token(application: &str, private_key: &str) -> Result<String, Error> {
    let now = Timestamp::now().as_second();
    let claims = json!({
        "application_id": application,
        "iat": now,
        "exp": now + TOKEN_LIFE,
        // Any name that is never given twice.
        "jti": MessageId::new(),
    });
    sign_rs256(&claims, private_key)
}
