//! The envelope that SNS puts round every message, and the text that it signs.
//!
//! As the SNS Developer Guide has it, "Verifying the signatures of Amazon SNS messages": name and
//! value of certain fields, in the byte order of their names, each on a line of its own.

use serde::Deserialize;
use sms_framework::Error;
use sms_framework::provider::signature::refused;

/// What SNS posts.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Envelope {
    #[serde(rename = "Type")]
    pub(crate) kind: Kind,
    pub(crate) message_id: String,
    pub(crate) topic_arn: String,
    pub(crate) subject: Option<String>,
    pub(crate) message: String,
    pub(crate) timestamp: String,
    pub(crate) signature_version: String,
    pub(crate) signature: String,
    #[serde(rename = "SigningCertURL")]
    pub(crate) signing_cert_url: String,
    /// Of the two confirmations.
    #[serde(default)]
    pub(crate) token: String,
    /// Of the two confirmations.
    #[serde(default, rename = "SubscribeURL")]
    pub(crate) subscribe_url: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Kind {
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Notification => "Notification",
            Self::SubscriptionConfirmation => "SubscriptionConfirmation",
            Self::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }
}

impl Envelope {
    /// Without all of its fields there is no signature to check, so nothing of it is believed.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(body).map_err(|_| {
            refused("its body is no message of SNS with its signature; is raw message delivery on?")
        })
    }

    /// What is signed.
    pub(crate) fn signed_text(&self) -> String {
        let kind = self.kind.as_str();
        let mut fields = vec![
            ("Message", &*self.message),
            ("MessageId", &*self.message_id),
        ];
        if self.kind == Kind::Notification {
            fields.extend(self.subject.as_deref().map(|subject| ("Subject", subject)));
        } else {
            fields.push(("SubscribeURL", &*self.subscribe_url));
        }
        fields.push(("Timestamp", &*self.timestamp));
        if self.kind != Kind::Notification {
            fields.push(("Token", &*self.token));
        }
        fields.extend([("TopicArn", &*self.topic_arn), ("Type", kind)]);
        let lines = fields
            .iter()
            .map(|(name, value)| format!("{name}\n{value}\n"));
        lines.collect()
    }
}
