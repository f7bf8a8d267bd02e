use jiff::Timestamp;
use serde_json::{Value, json};
use sms_framework::MessageState;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{Hash, hmac};
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{PATH_SECRET, REFERENCE, REPEATS, call, suite_of};
use crate::support::{guarded, refusal};

const HOOK: &str = "h00k-s3cr3t";
const SECRETS: &[(&str, &str)] = &[("token", "s3cr3t-k3y"), ("hook", HOOK)];

fn suite() -> Suite {
    suite_of("gatewayapi", SECRETS, guarded())
        .reads(seen)
        .accepts(
            Answer::json(
                200,
                json!({"ids": [421332671, 4421332672_u64], "usage": {"countries": {}}}),
            ),
            ["421332671"],
        )
        .answers(Case::InvalidNumber, error(422, "0x0310"))
        .answers(Case::OptedOut, error(422, "0x0214"))
        .answers(Case::OptedOut, error(403, "0x0215"))
        .answers(Case::BadCredentials, error(401, "0x0210"))
        .answers(Case::ServerError, error(500, "0x0310"))
        .answers(Case::BadAnswer, Answer::json(200, json!({"ids": []})))
        .not_known(
            Case::HiddenFailure,
            "errors come with a status of their own",
        )
        .signed_by(SignedBy::Header("x-gwapi-signature"))
        .body_is_not_signed()
        .receipt(
            "delivered",
            receipt("DELIVERED"),
            [Expected::new("1000001", MessageState::Delivered)
                .with_message_id(REFERENCE.parse().unwrap())],
        )
        .opted_out_later(
            receipt_with("UNDELIVERABLE", json!("0x0214")),
            Expected::new("1000001", MessageState::Undelivered),
        )
        .unknown_status(receipt("TELEPORTED"))
}

fn error(status: u16, code: &str) -> Answer {
    let body =
        json!({"code": code, "incident_uuid": "d8127429", "message": REPEATS, "variables": null});
    Answer::json(status, body)
}

fn receipt(status: &str) -> WebhookCall {
    receipt_with(status, Value::Null)
}

fn receipt_with(status: &str, code: Value) -> WebhookCall {
    let body = json!({
        "id": 1000001, "msisdn": 14155550123_u64, "time": 1450000000, "status": status,
        "error": null, "code": code, "userref": REFERENCE,
    });
    call("gatewayapi", "")
        .header("X-Gwapi-Signature", token(json!({"sub": "receipt"})))
        .body(body.to_string())
}

/// A token as the gateway makes it.
fn token(claims: Value) -> String {
    let encode = |bytes: &[u8]| {
        let text = sms_framework::provider::signature::base64(bytes);
        text.trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_")
    };
    let header = encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", encode(claims.to_string().as_bytes()));
    let tag = hmac(Hash::Sha256, HOOK.as_bytes(), signed.as_bytes());
    format!("{signed}.{}", encode(&tag))
}

fn seen(request: &Request) -> Option<Seen> {
    assert_eq!(request.target, "/rest/mtsms");
    // An empty password: s3cr3t-k3y:
    assert_eq!(
        request.header("authorization"),
        Some("Basic czNjcjN0LWszeTo=")
    );
    let body = request.json();
    assert_eq!(body["recipients"], json!([{"msisdn": 14155550123_u64}]));
    let text = body["message"].as_str().unwrap();
    let plain = sms_framework::Segments::of(text).encoding == sms_framework::Encoding::Gsm7;
    let encoding = body.get("encoding").and_then(Value::as_str);
    assert_eq!(encoding, (!plain).then_some("UCS2"));
    let id = body["userref"].as_str().unwrap();
    let url = format!("https://example.org/sms/gatewayapi/{PATH_SECRET}?sms_message_id={id}");
    assert_eq!(body["callback_url"], url);
    Some(Seen {
        text: Some(text.to_owned()),
        reference: Some(id.to_owned()),
        ..Seen::default()
    })
}

#[tokio::test]
async fn a_receipt_has_its_time_and_recipient_and_a_token_may_run_out() {
    let provider = super::provider("gatewayapi", SECRETS, &guarded());
    let webhooks = provider.webhooks().unwrap();
    let events = webhooks.events(&receipt("DELIVERED")).await.unwrap();
    let event = serde_json::to_value(&events[0]).unwrap();
    assert_eq!(event["at"], "2015-12-13T09:46:40Z");
    assert_eq!(event["to"], "+14155550123");

    let signed = |exp: i64| {
        receipt("DELIVERED")
            .without_header("x-gwapi-signature")
            .header("x-gwapi-signature", token(json!({"exp": exp})))
    };
    let now = Timestamp::now().as_second();
    assert!(webhooks.events(&signed(now + 60)).await.is_ok());
    let error = webhooks.events(&signed(now - 60)).await.unwrap_err();
    assert_eq!(
        error.message(),
        "the webhook call is refused: its token ran out"
    );
}

#[test]
fn its_token_alone_is_not_enough() {
    let table = crate::support::example("gatewayapi", "https://api.example", SECRETS, "");
    let why = "its calls are told by a secret in our URL, too; set `webhook_path_secret`";
    assert_eq!(
        refusal(&table),
        format!("`providers.acme.receipt.auth`: {why}")
    );
}

#[tokio::test]
async fn a_right_token_at_another_path_is_refused() {
    let provider = super::provider("gatewayapi", SECRETS, &guarded());
    let elsewhere = receipt("DELIVERED").with_url("https://example.org/sms/gatewayapi");
    let error = provider.webhooks().unwrap().events(&elsewhere).await;
    assert_eq!(error.unwrap_err().code(), "WEBHOOK_REFUSED");
}

sms_framework::conformance!(suite);
