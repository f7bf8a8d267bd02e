//! Where the APIs are.

use secrecy::SecretString;
use sms_framework::Error;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{TableCheck, join, with_path_secret};

use crate::config::{Api, Region, VonageConfig};

/// The address that messages are posted to.
pub(crate) fn endpoint(check: &TableCheck<'_>, config: &VonageConfig) -> Result<Url, Error> {
    if config.region.is_some() {
        if config.api == Api::Sms {
            return Err(check.wrong("region", "the SMS API has one host only; leave it out"));
        }
        if config.base_url.is_some() {
            return Err(check.wrong("region", "`base_url` is set, too; leave one of them out"));
        }
    }
    let host = match (config.api, config.region) {
        (Api::Sms, _) => "https://rest.nexmo.com",
        (Api::Messages, None) => "https://api.nexmo.com",
        (Api::Messages, Some(Region::Eu)) => "https://api-eu.vonage.com",
        (Api::Messages, Some(Region::Us)) => "https://api-us.vonage.com",
        (Api::Messages, Some(Region::Ap)) => "https://api-ap.vonage.com",
    };
    let base = config.base_url.as_deref().unwrap_or(host);
    let base = check.base_url("base_url", base)?;
    Ok(match config.api {
        Api::Messages => join(&base, &["v1", "messages"]),
        Api::Sms => join(&base, &["sms", "json"]),
    })
}

/// The longest callback URL that the SMS API takes, in characters.
const LONGEST_CALLBACK: usize = 100;

/// The URL that Vonage is given with each message.
pub(crate) fn callback(
    check: &TableCheck<'_>,
    config: &VonageConfig,
    path_secret: Option<&SecretString>,
) -> Result<Option<Url>, Error> {
    let url = check.callback("callback_url", config.callback_url.as_deref())?;
    let Some(url) = url else { return Ok(None) };
    let url = with_path_secret(url, path_secret);
    let wrong = |why| Err(check.wrong("callback_url", why));
    if config.api == Api::Sms {
        if url.as_str().len() > LONGEST_CALLBACK {
            return wrong(
                "with `webhook_path_secret` in its path it is longer than the 100 characters that the SMS API takes",
            );
        }
        if url.query().is_some() {
            return wrong("it has a query, which the SMS API fills and signs itself");
        }
    }
    Ok(Some(url))
}
