//! The classic API.

mod answers;
mod conformance;
mod hmac;
mod lookup;
mod reports;
mod request;
mod token;

use jiff::Timestamp;
use serde_json::{Value, json};
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{Hash, hex, hmac as tag_of, sha256};
use sms_framework::testkit::http::Answer;

pub(crate) const KEY: &str = "live_s3cr3tk3y";
pub(crate) const SIGNING_KEY: &str = "s1gn1ngk3y";
pub(crate) const ID: &str = "e8077d803532c0b5937c639b60216938";
pub(crate) const OURS: &str = "0193b0c0-0000-7000-8000-000000000001";
pub(crate) const CALLBACK: &str = "https://example.org/sms/bird?team=7";

pub(crate) fn table(url: &str) -> String {
    format!(
        "api = 'classic'
         api_key = '{KEY}'
         webhook_secret = '{SIGNING_KEY}'
         from = '+14155550100'
         base_url = '{url}'
         callback_url = '{CALLBACK}'"
    )
}

/// A message as the API shows it: the recipient is a number.
pub(crate) fn resource(status: &str) -> Value {
    json!({
        "id": ID, "href": format!("https://rest.messagebird.com/messages/{ID}"),
        "direction": "mt", "type": "sms", "originator": "14155550100",
        "body": "Doors open at eight, ring twice.", "reference": OURS, "validity": null,
        "gateway": 10, "typeDetails": {}, "datacoding": "plain", "mclass": 1,
        "scheduledDatetime": null, "createdDatetime": "2026-08-01T10:00:00+00:00",
        "recipients": {
            "totalCount": 1, "totalSentCount": 1, "totalDeliveredCount": 0,
            "totalDeliveryFailedCount": 0,
            "items": [{
                "recipient": 14_155_550_123_u64, "status": status,
                "statusDatetime": "2026-08-01T10:00:00+00:00", "messagePartCount": 1
            }]
        }
    })
}

/// Errors whose words repeat what was sent: nothing of it may be shown.
pub(crate) fn errors(status: u16, codes: &[i64]) -> Answer {
    let errors: Vec<_> = codes
        .iter()
        .map(|code| {
            let said = format!("+14155550123: Doors open at eight, ring twice. ({KEY})");
            json!({"code": code, "description": said, "parameter": "recipients"})
        })
        .collect();
    Answer::json(status, json!({"errors": errors}))
}

/// A call with a token, as MessageBird makes it.
pub(crate) fn signed(method: &str, url: &str, body: &str) -> WebhookCall {
    let now = Timestamp::now();
    let claims = claims(url, body, now);
    WebhookCall::new(method, url)
        .header("MessageBird-Signature-JWT", token("HS256", &claims))
        .body(body)
        .at(now)
}

/// What a token says about a call that is made at `now`.
pub(crate) fn claims(url: &str, body: &str, now: Timestamp) -> Value {
    let seconds = now.as_second();
    let mut claims = json!({
        "iss": "MessageBird", "nbf": seconds, "exp": seconds + 60, "jti": "j-1",
        "url_hash": hex(&sha256(url.as_bytes()))
    });
    if !body.is_empty() {
        claims["payload_hash"] = hex(&sha256(body.as_bytes())).into();
    }
    claims
}

pub(crate) fn token(algorithm: &str, claims: &Value) -> String {
    let hash = match algorithm {
        "HS384" => Hash::Sha384,
        "HS512" => Hash::Sha512,
        _ => Hash::Sha256,
    };
    let header = json!({"alg": algorithm, "typ": "JWT"});
    let signed = format!("{}.{}", part(header.to_string()), part(claims.to_string()));
    let tag = tag_of(hash, SIGNING_KEY.as_bytes(), signed.as_bytes());
    format!("{signed}.{}", part(tag))
}

/// Base64 for URLs, without padding.
fn part(bytes: impl AsRef<[u8]>) -> String {
    let standard = sms_framework::provider::signature::base64(bytes.as_ref());
    standard
        .replace('+', "-")
        .replace('/', "_")
        .replace('=', "")
}

/// The URL of a report: the vendor adds its fields to our query, dates with a raw plus.
pub(crate) fn report(status: &str, more: &str) -> String {
    format!(
        "{CALLBACK}&sms_message_id={OURS}&id={ID}&reference={OURS}&recipient=14155550123\
         &status={status}&statusDatetime=2026-08-01T10:00:05+00:00{more}"
    )
}
