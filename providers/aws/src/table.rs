//! Values of the table that need a look before they are sent to AWS.

use serde_json::{Map, Value};
use sms_framework::provider::http::TableCheck;
use sms_framework::{Error, Sender};

use crate::config::AwsConfig;

/// The longest name, id or ARN that AWS takes.
const LONGEST_NAME: usize = 256;

/// The configured sender.
#[derive(Debug)]
pub(crate) enum From {
    Sender(Sender),
    /// Longer than a [`Sender`] may be; senders that another account shares are known by it alone.
    Arn(String),
}

impl From {
    pub(crate) fn read(check: &TableCheck<'_>, text: &str) -> Result<Self, Error> {
        if text.starts_with("arn:") {
            return Ok(Self::Arn(named(check, "from", text)?.to_owned()));
        }
        Sender::parse(text)
            .map(Self::Sender)
            .map_err(|error| check.wrong("from", error.message()))
    }
}

/// A sender as AWS writes it: pools by their bare id.
pub(crate) fn identity(sender: &Sender) -> String {
    match sender {
        Sender::MessagingService(pool) => pool.as_str().to_owned(),
        other => other.to_string(),
    }
}

/// The region becomes part of a host name.
pub(crate) fn region<'t>(check: &TableCheck<'_>, region: &'t str) -> Result<&'t str, Error> {
    if region.is_empty() {
        return Err(check.wrong("region", "it is missing; set AWS_REGION"));
    }
    let of_a_region = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !region.chars().all(of_a_region) {
        let why = "it may hold small letters, digits and hyphens only, like eu-central-1";
        return Err(check.wrong("region", why));
    }
    Ok(region)
}

/// The fields that are the same in every request.
pub(crate) fn fixed(
    check: &TableCheck<'_>,
    config: &AwsConfig,
) -> Result<Map<String, Value>, Error> {
    let mut fields = Map::new();
    let mut set = |name: &str, value: &str| fields.insert(name.to_owned(), value.into());
    if let Some(set_name) = &config.configuration_set {
        let key = "configuration_set";
        set("ConfigurationSetName", named(check, key, set_name)?);
    }
    if let Some(protect) = &config.protect_configuration {
        let key = "protect_configuration";
        set("ProtectConfigurationId", named(check, key, protect)?);
    }
    if let Some(message_type) = config.message_type {
        set("MessageType", message_type.as_str());
    }
    if let Some(price) = &config.max_price {
        set("MaxPrice", dollars(check, price)?);
    }
    Ok(fields)
}

/// The parameters that India's carriers want.
pub(crate) fn india(
    check: &TableCheck<'_>,
    config: &AwsConfig,
) -> Result<Map<String, Value>, Error> {
    let mut fields = Map::new();
    for (key, value, name) in [
        ("india_entity_id", &config.india_entity_id, "IN_ENTITY_ID"),
        (
            "india_template_id",
            &config.india_template_id,
            "IN_TEMPLATE_ID",
        ),
    ] {
        if let Some(value) = value {
            if value.is_empty() || value.contains(char::is_whitespace) {
                return Err(check.wrong(key, "it is empty or holds a blank; write the id alone"));
            }
            fields.insert(name.to_owned(), value.as_str().into());
        }
    }
    Ok(fields)
}

/// A name, an id or an ARN of something in the account.
fn named<'t>(check: &TableCheck<'_>, key: &str, text: &'t str) -> Result<&'t str, Error> {
    let of_a_name = |c: char| c.is_ascii_alphanumeric() || "_:/-+".contains(c);
    if text.is_empty() || text.len() > LONGEST_NAME || !text.chars().all(of_a_name) {
        let why = "it is no name, id or ARN of AWS: 1 to 256 of A-Z a-z 0-9 _ : / - +";
        return Err(check.wrong(key, why));
    }
    Ok(text)
}

/// AWS's own form: up to two digits, a point, one to five digits.
fn dollars<'t>(check: &TableCheck<'_>, text: &'t str) -> Result<&'t str, Error> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, part))
            if whole.len() <= 2
                && (1..=5).contains(&part.len())
                && digits(whole)
                && digits(part) =>
        {
            Ok(text)
        }
        _ => {
            let why = "write US dollars with a point and in quotes, like \"0.25\" or \"1.0\"";
            Err(check.wrong("max_price", why))
        }
    }
}
