//! The classic REST API of MessageBird: one POST of JSON for a message, with our id as reference.

mod answer;
mod lookup;
mod report;
mod signature;

use secrecy::SecretString;
use serde_json::{Value, json};
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{TableCheck, callback_for, join};
use sms_framework::provider::{Beyond, Capabilities, Reference, Validity};
use sms_framework::{Acceptance, Error, Outbound, Sender};

use crate::config::BirdConfig;
use crate::wire::Wire;

/// A week is what is said to hold without one; nobody says whether more is taken.
pub(crate) const VALIDITY: Validity = Validity::seconds(1, 7 * 24 * 3600).beyond(Beyond::NotSaid);

/// The way over the classic API.
pub(crate) struct Classic {
    pub(crate) wire: Wire,
    callback_url: Option<Url>,
    signing_key: Option<SecretString>,
}

impl Classic {
    pub(crate) const CAPABILITIES: Capabilities = Capabilities::new()
        .with_validity(VALIDITY)
        .with_reference(Reference::Echoed)
        .with_lookup()
        .with_receipts()
        .with_inbound();

    pub(crate) fn new(id: &str, config: &BirdConfig) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        let key = config.key(&check)?;
        let messages = join(&config.base(&check, &key)?, &["messages"]);
        Ok(Self {
            callback_url: check.callback("callback_url", config.callback_url.as_deref())?,
            signing_key: config.webhook_secret(&check)?,
            wire: Wire::new(id, config, key, "AccessKey", messages)?,
        })
    }

    pub(crate) async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let request = self.wire.post().json(&self.body(message)?);
        let answer = self.wire.execute(request).await?;
        answer::read(&answer, &self.wire.hidden(message))
    }

    fn body(&self, message: &Outbound) -> Result<Value, Error> {
        let mut body = json!({
            "originator": originator(self.wire.sender_of(message)?),
            "recipients": [message.to().digits().to_string()],
            "body": message.body(),
            // Without a reference there are no reports.
            "reference": message.id(),
            // Without this, characters that GSM 03.38 lacks are replaced by others.
            "datacoding": "auto",
        });
        if let Some(callback) = &self.callback_url {
            body["reportUrl"] = json!(callback_for(callback, message.id()));
        }
        if let Some(time) = message.valid_for() {
            body["validity"] = json!(time.as_secs());
        }
        Ok(body)
    }
}

/// Numbers go without a plus, as the API writes them itself.
fn originator(sender: &Sender) -> String {
    match sender {
        Sender::Phone(number) => number.digits().to_string(),
        sender => sender.to_string(),
    }
}
