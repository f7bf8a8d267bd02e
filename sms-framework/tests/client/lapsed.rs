//! Leases that lapsed, or that somebody else took over.

use std::sync::Arc;

use sms_framework::store::{Doubt, NewMessage, Store};
use sms_framework::testkit::{Finding, ScriptedProvider, outbound_at};
use sms_framework::{Acceptance, Certainty, ErrorKind, MessageId, MessageState};

use super::queue::{counts, later};
use super::support::{World, fails, message, minutes};

pub(crate) async fn orphan(world: &World, provider: &str) -> MessageId {
    let message = outbound_at(message(), world.clock.time_of_day());
    let id = message.id();
    let row = NewMessage {
        message: Arc::new(message),
        provider: provider.to_owned(),
        simulated: false,
        hash_body: false,
        lease_until: Some(world.clock.time_of_day()),
    };
    world.store.begin(row).await.unwrap();
    id
}

/// Whoever had it is gone, and a while passes before its provider is asked.
pub(crate) async fn lapsed(world: &World, id: MessageId) {
    assert_eq!(counts(world.sms.process_queue().await.unwrap()), [0; 5]);
    let row = world.row(id);
    assert_eq!(row.status, MessageState::Unknown);
    let grace = world.clock.time_of_day() + std::time::Duration::from_secs(30);
    let away = row.next_attempt_at.unwrap().duration_until(grace);
    assert_eq!(away.as_millis(), 0, "it is asked about after queue.grace");
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_lapsed_is_asked_about_and_never_resent_blindly() {
    let world = World::new(ScriptedProvider::new().lookup([]));
    let id = orphan(&world, "fake").await;
    lapsed(&world, id).await;
    assert_eq!(
        world.row(id).error.unwrap().message,
        "the process that was sending it went away before it could note the outcome"
    );
    assert_eq!(counts(later(&world).await), [1, 0, 0, 0, 1]);
    let row = world.row(id);
    assert_eq!(
        (row.status, row.doubt),
        (MessageState::Unknown, Some(Doubt::NoAnswer))
    );
    assert_eq!(
        row.error.unwrap().message,
        "fake: an attempt had no answer that could be read, or its process went away, and the provider does not list the message (weak evidence: lists lag)"
    );
    assert_eq!((world.calls(), world.provider.lookups()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_lapsed_after_the_provider_took_it_is_settled() {
    let found = Finding::These(vec![Acceptance::new("SM-1")]);
    let world = World::new(ScriptedProvider::new().lookup([found]));
    let id = orphan(&world, "fake").await;
    lapsed(&world, id).await;
    assert_eq!(counts(later(&world).await), [1, 1, 0, 0, 0]);
    assert_eq!(world.row(id).provider_message_id.as_deref(), Some("SM-1"));
    assert_eq!(world.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_lapsed_where_nobody_can_be_asked_is_unknown() {
    let world = World::new(ScriptedProvider::new());
    let id = orphan(&world, "fake").await;
    lapsed(&world, id).await;
    assert_eq!(counts(later(&world).await), [1, 0, 0, 0, 1]);
    let row = world.row(id);
    assert_eq!(
        (row.status, row.next_attempt_at),
        (MessageState::Unknown, None)
    );
    assert!(
        row.error
            .unwrap()
            .message
            .ends_with("and the provider cannot be asked")
    );
}

#[tokio::test(start_paused = true)]
async fn another_providers_messages_are_freed_and_left_alone() {
    let world = World::new(ScriptedProvider::new().lookup([]));
    let id = orphan(&world, "other").await;
    lapsed(&world, id).await;
    let asked_at = world.row(id).next_attempt_at;
    assert_eq!(counts(later(&world).await), [0; 5]);
    let row = world.row(id);
    assert_eq!(
        (row.status, row.next_attempt_at),
        (MessageState::Unknown, asked_at),
        "whose provider it is asks about it"
    );
    assert_eq!((world.calls(), world.provider.lookups()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_send_whose_lease_was_taken_over_is_unknown_here() {
    let world =
        World::new(ScriptedProvider::new().otherwise(fails(ErrorKind::Connect).after(minutes(0))));
    let message = message();
    let id = message.id;
    let sms = world.sms.clone();
    let send = tokio::spawn(async move { sms.deliver(message).await });
    while world.calls() == 0 {
        tokio::task::yield_now().await;
    }
    world.store.take_over(id);
    let delivery = send.await.unwrap();
    assert_eq!(delivery.status, MessageState::Unknown);
    let error = delivery.error.unwrap();
    assert_eq!(
        (error.certainty(), error.is_queued()),
        (Certainty::MaybeSent, false)
    );
}
