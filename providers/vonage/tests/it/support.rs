//! A provider pointed at loopback, messages for it, and calls as Vonage signs them.

use std::future::Future;

use figment::Figment;
use figment::providers::{Format, Toml};
use jiff::Timestamp;
use serde_json::{Value, json};
use sms_framework::provider::signature::{Hash, base64, from_base64, hex, hmac, sha256};
use sms_framework::provider::{
    BuildError, DeliveryReceipt, DynProvider, Event, Inbound, Reply, WebhookCall,
};
use sms_framework::testkit::http::{Answer, Request, ScriptedServer, Then};
use sms_framework::testkit::outbound;
use sms_framework::{Acceptance, Error, ErrorKind, Message, Outbound};
use sms_provider_vonage::ENTRY;

pub(crate) const KEY: &str = "abcd1234";
pub(crate) const SECRET: &str = "s3cr3t-of-api-k3y";
pub(crate) const SIGNATURE_SECRET: &str = "s1gnature-s3cr3t";
pub(crate) const ANNA: &str = "+14155550123";
pub(crate) const FROM: &str = "+14155550100";
pub(crate) const TEXT: &str = "Doors open at eight.";
pub(crate) const HOOK: &str = "https://example.org/sms/vonage";
/// A segment of our own URL's path that nobody guesses.
pub(crate) const PATH: &str = "p4th-s3cr3t-0123";
pub(crate) const OURS: &str = "0193b0c0-0000-7000-8000-000000000001";

/// The credentials and the sender of most tables.
pub(crate) const BASIC: &str =
    "api_key = 'abcd1234'\napi_secret = 's3cr3t-of-api-k3y'\nfrom = '+14155550100'";

pub(crate) fn build(table: &str) -> Result<DynProvider, BuildError> {
    ENTRY.build("vonage", &Figment::from(Toml::string(table)))
}

/// A provider with credentials, a sender, and `more` lines of its table.
pub(crate) fn vonage(more: &str) -> DynProvider {
    match build(&format!("{BASIC}\n{more}")) {
        Ok(provider) => provider,
        Err(error) => panic!("the table is refused: {error:?}"),
    }
}

/// The sentence with which a table is refused.
pub(crate) fn refusal(table: &str) -> String {
    match build(table).unwrap_err() {
        BuildError::Refused(error) => error.to_string(),
        BuildError::Table(error) => error.to_string(),
    }
}

pub(crate) fn message() -> Outbound {
    outbound(Message::new(ANNA, TEXT).sender(FROM.parse().unwrap()))
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

/// What becomes of a message that Vonage answers so.
pub(crate) fn sent(api: &str, answer: Answer) -> Result<Acceptance, Error> {
    block_on(async {
        let server = ScriptedServer::start([Then::Answer(answer)]).await;
        let provider = vonage(&format!("api = '{api}'\nbase_url = '{}'", server.url()));
        let sent = provider.send(&message()).await;
        assert_eq!(server.requests().len(), 1, "one message is one request");
        sent
    })
}

/// The request that a message becomes, by a table with `more` lines.
pub(crate) fn request(table: &str, answer: Answer, message: &Outbound) -> Request {
    block_on(async {
        let server = ScriptedServer::start([Then::Answer(answer)]).await;
        let provider = build(&format!("{table}\nbase_url = '{}'", server.url())).unwrap();
        provider.send(message).await.unwrap();
        server.requests().remove(0)
    })
}

pub(crate) fn taken_by_messages() -> Answer {
    Answer::json(
        202,
        json!({"message_uuid": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"}),
    )
}

/// An answer of the SMS API: one part for each `(status, id)`.
pub(crate) fn parts(parts: &[(&str, &str)]) -> Answer {
    let part = |(status, id): &(&str, &str)| match *status {
        "0" => json!({
            "to": "14155550123", "message-id": id, "status": "0",
            "remaining-balance": "38.07243628", "message-price": "0.04120000", "network": "23420",
        }),
        status => json!({"status": status, "error-text": "To +14155550123: s3cr3t-of-api-k3y"}),
    };
    let list: Vec<_> = parts.iter().map(part).collect();
    Answer::json(
        200,
        json!({"message-count": parts.len().to_string(), "messages": list}),
    )
}

/// An error of the Messages API.
pub(crate) fn problem(status: u16, code: &str) -> Answer {
    Answer::text(
        status,
        "application/problem+json",
        json!({
            "type": format!("https://developer.vonage.com/api-errors/messages#{code}"),
            "title": "Not sent",
            "detail": "To +14155550123: Doors open at eight. (s3cr3t-of-api-k3y)",
            "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf",
        }),
    )
}

pub(crate) fn events(provider: &DynProvider, call: &WebhookCall) -> Result<Vec<Event>, Error> {
    block_on(provider.webhooks().unwrap().events(call))
}

pub(crate) fn receipt(provider: &DynProvider, call: &WebhookCall) -> DeliveryReceipt {
    match events(provider, call).unwrap().remove(0) {
        Event::Receipt(receipt) => receipt,
        other => panic!("no receipt: {other:?}"),
    }
}

pub(crate) fn inbound(provider: &DynProvider, call: &WebhookCall) -> Inbound {
    match events(provider, call).unwrap().remove(0) {
        Event::Inbound(inbound) => inbound,
        other => panic!("no message from a phone: {other:?}"),
    }
}

pub(crate) fn url_safe(bytes: &[u8]) -> String {
    let text = base64(bytes).replace('+', "-").replace('/', "_");
    text.trim_end_matches('=').to_owned()
}

pub(crate) fn from_url_safe(text: &str) -> Vec<u8> {
    let text = text.replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    from_base64(&format!("{text}{padding}")).unwrap()
}

/// A token as Vonage makes it.
pub(crate) fn token(claims: &Value, secret: &str) -> String {
    let header = url_safe(br#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", url_safe(claims.to_string().as_bytes()));
    let tag = hmac(Hash::Sha256, secret.as_bytes(), signed.as_bytes());
    format!("{signed}.{}", url_safe(&tag))
}

pub(crate) fn claims(body: &str) -> Value {
    json!({
        "iat": Timestamp::now().as_second(),
        "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
        "iss": "Vonage",
        "payload_hash": hex(&sha256(body.as_bytes())),
        "api_key": KEY,
        "application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
    })
}

/// A call of the Messages API, signed.
pub(crate) fn signed(body: &Value) -> WebhookCall {
    let body = body.to_string();
    let token = token(&claims(&body), SIGNATURE_SECRET);
    WebhookCall::new("POST", HOOK)
        .header("Content-Type", "application/json")
        .header("Authorization", format!("Bearer {token}"))
        .body(body)
}

/// Parameters of the SMS API with their `sig` by HMAC-SHA256, in capitals as Vonage's samples show it.
pub(crate) fn with_sig(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut sorted = parameters.to_vec();
    sorted.sort_unstable();
    let pair = |(name, value): &(&str, &str)| format!("&{name}={}", value.replace(['&', '='], "_"));
    let text: String = sorted.iter().map(pair).collect();
    let sig = hex(&hmac(
        Hash::Sha256,
        SIGNATURE_SECRET.as_bytes(),
        text.as_bytes(),
    ));
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let mut all: Vec<_> = parameters.iter().map(own).collect();
    all.push(("sig".to_owned(), sig.to_uppercase()));
    all
}

/// The query or the form of parameters.
pub(crate) fn encoded(parameters: &[(String, String)]) -> String {
    let byte = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        other => format!("%{other:02X}"),
    };
    let escape = |text: &str| text.bytes().map(byte).collect::<String>();
    let pair = |(name, value): &(String, String)| format!("{}={}", escape(name), escape(value));
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

pub(crate) fn get(parameters: &[(String, String)]) -> WebhookCall {
    WebhookCall::new("GET", format!("{HOOK}?{}", encoded(parameters)))
}

pub(crate) fn form(parameters: &[(String, String)]) -> WebhookCall {
    WebhookCall::new("POST", HOOK)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(encoded(parameters))
}

pub(crate) fn json_call(parameters: &[(String, String)]) -> WebhookCall {
    let fields = parameters.iter().cloned();
    let fields: serde_json::Map<_, _> = fields.map(|(name, value)| (name, value.into())).collect();
    WebhookCall::new("POST", HOOK)
        .header("Content-Type", "application/json")
        .body(Value::Object(fields).to_string())
}

/// A receipt of the SMS API as Vonage's samples show it, with another status and code.
pub(crate) fn sms_receipt(status: &str, code: &str) -> Vec<(String, String)> {
    with_sig(&[
        ("msisdn", "14155550123"),
        ("to", "14155550100"),
        ("network-code", "23410"),
        ("messageId", "0A0000001234567B"),
        ("price", "0.03330000"),
        ("status", status),
        ("scts", "2001011400"),
        ("err-code", code),
        ("api-key", KEY),
        ("client-ref", OURS),
        ("message-timestamp", "2020-01-01 12:00:00"),
        ("timestamp", "1582650446"),
        ("nonce", "ec11dd3e-1e7f-4db5-9467-82b02cd223b9"),
    ])
}

/// The lines that let a provider check calls of both formats.
pub(crate) const SIGNED: &str =
    "webhook_secret = 's1gnature-s3cr3t'\nsignature_method = 'hmac-sha256'";

/// A report of the Messages API, as short as can be.
pub(crate) fn short_report() -> Value {
    json!({"message_uuid": "M1", "channel": "sms", "status": "delivered", "to": "14155550123"})
}

pub(crate) fn refused(provider: &DynProvider, call: &WebhookCall) -> Error {
    let error = match events(provider, call) {
        Err(error) => error,
        Ok(events) => panic!("the call is believed: {events:?}"),
    };
    assert_eq!(error.kind(), ErrorKind::WebhookRefused);
    error
}

/// Why a call is refused, and with which status.
pub(crate) fn why(provider: &DynProvider, call: &WebhookCall) -> (String, u16) {
    let error = refused(provider, call);
    let why = error
        .message()
        .trim_start_matches("the webhook call is refused: ");
    (why.to_owned(), Reply::for_error(&error).status)
}
