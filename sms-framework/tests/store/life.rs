//! What is left of a message in the file, and what other programs see of it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use sms_framework::store::{ErrorNote, Prune, Report, Settlement, Store};
use sms_framework::{Certainty, MessageState};

use crate::support::{Place, at, attempt, begun, hello, queued, settled};

#[tokio::test]
async fn a_dropped_body_is_overwritten_in_the_file() {
    let place = Place::new();
    let store = place.open();
    let text = "the secret rehearsal room";
    let mut message = hello();
    message.body = text.repeat(40);
    let lease = begun(&store, message).await;
    let settlement = Settlement {
        drop_body: true,
        ..settled(lease, MessageState::Accepted)
    };
    assert!(store.settle(settlement).await.unwrap());
    // The last connection writes the log back to the file and removes it.
    drop(store);
    assert!(!is_in_the_file(&place, text));
}

#[tokio::test]
async fn a_forgotten_number_is_overwritten_in_the_file() {
    let place = Place::new();
    let store = place.open();
    let mut message = hello().tag("name", "Zoe Zeitgeist");
    message.to = "+14155550199".into();
    let lease = begun(&store, message).await;
    store.forget("+14155550199", at(5)).await.unwrap();
    assert!(store.message(lease.id).await.unwrap().is_some());
    drop(store);
    assert!(!is_in_the_file(&place, "+14155550199"));
    assert!(!is_in_the_file(&place, "Zeitgeist"));
}

#[tokio::test]
async fn a_pruned_message_leaves_nothing_in_any_table() {
    let place = Place::new();
    let store = place.open();
    let lease = begun(&store, hello().idempotency_key("order-1")).await;
    store.record(attempt(lease.id, 1));
    let taken = Settlement {
        provider_message_ids: vec!["P1".into(), "P2".into()],
        ..settled(lease, MessageState::Accepted)
    };
    assert!(store.settle(taken).await.unwrap());
    store.receive(delivered("P1")).await.unwrap();
    let everything = Prune {
        messages_before: Some(at(100)),
        ..Prune::default()
    };
    assert_eq!(store.prune(everything).await.unwrap().messages, 1);
    for table in [
        "sms_messages",
        "sms_attempts",
        "sms_part_ids",
        "sms_receipts",
        "sms_idempotency",
    ] {
        let count = format!("SELECT COUNT(*) AS rows FROM {table}");
        let count: Count = diesel::sql_query(count)
            .get_result(&mut place.raw())
            .unwrap();
        assert_eq!(count.rows, 0, "{table}");
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

fn delivered(theirs: &str) -> Report {
    Report {
        provider: "twilio".into(),
        provider_message_id: Some(theirs.into()),
        message_id: None,
        to: None,
        state: Some(MessageState::Delivered),
        provider_status: "delivered".into(),
        error: None,
        part: 0,
        parts: 0,
        segments: None,
        at: None,
        received_at: at(5),
        drop_body: false,
    }
}

fn is_in_the_file(place: &Place, text: &str) -> bool {
    let file = std::fs::read(&place.path).unwrap();
    file.windows(text.len())
        .any(|bytes| bytes == text.as_bytes())
}

#[derive(QueryableByName, Debug, PartialEq)]
struct Waiting {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Nullable<Text>)]
    owner: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    message_type: Option<String>,
    #[diesel(sql_type = Text)]
    recipient: String,
    #[diesel(sql_type = Nullable<Text>)]
    sender: Option<String>,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Integer)]
    rounds: i32,
    #[diesel(sql_type = Text)]
    error_code: String,
    #[diesel(sql_type = Text)]
    error_message: String,
    #[diesel(sql_type = BigInt)]
    next_attempt_at: i64,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
}

#[tokio::test]
async fn the_view_shows_the_messages_that_wait_for_another_try() {
    let place = Place::new();
    let store = place.open();
    begun(&store, hello()).await;
    let message = hello().owner("artist-17").message_type("gig_reminder");
    let lease = begun(&store, message).await;
    let failed = Settlement {
        error: Some(ErrorNote {
            code: "CONNECT".into(),
            message: "twilio: connection refused".into(),
            certainty: Certainty::NotSent,
            provider_code: None,
        }),
        attempts: 3,
        ..queued(lease, at(30))
    };
    assert!(store.settle(failed).await.unwrap());

    let rows: Vec<Waiting> = diesel::sql_query("SELECT * FROM sms_delivery_queue")
        .load(&mut place.raw())
        .unwrap();
    let expected = Waiting {
        id: lease.id.to_string(),
        owner: Some("artist-17".into()),
        message_type: Some("gig_reminder".into()),
        recipient: "+14155550123".into(),
        sender: None,
        body: "Hello".into(),
        attempts: 3,
        rounds: 0,
        error_code: "CONNECT".into(),
        error_message: "twilio: connection refused".into(),
        next_attempt_at: at(30).as_millisecond(),
        created_at: at(0).as_millisecond(),
    };
    assert_eq!(rows, [expected]);
}
