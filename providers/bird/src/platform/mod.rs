//! Bird's platform: one POST of JSON for a message, with our id as idempotency key.

mod answer;
mod lookup;
mod webhooks;

use secrecy::SecretString;
use serde_json::{Value, json};
use sms_framework::provider::http::{TableCheck, join};
use sms_framework::provider::{Capabilities, Reference};
use sms_framework::{Acceptance, Error, Outbound};

use crate::config::{BirdConfig, Category};
use crate::wire::Wire;

/// The name under which our id goes along, as a tag (which lists can be filtered by) and in the
/// metadata (which receipts carry).
const OUR_ID: &str = "sms_message_id";
/// The API cuts no text: it refuses one of more segments.
const MOST_SEGMENTS: u32 = 12;

/// The way over the platform.
pub(crate) struct Platform {
    pub(crate) wire: Wire,
    category: Category,
    webhook_secret: Option<SecretString>,
}

impl Platform {
    pub(crate) const CAPABILITIES: Capabilities = Capabilities::new()
        .with_max_segments(MOST_SEGMENTS)
        .with_reference(Reference::Idempotent)
        .with_lookup()
        .with_receipts()
        .with_inbound();

    pub(crate) fn new(id: &str, config: &BirdConfig) -> Result<Self, Error> {
        let check = TableCheck::new(id);
        let key = config.key(&check)?;
        let messages = join(&config.base(&check, &key)?, &["v1", "sms", "messages"]);
        Ok(Self {
            webhook_secret: config.webhook_secret(&check)?,
            wire: Wire::new(id, config, key, "Bearer", messages)?,
            category: config.category.unwrap_or_default(),
        })
    }

    pub(crate) async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let request = self
            .wire
            .post()
            // The same for every attempt at this message, within one process and beyond.
            .header("Idempotency-Key", format!("sms/{}", message.id()))
            .json(&self.body(message)?);
        let answer = self.wire.execute(request).await?;
        answer::read(&answer, &self.wire.hidden(message))
    }

    fn body(&self, message: &Outbound) -> Result<Value, Error> {
        let id = message.id().to_string();
        Ok(json!({
            "to": message.to(),
            "from": self.wire.sender_of(message)?,
            "text": message.body(),
            "category": self.category.as_str(),
            "tags": [{"name": OUR_ID, "value": id}],
            "metadata": {OUR_ID: id},
        }))
    }
}
