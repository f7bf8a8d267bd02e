//! The requirement that this project began with, case by case.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use sms_framework::message::BookingConfirmation;
use sms_framework::store::MessageFilter;
use sms_framework::{
    Broadcast, Certainty, Error, Message, MessageState, Mode, Settings, SmsClient, Sources,
};
use sms_gateway as _;
use tempfile::TempDir;
use wiremock::matchers::{basic_auth, body_string_contains, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const SID: &str = "AC00000000000000000000000000000000";
const TO: &str = "+14155550123";

/// A world of its own: a database in a temporary folder, and no variable but these.
fn sources(folder: &TempDir, variables: &[(&str, &str)]) -> Sources {
    let database = folder.path().join("sms.db");
    let start = Sources::new().variable("DATABASE_URL", database.as_os_str());
    variables.iter().fold(start, |sources, (name, value)| {
        sources.variable(*name, *value)
    })
}

fn client(folder: &TempDir, variables: &[(&str, &str)]) -> SmsClient {
    SmsClient::from_config(sources(folder, variables).load().unwrap()).unwrap()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A Twilio that answers every send with `answer`.
async fn twilio(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/2010-04-01/Accounts/{SID}/Messages.json")))
        .respond_with(answer)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"messages": []})))
        .mount(&server)
        .await;
    server
}

fn accepted() -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_json(serde_json::json!({
        "sid": "SM11111111111111111111111111111111", "status": "queued", "num_segments": "1", "error_code": null
    }))
}

fn real(server: &str) -> Vec<(&str, &str)> {
    vec![
        ("USE_MOCKS", "false"),
        ("TWILIO_ACCOUNT_SID", SID),
        ("TWILIO_AUTH_TOKEN", "a-token"),
        ("TWILIO_FROM_PHONE", "+14155550100"),
        ("SMS_PROVIDERS__TWILIO__BASE_URL", server),
        ("SMS_RETRY__BASE", "1ms"),
    ]
}

#[tokio::test]
async fn mock_by_default() {
    let folder = folder();
    let status = client(&folder, &[]).status().await;
    assert!(status.mock_mode);
    assert_eq!(
        (status.mode, status.provider.as_str()),
        (Mode::Mock, "mock")
    );
}

#[tokio::test]
async fn mock_when_use_mocks_is_unset() {
    let folder = folder();
    let with_credentials = client(&folder, &real("http://127.0.0.1:1")[1..]);
    let status = with_credentials.status().await;
    assert_eq!(status.mode, Mode::Mock);
    assert_eq!(
        status.reason,
        "USE_MOCKS is not set and no provider is configured"
    );
}

#[tokio::test]
async fn mock_when_use_mocks_is_true_whatever_else_is_set() {
    let folder = folder();
    let mut variables = real("http://127.0.0.1:1");
    variables[0].1 = "true";
    assert_eq!(client(&folder, &variables).status().await.mode, Mode::Mock);
}

#[tokio::test]
async fn real_when_configured() {
    let folder = folder();
    let status = client(&folder, &real("http://127.0.0.1:1")).status().await;
    assert!(!status.mock_mode);
    assert_eq!(
        (status.mode, status.provider.as_str()),
        (Mode::Real, "twilio")
    );
    assert_eq!(status.fallback, None);
}

#[tokio::test]
async fn status_reports_real_with_its_sender_and_database() {
    let folder = folder();
    let status = client(&folder, &real("http://127.0.0.1:1")).status().await;
    assert_eq!(status.sender.unwrap().to_string(), "+14155550100");
    assert!(status.database.healthy);
    assert_eq!(status.database.kind, "sqlite");
    let json =
        serde_json::to_value(client(&folder, &real("http://127.0.0.1:1")).status().await).unwrap();
    assert_eq!(
        (json["mode"].as_str(), json["mock_mode"].as_bool()),
        (Some("real"), Some(false))
    );
}

#[tokio::test]
async fn the_default_sender_is_used_where_none_is_configured() {
    let folder = folder();
    let server = twilio(accepted()).await;
    let variables: Vec<_> = real(&server.uri())
        .into_iter()
        .filter(|(name, _)| *name != "TWILIO_FROM_PHONE")
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    let variables: Vec<_> = variables
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let receipt = client(&folder, &variables)
        .send(Message::new(TO, "Hello"))
        .await
        .unwrap();
    assert_eq!(receipt.from.unwrap().to_string(), "+15555551234");
    let body =
        String::from_utf8(server.received_requests().await.unwrap()[0].body.clone()).unwrap();
    assert!(body.contains("From=%2B15555551234"), "{body}");
}

#[tokio::test]
async fn both_sid_and_token_are_needed_else_the_mock_takes_over_with_the_reason() {
    for (missing, variable) in [
        ("account_sid", "TWILIO_ACCOUNT_SID"),
        ("auth_token", "TWILIO_AUTH_TOKEN"),
    ] {
        let folder = folder();
        let variables: Vec<_> = real("http://127.0.0.1:1")
            .into_iter()
            .filter(|(name, _)| *name != variable)
            .collect();
        let sms = client(&folder, &variables);
        let status = sms.status().await;
        assert_eq!(
            (status.mode, status.provider.as_str()),
            (Mode::Mock, "mock")
        );
        let why = status.fallback.unwrap();
        assert!(
            why.contains(&format!("`providers.twilio.{missing}` (set {variable} or ")),
            "{why}"
        );
        let receipt = sms.send(Message::new(TO, "Hello")).await.unwrap();
        assert!(receipt.simulated);
    }
}

#[tokio::test]
async fn fallback_on_error_when_the_database_cannot_be_opened() {
    let folder = folder();
    let mut variables = real("http://127.0.0.1:1");
    variables.push(("SMS_DATABASE__URL", "/no/such/folder/sms.db"));
    let sms = client(&folder, &variables);
    let status = sms.status().await;
    assert_eq!(status.mode, Mode::Mock);
    assert!(
        status.fallback.unwrap().contains("/no/such/folder"),
        "the reason names the file"
    );
    assert!(!status.database.healthy);
    assert!(sms.send(Message::new(TO, "Hello")).await.unwrap().simulated);
}

#[tokio::test]
async fn with_fallback_error_the_start_fails_and_names_every_missing_key() {
    let folder = folder();
    let settings = sources(
        &folder,
        &[("USE_MOCKS", "false"), ("SMS_FALLBACK", "error")],
    )
    .load()
    .unwrap();
    let error = SmsClient::from_config(settings).unwrap_err();
    assert_eq!(
        error.to_string(),
        "provider `twilio` lacks `providers.twilio.account_sid` (set TWILIO_ACCOUNT_SID or \
         SMS_PROVIDERS__TWILIO__ACCOUNT_SID) and `providers.twilio.auth_token` (set TWILIO_AUTH_TOKEN or \
         SMS_PROVIDERS__TWILIO__AUTH_TOKEN)"
    );
}

#[tokio::test]
async fn what_a_fallback_simulates_never_counts_as_sent() {
    let folder = folder();
    let sms = client(&folder, &[("USE_MOCKS", "false")]);
    sms.send(Message::new(TO, "Hello").owner("artist-1"))
        .await
        .unwrap();
    let stats = sms.delivery_stats("artist-1", 30).await.unwrap();
    assert_eq!(
        (stats.total_sent, stats.successes, stats.simulated),
        (0, 0, 1)
    );
    let counts = sms.status().await.counts;
    assert_eq!((counts.sent, counts.simulated), (0, 1));
}

#[tokio::test]
async fn twilio_send_with_basic_auth() {
    let folder = folder();
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/2010-04-01/Accounts/{SID}/Messages.json")))
        .and(basic_auth(SID, "a-token"))
        .and(body_string_contains("To=%2B14155550123"))
        .and(body_string_contains("Body=Hello"))
        .respond_with(accepted())
        .expect(1)
        .mount(&server)
        .await;
    let receipt = client(&folder, &real(&server.uri()))
        .send(Message::new(TO, "Hello"))
        .await
        .unwrap();
    assert_eq!(
        receipt.provider_message_id.as_deref(),
        Some("SM11111111111111111111111111111111")
    );
    assert_eq!(
        (receipt.status, receipt.simulated, receipt.attempts),
        (MessageState::Accepted, false, 1)
    );
}

#[tokio::test]
async fn invalid_phone() {
    let folder = folder();
    let error = client(&folder, &[])
        .send(Message::new("4155550123", "Hello"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.certainty()),
        ("INVALID_PHONE", Certainty::NotSent)
    );
}

#[tokio::test]
async fn message_too_long() {
    let folder = folder();
    let sms = client(&folder, &[]);
    sms.send(Message::new(TO, "a".repeat(1600))).await.unwrap();
    let error = sms
        .send(Message::new(TO, "a".repeat(1601)))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "MESSAGE_TOO_LONG");
    assert_eq!(
        error.to_string(),
        "the text has 1601 characters; at most 1600 are allowed"
    );
}

#[tokio::test]
async fn a_failed_send_is_in_the_queue_and_in_sms_delivery_queue() {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        recipient: String,
        #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
        error_code: Option<String>,
    }

    let folder = folder();
    let server = twilio(ResponseTemplate::new(500)).await;
    let sms = client(&folder, &real(&server.uri()));
    let error = sms.send(Message::new(TO, "Hello")).await.unwrap_err();
    assert!(error.is_queued(), "{error:?}");
    assert_eq!(
        (error.code(), error.certainty(), error.attempts()),
        ("SERVER_ERROR", Certainty::MaybeSent, 3)
    );

    let queued = MessageFilter {
        states: vec![MessageState::Queued],
        ..MessageFilter::default()
    };
    let rows = sms.store().unwrap().messages(queued).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].next_attempt_at.is_some());
    sms.flush().await;
    let database = folder.path().join("sms.db");
    let mut connection = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    let view: Vec<Row> = diesel::sql_query("SELECT recipient, error_code FROM sms_delivery_queue")
        .load(&mut connection)
        .unwrap();
    assert_eq!(view.len(), 1);
    assert_eq!(
        (view[0].recipient.as_str(), view[0].error_code.as_deref()),
        (TO, Some("SERVER_ERROR"))
    );
}

#[tokio::test]
async fn fifteen_messages_take_at_least_1_4_seconds_on_the_wall() {
    let folder = folder();
    let sms = client(&folder, &[]);
    let began = Instant::now();
    let numbers = (0..15).map(|n| format!("+1415555{n:04}"));
    let sent = sms.broadcast(Broadcast::new(numbers, "Hello")).await;
    assert!(sent.iter().all(sms_framework::Delivery::is_accepted));
    assert!(
        began.elapsed() >= Duration::from_millis(1400),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_broadcast_to_three_makes_three_requests() {
    let folder = folder();
    let server = twilio(accepted()).await;
    let sms = client(&folder, &real(&server.uri()));
    let recipients = [
        "+14155550101",
        "+14155550102",
        "+14155550103",
        "+14155550101",
    ];
    let results = sms.broadcast(Broadcast::new(recipients, "Hello")).await;
    let to: Vec<_> = results.iter().map(|result| result.to.as_str()).collect();
    assert_eq!(to, recipients[..3], "each once, in the order given");
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn booking_confirmation_text() -> Result<(), Error> {
    let folder = folder();
    let server = twilio(accepted()).await;
    let sms = client(&folder, &real(&server.uri()));
    let booking = BookingConfirmation {
        gig_title: "Jazz Night".into(),
        date: "2026-12-24".into(),
        location: "Blue Note".into(),
        rate: "$500".into(),
    };
    let receipt = sms.send_booking_confirmation(TO, &booking).await?;
    let row = sms.store()?.message(receipt.id).await?.unwrap();
    assert_eq!(
        row.body.as_deref(),
        Some("Booking confirmed: Jazz Night on 2026-12-24 at Blue Note. Rate: $500.")
    );
    assert_eq!(row.message_type.as_deref(), Some("booking_confirmation"));
    Ok(())
}

#[tokio::test]
async fn no_answer_is_never_taken_for_a_failure() {
    let folder = folder();
    let server = twilio(accepted().set_delay(Duration::from_secs(60))).await;
    let mut variables = real(server.uri().leak());
    variables.push(("SMS_PROVIDERS__TWILIO__TIMEOUT", "300ms"));
    let sms = client(&folder, &variables);
    let error = sms.send(Message::new(TO, "Hello")).await.unwrap_err();
    assert_eq!(
        (error.code(), error.certainty()),
        ("NO_ANSWER", Certainty::MaybeSent)
    );
    assert!(!error.is_queued());
    let posts = server
        .received_requests()
        .await
        .unwrap()
        .into_iter()
        .filter(|request| request.method == "POST");
    assert_eq!(posts.count(), 1, "never sent again");
    let unknown = MessageFilter {
        states: vec![MessageState::Unknown],
        ..MessageFilter::default()
    };
    let held = sms.store().unwrap().messages(unknown).await.unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].error.as_ref().unwrap().code, "NO_ANSWER");
}

#[test]
fn settings_never_show_a_secret() {
    let folder = folder();
    let settings: Settings = sources(&folder, &real("http://127.0.0.1:1"))
        .load()
        .unwrap();
    let shown = format!(
        "{settings:?} {:?}",
        SmsClient::from_config(settings.clone()).unwrap()
    );
    assert!(!shown.contains("a-token"), "{shown}");
}
