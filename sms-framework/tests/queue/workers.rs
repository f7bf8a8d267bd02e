//! Messages and workers beside each other.

use std::sync::Arc;

use async_trait::async_trait;
use sms_framework::provider::{Capabilities, Lookup, Provider};
use sms_framework::store::Doubt;
use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{Acceptance, Error, ErrorKind, Message, MessageState, Outbound, Sender};

use super::support::{TO, UNPACED, World, fails, message, millis, minutes};

const POISON: &str = "+14155550666";

/// It panics at one number, before it makes a future or after.
#[derive(Debug)]
struct Poisoned(ScriptedProvider);

#[async_trait]
impl Provider for Poisoned {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let sent = self.0.send(message).await;
        assert_ne!(message.to().as_str(), POISON, "by script");
        sent
    }

    fn capabilities(&self) -> Capabilities {
        Provider::capabilities(&self.0)
    }

    fn default_sender(&self) -> Option<Sender> {
        self.0.default_sender()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Provider::lookup(&self.0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_provider_panics_does_not_stop_the_others() {
    let toml = format!("{UNPACED}queue.concurrency = 1");
    let provider = ScriptedProvider::new();
    let seen = Arc::new(Poisoned(provider.clone()));
    let world = World::around(provider, seen, &toml);
    let mut ids = Vec::new();
    for nth in 0..6 {
        let to = if nth % 3 == 0 { POISON } else { TO };
        ids.push(world.enqueue(Message::new(to, "Hello")).await);
    }
    let report = world.work().await;
    assert_eq!(
        (report.processed, report.accepted, report.unknown),
        (6, 4, 2)
    );
    for (nth, id) in ids.iter().enumerate() {
        let row = world.row(*id);
        if nth % 3 == 0 {
            assert_eq!(
                (row.status, row.doubt),
                (MessageState::Unknown, Some(Doubt::NoAnswer))
            );
            assert_eq!(row.error.unwrap().code, "PROVIDER_FAULT");
        } else {
            assert_eq!(row.status, MessageState::Accepted);
        }
    }
    assert_eq!(world.calls_for(&ids), [1; 6]);
}

#[tokio::test(start_paused = true)]
async fn messages_that_hang_leave_room_for_what_is_more_urgent() {
    let toml = format!("{UNPACED}queue.concurrency = 2");
    let world = World::new(ScriptedProvider::new().otherwise(Act::Hang), &toml);
    for _ in 0..2 {
        world
            .enqueue(message().priority(sms_framework::Priority::Bulk))
            .await;
    }
    let worker = world.start();
    tokio::time::sleep(millis(100)).await;
    assert_eq!(world.calls(), 2);
    world
        .enqueue(message().priority(sms_framework::Priority::Bulk))
        .await;
    world
        .enqueue(message().priority(sms_framework::Priority::Urgent))
        .await;
    tokio::time::sleep(millis(300)).await;
    let calls = world.provider.calls();
    assert_eq!(
        calls.len(),
        3,
        "bulk has no room left, and takes nobody else's"
    );
    assert_eq!(calls[2].message.priority(), sms_framework::Priority::Urgent);
    let _report = worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn two_workers_of_one_name_share_the_work_and_send_each_once() {
    let slow = Act::Accept.after(millis(100));
    let world = World::new(ScriptedProvider::new().otherwise(slow), UNPACED);
    let other = world.another(UNPACED);
    let mut ids = Vec::new();
    for nth in 0..200 {
        let owner = format!("owner-{}", nth % 7);
        ids.push(world.enqueue(message().owner(owner)).await);
    }
    let (one, two) = tokio::join!(world.work(), other.work());
    assert_eq!(one.accepted + two.accepted, 200);
    assert!(one.accepted >= 50 && two.accepted >= 50, "{one:?} {two:?}");
    assert_eq!(world.calls_for(&ids), [1; 200]);
    let all = world.store.records();
    assert!(
        all.iter()
            .all(|row| row.status == MessageState::Accepted && row.holder.is_none())
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_works_until_nothing_is_due_waits_for_what_others_have() {
    let slow = Act::Accept.after(minutes(1) / 2);
    let world = World::new(ScriptedProvider::new().otherwise(slow), UNPACED);
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(millis(100)).await;
    let report = world.another(UNPACED).work().await;
    assert_eq!(report.processed, 0);
    assert_eq!(
        world.status(id),
        MessageState::Accepted,
        "it was waited for"
    );
    assert_eq!(worker.stop().await.accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_takes_what_is_due_at_its_start_once() {
    let down = ScriptedProvider::new().otherwise(fails(ErrorKind::Connect));
    let world = World::new(
        down,
        &format!("{UNPACED}queue.base = '1s'\nqueue.cap = '1s'"),
    );
    let id = world.enqueue(message()).await;
    let later = message().send_at(world.now() + millis(100));
    let later = world.enqueue(later).await;
    let report = world.sms.process_queue().await.unwrap();
    assert_eq!((report.processed, report.requeued), (1, 1));
    assert_eq!(world.row(id).rounds, 1);
    assert_eq!(world.status(later), MessageState::Scheduled);
}

#[tokio::test(start_paused = true)]
async fn workers_leave_other_clients_messages_alone() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let other = sms_framework::SmsClient::builder(super::support::settings(UNPACED))
        .provider("elsewhere", Arc::new(ScriptedProvider::new()))
        .store(Arc::new(world.store.clone()))
        .build()
        .unwrap();
    let theirs = other.enqueue(message()).await.unwrap().id;
    let ours = world.enqueue(message()).await;
    assert_eq!(world.work().await.processed, 1);
    assert_eq!(world.status(ours), MessageState::Accepted);
    assert_eq!(world.status(theirs), MessageState::Queued);
}

/// On disk and on threads, with nothing to wait for but each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_on_one_file_send_each_message_once() {
    let folder = tempfile::tempdir().unwrap();
    let toml = format!(
        "{UNPACED}database.url = '{}'",
        folder.path().join("sms.db").display()
    );
    let provider = ScriptedProvider::new();
    let client = || {
        sms_framework::SmsClient::builder(super::support::settings(&toml))
            .provider("fake", Arc::new(provider.clone()))
            .build()
            .unwrap()
    };
    let clients = [client(), client(), client()];
    let enqueued = (0..300).map(|nth| {
        let message = message().owner(format!("owner-{}", nth % 5));
        clients[nth % 3].enqueue(message)
    });
    let enqueued = futures_util::future::join_all(enqueued).await;
    let ids: Vec<_> = enqueued.into_iter().map(|one| one.unwrap().id).collect();
    let works = clients.iter().map(|client| {
        let client = client.clone();
        tokio::spawn(async move { client.work_until_idle(std::future::pending()).await })
    });
    let mut accepted = 0;
    for work in futures_util::future::join_all(works).await {
        accepted += work.unwrap().unwrap().accepted;
    }
    assert_eq!(accepted, 300);
    let calls = provider.calls();
    for id in ids {
        let called = calls.iter().filter(|call| call.message.id() == id).count();
        assert_eq!(called, 1);
    }
}
