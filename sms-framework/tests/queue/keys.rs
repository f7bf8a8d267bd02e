//! Idempotency keys: the same again is the first one's answer.

use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{ErrorKind, Message, MessageState};

use super::support::{TO, UNPACED, World, fails, message, minutes, seconds};

fn keyed() -> Message {
    message().owner("ann").idempotency_key("order-7")
}

#[tokio::test(start_paused = true)]
async fn the_same_again_is_enqueued_once() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let first = world.sms.enqueue(keyed()).await.unwrap();
    let again = world.sms.enqueue(keyed()).await.unwrap();
    assert_eq!((first.duplicate, again.duplicate), (false, true));
    assert_eq!((again.id, again.status), (first.id, MessageState::Queued));
    assert_eq!(world.work().await.accepted, 1);
    let later = world.sms.enqueue(keyed()).await.unwrap();
    assert_eq!(
        (later.id, later.status, later.duplicate),
        (first.id, MessageState::Accepted, true)
    );
    assert_eq!((world.store.records().len(), world.calls()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn other_content_under_the_key_is_a_conflict() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let first = world.enqueue(keyed()).await;
    let other = Message::new(TO, "Doors open at nine.")
        .owner("ann")
        .idempotency_key("order-7");
    for refused in [
        world.sms.enqueue(other.clone()).await.map(|_| ()),
        world.sms.send(other).await.map(|_| ()),
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(refused.code(), "IDEMPOTENCY_CONFLICT");
        assert_eq!(
            refused.to_string(),
            format!("its idempotency key was used before, for other content: by message {first}")
        );
    }
    assert_eq!(world.store.records().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_its_owners() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let ids = [
        world.enqueue(keyed()).await,
        world.enqueue(keyed().owner("bob")).await,
        world.enqueue(message().idempotency_key("order-7")).await,
    ];
    assert_eq!(world.work().await.accepted, 3);
    assert_eq!(world.calls_for(&ids), [1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_send_gives_the_first_ones_receipt() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let first = world.sms.send(keyed()).await.unwrap();
    let again = world.sms.send(keyed()).await.unwrap();
    assert_eq!((again.id, again.status), (first.id, first.status));
    assert_eq!(again.provider_message_id, first.provider_message_id);
    assert_eq!(
        (again.segments, again.attempts, again.to, &again.from),
        (1, 1, first.to, &first.from)
    );
    assert_eq!((world.store.records().len(), world.calls()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_send_gives_the_first_ones_refusal() {
    let world = World::new(
        ScriptedProvider::new().script([fails(ErrorKind::OptedOut)]),
        UNPACED,
    );
    let first = world.sms.deliver(keyed()).await;
    let again = world.sms.deliver(keyed()).await;
    assert_eq!((again.id, again.status), (first.id, MessageState::Rejected));
    let (first, again) = (first.error.unwrap(), again.error.unwrap());
    assert_eq!(
        (again.code(), again.certainty(), again.is_queued()),
        (first.code(), first.certainty(), false)
    );
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_send_of_what_waits_in_the_queue_sends_nothing() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let first = world.enqueue(keyed()).await;
    let told = world.sms.deliver(keyed()).await;
    assert_eq!((told.id, told.status), (first, MessageState::Queued));
    assert!(told.error.unwrap().is_queued());
    assert_eq!(world.calls(), 0);
    assert_eq!(world.work().await.accepted, 1);
    assert_eq!(world.sms.send(keyed()).await.unwrap().id, first);
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn of_two_at_once_one_is_sent() {
    let slow = Act::Accept.after(seconds(2));
    let world = World::new(ScriptedProvider::new().otherwise(slow), UNPACED);
    let (one, other) = tokio::join!(world.sms.deliver(keyed()), world.sms.deliver(keyed()));
    assert_eq!(one.id, other.id);
    assert_eq!(one.status, MessageState::Accepted);
    assert_eq!(other.status, MessageState::Sending);
    assert!(other.error.unwrap().is_queued(), "the first one sends it");
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_unknown_is_told_as_unknown() {
    let world = World::new(
        ScriptedProvider::new().script([fails(ErrorKind::NoAnswer)]),
        UNPACED,
    );
    let first = world.sms.deliver(keyed()).await;
    tokio::time::advance(minutes(1)).await;
    let again = world.sms.deliver(keyed()).await;
    assert_eq!((again.id, again.status), (first.id, MessageState::Unknown));
    let error = again.error.unwrap();
    assert_eq!(error.certainty(), sms_framework::Certainty::MaybeSent);
    assert!(!error.is_queued());
    assert_eq!(world.calls(), 1);
}
