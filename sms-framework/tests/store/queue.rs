//! Who may send what waits: claims, leases, fences, and the view for other programs.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use sms_framework::store::{Doubt, ErrorNote, QueueCounts, Settlement, Store};
use sms_framework::{Certainty, Message, MessageId, MessageState};

use crate::support::{LEASE, Place, at, begun, hello, queued, settled};

#[tokio::test]
async fn due_messages_are_claimed_longest_due_first_and_once() {
    let place = Place::new();
    let store = place.open();
    let mut ids = Vec::new();
    for due in [30, 10, 20] {
        let id = begun(&store, hello()).await;
        assert!(store.settle(queued(id, at(due))).await.unwrap());
        ids.push(id);
    }
    let claimed = |now| store.claim_due(&["twilio"], at(now), at(now + LEASE), 10);
    assert!(claimed(9).await.unwrap().is_empty(), "nothing is due yet");

    let first: Vec<_> = claimed(25).await.unwrap();
    let order: Vec<_> = first.iter().map(|claimed| claimed.message.id()).collect();
    assert_eq!(order, [ids[1], ids[2]]);
    assert!(
        first
            .iter()
            .all(|claimed| claimed.was == MessageState::Queued)
    );
    assert!(claimed(25).await.unwrap().is_empty(), "leased, not due");
    assert_eq!(claimed(30).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_claim_takes_no_more_than_its_limit() {
    let place = Place::new();
    let store = place.open();
    for _ in 0..5 {
        let id = begun(&store, hello()).await;
        assert!(store.settle(queued(id, at(1))).await.unwrap());
    }
    assert!(
        store
            .claim_due(&["twilio"], at(1), at(60), 0)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        store
            .claim_due(&["twilio"], at(1), at(60), 3)
            .await
            .unwrap()
            .len(),
        3
    );
    assert_eq!(
        store
            .claim_due(&["twilio"], at(1), at(60), 3)
            .await
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_claimed_message_is_the_message_that_was_begun() {
    let place = Place::new();
    let store = place.open();
    let message = Message::new("+14155550123", "Doors open at eight 👋")
        .sender("ACME Shop".parse().unwrap())
        .owner("artist-17")
        .message_type("gig_reminder")
        .tag("gig", "4711")
        .media("https://example.com/poster.png")
        .valid_for(std::time::Duration::from_secs(3600));
    let begun = crate::support::new(message);
    let before = Arc::clone(&begun.message);
    store.begin(begun).await.unwrap();
    let id = before.id();
    assert!(store.settle(queued(id, at(1))).await.unwrap());

    let claimed = store
        .claim_due(&["twilio"], at(1), at(61), 1)
        .await
        .unwrap()
        .remove(0);
    let after = &claimed.message;
    assert_eq!(after.id(), id);
    assert_eq!(after.to(), before.to());
    assert_eq!(after.from(), before.from());
    assert_eq!(after.body(), before.body());
    assert_eq!(after.segments(), before.segments());
    assert_eq!(after.owner(), before.owner());
    assert_eq!(after.message_type(), before.message_type());
    assert_eq!(after.tags(), before.tags());
    assert_eq!(after.media(), before.media());
    assert_eq!(after.valid_for(), before.valid_for());
    assert_eq!(after.created_at(), before.created_at());
    assert_eq!(claimed.provider, "twilio");
    assert_eq!(
        (claimed.attempts, claimed.rounds, claimed.doubt),
        (1, 0, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_on_one_file_claim_disjointly() {
    let place = Place::new();
    let stores = [Arc::new(place.open()), Arc::new(place.open())];
    let mut ids = Vec::new();
    for _ in 0..60 {
        let id = begun(&*stores[0], hello()).await;
        assert!(stores[0].settle(queued(id, at(1))).await.unwrap());
        ids.push(id);
    }
    let claims = (0..20).map(|turn| {
        let store = Arc::clone(&stores[turn % 2]);
        tokio::spawn(async move {
            store
                .claim_due(&["twilio"], at(1), at(61), 5)
                .await
                .unwrap()
        })
    });
    let mut claimed: Vec<MessageId> = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        claimed.extend(claim.await.unwrap().iter().map(|one| one.message.id()));
    }
    claimed.sort();
    assert_eq!(claimed, ids);
}

#[tokio::test]
async fn a_lease_that_ran_out_is_claimed_in_doubt() {
    let place = Place::new();
    let dead = place.open();
    let id = begun(&dead, hello()).await;
    drop(dead);

    let store = place.open();
    assert!(
        store
            .claim_due(&["twilio"], at(LEASE - 1), at(200), 1)
            .await
            .unwrap()
            .is_empty()
    );
    let claimed = store
        .claim_due(&["twilio"], at(LEASE), at(200), 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(claimed.message.id(), id);
    assert_eq!(claimed.was, MessageState::Sending);
    assert_eq!(claimed.doubt, Some(Doubt::NoAnswer));
}

#[tokio::test]
async fn a_store_whose_lease_was_taken_cannot_settle() {
    let place = Place::new();
    let (slow, quick) = (place.open(), place.open());
    let id = begun(&slow, hello()).await;
    assert_eq!(
        quick
            .claim_due(&["twilio"], at(LEASE), at(200), 1)
            .await
            .unwrap()
            .len(),
        1
    );

    assert!(
        !slow
            .settle(settled(id, MessageState::Failed))
            .await
            .unwrap()
    );
    let record = quick.message(id).await.unwrap().unwrap();
    assert_eq!(record.status, MessageState::Sending, "left alone");
    assert!(
        quick
            .settle(settled(id, MessageState::Accepted))
            .await
            .unwrap()
    );
    assert!(
        !quick
            .settle(settled(id, MessageState::Failed))
            .await
            .unwrap(),
        "settled is settled"
    );
}

#[tokio::test]
async fn a_message_in_doubt_is_claimed_only_if_it_has_a_time() {
    let place = Place::new();
    let store = place.open();
    let held = begun(&store, hello()).await;
    let asked = begun(&store, hello()).await;
    let unknown = |id| Settlement {
        doubt: Some(Doubt::ServerError),
        ..settled(id, MessageState::Unknown)
    };
    assert!(store.settle(unknown(held)).await.unwrap());
    let again = Settlement {
        next_attempt_at: Some(at(5)),
        ..unknown(asked)
    };
    assert!(store.settle(again).await.unwrap());

    let claimed = store
        .claim_due(&["twilio"], at(1000), at(1060), 10)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].message.id(), asked);
    assert_eq!(claimed[0].was, MessageState::Unknown);
    assert_eq!(claimed[0].doubt, Some(Doubt::ServerError));
}

#[tokio::test]
async fn an_unreadable_row_ends_and_does_not_hold_up_the_others() {
    let place = Place::new();
    let store = place.open();
    let broken = begun(&store, hello()).await;
    let in_doubt = begun(&store, hello()).await;
    let good = begun(&store, hello()).await;
    assert!(store.settle(queued(broken, at(1))).await.unwrap());
    assert!(store.settle(queued(good, at(2))).await.unwrap());
    diesel::sql_query("UPDATE sms_messages SET recipient = 'nobody' WHERE id <> ?")
        .bind::<Text, _>(good.to_string())
        .execute(&mut place.raw())
        .unwrap();

    let claimed = store
        .claim_due(&["twilio"], at(LEASE), at(200), 1)
        .await
        .unwrap();
    assert_eq!(
        claimed[0].message.id(),
        good,
        "the claim goes on past the broken row"
    );
    assert!(
        store
            .claim_due(&["twilio"], at(LEASE), at(200), 10)
            .await
            .unwrap()
            .is_empty()
    );

    let record = store.message(broken).await.unwrap().unwrap();
    assert_eq!(
        (record.status, record.next_attempt_at),
        (MessageState::Failed, None)
    );
    let error = record.error.unwrap();
    assert_eq!(
        (error.code.as_str(), error.certainty, error.message.as_str()),
        (
            "STORAGE",
            Certainty::NotSent,
            "the stored message cannot be sent: its recipient cannot be read"
        )
    );
    // Its process may have died after it sent: failed would be a guess.
    let record = store.message(in_doubt).await.unwrap().unwrap();
    assert_eq!(
        (record.status, record.next_attempt_at),
        (MessageState::Unknown, None)
    );
    assert_eq!(record.error.unwrap().certainty, Certainty::MaybeSent);
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
    let id = begun(&store, message).await;
    let failed = Settlement {
        error: Some(ErrorNote {
            code: "CONNECT".into(),
            message: "twilio: connection refused".into(),
            certainty: Certainty::NotSent,
            provider_code: None,
        }),
        attempts: 3,
        ..queued(id, at(30))
    };
    assert!(store.settle(failed).await.unwrap());

    let rows: Vec<Waiting> = diesel::sql_query("SELECT * FROM sms_delivery_queue")
        .load(&mut place.raw())
        .unwrap();
    let expected = Waiting {
        id: id.to_string(),
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

#[tokio::test]
async fn the_queue_is_counted_by_reason() {
    let place = Place::new();
    let store = place.open();
    let mut ids = Vec::new();
    for _ in 0..7 {
        ids.push(begun(&store, hello()).await);
    }
    assert!(store.settle(queued(ids[0], at(10))).await.unwrap());
    assert!(store.settle(queued(ids[1], at(20))).await.unwrap());
    assert!(store.settle(queued(ids[2], at(30))).await.unwrap());
    assert!(
        store
            .settle(settled(ids[3], MessageState::Unknown))
            .await
            .unwrap()
    );
    assert!(
        store
            .settle(settled(ids[4], MessageState::Accepted))
            .await
            .unwrap()
    );
    let counts = QueueCounts {
        queued: 3,
        due: 2,
        sending: 2,
        unknown: 1,
    };
    assert_eq!(store.queue_counts(at(20)).await.unwrap(), counts);
}

#[tokio::test]
async fn only_messages_of_the_provider_in_use_are_claimed() {
    let place = Place::new();
    let store = place.open();
    begun(&store, hello()).await;
    let others = store
        .claim_due(&["mock"], at(LEASE), at(200), 1)
        .await
        .unwrap();
    assert!(
        others.is_empty(),
        "a mock must not take what is meant for a real provider"
    );
    assert_eq!(
        store
            .claim_due(&["twilio"], at(LEASE), at(200), 1)
            .await
            .unwrap()
            .len(),
        1
    );
}
