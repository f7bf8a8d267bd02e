//! What became of messages, in numbers.

use jiff::{SignedDuration, Timestamp};
use sms_framework::store::sqlite::SqliteStore;
use sms_framework::store::{
    DayStats, DeliveryStats, ErrorCount, ErrorNote, Settlement, StatsFilter, Store,
};
use sms_framework::{Certainty, MessageState};

use crate::support::{Place, at, hello, new_at, settled};

const DAY: SignedDuration = SignedDuration::from_hours(24);

struct Sent<'a> {
    owner: &'a str,
    created_at: Timestamp,
    simulated: bool,
    state: MessageState,
    error: Option<(&'a str, Option<&'a str>)>,
}

const PLAIN: Sent<'static> = Sent {
    owner: "me",
    created_at: Timestamp::UNIX_EPOCH,
    simulated: false,
    state: MessageState::Accepted,
    error: None,
};

async fn write(store: &SqliteStore, sent: Sent<'_>) {
    let message = hello().owner(sent.owner);
    let id = message.id;
    let mut new = new_at(message, sent.created_at);
    new.simulated = sent.simulated;
    store.begin(new).await.unwrap();
    let settlement = Settlement {
        segments: Some(2),
        error: sent.error.map(|(code, provider_code)| ErrorNote {
            code: code.into(),
            message: "it went wrong".into(),
            certainty: Certainty::Rejected,
            provider_code: provider_code.map(str::to_owned),
        }),
        ..settled(id, sent.state)
    };
    assert!(store.settle(settlement).await.unwrap());
}

async fn of(store: &SqliteStore, owner: Option<&str>) -> DeliveryStats {
    let filter = StatsFilter {
        owner: owner.map(str::to_owned),
        since: at(0) - DAY * 30,
    };
    store.stats(filter).await.unwrap()
}

#[tokio::test]
async fn every_state_is_counted_where_the_documentation_says() {
    let place = Place::new();
    let store = place.open();
    for &state in MessageState::ALL
        .iter()
        .filter(|state| **state != MessageState::Sending)
    {
        write(
            &store,
            Sent {
                created_at: at(0),
                state,
                ..PLAIN
            },
        )
        .await;
    }
    store
        .begin(new_at(hello().owner("me"), at(0)))
        .await
        .unwrap();

    let stats = of(&store, Some("me")).await;
    assert_eq!(stats.successes, 3, "accepted, sent, delivered");
    assert_eq!(stats.failures, 4, "failed, rejected, undelivered, expired");
    assert_eq!(stats.total_sent, 7);
    assert_eq!(stats.waiting, 3, "scheduled, queued, sending");
    assert_eq!((stats.unknown, stats.canceled, stats.simulated), (1, 1, 0));
    assert_eq!(stats.segments, 6, "two of each success");
    let day = DayStats {
        day: "2026-11-23".into(),
        successes: 3,
        failures: 4,
        other: 5,
        simulated: 0,
    };
    assert_eq!(stats.by_day, [day]);
    assert_eq!(stats.owner.as_deref(), Some("me"));
}

#[tokio::test]
async fn simulated_messages_are_counted_apart_and_nowhere_else() {
    let place = Place::new();
    let store = place.open();
    write(
        &store,
        Sent {
            created_at: at(0),
            ..PLAIN
        },
    )
    .await;
    for state in [MessageState::Accepted, MessageState::Failed] {
        let error = Some(("REFUSED", None));
        write(
            &store,
            Sent {
                created_at: at(0),
                simulated: true,
                state,
                error,
                ..PLAIN
            },
        )
        .await;
    }
    let stats = of(&store, None).await;
    assert_eq!(
        (stats.simulated, stats.total_sent, stats.successes),
        (2, 1, 1)
    );
    assert_eq!((stats.failures, stats.segments), (0, 2));
    assert_eq!(stats.by_error, []);
    assert_eq!(
        (stats.by_day[0].simulated, stats.by_day[0].successes),
        (2, 1)
    );
}

#[tokio::test]
async fn only_the_owners_messages_since_then_are_counted() {
    let place = Place::new();
    let store = place.open();
    write(
        &store,
        Sent {
            created_at: at(0),
            ..PLAIN
        },
    )
    .await;
    write(
        &store,
        Sent {
            created_at: at(0) - DAY * 30,
            ..PLAIN
        },
    )
    .await;
    write(
        &store,
        Sent {
            created_at: at(-1) - DAY * 30,
            ..PLAIN
        },
    )
    .await;
    write(
        &store,
        Sent {
            created_at: at(0),
            owner: "you",
            ..PLAIN
        },
    )
    .await;
    assert_eq!(of(&store, Some("me")).await.successes, 2);
    assert_eq!(of(&store, Some("you")).await.successes, 1);
    assert_eq!(of(&store, Some("nobody")).await.successes, 0);
    assert_eq!(of(&store, None).await.successes, 3);
}

#[tokio::test]
async fn days_are_utc_days_oldest_first_without_the_empty_ones() {
    let place = Place::new();
    let store = place.open();
    let midnight: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let just_before = midnight - SignedDuration::from_millis(1);
    for created_at in [at(0), midnight, just_before, midnight - DAY * 3] {
        write(
            &store,
            Sent {
                created_at,
                ..PLAIN
            },
        )
        .await;
    }
    let stats = of(&store, None).await;
    let days: Vec<_> = stats.by_day.iter().map(|day| day.day.as_str()).collect();
    assert_eq!(
        days,
        ["2026-11-19", "2026-11-21", "2026-11-22", "2026-11-23"]
    );
}

#[tokio::test]
async fn errors_are_counted_by_code_most_first() {
    let place = Place::new();
    let store = place.open();
    let failures = [
        (MessageState::Rejected, ("RECIPIENT", Some("21211"))),
        (MessageState::Failed, ("OPTED_OUT", Some("21610"))),
        (MessageState::Queued, ("OPTED_OUT", Some("21610"))),
        (MessageState::Failed, ("CONNECT", None)),
    ];
    for (state, error) in failures {
        let error = Some(error);
        write(
            &store,
            Sent {
                created_at: at(0),
                state,
                error,
                ..PLAIN
            },
        )
        .await;
    }
    // Taken after all: its last error is nobody's trouble any more.
    let error = Some(("CONNECT", None));
    write(
        &store,
        Sent {
            created_at: at(0),
            error,
            ..PLAIN
        },
    )
    .await;
    let count = |code: &str, provider_code: Option<&str>, count| ErrorCount {
        code: code.into(),
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

#[tokio::test]
async fn nothing_sent_is_all_zeros() {
    let place = Place::new();
    assert_eq!(of(&place.open(), None).await, DeliveryStats::default());
}
