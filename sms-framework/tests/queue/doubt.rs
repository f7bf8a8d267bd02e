//! Nobody can say whether the provider has it: what follows.

use std::time::Duration;

use sms_framework::provider::Provider;
use sms_framework::store::{Doubt, MessageRecord, Store};
use sms_framework::testkit::{Act, Finding, ScriptedProvider};
use sms_framework::{Certainty, ErrorKind, MessageId, MessageState};

use super::support::{UNPACED, World, error, fails, holding, message, minutes, seconds};

/// Answers nothing once, and lists nothing.
fn silent() -> ScriptedProvider {
    ScriptedProvider::new()
        .script([fails(ErrorKind::NoAnswer)])
        .lookup_otherwise(Finding::Nothing)
}

/// Works on the one message until it is unknown.
async fn in_doubt(world: &World) -> MessageId {
    let id = world.enqueue(message()).await;
    let report = world.work().await;
    assert_eq!((report.processed, report.unknown), (1, 1));
    assert_eq!(world.status(id), MessageState::Unknown);
    id
}

fn reason(row: &MessageRecord) -> (&str, Certainty) {
    let note = row.error.as_ref().unwrap();
    (&note.message, note.certainty)
}

#[tokio::test(start_paused = true)]
async fn it_is_asked_about_after_a_while_and_found() {
    let provider = ScriptedProvider::new()
        .script([Act::AcceptThenFail(error(ErrorKind::NoAnswer))])
        .lookup([Finding::Nothing]);
    let world = World::new(provider, UNPACED);
    let id = in_doubt(&world).await;
    let row = world.row(id);
    assert_eq!(row.doubt, Some(Doubt::NoAnswer));
    assert_eq!(world.due_in(id), Some(seconds(30)), "lists lag");
    assert_eq!(world.provider.lookups(), 1, "once at the send itself");

    tokio::time::advance(seconds(29)).await;
    assert_eq!(world.work().await.processed, 0);
    tokio::time::advance(seconds(1)).await;
    let report = world.work().await;
    assert_eq!((report.processed, report.accepted), (1, 1));
    let row = world.row(id);
    assert_eq!((row.status, row.doubt), (MessageState::Accepted, None));
    assert_eq!(row.provider_message_id.as_deref(), Some("fake-1"));
    assert_eq!((world.calls(), world.provider.lookups()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn it_stays_unknown_while_it_is_asked_about() {
    let provider = silent().lookup([Finding::Nothing, Finding::Hangs]);
    let world = World::new(provider, UNPACED);
    let id = in_doubt(&world).await;
    tokio::time::advance(seconds(30)).await;
    let worker = world.start();
    tokio::time::sleep(seconds(5)).await;
    let row = world.row(id);
    assert_eq!(row.status, MessageState::Unknown);
    assert_eq!(row.holder.as_deref(), Some("a worker"));
    let _report = worker.stop().await;
    assert_eq!(world.status(id), MessageState::Unknown);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_found_is_held_with_its_reason() {
    let world = World::new(silent(), &format!("{UNPACED}queue.max_attempts = 3"));
    let id = in_doubt(&world).await;
    let mut waits: Vec<Option<Duration>> = Vec::new();
    while world.row(id).next_attempt_at.is_some() {
        let due = world.due_in(id);
        waits.push(due);
        tokio::time::advance(due.unwrap()).await;
        let report = world.work().await;
        assert_eq!((report.processed, report.unknown), (1, 1));
        let row = world.row(id);
        assert_eq!(row.status, MessageState::Unknown);
        assert_eq!(
            reason(&row),
            (
                "fake: an attempt had no answer that could be read, or its process went away, and the provider does not list the message (weak evidence: lists lag)",
                Certainty::MaybeSent
            )
        );
    }
    let waits: Vec<_> = waits
        .into_iter()
        .flatten()
        .map(|wait| wait.as_secs())
        .collect();
    assert_eq!(
        waits,
        [30, 240],
        "the first after queue.grace, then backing off"
    );
    tokio::time::advance(minutes(600)).await;
    assert_eq!(world.work().await.processed, 0, "it is a person's now");
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_nobody_can_be_asked_it_is_held_at_once() {
    let provider = ScriptedProvider::new().script([fails(ErrorKind::NoAnswer)]);
    let world = World::new(provider, UNPACED);
    let id = in_doubt(&world).await;
    assert_eq!(world.row(id).next_attempt_at, None);
    tokio::time::advance(minutes(600)).await;
    assert_eq!(world.work().await.processed, 0);
    assert_eq!(
        (world.status(id), world.calls()),
        (MessageState::Unknown, 1)
    );
}

/// A code at the door is worth a double; a reminder is not.
#[tokio::test(start_paused = true)]
async fn not_found_is_sent_again_once_where_its_type_says_so() {
    let provider = ScriptedProvider::new()
        .script([ErrorKind::NoAnswer; 2].map(fails))
        .otherwise(Act::Accept.after(seconds(5)))
        .lookup_otherwise(Finding::Nothing);
    let toml = format!("{UNPACED}message_types.otp.on_unknown = 'resend'");
    let world = World::new(provider, &toml);
    let reminder = world.enqueue(message().message_type("reminder")).await;
    let code = world.enqueue(message().message_type("otp")).await;
    assert_eq!(world.work().await.unknown, 2);
    assert_eq!(world.calls_for(&[reminder, code]), [1, 1]);

    tokio::time::advance(seconds(30)).await;
    let worker = world.start();
    tokio::time::sleep(seconds(1)).await;
    assert_eq!(world.calls_for(&[reminder, code]), [1, 2]);
    assert_eq!(
        world.status(code),
        MessageState::Sending,
        "the row says whose it is before the call"
    );
    tokio::time::sleep(minutes(6)).await;
    assert_eq!(world.status(code), MessageState::Accepted);
    assert_eq!(world.status(reminder), MessageState::Unknown);
    assert_eq!(world.calls_for(&[reminder, code]), [1, 2]);
    let _report = worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn where_nobody_can_be_asked_it_is_sent_again_after_a_while() {
    let provider = ScriptedProvider::new().script([fails(ErrorKind::NoAnswer)]);
    let toml = format!("{UNPACED}queue.on_unknown = 'resend'");
    let world = World::new(provider, &toml);
    let id = in_doubt(&world).await;
    assert_eq!(world.due_in(id), Some(seconds(30)));
    tokio::time::advance(seconds(30)).await;
    assert_eq!(world.work().await.accepted, 1);
    let row = world.row(id);
    assert_eq!((row.status, row.doubt), (MessageState::Accepted, None));
    assert_eq!(world.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_type_may_hold_what_is_else_sent_again() {
    let toml = format!(
        "{UNPACED}queue.on_unknown = 'resend'\nqueue.max_attempts = 3\nmessage_types.invoice.on_unknown = 'hold'"
    );
    let world = World::new(silent(), &toml);
    let id = world.enqueue(message().message_type("invoice")).await;
    world.work_on().await;
    assert_eq!(
        (world.status(id), world.calls()),
        (MessageState::Unknown, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_question_without_an_answer_sends_nothing() {
    let down = Finding::Fails(error(ErrorKind::Connect));
    let provider = ScriptedProvider::new()
        .script([Act::AcceptThenFail(error(ErrorKind::NoAnswer))])
        .lookup([down.clone(), down.clone(), down, Finding::Panics]);
    let toml = format!("{UNPACED}queue.on_unknown = 'resend'");
    let world = World::new(provider, &toml);
    let id = in_doubt(&world).await;
    for _ in 0..3 {
        tokio::time::advance(minutes(60)).await;
        let report = world.work().await;
        assert_eq!((report.processed, report.unknown), (1, 1));
    }
    tokio::time::advance(minutes(60)).await;
    assert_eq!(world.work().await.accepted, 1, "it was there all the time");
    assert_eq!(
        (world.status(id), world.calls()),
        (MessageState::Accepted, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn the_most_rounds_hold_for_what_is_sent_again_too() {
    let provider = ScriptedProvider::new().otherwise(fails(ErrorKind::NoAnswer));
    let toml = format!("{UNPACED}queue.on_unknown = 'resend'\nqueue.max_attempts = 3");
    let world = World::new(provider, &toml);
    let id = world.enqueue(message()).await;
    world.work_on().await;
    let row = world.row(id);
    assert_eq!(
        (row.status, row.next_attempt_at),
        (MessageState::Unknown, None)
    );
    assert_eq!((row.rounds, row.attempts, world.calls()), (3, 3, 3));
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_when_it_is_sent_again_is_held_for_a_person() {
    for asked in [true, false] {
        let script = [ErrorKind::NoAnswer, ErrorKind::OptedOut].map(fails);
        let provider = ScriptedProvider::new().script(script);
        let provider = if asked { provider.lookup([]) } else { provider };
        let toml = format!("{UNPACED}queue.on_unknown = 'resend'");
        let world = World::new(provider, &toml);
        let id = world.enqueue(message()).await;
        world.work_on().await;
        let row = world.row(id);
        assert_eq!(
            row.status,
            MessageState::Unknown,
            "the first may be on a phone"
        );
        assert_eq!(row.error.unwrap().code, "OPTED_OUT");
        assert_eq!(world.calls(), 2);
    }
}

/// The phone may have it, so nobody says `expired`; and it is too late to send it again.
#[tokio::test(start_paused = true)]
async fn what_expires_under_doubt_stays_unknown_and_is_not_sent_again() {
    let provider = holding(1).script([fails(ErrorKind::NoAnswer)]);
    let toml =
        format!("{UNPACED}queue.on_unknown = 'resend'\nqueue.grace = '2m'\nqueue.max_attempts = 3");
    let world = World::new(provider, &toml);
    let id = world.enqueue(message().valid_for(seconds(60))).await;
    world.work_on().await;
    let row = world.row(id);
    assert_eq!(
        (row.status, row.doubt),
        (MessageState::Unknown, Some(Doubt::NoAnswer))
    );
    let note = row.error.unwrap();
    assert_eq!(
        (note.code.as_str(), note.certainty),
        ("EXPIRED", Certainty::MaybeSent)
    );
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_5xx_it_is_asked_about_and_sent_again_without_being_held() {
    let provider = ScriptedProvider::new()
        .script([ErrorKind::ServerError; 3].map(fails))
        .lookup([]);
    let world = World::new(provider, UNPACED);
    let id = world.enqueue(message()).await;
    assert_eq!(world.work().await.requeued, 1);
    let row = world.row(id);
    assert_eq!(
        (row.status, row.doubt),
        (MessageState::Queued, Some(Doubt::ServerError))
    );
    world.work_on().await;
    assert_eq!(
        (world.status(id), world.calls()),
        (MessageState::Accepted, 4)
    );
    assert_eq!(world.provider.lookups(), 4, "before every further call");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_died_in_a_call_leaves_a_doubt_that_is_asked_about() {
    let world = World::new(ScriptedProvider::new().lookup([]), UNPACED);
    let id = world.enqueue(message()).await;
    let dead = world.claimed_by_another(1).await;
    let (lease, sending) = (dead[0].lease, &dead[0].message);
    assert!(world.store.hand_over(lease, sending, "fake").await.unwrap());
    Provider::send(&world.provider, sending).await.unwrap();
    assert_eq!(world.status(id), MessageState::Sending);

    let worker = world.start();
    tokio::time::sleep(seconds(59)).await;
    assert_eq!(world.status(id), MessageState::Sending);
    tokio::time::sleep(seconds(2)).await;
    let row = world.row(id);
    assert_eq!(
        (row.status, row.doubt),
        (MessageState::Unknown, Some(Doubt::NoAnswer))
    );
    assert_eq!(world.provider.lookups(), 0, "its worker may still be at it");
    tokio::time::sleep(seconds(30)).await;
    assert_eq!(world.status(id), MessageState::Accepted);
    assert_eq!((world.calls(), world.provider.lookups()), (1, 1));
    assert_eq!(worker.stop().await.accepted, 1);
}
