use futures_util::StreamExt;
use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{Broadcast, ErrorKind, Message};
use tokio::time::Instant;

use super::support::{BODY, World, fails, millis};

#[tokio::test(start_paused = true)]
async fn three_recipients_are_three_requests() {
    let world = World::new(ScriptedProvider::new());
    let to = ["+14155550101", "+14155550102", "+14155550103"];
    let deliveries = world.sms.broadcast(Broadcast::new(to, BODY)).await;
    assert!(deliveries.iter().all(sms_framework::Delivery::is_accepted));
    assert_eq!(world.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn each_recipient_once_however_it_is_written() {
    let world = World::with(ScriptedProvider::new(), "validate.default_region = \"US\"");
    let to = [
        "+14155552671",
        "(415) 555-2671",
        "415-555-2672",
        "+14155552671",
        "nobody",
        " nobody",
    ];
    let deliveries = world.sms.broadcast(Broadcast::new(to, BODY)).await;
    let to: Vec<_> = deliveries
        .iter()
        .map(|delivery| delivery.to.as_str())
        .collect();
    assert_eq!(to, ["+14155552671", "+14155552672", "nobody"]);
    assert_eq!(world.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_result_each_in_the_order_given_and_never_all_or_nothing() {
    let world = World::with(
        ScriptedProvider::new().script([
            Act::Accept.after(millis(900)),
            fails(ErrorKind::OptedOut),
            Act::Accept.after(millis(100)),
        ]),
        "rate_limit.enabled = false",
    );
    let to = ["+14155550101", "+14155550102", "wrong", "+14155550103"];
    let broadcast = Broadcast::new(to, BODY).with(|message| message.owner("artist-17"));
    let deliveries = world.sms.broadcast(broadcast).await;
    let results: Vec<_> = deliveries
        .iter()
        .map(|one| {
            (
                one.to.as_str(),
                one.error.as_ref().map(sms_framework::Error::code),
            )
        })
        .collect();
    assert_eq!(
        results,
        [
            ("+14155550101", None),
            ("+14155550102", Some("OPTED_OUT")),
            ("wrong", Some("INVALID_PHONE")),
            ("+14155550103", None),
        ]
    );
    let rows = world.store.records();
    assert!(
        rows.iter()
            .all(|row| row.owner.as_deref() == Some("artist-17"))
    );
    let ids: std::collections::HashSet<_> = deliveries.iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), 4, "each message has an id of its own");
}

#[tokio::test(start_paused = true)]
async fn no_more_are_under_way_than_allowed() {
    let world = World::with(
        ScriptedProvider::new().otherwise(Act::Accept.after(millis(1000))),
        "rate_limit.enabled = false\nbroadcast.concurrency = 4",
    );
    let to = (0..10).map(|n| format!("+1415555010{n}"));
    let began = Instant::now();
    let deliveries = world.sms.broadcast(Broadcast::new(to, BODY)).await;
    assert_eq!((deliveries.len(), began.elapsed()), (10, millis(3000)));
    for call in world.provider.calls() {
        let beside = |other: &&sms_framework::testkit::Call| {
            other.at <= call.at && call.at < other.at + millis(1000)
        };
        assert!(world.provider.calls().iter().filter(beside).count() <= 4);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_read_no_further_than_needed() {
    let world = World::with(ScriptedProvider::new(), "rate_limit.enabled = false");
    let read = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = std::sync::Arc::clone(&read);
    let endless = futures_util::stream::repeat_with(move || {
        counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Message::new("+14155550101", BODY)
    });
    let first: Vec<_> = world
        .sms
        .deliver_concurrently(endless, 3)
        .take(5)
        .collect()
        .await;
    assert_eq!(first.len(), 5);
    assert!(read.load(std::sync::atomic::Ordering::Relaxed) <= 8);
}
