//! How often, and for how long, a message is tried.

use sms_framework::store::{Decision, Selection, Store};
use sms_framework::testkit::{Call, ScriptedProvider};
use sms_framework::{ErrorKind, MessageState};

use super::support::{UNPACED, World, fails, message, minutes};

#[tokio::test(start_paused = true)]
async fn after_the_most_rounds_it_has_failed() {
    let provider = ScriptedProvider::new().otherwise(fails(ErrorKind::Connect));
    let toml = format!("{UNPACED}retry.max_attempts = 2\nqueue.max_attempts = 3");
    let world = World::new(provider, &toml);
    let id = world.enqueue(message()).await;
    world.work_on().await;
    let row = world.row(id);
    assert_eq!(
        (row.status, row.rounds, row.attempts),
        (MessageState::Failed, 3, 6)
    );
    assert_eq!(row.error.unwrap().code, "CONNECT");
    assert_eq!(world.calls(), 6, "three rounds of two calls");
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_not_tried_again() {
    let provider = ScriptedProvider::new().otherwise(fails(ErrorKind::OptedOut));
    let world = World::new(provider, UNPACED);
    let id = world.enqueue(message()).await;
    let report = world.work().await;
    assert_eq!((report.processed, report.failed), (1, 1));
    assert_eq!(
        (world.status(id), world.calls()),
        (MessageState::Rejected, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn what_waited_too_long_for_a_worker_has_failed_without_a_call() {
    let world = World::new(
        ScriptedProvider::new(),
        &format!("{UNPACED}queue.max_age = '1h'"),
    );
    let id = world.enqueue(message()).await;
    tokio::time::advance(minutes(61)).await;
    assert_eq!(world.work().await.failed, 1);
    let row = world.row(id);
    assert_eq!((row.status, row.attempts), (MessageState::Failed, 0));
    assert_eq!(
        row.error.unwrap().message,
        "it waited longer than queue.max_age"
    );
}

#[tokio::test(start_paused = true)]
async fn the_age_counts_from_when_it_was_to_go_out() {
    let provider = ScriptedProvider::new().otherwise(fails(ErrorKind::Connect));
    let toml =
        format!("{UNPACED}queue.max_age = '20m'\nqueue.cap = '2m'\nqueue.max_attempts = 1000");
    let world = World::new(provider, &toml);
    let began = tokio::time::Instant::now();
    let later = message().send_at(world.now() + minutes(60));
    let id = world.enqueue(later).await;
    world.work_on().await;
    assert_eq!(world.status(id), MessageState::Failed);
    let calls = world.provider.calls();
    let after = |call: &Call| call.at.duration_since(began);
    let (first, last) = (after(&calls[0]), after(&calls[calls.len() - 1]));
    assert!(first >= minutes(60), "{first:?}");
    assert!(
        last > minutes(60 + 15) && last <= minutes(60 + 21),
        "{last:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_age_counts_anew_from_a_replay() {
    let world = World::new(
        ScriptedProvider::new(),
        &format!("{UNPACED}queue.max_age = '1h'"),
    );
    let id = world.enqueue(message()).await;
    tokio::time::advance(minutes(300)).await;
    assert_eq!(world.work().await.failed, 1);
    let this = Selection {
        ids: vec![id],
        ..Selection::default()
    };
    let decided = world
        .store
        .decide(Decision::Replay, this, world.now())
        .await;
    assert_eq!(decided.unwrap().changed, 1);
    tokio::time::advance(minutes(30)).await;
    assert_eq!(world.work().await.accepted, 1);
    assert_eq!(
        (world.status(id), world.calls()),
        (MessageState::Accepted, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn its_rounds_count_anew_from_a_replay() {
    let provider = ScriptedProvider::new().script([ErrorKind::Connect; 3].map(fails));
    let toml = format!("{UNPACED}retry.max_attempts = 1\nqueue.max_attempts = 2");
    let world = World::new(provider, &toml);
    let id = world.enqueue(message()).await;
    world.work_on().await;
    assert_eq!(world.status(id), MessageState::Failed);
    let all = Selection::default();
    let decided = world.store.decide(Decision::Replay, all, world.now()).await;
    assert_eq!(decided.unwrap().changed, 1);
    world.work_on().await;
    let row = world.row(id);
    assert_eq!((row.status, row.rounds), (MessageState::Accepted, 2));
    assert_eq!((row.attempts, world.calls()), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn what_is_canceled_while_it_waits_is_not_sent() {
    let world = World::new(ScriptedProvider::new(), super::support::ONE_A_SECOND);
    let ids = [
        world.enqueue(message()).await,
        world.enqueue(message()).await,
        world.enqueue(message()).await,
    ];
    let worker = world.start();
    tokio::time::sleep(super::support::millis(500)).await;
    let waiting = Selection {
        ids: ids[1..].to_vec(),
        ..Selection::default()
    };
    let decided = world
        .store
        .decide(Decision::Cancel, waiting, world.now())
        .await;
    assert_eq!(
        decided.unwrap().changed,
        2,
        "a worker had them, and no provider"
    );
    tokio::time::sleep(minutes(2)).await;
    let report = worker.stop().await;
    assert_eq!((report.processed, report.accepted), (1, 1));
    assert_eq!(world.calls_for(&ids), [1, 0, 0]);
    assert_eq!(world.status(ids[1]), MessageState::Canceled);
}
