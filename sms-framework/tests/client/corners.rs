//! Corners where a message could be doubled, lost, or given up without a try.

use std::time::Duration;

use sms_framework::provider::Capabilities;
use sms_framework::testkit::{Finding, ScriptedProvider};
use sms_framework::{Acceptance, Certainty, Class, Error, ErrorKind, Message, MessageState};

use super::support::{World, error, fails, message, minutes};

#[tokio::test(start_paused = true)]
async fn a_message_that_was_handed_over_before_is_refused_not_doubled() {
    let world = World::new(ScriptedProvider::new().otherwise(fails(ErrorKind::Connect)));
    let message = message();
    let first = world.sms.send(message.clone()).await.unwrap_err();
    assert!(first.is_queued());
    let again = world.sms.send(message.clone()).await.unwrap_err();
    assert_eq!(
        (again.code(), again.certainty()),
        ("INVALID_MESSAGE", Certainty::NotSent)
    );
    assert!(
        again.to_string().contains("was handed over before"),
        "{again}"
    );
    assert_eq!(world.calls(), 3, "only the first send called the provider");
    assert_eq!(
        world.row(message.id).status,
        MessageState::Queued,
        "the first one's row is untouched"
    );
    assert_eq!(
        world.sms.status().await.log_failures,
        0,
        "the log is not broken"
    );
}

#[tokio::test(start_paused = true)]
async fn our_own_limit_ends_a_round_without_spending_it() {
    let toml = "rate_limit = { rate = 0.1, burst = 1, initial = 1, max_wait = \"1s\" }\nqueue.max_attempts = 1";
    let world = World::with(ScriptedProvider::new(), toml);
    world.sms.send(message()).await.unwrap();
    let refused = message();
    let id = refused.id;
    assert_eq!(
        world.sms.send(refused).await.unwrap_err().code(),
        "RATE_LIMITED"
    );
    // The slot is taken again and again just before the queue is processed.
    for _ in 0..3 {
        tokio::time::advance(minutes(2)).await;
        world.sms.send(message()).await.unwrap();
        let report = world.sms.process_queue().await.unwrap();
        assert_eq!((report.processed, report.requeued), (1, 1));
        assert_eq!(world.row(id).rounds, 0);
    }
    tokio::time::advance(minutes(2)).await;
    assert_eq!(world.sms.process_queue().await.unwrap().accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn one_run_tries_each_message_once_however_long_it_takes() {
    let slow = fails(ErrorKind::Connect).after(Duration::from_secs(20));
    let world = World::with(
        ScriptedProvider::new().otherwise(slow),
        "queue.base = \"1s\"",
    );
    let message = message();
    let id = message.id;
    let _queued = world.sms.send(message).await;
    tokio::time::advance(minutes(1)).await;
    assert_eq!(world.sms.process_queue().await.unwrap().processed, 1);
    assert_eq!(world.row(id).rounds, 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_time_ran_out_is_not_sent_late() {
    let provider = ScriptedProvider::new()
        .capabilities(
            Capabilities::new()
                .with_validity(sms_framework::provider::Validity::seconds(1, 36_000)),
        )
        .otherwise(fails(ErrorKind::Connect));
    let world = World::new(provider);
    let code = Message::new("+14155550123", "Your code is 4711").valid_for(Duration::from_secs(60));
    let id = code.id;
    assert!(world.sms.send(code).await.unwrap_err().is_queued());
    tokio::time::advance(minutes(2)).await;
    let report = world.sms.process_queue().await.unwrap();
    assert_eq!((report.processed, report.expired), (1, 1));
    let row = world.row(id);
    assert_eq!(row.status, MessageState::Expired);
    assert_eq!(
        row.error.unwrap().message,
        "its validity period ran out before it was sent"
    );
    assert_eq!(world.calls(), 3, "no call after the time ran out");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_fails_for_good_leaves_the_message_as_it_was() {
    let rotated = error(ErrorKind::Unauthorized).with_class(Class::Account);
    let nothing = [Finding::Nothing, Finding::Nothing, Finding::Nothing];
    let provider = ScriptedProvider::new()
        .script([(); 3].map(|()| fails(ErrorKind::ServerError)))
        .lookup(nothing.into_iter().chain([Finding::Fails(rotated)]))
        .lookup_otherwise(Finding::Nothing);
    let world = World::new(provider);
    let message = message();
    let id = message.id;
    assert!(world.sms.send(message).await.unwrap_err().is_queued());
    tokio::time::advance(minutes(2)).await;
    assert_eq!(world.sms.process_queue().await.unwrap().requeued, 1);
    assert_eq!(world.row(id).status, MessageState::Queued);
    tokio::time::advance(minutes(10)).await;
    assert_eq!(world.sms.process_queue().await.unwrap().accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_finds_the_message_failed_says_so_and_nothing_is_sent_again() {
    let failed = Acceptance::new("SM1")
        .with_state(MessageState::Failed)
        .with_provider_code("30007");
    let provider = ScriptedProvider::new()
        .otherwise(fails(ErrorKind::NoAnswer))
        .lookup_otherwise(Finding::These(vec![failed]));
    let world = World::new(provider);
    let message = message();
    let id = message.id;
    let delivery = world.sms.deliver(message).await;
    assert!(!delivery.is_accepted());
    assert_eq!(delivery.status, MessageState::Failed);
    let error: Error = delivery.into_result().unwrap_err();
    assert_eq!(
        (error.code(), error.provider_code()),
        ("REFUSED", Some("30007"))
    );
    let row = world.row(id);
    assert_eq!(
        (row.status, row.provider_message_id.as_deref()),
        (MessageState::Failed, Some("SM1"))
    );
    assert_eq!(row.error.unwrap().provider_code.as_deref(), Some("30007"));
    assert_eq!(world.calls(), 1);
    let counts = world.sms.status().await.counts;
    assert_eq!((counts.sent, counts.failed), (0, 1));
}

/// It blocks its thread on the first call, as no plugin may.
#[derive(Debug)]
struct Blocking {
    entered: std::sync::mpsc::SyncSender<()>,
    release: std::sync::Mutex<std::sync::mpsc::Receiver<()>>,
    calls: std::sync::atomic::AtomicUsize,
}

#[async_trait::async_trait]
impl sms_framework::provider::Provider for Blocking {
    async fn send(&self, _: &sms_framework::Outbound) -> Result<Acceptance, Error> {
        if self.calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
            self.entered.send(()).unwrap();
            self.release.lock().unwrap().recv().unwrap();
        }
        Ok(Acceptance::new("b-1"))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new()
    }

    fn default_sender(&self) -> Option<sms_framework::Sender> {
        None
    }

    fn lookup(&self) -> Option<&dyn sms_framework::provider::Lookup> {
        None
    }
}

#[test]
fn a_plugin_that_blocks_its_thread_holds_up_its_own_message_and_no_other() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let (entered, has_entered) = std::sync::mpsc::sync_channel(1);
    let (release, released) = std::sync::mpsc::channel();
    let provider = Blocking {
        entered,
        release: std::sync::Mutex::new(released),
        calls: std::sync::atomic::AtomicUsize::new(0),
    };
    let sms = sms_framework::SmsClient::builder(super::support::settings("rate_limit.initial = 5"))
        .provider("blocking", std::sync::Arc::new(provider))
        .store(std::sync::Arc::new(
            sms_framework::testkit::MemoryStore::new(),
        ))
        .build()
        .unwrap();
    let blocked = runtime.spawn({
        let sms = sms.clone();
        async move { sms.send(message()).await }
    });
    has_entered.recv().unwrap();
    let others = runtime.block_on(async { sms.send(message()).await });
    assert!(others.is_ok());
    release.send(()).unwrap();
    assert!(runtime.block_on(blocked).unwrap().is_ok());
}
