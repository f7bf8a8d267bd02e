//! What is enqueued is on disk, and sent once by whoever works.

use sms_framework::testkit::ScriptedProvider;
use sms_framework::{Error, ErrorKind, Message, MessageState, SmsClient};
use tokio::time::Instant;

use super::support::{TO, UNPACED, World, fails, message, millis, minutes, seconds, settings};

#[tokio::test(start_paused = true)]
async fn a_message_waits_on_disk_and_is_sent_once() {
    let world = World::new(ScriptedProvider::new(), "");
    let message = message().owner("artist-17").tag("gig", "4711");
    let id = message.id;
    let enqueued = world.sms.enqueue(message).await.unwrap();
    assert_eq!(
        (enqueued.id, enqueued.status, enqueued.duplicate),
        (id, MessageState::Queued, false)
    );
    assert_eq!((enqueued.segments, enqueued.send_at), (1, None));
    let row = world.row(id);
    assert_eq!((row.status, row.attempts), (MessageState::Queued, 0));
    assert_eq!((row.next_attempt_at, row.holder), (None, None));
    assert_eq!(world.calls(), 0, "nobody works yet");

    let report = world.work().await;
    assert_eq!((report.processed, report.accepted), (1, 1));
    let row = world.row(id);
    assert_eq!((row.status, row.attempts), (MessageState::Accepted, 1));
    assert_eq!((row.next_attempt_at, row.holder), (None, None));
    assert_eq!(row.provider_message_id.as_deref(), Some("fake-1"));
    let sent = &world.provider.calls()[0].message;
    assert_eq!((sent.id(), sent.owner()), (id, Some("artist-17")));
    assert_eq!(sent.tags()["gig"], "4711");

    assert_eq!(world.work().await.processed, 0);
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn while_it_is_called_the_row_says_so_and_before_it_does_not() {
    let act = sms_framework::testkit::Act::Accept.after(seconds(5));
    let slow = "rate_limit = { rate = 1, burst = 1, initial = 0 }";
    let world = World::new(ScriptedProvider::new().otherwise(act), slow);
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(millis(500)).await;
    let row = world.row(id);
    assert_eq!(row.status, MessageState::Queued, "it waits for its slot");
    assert_eq!(row.holder.as_deref(), Some("a worker"));
    tokio::time::sleep(seconds(2)).await;
    assert_eq!(world.status(id), MessageState::Sending);
    assert_eq!(worker.stop().await.accepted, 1);
    assert_eq!(world.status(id), MessageState::Accepted);
}

#[tokio::test(start_paused = true)]
async fn what_is_invalid_is_refused_at_once() {
    let world = World::new(ScriptedProvider::new(), "");
    let refused = world.sms.enqueue(Message::new("nobody", "Hi")).await;
    assert_eq!(refused.unwrap_err().code(), "INVALID_PHONE");
    let twice = message();
    world.enqueue(twice.clone()).await;
    let again = world.sms.enqueue(twice).await.unwrap_err();
    assert_eq!(again.code(), "INVALID_MESSAGE");
    assert_eq!(world.store.records().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_database_nothing_can_be_enqueued_or_worked_on() {
    let sms = SmsClient::builder(settings("database.url = '/nowhere/at/all/sms.db'"))
        .provider("fake", std::sync::Arc::new(ScriptedProvider::new()))
        .build()
        .unwrap();
    let code = |error: Error| error.code();
    assert_eq!(
        sms.enqueue(message()).await.map_err(code).unwrap_err(),
        "STORAGE"
    );
    let never = std::future::pending::<()>;
    assert_eq!(sms.work(never()).await.map_err(code), Err("STORAGE"));
    assert_eq!(
        sms.work_until_idle(never()).await.map_err(code),
        Err("STORAGE")
    );
}

#[tokio::test(start_paused = true)]
async fn a_worker_hears_of_a_new_message_at_once() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let worker = world.start();
    tokio::time::sleep(millis(700)).await;
    let enqueued_at = Instant::now();
    world.enqueue(message()).await;
    tokio::time::sleep(minutes(1)).await;
    assert_eq!(world.provider.calls()[0].at, enqueued_at);
    assert_eq!(worker.stop().await.accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn send_at_waits_for_its_time() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let at = world.now() + minutes(10);
    let enqueued = world.sms.enqueue(message().send_at(at)).await.unwrap();
    assert_eq!(
        (enqueued.status, enqueued.send_at),
        (MessageState::Scheduled, Some(at))
    );
    assert_eq!(world.status(enqueued.id), MessageState::Scheduled);
    let due = Instant::now() + minutes(10);
    assert_eq!(world.work().await.processed, 0);
    let worker = world.start();
    tokio::time::sleep(minutes(11)).await;
    let late = world.provider.calls()[0].at.checked_duration_since(due);
    assert!(late.is_some_and(|late| late <= millis(300)), "{late:?}");
    assert_eq!(worker.stop().await.accepted, 1);
    assert_eq!(world.status(enqueued.id), MessageState::Accepted);
}

#[tokio::test(start_paused = true)]
async fn send_at_in_the_past_is_at_once() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let past = message().send_at(world.now() - minutes(60));
    let enqueued = world.sms.enqueue(past).await.unwrap();
    assert_eq!(enqueued.status, MessageState::Queued);
    assert_eq!(world.work().await.accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_for_later_cannot_be_sent_now() {
    let world = World::new(ScriptedProvider::new(), "");
    let later = message().send_at(world.now() + minutes(1));
    let refused = world.sms.send(later).await.unwrap_err();
    assert_eq!(refused.code(), "UNSUPPORTED");
    assert!(refused.help().unwrap().contains("enqueue"));
    assert!(world.store.records().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_send_left_in_the_queue_is_a_workers_too() {
    let down = [ErrorKind::Connect; 3].map(fails);
    let world = World::new(ScriptedProvider::new().script(down), UNPACED);
    let message = message();
    let id = message.id;
    assert!(world.sms.send(message).await.unwrap_err().is_queued());
    assert_eq!(world.work().await.processed, 0, "it is not due yet");
    let worker = world.start();
    tokio::time::sleep(minutes(2)).await;
    assert_eq!(worker.stop().await.accepted, 1);
    let row = world.row(id);
    assert_eq!((row.status, row.attempts), (MessageState::Accepted, 4));
}

/// Times of centuries are no reason to panic, nor to give anything up.
#[tokio::test(start_paused = true)]
async fn times_beyond_all_measure_harm_nothing() {
    let longest = "9223372036854775807s";
    let keys = [
        "send.deadline",
        "send.attempt_timeout",
        "rate_limit.max_wait",
        "retry.cap",
        "queue.max_age",
        "queue.grace",
        "queue.base",
        "queue.cap",
    ];
    let toml: String = keys.map(|key| format!("{key} = '{longest}'\n")).concat();
    let script = [ErrorKind::Connect, ErrorKind::NoAnswer].map(fails);
    let world = World::new(ScriptedProvider::new().script(script).lookup([]), &toml);
    let (first, second) = (
        world.enqueue(message()).await,
        world.enqueue(Message::new(TO, "Second")).await,
    );
    world.work().await;
    assert_eq!(world.status(first), MessageState::Accepted);
    assert_eq!(world.status(second), MessageState::Unknown);
    assert_eq!(world.work().await.processed, 0);
}
