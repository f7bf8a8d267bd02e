//! A provider pointed at loopback, and what becomes of a message there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use figment::Figment;
use figment::providers::{Format, Toml};
use sms_framework::provider::{BuildError, DynProvider, Event, WebhookCall};
use sms_framework::testkit::http::{Answer, Request, ScriptedServer, Then};
use sms_framework::testkit::outbound;
use sms_framework::{Acceptance, Error, ErrorKind, Message, Outbound};
use sms_provider_bird::ENTRY;

pub(crate) const ANNA: &str = "+14155550123";
pub(crate) const TEXT: &str = "Doors open at eight, ring twice.";

pub(crate) fn build(table: &str) -> Result<DynProvider, BuildError> {
    ENTRY.build("bird", &Figment::from(Toml::string(table)))
}

/// The sentence with which a table is refused.
pub(crate) fn refusal(table: &str) -> String {
    match build(table).unwrap_err() {
        BuildError::Refused(error) => error.to_string(),
        BuildError::Table(error) => error.to_string(),
    }
}

pub(crate) fn message() -> Outbound {
    outbound(Message::new(ANNA, TEXT))
}

pub(crate) async fn server(answers: impl IntoIterator<Item = Answer>) -> ScriptedServer {
    ScriptedServer::start(answers.into_iter().map(Then::Answer)).await
}

/// What a provider of that table makes of a message to which the vendor answers so, and the request.
pub(crate) async fn send(
    table: impl Fn(&str) -> String,
    message: &Outbound,
    answer: Answer,
) -> (Result<Acceptance, Error>, Request) {
    let server = server([answer]).await;
    let provider = build(&table(server.url())).unwrap();
    let sent = provider.send(message).await;
    let request = server.requests().remove(0);
    (sent, request)
}

/// What a provider of that table reads from a call. To build one takes its time (the system's
/// certificates are read), so there is one for each table.
pub(crate) async fn events(table: &str, call: &WebhookCall) -> Result<Vec<Event>, Error> {
    static BUILT: Mutex<BTreeMap<String, DynProvider>> = Mutex::new(BTreeMap::new());
    let provider = {
        let mut built = BUILT.lock().unwrap();
        let provider = built.entry(table.to_owned());
        Arc::clone(provider.or_insert_with(|| build(table).unwrap()))
    };
    provider.webhooks().unwrap().events(call).await
}

/// Whether a call is believed, whatever it says.
pub(crate) async fn is_believed(table: &str, call: &WebhookCall) -> bool {
    match events(table, call).await {
        Ok(_) => true,
        Err(error) => error.kind() != ErrorKind::WebhookRefused,
    }
}

/// Bodies that no vendor sends, and that somebody will.
pub(crate) const GARBAGE: &[&str] = &[
    "",
    " ",
    "null",
    "true",
    "7",
    "-1e999",
    "\"sms.sent\"",
    "[]",
    "[[[[[[[[",
    "{}",
    "{",
    "{\"type\": 7}",
    "{\"type\": \"sms.\"}",
    "{\"type\": \"sms.sent\"}",
    "{\"type\": \"sms.sent\", \"data\": null}",
    "{\"type\": \"sms.sent\", \"data\": [1, 2]}",
    "{\"type\": \"sms.sent\", \"data\": {\"sms_id\": {}, \"tags\": 5, \"metadata\": \"x\"}}",
    "{\"type\": \"sms.received\", \"data\": {\"from\": \"\", \"to\": 7}}",
    "status=&id=",
    "status=sent",
    "status=%FF%FE&id=%00&statusDatetime=%",
    "originator=&body=%F0%9F",
    "originator=31612345678&recipient=++&body=a&id=1&createdDatetime=2016-13-99T99:99:99+99:99",
    "mid=1&shortcode=&message=",
    "&&&===%%%",
    "\u{0}\u{1}\u{fffd}💥",
];
