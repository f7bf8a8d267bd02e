//! The database goes away in mid-run, and comes back.

use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{ErrorKind, MessageState};

use super::support::{ONE_A_SECOND, UNPACED, World, message, millis, minutes, seconds};

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_without_a_row_and_work_goes_on_afterwards() {
    for away in [seconds(3), seconds(45), minutes(10)] {
        let world = World::new(ScriptedProvider::new(), ONE_A_SECOND);
        let mut ids = Vec::new();
        for _ in 0..40 {
            ids.push(world.enqueue(message()).await);
        }
        let worker = world.start();
        tokio::time::sleep(millis(1500)).await;
        let before = world.calls();
        world.store.break_down(true);
        tokio::time::sleep(away).await;
        assert_eq!(world.calls(), before, "a call without a row");
        world.store.break_down(false);
        tokio::time::sleep(minutes(3)).await;
        assert!(!worker.is_finished());
        assert_eq!(world.calls_for(&ids), [1; 40], "away for {away:?}");
        for id in &ids {
            let row = world.row(*id);
            assert_eq!(
                (row.status, row.rounds),
                (MessageState::Accepted, 1),
                "what nobody was called for is no round"
            );
        }
        assert_eq!(worker.stop().await.accepted, 40);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_could_not_be_written_is_written_afterwards() {
    let slow = Act::Accept.after(seconds(5));
    let world = World::new(ScriptedProvider::new().otherwise(slow), UNPACED);
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(seconds(1)).await;
    world.store.break_down(true);
    tokio::time::sleep(seconds(20)).await;
    assert_eq!(world.status(id), MessageState::Sending);
    world.store.break_down(false);
    tokio::time::sleep(seconds(2)).await;
    let row = world.row(id);
    assert_eq!((row.status, row.holder), (MessageState::Accepted, None));
    assert_eq!(row.provider_message_id.as_deref(), Some("fake-1"));
    assert_eq!(worker.stop().await.accepted, 1);
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_could_write_in_time_is_asked_about_never_resent() {
    let slow = Act::Accept.after(seconds(5));
    let provider = ScriptedProvider::new().otherwise(slow).lookup([]);
    let world = World::new(provider, UNPACED);
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(seconds(1)).await;
    world.store.break_down(true);
    tokio::time::sleep(minutes(10)).await;
    world.store.break_down(false);
    tokio::time::sleep(seconds(5)).await;
    assert_eq!(world.status(id), MessageState::Unknown);
    tokio::time::sleep(seconds(30)).await;
    assert_eq!(world.status(id), MessageState::Accepted);
    assert_eq!((world.calls(), world.provider.lookups()), (1, 1));
    let _report = worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_sweep_tells_that_the_database_failed() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    world.enqueue(message()).await;
    world.store.break_down(true);
    let failed = world.sms.process_queue().await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::Storage);
    let failed = world.sms.enqueue(message()).await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::Storage);
    world.store.break_down(false);
    assert_eq!(world.store.records().len(), 1, "nothing was enqueued");
    assert_eq!(world.sms.process_queue().await.unwrap().accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_works_until_nothing_is_due_waits_for_the_database() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    world.enqueue(message()).await;
    world.store.break_down(true);
    let sms = world.sms.clone();
    let work = tokio::spawn(async move { sms.work_until_idle(std::future::pending()).await });
    tokio::time::sleep(minutes(5)).await;
    assert!(!work.is_finished());
    world.store.break_down(false);
    assert_eq!(work.await.unwrap().unwrap().accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_can_be_stopped_while_the_database_is_away() {
    let world = World::new(ScriptedProvider::new(), ONE_A_SECOND);
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.enqueue(message()).await);
    }
    let worker = world.start();
    tokio::time::sleep(millis(1500)).await;
    world.store.break_down(true);
    tokio::time::sleep(seconds(3)).await;
    let began = tokio::time::Instant::now();
    let _report = worker.stop().await;
    assert!(began.elapsed() <= seconds(25));
    world.store.break_down(false);
    tokio::time::advance(minutes(2)).await;
    world.work_on().await;
    assert_eq!(world.calls_for(&ids), [1; 5]);
}
