//! A worker that is told to stop leaves everything in order.

use sms_framework::store::Doubt;
use sms_framework::testkit::{Act, Finding, ScriptedProvider};
use sms_framework::{ErrorKind, MessageState};
use tokio::time::Instant;

use super::support::{
    ONE_A_SECOND, UNPACED, World, fails, fails_for, message, millis, minutes, seconds,
};

const PATIENT: &str = "send = { deadline = '20m', attempt_timeout = '10m' }\n";

#[tokio::test(start_paused = true)]
async fn what_was_not_handed_over_goes_back_at_once() {
    let world = World::new(ScriptedProvider::new(), ONE_A_SECOND);
    let mut ids = Vec::new();
    for _ in 0..40 {
        ids.push(world.enqueue(message()).await);
    }
    let worker = world.start();
    tokio::time::sleep(millis(1500)).await;
    let began = Instant::now();
    let report = worker.stop().await;
    assert_eq!(began.elapsed(), millis(0), "there is nothing to wait for");
    assert_eq!((report.processed, report.accepted), (2, 2));
    for id in &ids[2..] {
        let row = world.row(*id);
        assert_eq!((row.status, row.holder), (MessageState::Queued, None));
        assert_eq!(
            (row.next_attempt_at, row.rounds),
            (None, 0),
            "it can go at once"
        );
    }
    assert_eq!(world.another(UNPACED).work().await.accepted, 38);
    assert_eq!(world.calls_for(&ids), [1; 40]);
}

#[tokio::test(start_paused = true)]
async fn who_is_told_to_stop_before_it_began_claims_nothing() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let id = world.enqueue(message()).await;
    let report = world.sms.work(std::future::ready(())).await.unwrap();
    assert_eq!(report.processed, 0);
    assert_eq!((world.row(id).holder, world.calls()), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn answers_in_time_are_settled_and_nothing_new_is_claimed() {
    let slow = Act::Accept.after(seconds(10));
    let toml = format!("{UNPACED}queue.concurrency = 2");
    let world = World::new(ScriptedProvider::new().otherwise(slow), &toml);
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(world.enqueue(message()).await);
    }
    let worker = world.start();
    tokio::time::sleep(seconds(1)).await;
    let began = Instant::now();
    let report = worker.stop().await;
    assert_eq!(began.elapsed(), seconds(9));
    assert_eq!((report.processed, report.accepted), (2, 2));
    assert_eq!(world.calls_for(&ids), [1, 1, 0, 0]);
    assert_eq!(world.status(ids[0]), MessageState::Accepted);
    assert_eq!(world.status(ids[2]), MessageState::Queued);
}

#[tokio::test(start_paused = true)]
async fn what_has_no_answer_in_time_is_unknown_and_is_asked_about() {
    let provider = ScriptedProvider::new()
        .script([Act::AcceptThenHang])
        .lookup([]);
    let world = World::new(provider, &format!("{UNPACED}{PATIENT}"));
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(seconds(1)).await;
    let began = Instant::now();
    let report = worker.stop().await;
    assert_eq!(began.elapsed(), seconds(25), "queue.shutdown_timeout");
    assert_eq!((report.processed, report.unknown), (1, 1));
    let row = world.row(id);
    assert_eq!(
        (row.status, row.doubt),
        (MessageState::Unknown, Some(Doubt::NoAnswer))
    );
    assert_eq!((row.holder, row.attempts), (None, 1));
    assert_eq!(world.due_in(id), Some(seconds(30)));
    tokio::time::advance(seconds(30)).await;
    assert_eq!(world.another(UNPACED).work().await.accepted, 1);
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_after_all_is_believed() {
    let slow = Act::Accept.after(minutes(1));
    let world = World::new(
        ScriptedProvider::new().script([slow]),
        &format!("{UNPACED}{PATIENT}"),
    );
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(seconds(1)).await;
    assert_eq!(worker.stop().await.unknown, 1);
    assert_eq!(world.status(id), MessageState::Unknown);
    tokio::time::sleep(minutes(1)).await;
    let row = world.row(id);
    assert_eq!(
        (row.status, row.next_attempt_at),
        (MessageState::Accepted, None)
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_too_late_and_says_no_changes_nothing() {
    let slow = fails(ErrorKind::Connect).after(minutes(1));
    let world = World::new(
        ScriptedProvider::new().script([slow]),
        &format!("{UNPACED}{PATIENT}"),
    );
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(seconds(1)).await;
    let _report = worker.stop().await;
    let left = world.row(id);
    tokio::time::sleep(minutes(5)).await;
    assert_eq!(world.row(id), left);
    assert_eq!(world.calls(), 1);
}

/// It surely was not sent, so nobody need be asked, nor wait.
#[tokio::test(start_paused = true)]
async fn what_waits_for_another_call_goes_back_to_be_tried_later() {
    let provider = ScriptedProvider::new().script([fails_for(ErrorKind::Connect, seconds(60))]);
    let world = World::new(provider, UNPACED);
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(seconds(1)).await;
    let began = Instant::now();
    let _report = worker.stop().await;
    assert_eq!(began.elapsed(), millis(0));
    let row = world.row(id);
    assert_eq!((row.status, row.doubt), (MessageState::Queued, None));
    assert_eq!((row.holder, row.attempts), (None, 1));
    world.work_on().await;
    assert_eq!(
        (world.status(id), world.calls()),
        (MessageState::Accepted, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_cut_short_is_asked_again() {
    let provider = ScriptedProvider::new()
        .script([Act::AcceptThenFail(super::support::error(
            ErrorKind::NoAnswer,
        ))])
        .lookup([Finding::Nothing, Finding::Hangs]);
    let world = World::new(provider, UNPACED);
    let id = world.enqueue(message()).await;
    assert_eq!(world.work().await.unknown, 1);
    tokio::time::advance(seconds(30)).await;
    let worker = world.start();
    tokio::time::sleep(seconds(5)).await;
    let began = Instant::now();
    assert_eq!(worker.stop().await.processed, 0);
    assert_eq!(began.elapsed(), millis(0));
    let row = world.row(id);
    assert_eq!(
        (row.status, row.holder, row.rounds),
        (MessageState::Unknown, None, 1)
    );
    assert_eq!(world.work().await.accepted, 1, "at once");
    assert_eq!(world.calls(), 1);
}

/// The program drops the worker, as a test or a `select!` does: the rows tell the truth all the same.
#[tokio::test(start_paused = true)]
async fn a_worker_that_is_dropped_leaves_nothing_in_its_hands() {
    let world = World::new(
        ScriptedProvider::new().otherwise(Act::Accept.after(millis(700))),
        ONE_A_SECOND,
    );
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.enqueue(message()).await);
    }
    let dropped = tokio::time::timeout(millis(1500), world.work()).await;
    assert!(dropped.is_err());
    tokio::time::sleep(seconds(1)).await;
    for id in &ids {
        assert_eq!(world.row(*id).holder, None);
    }
    let states = ids.iter().map(|id| world.status(*id));
    let accepted = states
        .filter(|state| *state == MessageState::Accepted)
        .count();
    assert_eq!(accepted, 2, "one was being called, and runs to its end");
    world.work_on().await;
    assert_eq!(world.calls_for(&ids), [1; 5]);
}
