//! A provider pointed at loopback, a message for it, and answers as Infobip gives them.

use figment::Figment;
use figment::providers::{Format, Toml};
use serde_json::{Value, json};
use sms_framework::provider::{BuildError, DynProvider, Event, WebhookCall};
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::testkit::outbound;
use sms_framework::{Acceptance, Error, Message, Outbound};
use sms_provider_infobip::ENTRY;

pub(crate) const KEY: &str = "s3cr3t-k3y";
pub(crate) const PATH_SECRET: &str = "an-unguessable-segment";
pub(crate) const ANNA: &str = "+14155550123";
pub(crate) const TEXT: &str = "Doors open at eight, ring twice.";

pub(crate) fn build(table: &str) -> Result<DynProvider, BuildError> {
    ENTRY.build("infobip", &Figment::from(Toml::string(table)))
}

/// The sentence with which a table is refused.
pub(crate) fn refusal(table: &str) -> String {
    match build(table).unwrap_err() {
        BuildError::Refused(error) => error.to_string(),
        BuildError::Table(error) => error.to_string(),
    }
}

/// A provider of an account, with `more` lines of its table.
pub(crate) fn infobip(base_url: &str, more: &str) -> DynProvider {
    build(&format!(
        "api_key = '{KEY}'\nbase_url = '{base_url}'\n{more}"
    ))
    .unwrap()
}

pub(crate) fn message() -> Outbound {
    outbound(Message::new(ANNA, TEXT))
}

/// A status as Infobip writes it.
pub(crate) fn status(group: u64, group_name: &str, id: u64, name: &str) -> Value {
    json!({
        "groupId": group, "groupName": group_name, "id": id, "name": name,
        "description": format!("{TEXT} to 14155550123 with {KEY}"),
    })
}

pub(crate) fn pending() -> Value {
    status(1, "PENDING", 26, "PENDING_ACCEPTED")
}

pub(crate) fn duplicate() -> Value {
    status(5, "REJECTED", 23, "REJECTED_DUPLICATE_MESSAGE_ID")
}

/// The answer to a message, in the form of version 3.
pub(crate) fn answered(id: &str, status: Value) -> Answer {
    let entry = json!({
        "messageId": id, "destination": "14155550123", "status": status,
        "details": {"messageCount": 1},
    });
    Answer::json(
        200,
        json!({"bulkId": "2034072219640523072", "messages": [entry]}),
    )
}

/// What a send makes of one answer.
pub(crate) async fn sent(answer: Answer) -> Result<Acceptance, Error> {
    let server = ScriptedServer::start([Then::Answer(answer)]).await;
    infobip(server.url(), "").send(&message()).await
}

/// A call to the URL that has the secret in its path.
pub(crate) fn call(body: &str) -> WebhookCall {
    let url = format!("https://example.org/sms/infobip/{PATH_SECRET}");
    WebhookCall::new("POST", url).body(body)
}

pub(crate) async fn events(
    provider: &DynProvider,
    call: &WebhookCall,
) -> Result<Vec<Event>, Error> {
    provider.webhooks().unwrap().events(call).await
}

/// What is read from such a call.
pub(crate) async fn read(body: &Value) -> Result<Vec<Event>, Error> {
    let secret = format!("webhook_path_secret = '{PATH_SECRET}'");
    events(
        &infobip("http://127.0.0.1:9", &secret),
        &call(&body.to_string()),
    )
    .await
}
