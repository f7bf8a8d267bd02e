//! The whole way of a message through the binary, to a Twilio of our own on the loopback.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use sms_gateway as _;
use support::Place;
use wiremock::matchers::{basic_auth, body_string_contains, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const SID: &str = "AC00000000000000000000000000000000";
const MESSAGE_SID: &str = "SM11111111111111111111111111111111";
const TO: &str = "+14155550123";

fn real(server: &MockServer) -> Place {
    Place::new()
        .with("USE_MOCKS", "false")
        .with("TWILIO_ACCOUNT_SID", SID)
        .with("TWILIO_AUTH_TOKEN", "a-token")
        .with("TWILIO_FROM_PHONE", "+14155550100")
        .with("SMS_PROVIDERS__TWILIO__BASE_URL", &server.uri())
        .with("SMS_RETRY__BASE", "1ms")
        .with("SMS_QUEUE__BASE", "1ms")
}

fn messages() -> wiremock::MockBuilder {
    let resource = format!("/2010-04-01/Accounts/{SID}/Messages.json");
    Mock::given(path(resource)).and(basic_auth(SID, "a-token"))
}

fn created() -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_json(json!({
        "sid": MESSAGE_SID, "status": "queued", "num_segments": "1", "error_code": null
    }))
}

/// A list without the message that is asked for.
async fn knows_nothing(server: &MockServer) {
    messages()
        .and(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"messages": []})))
        .mount(server)
        .await;
}

async fn run(place: &std::sync::Arc<Place>, arguments: &[&str]) -> support::Ran {
    let place = std::sync::Arc::clone(place);
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.into()).collect();
    let ran = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        place.run(&arguments)
    });
    ran.await.expect("the command ran")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_message_is_one_post_and_its_receipt_says_so() {
    let server = MockServer::start().await;
    messages()
        .and(method("POST"))
        .and(body_string_contains("To=%2B14155550123"))
        .and(body_string_contains("From=%2B14155550100"))
        .and(body_string_contains("Body=Hello"))
        .respond_with(created())
        .expect(1)
        .mount(&server)
        .await;
    let place = std::sync::Arc::new(real(&server));
    let ran = run(&place, &["send", "--json", "--to", TO, "Hello"])
        .await
        .code(0);
    let receipt = ran.object();
    for (field, value) in [
        ("status", json!("accepted")),
        ("provider", json!("twilio")),
        ("provider_message_id", json!(MESSAGE_SID)),
        ("simulated", json!(false)),
        ("to", json!(TO)),
        ("segments", json!(1)),
        ("encoding", json!("GSM-7")),
        ("attempts", json!(1)),
    ] {
        assert_eq!(receipt[field], value, "{field}");
    }
    assert!(!ran.err.contains("a-token"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn delivery_flow_end_to_end_a_lasting_500_is_queued_and_sent_later() {
    let server = MockServer::start().await;
    knows_nothing(&server).await;
    messages()
        .and(method("POST"))
        .respond_with(ResponseTemplate::new(500))
        .up_to_n_times(3)
        .mount(&server)
        .await;
    messages()
        .and(method("POST"))
        .respond_with(created())
        .mount(&server)
        .await;
    let place = std::sync::Arc::new(real(&server));

    let failed = run(
        &place,
        &["send", "--json", "--to", TO, "--owner", "artist-1", "Hello"],
    )
    .await
    .code(1)
    .object();
    assert_eq!(
        (&failed["status"], &failed["attempts"]),
        (&json!("queued"), &json!(3))
    );
    let error = &failed["error"];
    assert_eq!(
        (&error["code"], &error["certainty"]),
        (&json!("SERVER_ERROR"), &json!("MaybeSent"))
    );
    assert_eq!(error["queued"], json!(true));

    let waiting = run(&place, &["queue", "list", "--json"])
        .await
        .code(0)
        .objects();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["id"], failed["id"]);

    let report = run(&place, &["queue", "process", "--json"])
        .await
        .code(0)
        .object();
    assert_eq!(
        (&report["processed"], &report["accepted"]),
        (&json!(1), &json!(1))
    );

    let id = failed["id"].as_str().expect("an id").to_owned();
    let shown = run(&place, &["messages", "show", "--json", &id])
        .await
        .code(0)
        .object();
    assert_eq!(shown["status"], json!("accepted"));
    assert_eq!(shown["provider_message_id"], json!(MESSAGE_SID));
    let stats: Value = run(&place, &["stats", "--json", "--owner", "artist-1"])
        .await
        .code(0)
        .object();
    assert_eq!(
        (
            &stats["total_sent"],
            &stats["successes"],
            &stats["simulated"]
        ),
        (&json!(1), &json!(1), &json!(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_unknown_and_never_sent_again() {
    let server = MockServer::start().await;
    knows_nothing(&server).await;
    messages()
        .and(method("POST"))
        .respond_with(created().set_delay(std::time::Duration::from_secs(60)))
        .expect(1)
        .mount(&server)
        .await;
    let place = real(&server).with("SMS_PROVIDERS__TWILIO__TIMEOUT", "300ms");
    let place = std::sync::Arc::new(place);
    let failed = run(&place, &["send", "--json", "--to", TO, "Hello"])
        .await
        .code(1)
        .object();
    assert_eq!(failed["status"], json!("unknown"));
    assert_eq!(failed["error"]["certainty"], json!("MaybeSent"));
    run(&place, &["queue", "process"]).await;
    let held = run(&place, &["queue", "list", "--state", "unknown", "--json"])
        .await
        .code(0)
        .objects();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0]["error"]["code"], json!("NO_ANSWER"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_sender_is_said_and_the_default_used() {
    let server = MockServer::start().await;
    messages()
        .and(method("POST"))
        .and(body_string_contains("From=%2B15555551234"))
        .respond_with(created())
        .expect(1)
        .mount(&server)
        .await;
    let place = std::sync::Arc::new(real(&server).with("TWILIO_FROM_PHONE", ""));
    let ran = run(&place, &["send", "--to", TO, "Hello"]).await.code(0);
    assert!(ran.err.contains("+15555551234"), "{}", ran.err);
}
