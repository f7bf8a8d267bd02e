//! The tables of a description, typed. What stands in trees of free shape is kept as it was written.

use std::collections::BTreeMap;
use std::time::Duration;

use figment::value::Value;
use serde::Deserialize;
use sms_framework::config::duration;
use sms_framework::provider::Beyond;

/// `[request]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestTable {
    #[serde(default)]
    pub(crate) method: Method,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) body: Option<Body>,
    #[serde(default)]
    pub(crate) number: NumberForm,
    #[serde(default)]
    pub(crate) sender_number: SenderForm,
    pub(crate) auth: Option<Value>,
    pub(crate) max_segments: Option<u32>,
    pub(crate) validity: Option<ValidityTable>,
    #[serde(default)]
    pub(crate) idempotent: bool,
    pub(crate) fields: Option<Value>,
    pub(crate) unicode: Option<Value>,
    pub(crate) xml: Option<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Method {
    #[default]
    #[serde(rename = "POST")]
    Post,
    #[serde(rename = "GET")]
    Get,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Body {
    Json,
    Form,
    Xml,
    None,
}

/// How the recipient is written.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NumberForm {
    #[default]
    E164,
    Digits,
    ZeroZero,
    Integer,
}

/// How a sender that is a phone number is written.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SenderForm {
    #[default]
    E164,
    Digits,
    ZeroZero,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValidityTable {
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) shortest: Duration,
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) longest: Duration,
    #[serde(default)]
    pub(crate) beyond: BeyondWord,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BeyondWord {
    Refused,
    Cut,
    #[default]
    NotSaid,
}

impl From<BeyondWord> for Beyond {
    fn from(word: BeyondWord) -> Self {
        match word {
            BeyondWord::Refused => Self::Refused,
            BeyondWord::Cut => Self::Cut,
            BeyondWord::NotSaid => Self::NotSaid,
        }
    }
}

/// `auth` of `[request]`, of `[receipt]` or of `[inbound]`: one of its keys.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RequestAuthTable {
    pub(crate) basic: Option<[String; 2]>,
    pub(crate) bearer: Option<String>,
    pub(crate) header: Option<[String; 2]>,
    pub(crate) query: Option<[String; 2]>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CallAuthTable {
    pub(crate) basic: Option<[String; 2]>,
    pub(crate) header: Option<[String; 2]>,
    pub(crate) jwt_hs256: Option<[String; 2]>,
    pub(crate) url_secret: bool,
}

/// `[accept]`
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AcceptTable {
    pub(crate) status: Option<Vec<u16>>,
    pub(crate) read: Read,
    pub(crate) r#where: BTreeMap<String, Value>,
    pub(crate) id: Option<String>,
    pub(crate) capture: Option<String>,
}

/// What the body of an answer is.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Read {
    #[default]
    Json,
    Xml,
    Form,
    Text,
}

/// `[reject]`
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RejectTable {
    pub(crate) code: Option<Value>,
    pub(crate) capture: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) default: Option<Value>,
    pub(crate) codes: BTreeMap<String, Value>,
    pub(crate) status: BTreeMap<String, Value>,
}

/// What a code means where it takes more than a word.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeaningTable {
    pub(crate) class: String,
    #[serde(default)]
    pub(crate) proven_not_sent: bool,
    pub(crate) meaning: Option<String>,
}

/// `[receipt]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptTable {
    pub(crate) from: String,
    pub(crate) each: Option<String>,
    #[serde(default)]
    pub(crate) when: BTreeMap<String, Value>,
    pub(crate) id: Option<String>,
    pub(crate) message_id: Option<String>,
    pub(crate) status: String,
    pub(crate) to: Option<String>,
    pub(crate) at: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) auth: Option<Value>,
    pub(crate) reply: Option<ReplyTable>,
    #[serde(default)]
    pub(crate) states: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) codes: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReplyTable {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) content_type: String,
}

impl Default for ReplyTable {
    fn default() -> Self {
        Self {
            status: 200,
            body: String::new(),
            content_type: "text/plain".to_owned(),
        }
    }
}

/// `[inbound]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InboundTable {
    pub(crate) from: String,
    pub(crate) each: Option<String>,
    #[serde(default)]
    pub(crate) when: BTreeMap<String, Value>,
    pub(crate) id: Option<String>,
    pub(crate) sender: String,
    pub(crate) to: String,
    pub(crate) text: String,
    pub(crate) at: Option<String>,
    pub(crate) auth: Option<Value>,
}
