//! A whole send through the client, and how long it takes to start.
//!
//! `cargo bench --bench send` prints criterion's figures and, at the end, each beside its floor
//! measured in the same run: sends with the SQLite log beside the store's writes alone, the
//! client's start beside the opening of its database, `sms send` beside a process that does nothing.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use criterion::{Criterion, Throughput, criterion_group};
use futures_util::StreamExt;
use sms_framework::provider::{Capabilities, Lookup, Provider};
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::{Acceptance, Error, Message, Outbound, Sender, SmsClient, Sources};
use sms_gateway as _;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The best time of each measurement, for the summary.
static BEST: Mutex<BTreeMap<&'static str, Duration>> = Mutex::new(BTreeMap::new());

fn note(name: &'static str, each: Duration) {
    let mut best = BEST.lock().unwrap();
    let entry = best.entry(name).or_insert(each);
    *entry = each.min(*entry);
}

/// Takes everything at once: what remains is ours.
#[derive(Debug)]
struct AtOnce;

#[async_trait]
impl Provider for AtOnce {
    async fn send(&self, _message: &Outbound) -> Result<Acceptance, Error> {
        Ok(Acceptance::new("SM11111111111111111111111111111111"))
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

fn client(folder: &Path) -> SmsClient {
    let settings = Sources::new()
        .variable("SMS_RATE_LIMIT__ENABLED", "false")
        .variable("DATABASE_URL", folder.join("sms.db").as_os_str())
        .load()
        .unwrap();
    SmsClient::builder(settings)
        .provider("instant", Arc::new(AtOnce))
        .build()
        .unwrap()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// `count` sends, 256 under way at any time.
async fn send(client: &SmsClient, count: u64) -> Duration {
    let began = Instant::now();
    let messages = futures_util::stream::iter(
        (0..count).map(|_| Message::new("+14155550123", "Doors open at eight.")),
    );
    let sent = client
        .deliver_concurrently(messages, 256)
        .filter(|sent| std::future::ready(sent.is_accepted()))
        .count()
        .await;
    assert_eq!(sent as u64, count);
    began.elapsed()
}

fn with_the_log(criterion: &mut Criterion) {
    let runtime = runtime();
    let folder = TempDir::new().unwrap();
    let client = client(folder.path());
    let mut group = criterion.benchmark_group("send");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    group.bench_function("sqlite log, 256 at once", |bencher| {
        bencher.iter_custom(|count| {
            let time = runtime.block_on(send(&client, count));
            if count >= 1000 {
                note("send", time / u32::try_from(count).unwrap());
            }
            time
        });
    });
    group.finish();
}

fn starting(criterion: &mut Criterion) {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("sms.db");
    drop(SqliteStore::open(SqliteOptions::new(&database)).unwrap());
    let config = folder.path().join("sms.toml");
    std::fs::write(&config, "[rate_limit]\nrate = 10\n").unwrap();
    let from_config = || {
        let settings = Sources::new()
            .file(&config)
            .variable("DATABASE_URL", database.as_os_str())
            .load()
            .unwrap();
        SmsClient::from_config(settings).unwrap()
    };
    let twilio = || {
        let settings = Sources::new()
            .file(&config)
            .variable("DATABASE_URL", database.as_os_str())
            .variable("SMS_PROVIDER", "twilio")
            .variable("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000")
            .variable("TWILIO_AUTH_TOKEN", "token")
            .variable("TWILIO_FROM_PHONE", "+14155550100")
            .load()
            .unwrap();
        SmsClient::from_config(settings).unwrap()
    };
    let mut group = criterion.benchmark_group("start");
    group.sample_size(20);
    let mut measure = |name: &'static str, start: &dyn Fn()| {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                let began = Instant::now();
                for _ in 0..count {
                    start();
                }
                note(name, began.elapsed() / u32::try_from(count).unwrap());
                began.elapsed()
            });
        });
    };
    measure("client with the mock", &|| drop(from_config()));
    measure("client with twilio", &|| drop(twilio()));
    measure("database alone", &|| {
        drop(SqliteStore::open(SqliteOptions::new(&database)).unwrap())
    });
    group.finish();
}

fn process(criterion: &mut Criterion) {
    let folder = TempDir::new().unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let status = Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success());
    };
    let sms = env!("CARGO_BIN_EXE_sms");
    run(sms, &["migrate"]);
    let mut group = criterion.benchmark_group("process");
    group.sample_size(20);
    let mut measure = |name: &'static str, program: &str, arguments: &[&str]| {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                let began = Instant::now();
                for _ in 0..count {
                    run(program, arguments);
                }
                note(name, began.elapsed() / u32::try_from(count).unwrap());
                began.elapsed()
            });
        });
    };
    measure(
        "sms send to the mock",
        sms,
        &["send", "--to", "+14155550123", "Hello"],
    );
    measure("sms --version", sms, &["--version"]);
    group.finish();
}

fn summary() {
    let best = BEST.lock().unwrap();
    let get = |name: &str| best.get(name).copied();
    println!();
    if let Some(each) = get("send") {
        println!(
            "send: {:.0} messages/s with the SQLite log, 256 at once (target 20000)",
            1.0 / each.as_secs_f64()
        );
    }
    let compare = |name: &str, floor: &str, target: &str| {
        if let (Some(time), Some(base)) = (get(name), get(floor)) {
            let ratio = time.as_secs_f64() / base.as_secs_f64();
            println!("{name}: {time:.2?}, {ratio:.1} × {floor} ({base:.2?}); target {target}");
        }
    };
    compare("client with the mock", "database alone", "under 10 ms");
    compare("client with twilio", "database alone", "under 10 ms");
    compare("sms send to the mock", "sms --version", "under 30 ms");
}

criterion_group!(benches, with_the_log, starting, process);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    summary();
}
