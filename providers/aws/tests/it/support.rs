//! A provider pointed at loopback, messages for it, and SNS's calls to it.

use figment::Figment;
use figment::providers::{Format, Toml};
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use serde_json::{Value, json};
use sms_framework::provider::signature::base64;
use sms_framework::provider::{BuildError, DeliveryReceipt, DynProvider, Event, WebhookCall};
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::{Error, Message, Outbound, testkit};
use sms_provider_aws::ENTRY;

pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtoken==";
pub(crate) const ANNA: &str = "+14155550123";
pub(crate) const FROM: &str = "+14155550100";
pub(crate) const TEXT: &str = "Doors open at eight, ring twice.";
/// The vendor's id of a message.
pub(crate) const ID: &str = "5b9e4a1c-9a7e-4d5c-8f2f-3c8f6f0e7d21";
/// Ours.
pub(crate) const OUR_ID: &str = "0193b0c0-0000-7000-8000-000000000001";
pub(crate) const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:sms-events";
pub(crate) const HOOK: &str = "https://example.org/sms/aws";
const CERTIFICATE_URL: &str =
    "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0000000000000000000000.pem";

/// Self-signed, of the key beside it, by `openssl req -x509 -newkey rsa:2048 -nodes -days 36500`.
pub(crate) const CERTIFICATE: &str = include_str!("../data/sns.cert.pem");
const KEY: &[u8] = include_bytes!("../data/sns.key.pem");

pub(crate) fn build(table: &str) -> Result<DynProvider, BuildError> {
    ENTRY.build("aws", &Figment::from(Toml::string(table)))
}

/// The sentence with which a table is refused.
pub(crate) fn refusal(table: &str) -> String {
    match build(table).unwrap_err() {
        BuildError::Refused(error) => error.to_string(),
        BuildError::Table(error) => error.to_string(),
    }
}

/// What every table here has.
pub(crate) fn credentials() -> String {
    format!(
        "region = 'eu-central-1'\naccess_key_id = 'AKIDEXAMPLE'\nsecret_access_key = '{SECRET}'\n"
    )
}

/// A provider with credentials, and `more` lines of its table.
pub(crate) fn aws(base_url: &str, more: &str) -> DynProvider {
    build(&format!("{}base_url = '{base_url}'\n{more}", credentials())).unwrap()
}

pub(crate) fn message() -> Message {
    Message::new(ANNA, TEXT)
}

pub(crate) fn outbound() -> Outbound {
    testkit::outbound(message())
}

pub(crate) fn accepted() -> Answer {
    Answer::json(200, json!({ "MessageId": ID }))
}

/// A server that gives every request the same answer.
pub(crate) async fn server(answer: Answer) -> ScriptedServer {
    ScriptedServer::start([Then::Answer(answer)]).await
}

/// The error that a send to a server with that answer gives.
pub(crate) async fn refused_with(answer: Answer) -> Error {
    let server = server(answer).await;
    let provider = aws(server.url(), &format!("session_token = '{TOKEN}'"));
    provider.send(&outbound()).await.unwrap_err()
}

/// An error of AWS's in its own shape.
pub(crate) fn error(status: u16, body: Value) -> Answer {
    Answer::text(status, "application/x-amz-json-1.0", body)
}

/// What SNS answers where its certificate is.
pub(crate) fn certificate() -> Answer {
    Answer::text(200, "application/x-pem-file", CERTIFICATE)
}

/// SNS with the certificate, at every path.
pub(crate) async fn sns() -> ScriptedServer {
    server(certificate()).await
}

/// A provider that hears from the topic, with SNS at `sns`.
pub(crate) fn hearing(sns: &str) -> DynProvider {
    build(&format!("{}{}", credentials(), hears(sns))).unwrap()
}

/// The lines of a table by which it hears.
pub(crate) fn hears(sns: &str) -> String {
    format!("configuration_set = 'sms'\ntopic_arn = '{TOPIC}'\nsns_url = '{sns}'\n")
}

pub(crate) async fn events(
    provider: &DynProvider,
    call: &WebhookCall,
) -> Result<Vec<Event>, Error> {
    provider.webhooks().unwrap().events(call).await
}

/// The one receipt in a call.
pub(crate) async fn receipt(provider: &DynProvider, call: &WebhookCall) -> DeliveryReceipt {
    match events(provider, call).await.unwrap().as_slice() {
        [Event::Receipt(receipt)] => receipt.clone(),
        other => panic!("one receipt was sent, and these were read: {other:?}"),
    }
}

/// An event with every field that AWS lists.
pub(crate) fn event(event_type: &str) -> Value {
    json!({
        "eventType": event_type,
        "eventVersion": "1.0",
        "eventTimestamp": 1_795_343_403_123_i64,
        "isFinal": true,
        "originationPhoneNumber": FROM,
        "destinationPhoneNumber": ANNA,
        "isoCountryCode": "US",
        "mcc": "310",
        "mnc": "800",
        "messageId": ID,
        "messageRequestTimestamp": 1_795_343_400_000_i64,
        "messageEncoding": "GSM",
        "messageType": "TRANSACTIONAL",
        "messageStatus": "ANY",
        "messageStatusDescription": "Any description",
        "context": {"sms_message_id": OUR_ID},
        "totalMessageParts": 2,
        "totalMessagePrice": 0.00645,
        "totalCarrierFee": 0.0021,
    })
}

/// The fields of a notification, all but the signature.
pub(crate) fn unsigned(message: &str) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": Timestamp::now().to_string(),
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE_URL,
    })
}

/// A confirmation, all but the signature.
pub(crate) fn confirmation(kind: &str) -> Value {
    let mut fields = unsigned("You have chosen to subscribe.");
    fields["Type"] = json!(kind);
    fields["Token"] = json!("2336412f37fb687f5d51e6e2");
    fields["SubscribeURL"] = json!(
        "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37fb687f5d51e6e2"
    );
    fields
}

/// A notification with that message, as SNS would post it.
pub(crate) fn notification(message: &str) -> WebhookCall {
    call(&sign(unsigned(message)))
}

pub(crate) fn call(body: &Value) -> WebhookCall {
    WebhookCall::new("POST", HOOK)
        .header("Content-Type", "text/plain; charset=UTF-8")
        .body(body.to_string())
}

/// Adds the signature of version 2. The text is put together here once more, so that the provider's
/// own is held against it.
pub(crate) fn sign(mut fields: Value) -> Value {
    let mut text = String::new();
    for name in [
        "Message",
        "MessageId",
        "Subject",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ] {
        if let Some(value) = fields[name].as_str() {
            text += &format!("{name}\n{value}\n");
        }
    }
    let key = PrivatePkcs8KeyDer::from_pem_slice(KEY).unwrap();
    let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    let mut tag = vec![0; key.public().modulus_len()];
    let random = SystemRandom::new();
    key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut tag)
        .unwrap();
    fields["Signature"] = json!(base64(&tag));
    fields
}
