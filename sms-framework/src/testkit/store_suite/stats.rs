//! What became of messages, in numbers.

use jiff::{SignedDuration, Timestamp};

use super::facts::{at, back_off, error_note, hello, in_doubt, leased, settled};
use super::subject::{Must, Subject};
use crate::message::{Message, MessageState};
use crate::store::{
    DayStats, DeliveryStats, ErrorCount, ErrorNote, Lease, NewMessage, QueueCounts, Settlement,
    StatsFilter,
};
use crate::testkit::outbound_at;

const DAY: SignedDuration = SignedDuration::from_hours(24);

struct Sent<'a> {
    owner: &'a str,
    created_at: Timestamp,
    simulated: bool,
    state: MessageState,
    error: Option<(&'a str, Option<&'a str>)>,
}

impl Default for Sent<'_> {
    fn default() -> Self {
        Self {
            owner: "me",
            created_at: at(0),
            simulated: false,
            state: MessageState::Accepted,
            error: None,
        }
    }
}

async fn write(store: &Subject, sent: Sent<'_>) {
    let message: Message = hello().owner(sent.owner);
    let row = NewMessage {
        message: std::sync::Arc::new(outbound_at(message.clone(), sent.created_at)),
        simulated: sent.simulated,
        ..leased(message)
    };
    let lease = Lease {
        id: row.message.id(),
        fence: 1,
    };
    store.begin(row).await.must();
    let note = |(code, provider_code): (&str, Option<&str>)| ErrorNote {
        provider_code: provider_code.map(str::to_owned),
        ..error_note(code)
    };
    let settlement = Settlement {
        segments: Some(2),
        error: sent.error.map(note),
        ..settled(lease, sent.state)
    };
    assert!(store.settle(settlement).await.must());
}

async fn of(store: &Subject, owner: Option<&str>) -> DeliveryStats {
    let filter = StatsFilter {
        owner: owner.map(str::to_owned),
        since: at(0) - DAY * 30,
    };
    store.stats(filter).await.must()
}

pub(super) async fn every_state_is_counted_where_the_documentation_says(store: Subject) {
    let settled = MessageState::ALL.iter();
    for &state in settled.filter(|state| **state != MessageState::Sending) {
        write(
            &store,
            Sent {
                state,
                ..Sent::default()
            },
        )
        .await;
    }
    store.send(hello().owner("me")).await;

    let stats = of(&store, Some("me")).await;
    assert_eq!(stats.successes, 3, "accepted, sent, delivered");
    assert_eq!(stats.failures, 4, "failed, rejected, undelivered, expired");
    assert_eq!(stats.total_sent, 7);
    assert_eq!(stats.waiting, 3, "scheduled, queued, sending");
    assert_eq!((stats.unknown, stats.canceled, stats.simulated), (1, 1, 0));
    assert_eq!(stats.segments, 6, "two of each success");
    let day = DayStats {
        day: "2026-11-23".to_owned(),
        successes: 3,
        failures: 4,
        other: 5,
        simulated: 0,
    };
    assert_eq!(stats.by_day, [day]);
    assert_eq!(stats.owner.as_deref(), Some("me"));
}

pub(super) async fn simulated_messages_are_counted_apart_and_nowhere_else(store: Subject) {
    write(&store, Sent::default()).await;
    for state in [MessageState::Accepted, MessageState::Failed] {
        let sent = Sent {
            simulated: true,
            state,
            error: Some(("REFUSED", None)),
            ..Sent::default()
        };
        write(&store, sent).await;
    }
    let stats = of(&store, None).await;
    assert_eq!(
        (stats.simulated, stats.total_sent, stats.successes),
        (2, 1, 1)
    );
    assert_eq!((stats.failures, stats.segments), (0, 2));
    assert_eq!(stats.by_error, []);
    let day = &stats.by_day[0];
    assert_eq!((day.simulated, day.successes), (2, 1));
}

pub(super) async fn only_the_owners_messages_since_then_are_counted(store: Subject) {
    for (owner, created_at) in [
        ("me", at(0)),
        ("me", at(0) - DAY * 30),
        ("me", at(-1) - DAY * 30),
        ("you", at(0)),
    ] {
        let sent = Sent {
            owner,
            created_at,
            ..Sent::default()
        };
        write(&store, sent).await;
    }
    assert_eq!(of(&store, Some("me")).await.successes, 2);
    assert_eq!(of(&store, Some("you")).await.successes, 1);
    assert_eq!(of(&store, Some("nobody")).await.successes, 0);
    assert_eq!(of(&store, None).await.successes, 3);
}

pub(super) async fn days_are_utc_days_oldest_first_without_the_empty_ones(store: Subject) {
    let midnight = at(0) - SignedDuration::from_hours(36);
    let just_before = midnight - SignedDuration::from_millis(1);
    for created_at in [at(0), midnight, just_before, midnight - DAY * 3] {
        let sent = Sent {
            created_at,
            ..Sent::default()
        };
        write(&store, sent).await;
    }
    let stats = of(&store, None).await;
    let days: Vec<_> = stats.by_day.iter().map(|day| day.day.as_str()).collect();
    let expected = ["2026-11-19", "2026-11-21", "2026-11-22", "2026-11-23"];
    assert_eq!(days, expected);
}

pub(super) async fn errors_are_counted_by_code_most_first(store: Subject) {
    let failures = [
        (MessageState::Rejected, ("RECIPIENT", Some("21211"))),
        (MessageState::Failed, ("OPTED_OUT", Some("21610"))),
        (MessageState::Queued, ("OPTED_OUT", Some("21610"))),
        (MessageState::Failed, ("CONNECT", None)),
        // Taken after all: its last error is nobody's trouble any more.
        (MessageState::Accepted, ("CONNECT", None)),
    ];
    for (state, error) in failures {
        let sent = Sent {
            state,
            error: Some(error),
            ..Sent::default()
        };
        write(&store, sent).await;
    }
    let count = |code: &str, provider_code: Option<&str>, count| ErrorCount {
        code: code.to_owned(),
        provider_code: provider_code.map(str::to_owned),
        count,
    };
    assert_eq!(
        of(&store, None).await.by_error,
        [
            count("OPTED_OUT", Some("21610"), 2),
            count("CONNECT", None, 1),
            count("RECIPIENT", Some("21211"), 1),
        ]
    );
}

pub(super) async fn nothing_sent_is_all_zeros(store: Subject) {
    assert_eq!(of(&store, None).await, DeliveryStats::default());
    let counts = store.queue_counts(at(0)).await.must();
    assert_eq!(counts, QueueCounts::default());
}

pub(super) async fn the_queue_is_counted_by_reason(store: Subject) {
    store.enqueue(hello()).await;
    store.enqueue(hello().send_at(at(100))).await;
    for due in [10, 20, 30] {
        let lease = store.send(hello()).await;
        assert!(store.settle(back_off(lease, due)).await.must());
    }
    let lease = store.send(hello()).await;
    assert!(store.settle(in_doubt(lease, 10)).await.must());
    store.standing(hello(), MessageState::Unknown).await;
    store.standing(hello(), MessageState::Accepted).await;
    for _ in 0..3 {
        store.send(hello()).await;
    }
    let counts = QueueCounts {
        scheduled: 1,
        queued: 4,
        due: 3,
        sending: 3,
        unknown: 2,
    };
    assert_eq!(store.queue_counts(at(20)).await.must(), counts);
}
