//! What a message costs when many are stored: the same for both databases.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use sms_framework::config::Sources;
use sms_framework::provider::{Capabilities, Lookup, Provider};
use sms_framework::store::{Claim, Cursor, DynStore, NewMessage, Room};
use sms_framework::{Acceptance, Error, Message, Outbound, Priority, Sender, SmsClient, testkit};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

pub(crate) const TASKS: usize = 256;

pub(crate) const TEXT: &str =
    "Your booking for Friday night is confirmed. Doors open at eight, sound check at six.";

/// A vendor that takes everything at once, and remembers when.
#[derive(Debug, Default)]
pub(crate) struct Instantly(pub(crate) Mutex<Vec<Instant>>);

#[async_trait]
impl Provider for Instantly {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        self.0.lock().unwrap().push(Instant::now());
        Ok(Acceptance::new(message.id().to_string()))
    }
    fn capabilities(&self) -> Capabilities {
        Capabilities::new()
    }
    fn default_sender(&self) -> Option<Sender> {
        None
    }
    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }
}

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

pub(crate) fn message(number: usize) -> Message {
    Message::new("+14155550123", TEXT)
        .owner(format!("artist-{}", number % 17))
        .message_type("booking_confirmation")
}

pub(crate) fn row(message: Message, provider: &str) -> NewMessage {
    NewMessage {
        message: Arc::new(testkit::outbound_at(message, Timestamp::now())),
        provider: provider.to_owned(),
        simulated: false,
        hash_body: false,
        lease_until: None,
    }
}

fn client(store: &DynStore) -> SmsClient {
    let settings = Sources::new()
        .toml("[rate_limit]\nenabled = false\n[queue]\nconcurrency = 256")
        .load()
        .unwrap();
    SmsClient::builder(settings)
        .provider("fast", Arc::new(Instantly::default()))
        .store(Arc::clone(store))
        .build()
        .unwrap()
}

pub(crate) fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// The beginning of ids that were made now; a number of twelve digits follows.
pub(crate) fn id_prefix() -> String {
    let id = testkit::outbound(message(0)).id().to_string();
    format!("{}7000-8000", &id[..14])
}

/// A database that is filled as it is measured.
pub(crate) trait Place {
    fn store(&self) -> DynStore;

    /// Adds the messages of these numbers, with an attempt each: of long ago, and accepted.
    fn fill(&self, from: usize, to: usize);

    /// What it all takes on disk.
    fn bytes(&self) -> u64;
}

/// The sizes up to a million, or up to `SMS_BENCH_STORED`.
pub(crate) fn sizes(quick: bool) -> Vec<usize> {
    if quick {
        return vec![0, 1_000];
    }
    let most = std::env::var("SMS_BENCH_STORED").ok();
    let most = most.and_then(|most| most.parse().ok()).unwrap_or(1_000_000);
    let sizes = [0, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    sizes.into_iter().filter(|size| *size <= most).collect()
}

/// Prints a line for each size.
pub(crate) fn measure(runtime: &Runtime, place: &impl Place, sizes: &[usize], count: usize) {
    let store = place.store();
    let (mut stored, mut first) = (0, None);
    println!(
        "    stored   a claim of 64   urgent behind {count} bulk   a message, enqueued to settled       on disk"
    );
    for &size in sizes {
        while stored < size {
            // In pieces: a write-ahead log is not to become a second database.
            let to = size.min(stored + 500_000);
            place.fill(stored, to);
            stored = to;
        }
        let claim = claim(runtime, &store, "claimed", Priority::Normal);
        let urgent = urgent(runtime, &store, count);
        let cycle = cycle(runtime, &store, count);
        let first = *first.get_or_insert(cycle);
        println!(
            "{stored:>10} {claim:>15.1?} {urgent:>24.1?} {:>7.0} µs ({cycle:>6.0}/s, {:.2} of empty) {:>7.0} MB",
            1e6 / cycle,
            cycle / first,
            place.bytes() as f64 / 1e6
        );
    }
}

/// How many of `count` one of the tasks has.
fn share(task: usize, count: usize) -> usize {
    count / TASKS + usize::from(task < count % TASKS)
}

/// Enqueue, claim, send, settle: from 256 tasks and one worker, until all is accepted; a second.
fn cycle(runtime: &Runtime, store: &DynStore, count: usize) -> f64 {
    let client = client(store);
    runtime.block_on(async {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let client = client.clone();
            let share = share(task, count);
            tasks.spawn(async move {
                for number in 0..share {
                    client.enqueue(message(number)).await.unwrap();
                }
            });
        }
        let mut accepted = 0;
        while accepted < count as u64 {
            let report = client
                .work_until_idle(std::future::pending())
                .await
                .unwrap();
            accepted += report.accepted;
        }
        rate(count, start.elapsed())
    })
}

/// The best of several claims of 64 among 64 that can go.
fn claim(runtime: &Runtime, store: &DynStore, provider: &str, priority: Priority) -> Duration {
    runtime.block_on(async {
        let mut best = Duration::MAX;
        for _ in 0..20 {
            for number in 0..64 {
                let message = message(number).priority(priority);
                store.begin(row(message, provider)).await.unwrap();
            }
            let room = match priority {
                Priority::Urgent => Room {
                    urgent: 64,
                    ..Room::default()
                },
                _ => Room::of_each(64),
            };
            let now = Timestamp::now();
            let wish = Claim {
                providers: vec![provider.to_owned()],
                worker: "bench".into(),
                now,
                lease_until: now + SignedDuration::from_secs(3_600),
                ask_at: now + SignedDuration::from_secs(30),
                room,
                cursor: Cursor::default(),
            };
            let start = Instant::now();
            let claims = store.claim(wish).await.unwrap();
            best = best.min(start.elapsed());
            assert_eq!(claims.messages.len(), 64);
        }
        best
    })
}

/// The same of urgent ones, while so many of a broadcast wait.
fn urgent(runtime: &Runtime, store: &DynStore, count: usize) -> Duration {
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let store = Arc::clone(store);
            let share = share(task, count);
            tasks.spawn(async move {
                for number in 0..share {
                    let bulk = message(number).priority(Priority::Bulk);
                    store.begin(row(bulk, "crowded")).await.unwrap();
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    });
    claim(runtime, store, "crowded", Priority::Urgent)
}
