use sha2::{Digest, Sha256};
use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{ErrorKind, MessageState};

use super::quiet::captured;
use super::support::{BODY, World, fails, message};

#[tokio::test(start_paused = true)]
async fn a_broken_log_never_fails_a_send_and_is_reported_once() {
    let (log, subscriber) = captured();
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::new(ScriptedProvider::new());
    world.store.break_down(true);
    for _ in 0..3 {
        assert!(world.sms.send(message()).await.is_ok());
    }
    let status = world.sms.status().await;
    assert_eq!(
        status.log_failures, 6,
        "a message row and an attempt row each"
    );
    assert!(!status.database.healthy);
    assert_eq!(
        status.database.error.as_deref(),
        Some("the memory store was told to break")
    );
    let reports = log
        .text()
        .matches("messages are sent but not logged: the memory store was told to break")
        .count();
    assert_eq!(reports, 1);
    world.store.break_down(false);
    assert!(world.sms.status().await.database.healthy);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_breaks_under_way_does_not_change_what_the_caller_hears() {
    let world =
        World::new(ScriptedProvider::new().script([Act::Accept.after(super::support::millis(50))]));
    let message = message();
    let id = message.id;
    let sms = world.sms.clone();
    let send = tokio::spawn(async move { sms.send(message).await });
    while world.calls() == 0 {
        tokio::task::yield_now().await;
    }
    world.store.break_down(true);
    assert!(send.await.unwrap().is_ok());
    world.store.break_down(false);
    assert_eq!(
        world.row(id).status,
        MessageState::Sending,
        "its lease tells the rest"
    );
    assert_eq!(world.sms.status().await.log_failures, 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_cannot_be_queued_is_told_as_failed() {
    let world = World::new(ScriptedProvider::new().otherwise(fails(ErrorKind::Connect)));
    world.store.break_down(true);
    let delivery = world.sms.deliver(message()).await;
    assert_eq!(delivery.status, MessageState::Failed);
    assert!(!delivery.error.unwrap().is_queued());
}

#[tokio::test(start_paused = true)]
async fn a_body_is_kept_as_the_policy_says_once_its_message_is_final() {
    let hash: String = Sha256::digest(BODY.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    for (policy, body, body_hash) in [
        ("full", Some(BODY.to_owned()), None),
        ("hash", None, Some(hash)),
        ("none", None, None),
    ] {
        let down = [ErrorKind::Connect; 3].map(fails);
        let world = World::with(
            ScriptedProvider::new().script(down),
            &format!("log.body = \"{policy}\""),
        );
        let message = message();
        let id = message.id;
        let _queued = world.sms.send(message).await;
        let waiting = world.row(id);
        assert_eq!(
            (waiting.status, waiting.body.as_deref()),
            (MessageState::Queued, Some(BODY))
        );
        tokio::time::advance(super::support::minutes(2)).await;
        let _report = world.sms.process_queue().await.unwrap();
        let row = world.row(id);
        assert_eq!(
            (row.status, row.body, row.body_hash),
            (MessageState::Accepted, body, body_hash)
        );
    }
}
