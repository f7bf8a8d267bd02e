//! How SQLite finds what a claim asks for: by the index that holds just that, never by reading the
//! table, so that a claim takes no longer when there are millions.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::Text;
use jiff::{SignedDuration, Timestamp};

use super::{begin, broadcasts, claim, connect, query, receive, settle};
use crate::message::{BroadcastId, Message, MessageState, Priority};
use crate::store::{
    BroadcastState, Claim, Cursor, Lease, NewBroadcast, NewMessage, Report, Room, Settlement,
};
use crate::testkit::outbound_at;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

/// A connection, and every statement that runs on it.
fn listened_to() -> (SqliteConnection, Arc<Mutex<Vec<String>>>) {
    let mut connection = connect::in_memory().unwrap().connection;
    let heard = Arc::<Mutex<Vec<String>>>::default();
    let notes = Arc::clone(&heard);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            // The values come after the text.
            let text = query.to_string();
            let text = text.split("-- binds:").next().unwrap_or_default().trim();
            let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
            notes.push(text.to_owned());
        }
    });
    (connection, heard)
}

/// Each statement that `work` runs, once, with the plan for it.
fn plans(work: impl FnOnce(&mut SqliteConnection)) -> Vec<(String, Vec<String>)> {
    let (mut connection, heard) = listened_to();
    work(&mut connection);
    let mut statements = heard.lock().unwrap().split_off(0);
    statements.sort();
    statements.dedup();
    let mut plan = |statement: String| {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            detail: String,
        }
        let explained = format!("EXPLAIN QUERY PLAN {statement}");
        let rows: Vec<Row> = diesel::sql_query(explained).load(&mut connection).unwrap();
        (statement, rows.into_iter().map(|row| row.detail).collect())
    };
    statements.into_iter().map(&mut plan).collect()
}

/// No statement reads a whole table or a whole index (but for those named here), or sorts what it found.
fn assert_flat(plans: &[(String, Vec<String>)], read: &[&str]) {
    assert!(!plans.is_empty());
    for (statement, plan) in plans {
        for step in plan {
            let may = step == "SCAN CONSTANT ROW" || read.iter().any(|name| step.ends_with(name));
            let is_read = step.starts_with("SCAN") && !may;
            assert!(
                !is_read && !step.contains("TEMP B-TREE"),
                "{statement}\n{plan:#?}"
            );
        }
    }
}

/// The indexes that are used for a statement with these words in it.
fn indexes<'a>(plans: &'a [(String, Vec<String>)], words: &str) -> Vec<&'a str> {
    let with = plans
        .iter()
        .filter(|(statement, _)| statement.contains(words));
    let steps = with.flat_map(|(_, plan)| plan);
    let name = |step: &'a String| step.split_once("INDEX ").map(|(_, rest)| rest);
    let names = steps
        .filter_map(name)
        .filter_map(|rest| rest.split(' ').next());
    names.filter(|name| name.starts_with("sms_")).collect()
}

fn row(message: Message, lease_until: Option<Timestamp>) -> NewMessage {
    NewMessage {
        message: Arc::new(outbound_at(message, at(0))),
        provider: "twilio".to_owned(),
        simulated: false,
        hash_body: false,
        lease_until,
    }
}

fn hello() -> Message {
    Message::new("+14155550123", "Hello")
}

fn settled(lease: Lease, state: MessageState) -> Settlement {
    Settlement {
        lease,
        state,
        provider: Some("twilio".to_owned()),
        sender: None,
        attempts: 1,
        from_queue: false,
        doubt: None,
        provider_message_ids: Vec::new(),
        provider_status: None,
        segments: None,
        error: None,
        next_attempt_at: None,
        drop_body: false,
        at: at(1),
    }
}

/// One message of each sort that a claim looks at.
fn fill(connection: &mut SqliteConnection) {
    for priority in Priority::ALL {
        let waits = row(hello().owner("ann").priority(*priority), None);
        begin::begin(connection, &waits, "").unwrap();
    }
    let later = row(hello().send_at(at(50)), None);
    begin::begin(connection, &later, "").unwrap();
    let lost = row(hello(), Some(at(60)));
    begin::begin(connection, &lost, "somebody").unwrap();
    let asked = row(hello(), Some(at(60)));
    begin::begin(connection, &asked, "somebody").unwrap();
    let lease = Lease {
        id: asked.message.id(),
        fence: 1,
    };
    let doubt = Settlement {
        next_attempt_at: Some(at(5)),
        ..settled(lease, MessageState::Unknown)
    };
    assert!(settle::settle(connection, &doubt).unwrap());
    for state in [BroadcastState::Running, BroadcastState::Canceled] {
        let broadcast = NewBroadcast {
            id: BroadcastId::new(),
            owner: Some("ann".to_owned()),
            name: None,
            created_at: at(0),
        };
        broadcasts::open(connection, &broadcast).unwrap();
        let mut new = row(hello().owner("ann"), None);
        new.message = Arc::new(Arc::unwrap_or_clone(new.message).in_broadcast(broadcast.id));
        begin::begin(connection, &new, "").unwrap();
        broadcasts::move_to(connection, broadcast.id, state, at(1)).unwrap();
    }
}

fn wish() -> Claim {
    Claim {
        providers: vec!["twilio".to_owned(), "vonage".to_owned()],
        worker: "a worker".to_owned(),
        now: at(100),
        lease_until: at(160),
        ask_at: at(110),
        room: Room::of_each(10),
        cursor: Cursor::default(),
    }
}

#[test]
fn a_claim_uses_the_index_that_holds_just_what_it_asks_for() {
    let plans = plans(|connection| {
        fill(connection);
        let first = claim::claim(connection, &wish()).unwrap();
        assert_eq!(first.messages.len(), 6, "5 that can go, and a question");
        let on = Claim {
            cursor: first.cursor,
            ..wish()
        };
        claim::claim(connection, &on).unwrap();
    });
    // Of the lanes it has found, none twice.
    assert_flat(&plans, &["SCAN lanes"]);
    for (words, index) in [
        ("RECURSIVE lanes", "sms_messages_ready"),
        ("AND lane =", "sms_messages_ready"),
        ("ORDER BY next_attempt_at LIMIT", "sms_messages_due"),
        ("SET state = 'unknown'", "sms_messages_leased"),
        ("next_attempt_at = CASE state", "sms_messages_leased"),
        ("AND state = 'unknown'\n", "sms_messages_asked"),
        ("SET state = 'canceled'", "sms_messages_broadcast"),
    ] {
        let used = indexes(&plans, words);
        assert!(used.contains(&index), "{words}: {used:?}");
    }
}

#[test]
fn whether_there_is_anything_to_do_is_found_by_index() {
    let plans = plans(|connection| {
        let providers = wish().providers;
        assert!(query::is_idle(connection, &providers, at(100)).unwrap());
    });
    // What is in somebody's hands at the moment is little.
    assert_flat(&plans, &["sms_messages_leased", "SCAN lanes"]);
}

#[test]
fn what_is_written_for_every_message_is_found_by_index() {
    let plans = plans(|connection| {
        let new = row(hello().idempotency_key("order-1"), Some(at(60)));
        begin::begin(connection, &new, "somebody").unwrap();
        let lease = Lease {
            id: new.message.id(),
            fence: 1,
        };
        claim::hand_over(connection, lease, &new.message, "twilio").unwrap();
        claim::renew(connection, lease, at(90)).unwrap();
        let taken = Settlement {
            provider_message_ids: vec!["P1".to_owned(), "P2".to_owned()],
            ..settled(lease, MessageState::Accepted)
        };
        settle::settle(connection, &taken).unwrap();
        settle::settle(connection, &taken).unwrap();
        for theirs in ["P1", "P2", "P3"] {
            let report = Report {
                provider: "twilio".to_owned(),
                provider_message_id: Some(theirs.to_owned()),
                message_id: None,
                to: Some("+14155550123".to_owned()),
                state: Some(MessageState::Sent),
                provider_status: "sent".to_owned(),
                error: None,
                part: 0,
                parts: 0,
                segments: None,
                at: None,
                received_at: at(5),
                drop_body: false,
            };
            receive::receive(connection, &report).unwrap();
        }
        claim::release(connection, &[lease]).unwrap();
    });
    assert_flat(&plans, &[]);
}
