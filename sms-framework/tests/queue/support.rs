use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sms_framework::config::Sources;
use sms_framework::provider::{Capabilities, DynProvider, Registry, Validity};
use sms_framework::store::{Claim, Claimed, Cursor, MessageRecord, Room, Store};
use sms_framework::testkit::{Act, MemoryStore, ScriptedProvider, TokioClock};
use sms_framework::{
    Error, ErrorKind, Message, MessageId, MessageState, QueueReport, Settings, SmsClient,
};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const TO: &str = "+14155550123";

/// One slot a second, from the first one on.
pub(crate) const ONE_A_SECOND: &str =
    "rate_limit = { rate = 1, burst = 1, initial = 1, max_wait = '1m' }\n";
/// Nothing paces the sends.
pub(crate) const UNPACED: &str = "rate_limit.enabled = false\n";

/// A client with everything around it within reach.
pub(crate) struct World {
    pub(crate) provider: ScriptedProvider,
    pub(crate) store: MemoryStore,
    pub(crate) sms: SmsClient,
    time: Time,
}

/// The time of day, which can be set.
#[derive(Clone)]
pub(crate) struct Time {
    clock: TokioClock,
    set_by_seconds: Arc<AtomicI64>,
}

impl Time {
    fn new() -> Self {
        Self {
            clock: TokioClock::new(),
            set_by_seconds: Arc::default(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let set_by = self.set_by_seconds.load(Ordering::Relaxed);
        self.clock.time_of_day() + SignedDuration::from_secs(set_by)
    }

    /// Somebody sets the clock of this machine: nothing else moves.
    pub(crate) fn set(&self, by_seconds: i64) {
        self.set_by_seconds.fetch_add(by_seconds, Ordering::Relaxed);
    }
}

impl World {
    pub(crate) fn new(provider: ScriptedProvider, toml: &str) -> Self {
        let seen = Arc::new(provider.clone());
        Self::around(provider, seen, toml)
    }

    /// A client that calls `seen`, which passes everything on to `provider`.
    pub(crate) fn around(provider: ScriptedProvider, seen: DynProvider, toml: &str) -> Self {
        let (store, time) = (MemoryStore::new(), Time::new());
        Self {
            sms: client(seen, &store, &time, toml),
            provider,
            store,
            time,
        }
    }

    /// Another process on the same database, at the same provider.
    pub(crate) fn another(&self, toml: &str) -> Self {
        let provider = Arc::new(self.provider.clone());
        Self {
            sms: client(provider, &self.store, &self.time, toml),
            provider: self.provider.clone(),
            store: self.store.clone(),
            time: self.time.clone(),
        }
    }

    pub(crate) async fn enqueue(&self, message: Message) -> MessageId {
        self.sms.enqueue(message).await.unwrap().id
    }

    /// Works until nothing is due.
    pub(crate) async fn work(&self) -> QueueReport {
        let never = std::future::pending();
        self.sms.work_until_idle(never).await.unwrap()
    }

    /// Works on and off until nothing follows any more.
    pub(crate) async fn work_on(&self) {
        for _ in 0..100 {
            self.work().await;
            let waits = |row: &MessageRecord| row.next_attempt_at.is_some();
            if !self.store.records().iter().any(waits) {
                return;
            }
            tokio::time::sleep(seconds(60)).await;
        }
        panic!("something is stuck: {:#?}", self.store.records());
    }

    /// Another process claims that many, and is heard of no more.
    pub(crate) async fn claimed_by_another(&self, number: usize) -> Vec<Claimed> {
        let claim = Claim {
            providers: vec!["fake".to_owned()],
            worker: "another".to_owned(),
            now: self.now(),
            lease_until: self.now() + seconds(60),
            ask_at: self.now() + seconds(30),
            room: Room::of_each(number),
            cursor: Cursor::default(),
        };
        let claims = self.store.claim(claim).await.unwrap();
        assert_eq!(claims.messages.len(), number);
        claims.messages
    }

    /// A worker that works on until it is told to stop.
    pub(crate) fn start(&self) -> Worker {
        let sms = self.sms.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let work = async move { sms.work(async { drop(stopped.await) }).await.unwrap() };
        Worker {
            stop,
            work: tokio::spawn(work),
        }
    }

    pub(crate) fn row(&self, id: MessageId) -> MessageRecord {
        let mut rows = self.store.records().into_iter();
        rows.find(|row| row.id == id).unwrap()
    }

    pub(crate) fn status(&self, id: MessageId) -> MessageState {
        self.row(id).status
    }

    pub(crate) fn calls(&self) -> usize {
        self.provider.calls().len()
    }

    /// How often the provider was called for each message, in the order of `ids`.
    pub(crate) fn calls_for(&self, ids: &[MessageId]) -> Vec<usize> {
        let calls = self.provider.calls();
        let of = |id: &MessageId| calls.iter().filter(|call| call.message.id() == *id).count();
        ids.iter().map(of).collect()
    }

    pub(crate) fn time(&self) -> &Time {
        &self.time
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// How long from now the row is due.
    pub(crate) fn due_in(&self, id: MessageId) -> Option<Duration> {
        let due = self.row(id).next_attempt_at?;
        self.now().duration_until(due).try_into().ok()
    }
}

fn client(provider: DynProvider, store: &MemoryStore, time: &Time, toml: &str) -> SmsClient {
    let now = time.clone();
    SmsClient::builder(settings(toml))
        .provider("fake", provider)
        .store(Arc::new(store.clone()))
        .worker_name("a worker")
        .clock(time.clock)
        .wall_clock(move || now.now())
        .build()
        .unwrap()
}

/// A worker in a task of its own.
pub(crate) struct Worker {
    stop: oneshot::Sender<()>,
    work: JoinHandle<QueueReport>,
}

impl Worker {
    pub(crate) async fn stop(self) -> QueueReport {
        self.stop.send(()).unwrap();
        self.work.await.unwrap()
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.work.is_finished()
    }
}

pub(crate) fn settings(toml: &str) -> Settings {
    Sources::new()
        .toml(toml)
        .load_with(&Registry::new())
        .unwrap()
}

/// Can be told how long to hold a message.
pub(crate) fn holding(shortest: u64) -> ScriptedProvider {
    let validity = Validity::seconds(shortest, 36_000);
    ScriptedProvider::new().capabilities(Capabilities::new().with_validity(validity))
}

pub(crate) fn message() -> Message {
    Message::new(TO, "Doors open at eight.")
}

pub(crate) fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "by script")
}

pub(crate) fn fails(kind: ErrorKind) -> Act {
    Act::Fail(error(kind))
}

/// The same, and asks to be left alone for so long.
pub(crate) fn fails_for(kind: ErrorKind, wait: Duration) -> Act {
    Act::Fail(error(kind).with_retry_after(wait))
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}
