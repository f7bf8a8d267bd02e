//! A provider pointed at loopback, messages for it, and Twilio's calls to it.

use std::collections::BTreeSet;

use figment::Figment;
use figment::providers::{Format, Toml};
use sms_framework::provider::signature::{Hash, base64, hmac};
use sms_framework::provider::{BuildError, DynProvider, Event, WebhookCall};
use sms_framework::{Error, Message, Outbound, testkit};
use sms_provider_twilio::ENTRY;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const SID: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "s3cr3t-t0k3n";
pub(crate) const ANNA: &str = "+14155550123";
pub(crate) const FROM: &str = "+14155550100";
pub(crate) const OUR_ID: &str = "0193b0c0-0000-7000-8000-000000000001";
pub(crate) const TEXT: &str = "Doors open at eight.";

pub(crate) fn build(table: &str) -> Result<DynProvider, BuildError> {
    ENTRY.build("twilio", &Figment::from(Toml::string(table)))
}

/// The sentence with which a table is refused.
pub(crate) fn refusal(table: &str) -> String {
    match build(table).unwrap_err() {
        BuildError::Refused(error) => error.to_string(),
        BuildError::Table(error) => error.to_string(),
    }
}

/// A provider with account, token and sender, and `more` lines of its table.
pub(crate) fn twilio(base_url: &str, more: &str) -> DynProvider {
    let from = if more.contains("from =") {
        String::new()
    } else {
        format!("from = '{FROM}'")
    };
    build(&format!(
        "account_sid = '{SID}'\nauth_token = '{TOKEN}'\nbase_url = '{base_url}'\n{from}\n{more}"
    ))
    .unwrap()
}

pub(crate) fn message() -> Outbound {
    outbound(Message::new(ANNA, TEXT))
}

pub(crate) fn outbound(message: Message) -> Outbound {
    testkit::outbound(message)
}

/// A server that gives every request the same answer.
pub(crate) async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

pub(crate) fn created() -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_json(serde_json::json!({
        "sid": "SM00000000000000000000000000000001",
        "status": "queued",
        "num_segments": "1",
        "error_code": null
    }))
}

/// A call of Twilio's to us, signed with the auth token, with these fields in its form.
pub(crate) fn call(fields: &[(&str, &str)]) -> WebhookCall {
    let url = format!("https://example.org/sms/status?sms_message_id={OUR_ID}");
    let form = WebhookCall::new("POST", url)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form_urlencoded(fields));
    signed(form, TOKEN)
}

/// The call with its signature: of a GET's URL, or of a form's URL and fields.
pub(crate) fn signed(call: WebhookCall, token: &str) -> WebhookCall {
    let fields: BTreeSet<_> = match call.method() {
        "GET" => BTreeSet::new(),
        _ => call.form().into_iter().collect(),
    };
    let message = fields
        .into_iter()
        .fold(call.url().to_owned(), |message, (name, value)| {
            message + &name + &value
        });
    let signature = signature(token, &message);
    call.header("X-Twilio-Signature", signature)
}

pub(crate) fn signature(token: &str, message: &str) -> String {
    base64(&hmac(Hash::Sha1, token.as_bytes(), message.as_bytes()))
}

/// Every byte but letters and digits as `%XX`.
pub(crate) fn form_urlencoded<S: AsRef<str>>(fields: &[(S, S)]) -> String {
    let encoded = |text: &str| {
        let byte = |byte: u8| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect::<String>()
    };
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name.as_ref()), encoded(value.as_ref())))
        .collect();
    pairs.join("&")
}

/// What is read from a call that must be taken.
pub(crate) async fn events(provider: &DynProvider, call: &WebhookCall) -> Vec<Event> {
    provider.webhooks().unwrap().events(call).await.unwrap()
}

/// Why a call is not taken.
pub(crate) async fn refused(provider: &DynProvider, call: &WebhookCall) -> Error {
    let events = provider.webhooks().unwrap().events(call).await;
    events.expect_err("it is taken")
}
