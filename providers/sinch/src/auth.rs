//! How a call proves whose it is: a plan's token, or an access token for a project's key.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sms_framework::provider::error_for_status;
use sms_framework::provider::http::reqwest::{RequestBuilder, Url, header::WWW_AUTHENTICATE};
use sms_framework::provider::http::{Answer, HttpClient};
use sms_framework::{Certainty, Error, ErrorKind};
use tokio::sync::Mutex;

/// How a call proves whose it is.
#[derive(Debug)]
pub(crate) enum Auth {
    /// The service plan's API token.
    Token(SecretString),
    /// The project's access key.
    Keys(Keys),
}

/// An access key (OAuth2 client credentials), and the token that was last given for it.
pub(crate) struct Keys {
    id: String,
    secret: SecretString,
    url: Url,
    /// Held while a token is fetched, so that many sends at once ask for one: the endpoint throttles.
    token: Mutex<Option<SecretString>>,
}

impl Keys {
    pub(crate) fn new(id: &str, secret: SecretString, url: Url) -> Self {
        Self {
            id: id.to_owned(),
            secret,
            url,
            token: Mutex::default(),
        }
    }

    async fn token(&self, http: &HttpClient) -> Result<SecretString, Error> {
        let mut kept = self.token.lock().await;
        if let Some(token) = &*kept {
            return Ok(token.clone());
        }
        let token = self.fetch(http).await.map_err(no_token)?;
        *kept = Some(token.clone());
        Ok(token)
    }

    /// Forgets `refused`, unless another send has a new token already.
    async fn forget(&self, refused: &SecretString) {
        let mut kept = self.token.lock().await;
        if let Some(token) = &*kept
            && token.expose_secret() == refused.expose_secret()
        {
            *kept = None;
        }
    }

    async fn fetch(&self, http: &HttpClient) -> Result<SecretString, Error> {
        let request = http
            .post(self.url.as_str())
            .basic_auth(&self.id, Some(self.secret.expose_secret()))
            .form(&[("grant_type", "client_credentials")]);
        let answer = http.execute(request).await?;
        if !answer.is_success() {
            let error = match answer.status {
                400 | 401 | 403 => {
                    let message = format!("the access key was refused (HTTP {})", answer.status);
                    Error::new(ErrorKind::Unauthorized, message).with_http_status(answer.status)
                }
                status => error_for_status(status),
            };
            return Err(match answer.retry_after() {
                Some(wait) => error.with_retry_after(wait),
                None => error,
            });
        }
        let body: Value = answer.json()?;
        match body["access_token"].as_str() {
            Some(token) if !token.is_empty() => Ok(token.into()),
            _ => Err(answer.bad("the answer holds no access token")),
        }
    }
}

/// Without a token the message never left.
fn no_token(error: Error) -> Error {
    let message = format!("no access token was given: {}", error.message());
    let mut out = Error::new(error.kind(), message)
        .with_class(error.class())
        .with_certainty(Certainty::NotSent);
    if let Some(status) = error.http_status() {
        out = out.with_http_status(status);
    }
    if let Some(wait) = error.retry_after() {
        out = out.with_retry_after(wait);
    }
    out.with_source(error)
}

impl Auth {
    /// Sends the request with its proof. The token comes back, too: the answer may repeat it.
    ///
    /// A 401 that says "expired" to an access token is no refusal of the request, which nobody has
    /// looked at: it is made once more with a new token, and whatever comes then is the answer.
    pub(crate) async fn execute(
        &self,
        http: &HttpClient,
        request: impl Fn() -> RequestBuilder + Send,
    ) -> Result<(Answer, SecretString), Error> {
        let keys = match self {
            Self::Token(token) => {
                let request = request().bearer_auth(token.expose_secret());
                return Ok((http.execute(request).await?, token.clone()));
            }
            Self::Keys(keys) => keys,
        };
        let token = keys.token(http).await?;
        let once = request().bearer_auth(token.expose_secret());
        let answer = http.execute(once).await?;
        if answer.status != 401 {
            return Ok((answer, token));
        }
        keys.forget(&token).await;
        if !says_expired(&answer) {
            return Ok((answer, token));
        }
        let token = keys.token(http).await?;
        let again = request().bearer_auth(token.expose_secret());
        let answer = http.execute(again).await?;
        if answer.status == 401 {
            keys.forget(&token).await;
        }
        Ok((answer, token))
    }
}

fn says_expired(answer: &Answer) -> bool {
    answer
        .headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("expired"))
}

/// Shows no secret.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("id", &self.id)
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}
