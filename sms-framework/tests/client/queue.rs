use jiff::Timestamp;
use sms_framework::store::Doubt;
use sms_framework::testkit::{Act, Finding, ScriptedProvider};
use sms_framework::{Acceptance, Certainty, ErrorKind, MessageId, MessageState, QueueReport};

use super::lapsed::{lapsed, orphan};
use super::support::{World, error, fails, message, minutes};

async fn sent(world: &World) -> MessageId {
    let message = message();
    let id = message.id;
    let _delivery = world.sms.deliver(message).await;
    id
}

pub(crate) async fn later(world: &World) -> QueueReport {
    tokio::time::advance(minutes(61)).await;
    world.sms.process_queue().await.unwrap()
}

/// The counts in the order processed, accepted, requeued, failed, unknown.
pub(crate) fn counts(report: QueueReport) -> [u64; 5] {
    let QueueReport {
        processed,
        accepted,
        requeued,
        failed,
        unknown,
        ..
    } = report;
    [processed, accepted, requeued, failed, unknown]
}

#[tokio::test(start_paused = true)]
async fn a_500_that_lasted_is_queued_with_its_next_time_and_its_doubt() {
    let world = World::new(ScriptedProvider::new().otherwise(fails(ErrorKind::ServerError)));
    let message = message();
    let id = message.id;
    let delivery = world.sms.deliver(message).await;
    assert_eq!(
        (delivery.status, delivery.attempts),
        (MessageState::Queued, 3)
    );
    let error = delivery.error.unwrap();
    assert!(error.is_queued());
    assert_eq!(error.certainty(), Certainty::MaybeSent);
    let row = world.row(id);
    assert_eq!(
        (row.status, row.doubt),
        (MessageState::Queued, Some(Doubt::ServerError))
    );
    assert_eq!(row.next_attempt_at, delivery.next_attempt_at);
    let wait = row
        .next_attempt_at
        .unwrap()
        .duration_since(world.clock.time_of_day());
    assert_eq!(wait.as_secs(), 60);
    assert_eq!(row.error.unwrap().code, "SERVER_ERROR");
    assert_eq!(world.sms.status().await.queue.unwrap().queued, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_due_is_left_alone() {
    let world = World::new(ScriptedProvider::new().otherwise(fails(ErrorKind::Connect)));
    let id = sent(&world).await;
    assert_eq!(counts(world.sms.process_queue().await.unwrap()), [0; 5]);
    assert_eq!(
        (world.row(id).status, world.calls()),
        (MessageState::Queued, 3)
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_due_is_sent() {
    let down = [ErrorKind::Connect; 3].map(fails);
    let world = World::new(ScriptedProvider::new().script(down));
    let id = sent(&world).await;
    assert_eq!(counts(later(&world).await), [1, 1, 0, 0, 0]);
    let row = world.row(id);
    assert_eq!(
        (row.status, row.attempts, row.rounds),
        (MessageState::Accepted, 4, 1)
    );
    assert_eq!(row.error, None);
    let counts = world.sms.status().await.counts;
    assert_eq!((counts.queued, counts.sent), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_has_after_all_is_not_sent_again() {
    let world = World::new(
        ScriptedProvider::new()
            .script([Act::AcceptThenFail(error(ErrorKind::ServerError))])
            .otherwise(fails(ErrorKind::ServerError))
            .lookup([Finding::Nothing, Finding::Nothing, Finding::Nothing]),
    );
    let id = sent(&world).await;
    assert_eq!(world.row(id).status, MessageState::Queued);
    assert_eq!(counts(later(&world).await), [1, 1, 0, 0, 0]);
    let row = world.row(id);
    assert_eq!((row.status, world.calls()), (MessageState::Accepted, 3));
    assert_eq!(row.provider_message_id.as_deref(), Some("fake-1"));
    assert_eq!(row.doubt, None);
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_does_not_know_after_a_5xx_is_sent() {
    let down = [ErrorKind::ServerError; 3].map(fails);
    let world = World::new(ScriptedProvider::new().script(down).lookup([]));
    let id = sent(&world).await;
    assert_eq!(counts(later(&world).await), [1, 1, 0, 0, 0]);
    assert_eq!(
        (world.row(id).status, world.calls()),
        (MessageState::Accepted, 4)
    );
    assert_eq!(
        world.provider.lookups(),
        4,
        "asked after each attempt and before the round"
    );
}

#[tokio::test(start_paused = true)]
async fn a_question_that_fails_leaves_it_queued_unsent() {
    let world = World::new(
        ScriptedProvider::new()
            .otherwise(fails(ErrorKind::ServerError))
            .lookup([Finding::Nothing, Finding::Nothing, Finding::Nothing])
            .lookup_otherwise(Finding::Fails(error(ErrorKind::Connect))),
    );
    let id = sent(&world).await;
    assert_eq!(counts(later(&world).await), [1, 0, 1, 0, 0]);
    let row = world.row(id);
    assert_eq!(
        (row.status, row.doubt),
        (MessageState::Queued, Some(Doubt::ServerError))
    );
    assert_eq!(world.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn unknown_stays_unknown_until_the_provider_lists_it() {
    let found = Finding::These(vec![Acceptance::new("fake-late")]);
    let world = World::new(ScriptedProvider::new().otherwise(Act::Hang).lookup([
        Finding::Nothing,
        Finding::Nothing,
        Finding::Fails(error(ErrorKind::Connect)),
        found,
    ]));
    let id = sent(&world).await;
    assert_eq!(world.row(id).status, MessageState::Unknown);
    assert_eq!(counts(later(&world).await), [1, 0, 0, 0, 1]);
    let row = world.row(id);
    assert_eq!(row.status, MessageState::Unknown);
    let note = row.error.unwrap();
    assert_eq!(
        note.message,
        "fake: an attempt had no answer that could be read, or its process went away, and the provider does not list the message (weak evidence: lists lag)"
    );
    assert_eq!(note.certainty, Certainty::MaybeSent);
    assert_eq!(counts(later(&world).await), [1, 0, 0, 0, 1]);
    assert_eq!(counts(later(&world).await), [1, 1, 0, 0, 0]);
    assert_eq!(
        (world.row(id).status, world.calls()),
        (MessageState::Accepted, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn unknown_that_nobody_can_be_asked_about_waits_for_a_person() {
    let world = World::new(ScriptedProvider::new().otherwise(Act::Hang));
    let id = sent(&world).await;
    let row = world.row(id);
    assert_eq!(
        (row.status, row.next_attempt_at),
        (MessageState::Unknown, None)
    );
    assert_eq!(counts(later(&world).await), [0; 5]);
    assert_eq!(world.calls(), 1);
}

/// It was held because the second answer refuses the message, though the first may have taken it.
#[tokio::test(start_paused = true)]
async fn what_was_held_once_is_never_sent_from_the_queue() {
    for finding in [Finding::Nothing, Finding::Fails(error(ErrorKind::Connect))] {
        let world = World::new(
            ScriptedProvider::new()
                .script([fails(ErrorKind::ServerError), fails(ErrorKind::Refused)])
                .lookup_otherwise(Finding::Nothing)
                .lookup([Finding::Nothing, finding]),
        );
        let id = sent(&world).await;
        assert_eq!(world.row(id).status, MessageState::Unknown);
        for _round in 0..3 {
            assert_eq!(counts(later(&world).await), [1, 0, 0, 0, 1]);
            assert_eq!(world.row(id).status, MessageState::Unknown);
        }
        assert_eq!(world.calls(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn under_hold_a_5xx_is_unknown_and_stays_so() {
    let world = World::with(
        ScriptedProvider::new()
            .script([fails(ErrorKind::ServerError)])
            .lookup_otherwise(Finding::Nothing),
        "retry.after_server_error = \"hold\"",
    );
    let id = sent(&world).await;
    assert_eq!(world.row(id).status, MessageState::Unknown);
    assert_eq!(counts(later(&world).await), [1, 0, 0, 0, 1]);
    let row = world.row(id);
    assert_eq!(
        (row.status, row.doubt),
        (MessageState::Unknown, Some(Doubt::ServerError))
    );
    assert_eq!(
        row.error.unwrap().message,
        "fake: an attempt was answered with a server error, and the provider does not list the message (weak evidence: lists lag)"
    );
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_5xx_is_held_where_nobody_can_be_asked() {
    let world = World::with(
        ScriptedProvider::new().script([fails(ErrorKind::ServerError)]),
        "retry.after_server_error = \"ask\"",
    );
    let id = sent(&world).await;
    let row = world.row(id);
    assert_eq!(
        (row.status, row.doubt, row.next_attempt_at),
        (MessageState::Unknown, Some(Doubt::ServerError), None)
    );
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_max_attempts_it_has_failed_or_is_unknown() {
    for (kind, end) in [
        (ErrorKind::Connect, MessageState::Failed),
        (ErrorKind::ServerError, MessageState::Unknown),
    ] {
        let world = World::with(
            ScriptedProvider::new().otherwise(fails(kind)),
            "queue.max_attempts = 2",
        );
        let id = sent(&world).await;
        assert_eq!(counts(later(&world).await), [1, 0, 1, 0, 0]);
        let given_up = u64::from(end == MessageState::Failed);
        assert_eq!(
            counts(later(&world).await),
            [1, 0, 0, given_up, 1 - given_up]
        );
        assert_eq!(counts(later(&world).await), [0; 5]);
        assert_eq!((world.row(id).status, world.calls()), (end, 9));
    }
}

#[tokio::test(start_paused = true)]
async fn after_max_age_it_is_given_up_without_a_call() {
    for (kind, end) in [
        (ErrorKind::Connect, MessageState::Failed),
        (ErrorKind::ServerError, MessageState::Unknown),
    ] {
        let world = World::with(
            ScriptedProvider::new().otherwise(fails(kind)),
            "queue.max_age = \"5m\"",
        );
        let id = sent(&world).await;
        assert_eq!(world.row(id).status, MessageState::Queued);
        let _report = later(&world).await;
        let row = world.row(id);
        assert_eq!((row.status, world.calls()), (end, 3));
        assert_eq!(
            row.error.unwrap().message,
            "it waited longer than queue.max_age"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_wait_between_rounds_doubles_up_to_its_cap() {
    let world = World::with(
        ScriptedProvider::new().otherwise(fails(ErrorKind::Connect)),
        "queue.base = \"1m\"\nqueue.cap = \"3m\"",
    );
    let id = sent(&world).await;
    let mut waits = Vec::new();
    for _round in 0..4 {
        let due = world.row(id).next_attempt_at.unwrap();
        waits.push(due.duration_since(world.row(id).updated_at).as_secs());
        tokio::time::advance(minutes(3)).await;
        let _report = world.sms.process_queue().await.unwrap();
    }
    assert_eq!(waits, [60, 120, 180, 180]);
}

#[tokio::test(start_paused = true)]
async fn the_provider_may_ask_for_a_longer_wait_even_for_ever() {
    for (wait, due) in [(minutes(30), false), (std::time::Duration::MAX, true)] {
        let busy = error(ErrorKind::ProviderThrottled).with_retry_after(wait);
        let world = World::new(ScriptedProvider::new().otherwise(Act::Fail(busy)));
        let id = sent(&world).await;
        let row = world.row(id);
        if due {
            assert_eq!(
                row.status,
                MessageState::Failed,
                "older than max_age by then"
            );
        } else {
            let next: Timestamp = row.next_attempt_at.unwrap();
            assert_eq!(next.duration_since(row.updated_at).as_secs(), 1800);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_run_counts_each_message_once() {
    let down = [ErrorKind::Connect; 9].map(fails);
    let world = World::with(
        ScriptedProvider::new()
            .script(down)
            .script([Act::Accept, fails(ErrorKind::OptedOut)])
            .otherwise(fails(ErrorKind::Connect)),
        "queue.concurrency = 1",
    );
    let unknown = orphan(&world, "fake").await;
    lapsed(&world, unknown).await;
    for _ in 0..3 {
        let _queued = sent(&world).await;
    }
    assert_eq!(counts(later(&world).await), [4, 1, 1, 1, 1]);
}
