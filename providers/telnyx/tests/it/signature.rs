//! Which calls are believed: Ed25519 over `timestamp|body`, 300 s either way.

use sms_framework::ErrorKind;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{from_base64, hex};

use crate::support::{OUR_URL, build, events, finalized, signed, signed_at, time};

const AT: &str = "2026-02-03T04:05:06Z";
const TIMESTAMP: &str = "1770091506";
const BODY: &str =
    r#"{"data": {"event_type": "message.test", "id": "b301ed3f-1490-491f-995f-6e64e69674d4"}}"#;

/// Timestamp, body and signature, made with the Python package `cryptography` 48 from the private key
/// whose bytes are 1 to 32.
const VECTORS: &[(&str, &str, &str, bool)] = &[
    (
        TIMESTAMP,
        BODY,
        "ZZ6N2/KjK1Z1WDhE8aY3gayZMTEdZ/MJsVXI9j3Vms+W1uQn6pXtHIbzbE7I2mKNc/3D9j7er2rLjqL0z15ABg==",
        true,
    ),
    (
        "01770091506",
        BODY,
        "sHaEHTYgsobrc5X7fRWKL9tjpUj/WaNdFUnn2H42eaFaAfFVtSz7xWzXhHDI+pRowRoN4v4EkOVXLRUbqV66CA==",
        true,
    ),
    (
        TIMESTAMP,
        "",
        "/sE9JCm0azRH6kb1Jk1S6wY7LkHO9zoFcURcVSFS90S0FFAMhJ6asF81hXbU/WXDLBH/5TwV/scGoGE714wADA==",
        true,
    ),
    (
        TIMESTAMP,
        "hello",
        "b+Rhq2ApuT53EEzbsTn3kxg2bMBoQbxh8hBZDro9i2GFLOEdpUGUCzOyPQwh2pYhtPGfy2y03+MQvvTxMXIdAg==",
        true,
    ),
    (
        TIMESTAMP,
        "{\"é\": \"e\u{301}\"}",
        "Kb3sFlcWAhOv2q1KD2B7CwDH7SfMNR4iuZQ168Zb0nXCSHb5Iornf1tc9uuLxBBg7lSyBVmU8bAbRY/r2jK2Bg==",
        true,
    ),
    (
        "1770091506000",
        BODY,
        "vEB/sqopDZAbDTi7wCCeQqmPaomLbxYKKKK4fVZuSeXFL4ooZumWlae+mygXF+tREyPqJlL4JyhtwOYr0wKwBw==",
        false,
    ),
    (
        "1770091506.0",
        BODY,
        "3+22cpvDagPzEyS4Yk2sza+ndgjYLU584SFa2wkzplQH/UzCS8KfzOFl+i+ueiF+NFdlOt759+WrwUMegnzpDQ==",
        false,
    ),
    (
        " 1770091506",
        BODY,
        "2awSRt7cSfs9frVZNcml2IFF2nhaI3mji+1Bp+bQw8ANjTDLybmol7+rlA/4mdJxbY+qr/WkY0lsnHRzmrcKCg==",
        false,
    ),
    (
        "2026-02-03T04:05:06Z",
        BODY,
        "9nIQIPE3h1dejkRuNEEFfQ7jT0rm9FLe9pHeh9BYpwYE870mVJvOz7Ksa17KexeI5jjSlxmuIB9576XEaycvDQ==",
        false,
    ),
    (
        "+1770091506",
        BODY,
        "fBaBaaWwTdB9lhJQUyVwCLC1DxRTiPMdH6sLhQluURil6c3pXKwslwD1irhoR7YimaGnCdOd+bVmAhHROiwgDQ==",
        false,
    ),
];

fn call(timestamp: &str, body: &str, signature: &str) -> WebhookCall {
    WebhookCall::new("POST", OUR_URL)
        .header("telnyx-signature-ed25519", signature)
        .header("telnyx-timestamp", timestamp)
        .body(body)
        .at(time(AT))
}

/// True where the call is taken for Telnyx's.
async fn believed(call: &WebhookCall) -> bool {
    match events(call).await {
        Ok(_) => true,
        Err(error) => error.kind() != ErrorKind::WebhookRefused,
    }
}

#[tokio::test]
async fn the_vectors() {
    for (timestamp, body, signature, right) in VECTORS {
        let call = call(timestamp, body, signature);
        assert_eq!(believed(&call).await, *right, "{timestamp:?} {body:?}");
        let other = call.clone().body(format!("{body}\n"));
        assert!(!believed(&other).await, "one more newline: {body:?}");
    }
    assert!(VECTORS.iter().any(|(.., right)| *right));
}

#[tokio::test]
async fn the_vectors_signer_is_the_one_of_these_tests() {
    let call = signed_at(WebhookCall::new("POST", OUR_URL).body(BODY), TIMESTAMP);
    assert_eq!(
        call.header_value("telnyx-signature-ed25519"),
        Some(VECTORS[0].2)
    );
}

#[tokio::test]
async fn the_window_is_300_seconds_either_way() {
    let seconds: i64 = TIMESTAMP.parse().unwrap();
    for (apart, right) in [
        (-301, false),
        (-300, true),
        (0, true),
        (300, true),
        (301, false),
    ] {
        let timestamp = (seconds + apart).to_string();
        let call = WebhookCall::new("POST", OUR_URL).body(BODY).at(time(AT));
        assert_eq!(
            believed(&signed_at(call, &timestamp)).await,
            right,
            "{apart} s"
        );
    }
    // Within the last second still.
    let call = WebhookCall::new("POST", OUR_URL)
        .body(BODY)
        .at(time("2026-02-03T04:10:06.900Z"));
    assert!(believed(&signed_at(call, TIMESTAMP)).await);
}

#[tokio::test]
async fn only_padded_standard_base64_is_a_signature() {
    let right = VECTORS[0].2;
    let bytes = from_base64(right).unwrap();
    for signature in [
        hex(&bytes),
        right.replace('+', "-").replace('/', "_"),
        right.trim_end_matches('=').to_owned(),
        format!("{right}\n"),
        format!(" {right}"),
        String::new(),
        "AAAA".to_owned(),
        format!("v1,{right}"),
    ] {
        assert!(
            !believed(&call(TIMESTAMP, BODY, &signature)).await,
            "{signature:?}"
        );
    }
}

#[tokio::test]
async fn header_names_have_any_case() {
    let right = VECTORS[0].2;
    let call = WebhookCall::new("POST", OUR_URL)
        .header("TELNYX-SIGNATURE-ED25519", right)
        .header("Telnyx-Timestamp", TIMESTAMP)
        .body(BODY)
        .at(time(AT));
    assert!(believed(&call).await);
}

#[tokio::test]
async fn a_body_that_was_serialized_again_or_normalized_is_refused() {
    let compact = BODY.replace(": ", ":");
    assert!(!believed(&call(TIMESTAMP, &compact, VECTORS[0].2)).await);
    let (timestamp, body, signature, _) = VECTORS[4];
    for other in [body.replace("e\u{301}", "é"), body.replace('é', "e\u{301}")] {
        assert_ne!(other, body);
        assert!(!believed(&call(timestamp, &other, signature)).await);
    }
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let right = call(TIMESTAMP, BODY, VECTORS[0].2);
    for (call, says) in [
        (
            right.clone().without_header("telnyx-signature-ed25519"),
            "it has no header telnyx-signature-ed25519",
        ),
        (
            right.clone().without_header("telnyx-timestamp"),
            "it has no header telnyx-timestamp",
        ),
        (
            call("now", BODY, VECTORS[0].2),
            "its timestamp is no number of seconds",
        ),
        (
            call("", BODY, VECTORS[0].2),
            "its timestamp is no number of seconds",
        ),
        (
            right.clone().at(time("2026-02-03T05:05:06Z")),
            "it was signed too long ago, or too far ahead",
        ),
        (right.body("{}"), "its signature does not match"),
    ] {
        let error = events(&call).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WebhookRefused);
        assert_eq!(
            error.to_string(),
            format!("the webhook call is refused: {says}")
        );
    }
}

#[tokio::test]
async fn without_the_right_public_key_nothing_is_believed() {
    let call = signed(finalized("delivered", serde_json::json!([])).to_string());
    let bare = build("api_key = 'x'").unwrap();
    let error = bare.webhooks().unwrap().events(&call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WebhookRefused);
    assert!(error.to_string().contains("no public_key is configured"));
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let other = build(&format!("api_key = 'x'\npublic_key = '{key}'")).unwrap();
    let error = other.webhooks().unwrap().events(&call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WebhookRefused);
}
