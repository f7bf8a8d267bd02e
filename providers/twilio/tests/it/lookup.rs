//! Finding a message again.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sms_framework::{Acceptance, Error, ErrorKind, Message, MessageState, Outbound};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{ANNA, FROM, SID, TEXT, message, outbound, server, twilio};

/// Noon, and dates around it as Twilio writes them.
const SINCE: &str = "2026-03-01T12:00:00Z";
const AT_NOON: &str = "Sun, 01 Mar 2026 12:00:05 +0000";
const IN_SKEW: &str = "Sun, 01 Mar 2026 11:59:01 +0000";
const BEFORE: &str = "Sun, 01 Mar 2026 11:58:59 +0000";

fn row(sid: &str, date: &str) -> Value {
    json!({
        "sid": sid, "to": ANNA, "from": FROM, "body": TEXT, "status": "sent", "num_segments": "1",
        "date_created": date, "messaging_service_sid": null, "direction": "outbound-api",
        "error_code": null
    })
}

fn with(mut row: Value, field: &str, value: impl Into<Value>) -> Value {
    row[field] = value.into();
    row
}

fn page(rows: &[Value], next: Option<&str>) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"messages": rows, "next_page_uri": next}))
}

async fn find_in(
    server: &MockServer,
    more: &str,
    message: &Outbound,
) -> Result<Vec<Acceptance>, Error> {
    let since: Timestamp = SINCE.parse().unwrap();
    let provider = twilio(&server.uri(), more);
    provider.lookup().unwrap().find(message, since).await
}

async fn find(rows: &[Value]) -> Vec<String> {
    let server = server(page(rows, None)).await;
    sids(find_in(&server, "", &message()).await.unwrap())
}

fn sids(found: Vec<Acceptance>) -> Vec<String> {
    found
        .into_iter()
        .flat_map(|acceptance| acceptance.provider_message_ids)
        .collect()
}

#[tokio::test]
async fn it_lists_the_messages_to_the_recipient_without_a_filter_on_dates() {
    let server = server(page(&[row("SM1", AT_NOON)], None)).await;
    let found = find_in(&server, "", &message()).await.unwrap();
    assert_eq!(found[0].state, MessageState::Sent);
    assert_eq!(found[0].provider_message_ids, ["SM1"]);
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].method.as_str(), "GET");
    assert_eq!(
        requests[0].url.path(),
        format!("/2010-04-01/Accounts/{SID}/Messages.json")
    );
    assert_eq!(
        requests[0].url.query(),
        Some("To=%2B14155550123&PageSize=100")
    );
    assert!(requests[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn every_message_that_reads_the_same_is_a_candidate() {
    assert_eq!(
        find(&[row("SM2", AT_NOON), row("SM1", AT_NOON)]).await,
        ["SM2", "SM1"]
    );
}

#[tokio::test]
async fn another_text_sender_recipient_or_direction_is_not_ours() {
    let rows = [
        with(row("SM1", AT_NOON), "body", "Doors open at nine."),
        with(row("SM2", AT_NOON), "from", "+14155550101"),
        with(row("SM3", AT_NOON), "to", "+14155550199"),
        with(row("SM4", AT_NOON), "direction", "inbound"),
        with(row("", AT_NOON), "status", "queued"),
    ];
    assert!(find(&rows).await.is_empty());
}

#[tokio::test]
async fn the_prefix_of_trial_accounts_is_not_part_of_the_text() {
    let text = format!("Sent from your Twilio trial account - {TEXT}");
    assert_eq!(
        find(&[with(row("SM1", AT_NOON), "body", text)]).await,
        ["SM1"]
    );
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    assert_eq!(
        find(&[row("SM2", IN_SKEW), row("SM1", BEFORE)]).await,
        ["SM2"]
    );
}

#[tokio::test]
async fn a_row_without_a_readable_date_may_be_ours() {
    assert_eq!(
        find(&[
            row("SM1", "yesterday"),
            with(row("SM2", ""), "date_created", Value::Null)
        ])
        .await,
        ["SM1", "SM2"]
    );
}

#[tokio::test]
async fn a_failed_message_is_found_with_its_code() {
    let failed = with(
        with(row("SM1", AT_NOON), "status", "undelivered"),
        "error_code",
        30003,
    );
    let server = server(page(&[failed], None)).await;
    let found = find_in(&server, "", &message()).await.unwrap();
    assert_eq!(found[0].state, MessageState::Undelivered);
    assert_eq!(found[0].provider_code.as_deref(), Some("30003"));
}

#[tokio::test]
async fn a_message_through_a_service_is_found_by_the_service() {
    let through =
        |row: Value, from: Value| with(with(row, "messaging_service_sid", "MG7"), "from", from);
    let rows = [
        through(row("SM1", AT_NOON), Value::Null),
        through(row("SM2", AT_NOON), "+14155550111".into()),
        row("SM3", AT_NOON),
    ];
    let server = server(page(&rows, None)).await;
    let by_service = outbound(Message::new(ANNA, TEXT).sender("service:MG7".parse().unwrap()));
    assert_eq!(
        sids(find_in(&server, "", &by_service).await.unwrap()),
        ["SM1", "SM2"]
    );
    // With both configured, the sender is ours as soon as it is picked.
    let both = "messaging_service_sid = 'MG7'";
    assert_eq!(
        sids(find_in(&server, both, &message()).await.unwrap()),
        ["SM1", "SM3"]
    );
}

/// Mounts `first` and answers `page_token` T with `second`.
async fn two_pages(
    first: ResponseTemplate,
    second: ResponseTemplate,
    expect_second: u64,
) -> MockServer {
    let server = MockServer::start().await;
    let resource = format!("/2010-04-01/Accounts/{SID}/Messages.json");
    Mock::given(method("GET"))
        .and(path(resource.clone()))
        .and(query_param_is_missing("PageToken"))
        .respond_with(first)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path(resource))
        .and(query_param("PageToken", "T"))
        .respond_with(second)
        .expect(expect_second)
        .mount(&server)
        .await;
    server
}

fn next() -> String {
    format!(
        "/2010-04-01/Accounts/{SID}/Messages.json?To=%2B14155550123&PageSize=100&Page=1&PageToken=T"
    )
}

#[tokio::test]
async fn it_walks_on_to_the_next_page() {
    let other = with(row("SM2", AT_NOON), "body", "other");
    let first = page(&[other], Some(&next()));
    let server = two_pages(first, page(&[row("SM1", AT_NOON)], None), 1).await;
    assert_eq!(
        sids(find_in(&server, "", &message()).await.unwrap()),
        ["SM1"]
    );
}

#[tokio::test]
async fn it_stops_at_a_page_that_is_wholly_before_the_attempt() {
    let first = page(&[row("SM2", BEFORE), row("SM1", BEFORE)], Some(&next()));
    let server = two_pages(first, page(&[row("SM0", AT_NOON)], None), 0).await;
    assert!(find_in(&server, "", &message()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_row_before_the_attempt_is_not_the_end() {
    let first = page(&[row("SM2", BEFORE), row("SM1", AT_NOON)], Some(&next()));
    let server = two_pages(first, page(&[row("SM0", AT_NOON)], None), 1).await;
    assert_eq!(
        sids(find_in(&server, "", &message()).await.unwrap()),
        ["SM1", "SM0"]
    );
}

#[tokio::test]
async fn it_reads_five_pages_at_most() {
    let server = server(page(&[row("SM1", AT_NOON)], Some(&next()))).await;
    // What was found may be of other messages, and ours on a page that was not read.
    let error = find_in(&server, "", &message()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadAnswer);
    assert_eq!(server.received_requests().await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_list_that_never_ends_is_no_evidence_that_the_message_is_not_there() {
    let other = with(row("SM2", AT_NOON), "body", "other");
    let server = server(page(&[other], Some(&next()))).await;
    let error = find_in(&server, "", &message()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there are more messages to this recipient than can be looked through"
    );
}

#[tokio::test]
async fn a_next_page_elsewhere_is_refused() {
    let elsewhere = server(page(&[row("SM1", AT_NOON)], None)).await;
    for uri in [
        elsewhere.uri(),
        format!("@{}", &elsewhere.uri()[7..]),
        ".evil.example/".to_owned(),
    ] {
        let server = server(page(&[], Some(&uri))).await;
        let error = find_in(&server, "", &message()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the list of messages goes on at another address, which is not followed"
        );
    }
    // `//host/…` stays a path on our own host.
    let with_slashes = elsewhere.uri().replace("http:", "");
    let own = server(page(&[], Some(&with_slashes))).await;
    let _never_ends = find_in(&own, "", &message()).await;
    assert_eq!(own.received_requests().await.unwrap().len(), 5);
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_an_error() {
    for answer in [
        ResponseTemplate::new(200).set_body_string("{}"),
        ResponseTemplate::new(200).set_body_string("<xml/>"),
        ResponseTemplate::new(401).set_body_string(r#"{"code":20003}"#),
        ResponseTemplate::new(500),
    ] {
        let server = server(answer).await;
        find_in(&server, "", &message()).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_since_before_all_time_is_no_trouble() {
    let server = server(page(&[row("SM1", BEFORE)], None)).await;
    let provider = twilio(&server.uri(), "");
    let since = Timestamp::MIN + SignedDuration::from_secs(1);
    let found = provider
        .lookup()
        .unwrap()
        .find(&message(), since)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
}
