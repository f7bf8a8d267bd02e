//! Whose calls are believed.

use jiff::Timestamp;
use serde_json::json;
use sms_framework::ErrorKind;
use sms_framework::provider::{DynProvider, Reply, WebhookCall};

use crate::support::{PATH_SECRET, WEBHOOK_SECRET, events, listener, signed};

const SIGNATURE: &str = "x-sinch-webhook-signature";
const ALGORITHM: &str = "x-sinch-webhook-signature-algorithm";
const NONCE: &str = "x-sinch-webhook-signature-nonce";
const TIMESTAMP: &str = "x-sinch-webhook-signature-timestamp";

/// Secret, nonce and time are those of the vendor's own test; `0.0` and the escape are what parsing
/// and writing again would change. The tag was computed outside of this crate.
const BODY: &str = r#"{"type":"mo_text","id":"01FJA8B4A7BM43YGWSG9GBV067","from":"14155550123","to":"14155550100","body":"Yes \u0026 1.0","received_at":"2021-10-18T17:49:13.813Z","operator_id":0.0}"#;
const TAG: &str = "3pvSOH+sV6RJ401MMz5E6pusR44zjWG0HA9zzziEq98=";
const SIGNED_AT: i64 = 1_634_579_353;

fn vector() -> WebhookCall {
    WebhookCall::new("POST", "https://example.org/sms/sinch")
        .header("X-Sinch-Webhook-Signature", TAG)
        .header("X-Sinch-Webhook-Signature-Algorithm", "HmacSHA256")
        .header(
            "X-Sinch-Webhook-Signature-Nonce",
            "01FJA8B4A7BM43YGWSG9GBV067",
        )
        .header("X-Sinch-Webhook-Signature-Timestamp", SIGNED_AT.to_string())
        .body(BODY)
        .at(at(0))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(SIGNED_AT + seconds).unwrap()
}

fn of_the_vector(more: &str) -> DynProvider {
    listener(&format!("webhook_secret = 'foo_secret1234'\n{more}"))
}

async fn why(provider: &DynProvider, call: &WebhookCall) -> String {
    let error = events(provider, call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WebhookRefused, "{error:?}");
    assert_eq!(Reply::for_error(&error).status, 403);
    let said = error.to_string();
    said.strip_prefix("the webhook call is refused: ")
        .unwrap()
        .to_owned()
}

fn with(call: &WebhookCall, header: &str, value: &str) -> WebhookCall {
    call.clone().without_header(header).header(header, value)
}

#[tokio::test]
async fn the_raw_body_the_nonce_and_the_time_are_signed() {
    let provider = of_the_vector("");
    assert_eq!(events(&provider, &vector()).await.unwrap().len(), 1);
    let mismatch = "its signature does not match";
    for spoilt in [
        vector().body(BODY.replace("0.0", "0")),
        vector().body(BODY.replace("\\u0026", "&")),
        vector().body(format!("{BODY}\n")),
        with(&vector(), NONCE, "01FJA8B4A7BM43YGWSG9GBV068"),
        with(&vector(), TIMESTAMP, "1634579354"),
        with(&vector(), TIMESTAMP, "01634579353"),
        with(
            &vector(),
            SIGNATURE,
            "4pvSOH+sV6RJ401MMz5E6pusR44zjWG0HA9zzziEq98=",
        ),
        // Cut, in another alphabet, in hexadecimal, empty.
        with(
            &vector(),
            SIGNATURE,
            "3pvSOH+sV6RJ401MMz5E6pusR44zjWG0HA9zzziE",
        ),
        with(&vector(), SIGNATURE, &TAG.replace('+', "-")),
        with(
            &vector(),
            SIGNATURE,
            "de9bd2387fac57a449e34d4c333e44ea9bac478e338d61b41c0f73cf3884abdf",
        ),
        with(&vector(), SIGNATURE, ""),
    ] {
        assert_eq!(why(&provider, &spoilt).await, mismatch);
    }
}

#[tokio::test]
async fn the_secret_is_used_as_text() {
    for secret in ["foo_secret1235", "Zm9vX3NlY3JldDEyMzQ="] {
        let provider = listener(&format!("webhook_secret = '{secret}'"));
        assert_eq!(
            why(&provider, &vector()).await,
            "its signature does not match"
        );
    }
}

#[tokio::test]
async fn a_missing_header_is_named() {
    let provider = of_the_vector("");
    for header in [SIGNATURE, NONCE, TIMESTAMP] {
        let call = vector().without_header(header);
        assert_eq!(
            why(&provider, &call).await,
            format!("it has no header {header}")
        );
    }
    let bare = WebhookCall::new("POST", "https://example.org/").body(BODY);
    assert_eq!(
        why(&provider, &bare).await,
        format!("it has no header {SIGNATURE}")
    );
}

#[tokio::test]
async fn another_algorithm_is_refused_and_none_is_ours() {
    let provider = of_the_vector("");
    for name in ["HmacSHA1", "none", ""] {
        let call = with(&vector(), ALGORITHM, name);
        let said = why(&provider, &call).await;
        assert_eq!(said, "it is signed by another algorithm than HmacSHA256");
    }
    let call = vector().without_header(ALGORITHM);
    assert_eq!(events(&provider, &call).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_call_is_good_for_five_minutes_either_way() {
    let provider = of_the_vector("");
    for seconds in [-300, 0, 300] {
        events(&provider, &vector().at(at(seconds))).await.unwrap();
    }
    for seconds in [-301, 301, 86_400] {
        let said = why(&provider, &vector().at(at(seconds))).await;
        assert_eq!(said, "it was signed too long ago, or too far ahead");
    }
    let patient = of_the_vector("webhook_window = '24h'");
    events(&patient, &vector().at(at(86_400))).await.unwrap();
    why(&patient, &vector().at(at(86_401))).await;
}

#[tokio::test]
async fn a_timestamp_is_a_number_of_seconds() {
    let provider = of_the_vector("");
    for written in [
        "",
        "now",
        "1634579353.5",
        "9223372036854775807",
        "99999999999999999999",
        "1e9",
    ] {
        let call = with(&vector(), TIMESTAMP, written);
        assert_eq!(
            why(&provider, &call).await,
            "its timestamp is no number of seconds"
        );
    }
}

#[tokio::test]
async fn without_any_secret_nobody_is_believed() {
    let said = why(&listener(""), &signed(&json!({"type": "x"}))).await;
    assert_eq!(
        said,
        "no webhook_secret or webhook_path_secret is configured to check it with"
    );
}

#[tokio::test]
async fn where_calls_are_not_signed_the_path_is_the_proof() {
    let provider = listener(&format!("webhook_path_secret = '{PATH_SECRET}'"));
    let call =
        |path: &str| WebhookCall::new("POST", format!("https://example.org/{path}")).body(BODY);
    assert_eq!(
        events(&provider, &call(&format!("sms/{PATH_SECRET}?x=1")))
            .await
            .unwrap()
            .len(),
        1
    );
    let query = format!("sms?secret={PATH_SECRET}");
    let longer = format!("sms/{PATH_SECRET}x");
    for path in ["sms", "", &query, &longer, "sms/an-unguessable"] {
        assert_eq!(
            why(&provider, &call(path)).await,
            "its path lacks the webhook_path_secret"
        );
    }
}

#[tokio::test]
async fn with_both_secrets_a_call_needs_both() {
    let provider = listener(&format!(
        "webhook_path_secret = '{PATH_SECRET}'\nwebhook_secret = '{WEBHOOK_SECRET}'"
    ));
    let url = format!("https://example.org/{PATH_SECRET}");
    let call = signed(&json!({"type": "x"}));
    assert_eq!(
        why(&provider, &call).await,
        "its path lacks the webhook_path_secret"
    );
    let call = call.with_url(url);
    events(&provider, &call).await.unwrap();
    let call = with(&call, NONCE, "another");
    assert_eq!(why(&provider, &call).await, "its signature does not match");
}
