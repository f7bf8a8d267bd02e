//! Stored broadcasts for programs that embed the client: previewed, stored, cut off, gone on with.
#![allow(clippy::unwrap_used)]

use std::future::ready;

use sms_framework::store::BroadcastState;
use sms_framework::{Broadcast, BroadcastId, Message, Priority, SmsClient, Sources};
use sms_gateway as _;
use tempfile::TempDir;

fn client(folder: &TempDir) -> SmsClient {
    let database = folder.path().join("sms.db");
    let sources = Sources::new()
        .variable("DATABASE_URL", database.as_os_str())
        .variable("SMS_RATE_LIMIT__ENABLED", "false");
    SmsClient::from_config(sources.load().unwrap()).unwrap()
}

fn numbers(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| format!("+1415{:07}", 5_552_000 + n))
        .collect()
}

fn to(recipients: Vec<String>) -> Broadcast {
    Broadcast::new(recipients, "The gig moved to nine.").with(|message| message.owner("ada"))
}

#[tokio::test]
async fn a_preview_counts_each_recipient_once_and_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let sms = client(&folder);
    let mut recipients = numbers(150);
    recipients.extend(numbers(10));
    recipients.extend((0..120).map(|n| format!("nobody {n}")));
    let preview = sms.preview(&to(recipients));
    assert_eq!(
        (preview.recipients, preview.repeated, preview.refused),
        (150, 10, 120)
    );
    assert_eq!(preview.reasons.len(), 100);
    assert_eq!(
        (
            preview.fewest_segments,
            preview.most_segments,
            preview.segments
        ),
        (1, 1, 150)
    );
    let all: u64 = preview
        .countries
        .iter()
        .map(|country| country.recipients)
        .sum();
    assert_eq!(all, 150);
    assert_eq!(preview.countries[0].country, "US");
    assert!(sms.store().unwrap().broadcasts(1).await.unwrap().is_empty());
    let nothing = sms.preview(&to(Vec::new()));
    assert_eq!((nothing.fewest_segments, nothing.most_segments), (0, 0));
}

#[tokio::test]
async fn all_recipients_are_stored_before_any_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let sms = client(&folder);
    let mut recipients = numbers(1500);
    recipients.extend(["nonsense".to_owned(), "+14155552000".to_owned()]);
    let stored = sms
        .enqueue_broadcast(to(recipients), Some("gig 4711".to_owned()), None)
        .await
        .unwrap();
    assert_eq!((stored.broadcast.total(), stored.repeated), (1500, 1));
    assert_eq!(stored.broadcast.state, BroadcastState::Running);
    assert_eq!(stored.broadcast.owner.as_deref(), Some("ada"));
    assert_eq!(
        (stored.refused.len(), stored.refused[0].to.as_str()),
        (1, "nonsense")
    );
    assert!(
        !format!("{:?}", stored.refused).contains("\"nonsense\""),
        "its number is masked"
    );
    let report = sms.work_until_idle(std::future::pending()).await.unwrap();
    assert_eq!(report.accepted, 1500);
    let store = sms.store().unwrap();
    assert!(
        store
            .broadcast(stored.broadcast.id)
            .await
            .unwrap()
            .unwrap()
            .is_done()
    );
    let listed = store.messages(Default::default()).await.unwrap();
    assert!(
        listed
            .iter()
            .all(|message| message.priority == Priority::Bulk)
    );
}

#[tokio::test]
async fn one_that_was_cut_off_goes_on_and_one_that_runs_takes_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let sms = client(&folder);
    let id = BroadcastId::new();
    let cut_off = sms.open_broadcast(None, None, Some(id)).await.unwrap();
    assert_eq!(cut_off.id(), id);
    for number in numbers(3) {
        cut_off
            .add(Message::new(number, "The gig moved to nine."))
            .await
            .unwrap();
    }
    drop(cut_off);
    let report = sms.work_until_idle(ready(())).await.unwrap();
    assert_eq!(report.processed, 0);
    let stored = sms
        .enqueue_broadcast(to(numbers(5)), None, Some(id))
        .await
        .unwrap();
    assert_eq!((stored.broadcast.id, stored.broadcast.total()), (id, 5));
    let again = sms
        .enqueue_broadcast(to(numbers(6)), None, Some(id))
        .await
        .unwrap_err();
    assert_eq!(again.code(), "WRONG_STATE");
    assert_eq!(
        again.message(),
        format!("broadcast {id} is running: it takes no further recipients")
    );
}

#[tokio::test]
async fn one_that_is_canceled_meanwhile_ends_with_its_state() {
    let folder = tempfile::tempdir().unwrap();
    let sms = client(&folder);
    let open = sms.open_broadcast(None, None, None).await.unwrap();
    let store = sms.store().unwrap();
    let now = "2026-11-25T12:00:00Z".parse().unwrap();
    store
        .move_broadcast(open.id(), BroadcastState::Canceled, now)
        .await
        .unwrap();
    let added = open.add(Message::new("+14155552671", "Hi")).await;
    assert_eq!(added.unwrap_err().code(), "WRONG_STATE");
    assert_eq!(open.start().await.unwrap_err().code(), "WRONG_STATE");
}
