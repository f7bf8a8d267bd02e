//! What each layer of the stack adds to a message, over a provider that answers at once.
//!
//! The floor is a service that hands the message back. Everything runs on one thread; the limit is
//! so high that nothing waits. After criterion's own figures a table shows what each layer adds.
#![allow(missing_docs, clippy::print_stdout)]

use std::convert::Infallible;
use std::future::ready;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use criterion::{Criterion, criterion_group, criterion_main};
use sms_framework::config::{RateLimitSettings, RetrySettings, Sources, ValidateSettings};
use sms_framework::provider::{Capabilities, DynProvider, Lookup, Provider, Registry};
use sms_framework::stack::{
    AttemptLog, LogLayer, ProviderService, RateLimitLayer, RetryLayer, RetryPolicy, SendRequest,
    SlotKeeper, ValidateLayer, Validator,
};
use sms_framework::store::Attempt;
use sms_framework::{Acceptance, Error, Message, Outbound, Receipt, Sender, SmsClient};
use sms_provider_mock as _;
use tokio::runtime::Runtime;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

const PROMISE: Duration = Duration::from_micros(2);
const TIMEOUT: Duration = Duration::from_secs(35);

#[derive(Debug)]
struct Instantly;

#[async_trait]
impl Provider for Instantly {
    async fn send(&self, _message: &Outbound) -> Result<Acceptance, Error> {
        Ok(Acceptance::new("SM0123456789abcdef0123456789abcdef"))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new()
    }

    fn default_sender(&self) -> Option<Sender> {
        "+14155550100".parse().ok()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }
}

struct NoLog;

impl AttemptLog for NoLog {
    fn record(&self, attempt: Attempt) {
        black_box(attempt);
    }

    fn abandoned(&self, _request: &SendRequest, _result: Result<Receipt, Error>) {}
}

fn message() -> Message {
    Message::new(
        "+14155550123",
        "Your booking on Friday at 8 pm is confirmed. Reply STOP to opt out.",
    )
}

fn provider() -> DynProvider {
    Arc::new(Instantly)
}

fn adapter() -> ProviderService {
    ProviderService::new("bench", provider(), TIMEOUT)
}

fn validate() -> ValidateLayer {
    let rules = Validator::new(&ValidateSettings::default(), &Instantly);
    ValidateLayer::new(rules.expect("the defaults are valid"))
}

fn keeper() -> Arc<SlotKeeper> {
    let mut limit = RateLimitSettings::default();
    limit.rate = 1_000_000.0;
    limit.burst = 1_000_000;
    limit.initial = 1_000_000;
    Arc::new(SlotKeeper::new("bench", &limit).expect("the limit is valid"))
}

fn retry() -> RetryLayer {
    let policy = RetryPolicy::new(RetrySettings::default(), Duration::from_secs(90));
    RetryLayer::new(policy.with_slots(keeper()))
}

fn client() -> SmsClient {
    let nowhere = "database.url = \"/nowhere/at/all/sms.db\"\nrate_limit.rate = 1000000\nrate_limit.burst = 1000000\nrate_limit.initial = 1000000";
    let settings = Sources::new().toml(nowhere).load_with(&Registry::new());
    SmsClient::builder(settings.expect("the settings are valid"))
        .provider("bench", provider())
        .build()
        .expect("it needs no database")
}

/// The same with a store in memory.
fn single() -> SmsClient {
    let fast =
        "rate_limit.rate = 1000000\nrate_limit.burst = 1000000\nrate_limit.initial = 1000000";
    let settings = Sources::new().toml(fast).load_with(&Registry::new());
    SmsClient::builder(settings.expect("the settings are valid"))
        .provider("bench", provider())
        .store(Arc::new(sms_framework::testkit::MemoryStore::new()))
        .build()
        .expect("a provider and a store")
}

/// The same through a route, of one provider or of three, with rules and shares.
fn route(providers: &[&str], strategy: &str) -> SmsClient {
    let tables: Vec<_> = providers
        .iter()
        .map(|id| format!("[providers.{id}]\nkind = 'mock'\n"))
        .collect();
    let toml = format!(
        "provider = 'main'\ndatabase.url = '/nowhere/at/all/sms.db'\nrate_limit.rate = 1000000\nrate_limit.burst = 1000000\nrate_limit.initial = 1000000\n
         [routes.main]\nstrategy = '{strategy}'\nuse = {providers:?}\n
         [[routes.main.rules]]\nto = ['+44', '+353']\nuse = {providers:?}\n
         [[routes.main.rules]]\nmessage_type = 'otp'\nuse = {providers:?}\n{}",
        tables.concat()
    );
    let registry = Registry::linked().expect("the mock is linked");
    let settings = Sources::new().toml(toml).load_with(&registry);
    let mut builder = SmsClient::builder(settings.expect("the settings are valid"))
        .store(Arc::new(sms_framework::testkit::MemoryStore::new()))
        .registry(registry);
    for id in providers {
        builder = builder.substitute(id, provider());
    }
    builder.build().expect("a route of providers")
}

/// The time of one message, the best of many batches: the machine is never quiet.
fn measure<S>(runtime: &Runtime, service: &S) -> Duration
where
    S: Service<Message> + Clone,
{
    const BATCH: u32 = 1_000;
    let batch = || {
        runtime.block_on(async {
            let began = Instant::now();
            for _ in 0..BATCH {
                black_box(service.clone().oneshot(message()).await.is_ok());
            }
            began.elapsed() / BATCH
        })
    };
    (0..200).map(|_| batch()).min().unwrap_or_default()
}

fn layers(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let mut group = c.benchmark_group("stack");
    group
        .sample_size(20)
        .measurement_time(Duration::from_secs(1))
        .warm_up_time(Duration::from_millis(200));
    let mut table = Vec::new();
    macro_rules! bench {
        ($name:literal, $service:expr) => {{
            let service = $service;
            group.bench_function($name, |bencher| {
                bencher
                    .to_async(&runtime)
                    .iter(|| service.clone().oneshot(message()));
            });
            table.push(($name, measure(&runtime, &service)));
        }};
    }
    bench!(
        "identity",
        service_fn(|message: Message| ready(Ok::<_, Infallible>(message)))
    );
    bench!("validate+provider", validate().layer(adapter()));
    bench!(
        "validate+rate-limit+provider",
        ServiceBuilder::new()
            .layer(validate())
            .layer(RateLimitLayer::new(keeper()))
            .service(adapter())
    );
    bench!(
        "validate+rate-limit+retry+provider",
        ServiceBuilder::new()
            .layer(validate())
            .layer(RateLimitLayer::new(keeper()))
            .layer(retry())
            .service(adapter())
    );
    bench!(
        "validate+rate-limit+retry+log+provider",
        ServiceBuilder::new()
            .layer(validate())
            .layer(RateLimitLayer::new(keeper()))
            .layer(retry())
            .layer(LogLayer::new(Arc::new(NoLog), "bench", false))
            .service(adapter())
    );
    let sms = client();
    bench!(
        "client-without-store",
        service_fn(move |message: Message| {
            let sms = sms.clone();
            async move { sms.send(message).await }
        })
    );
    macro_rules! bench_client {
        ($name:literal, $client:expr) => {{
            let sms = $client;
            bench!(
                $name,
                service_fn(move |message: Message| {
                    let sms = sms.clone();
                    async move { sms.send(message).await }
                })
            );
        }};
    }
    bench_client!("client-in-memory", single());
    bench_client!("route-of-1-failover", route(&["a"], "failover"));
    bench_client!("route-of-3-failover", route(&["a", "b", "c"], "failover"));
    bench_client!("route-of-3-weighted", route(&["a", "b", "c"], "weighted"));
    bench_client!("route-of-3-health", route(&["a", "b", "c"], "health"));
    group.finish();
    print(&table);
    let time = |name: &str| {
        let found = table.iter().find(|(known, _)| *known == name);
        found.map_or(0.0, |(_, time)| time.as_secs_f64())
    };
    let single = time("client-in-memory");
    for name in [
        "route-of-1-failover",
        "route-of-3-failover",
        "route-of-3-weighted",
        "route-of-3-health",
    ] {
        println!(
            "{name}: {:.2} of one provider without a route",
            time(name) / single
        );
    }
}

fn print(table: &[(&str, Duration)]) {
    let floor = table[0].1;
    let mut before = Duration::ZERO;
    println!(
        "\n{:<42} {:>9} {:>9} {:>10}",
        "a message through", "ns", "added", "× floor"
    );
    for (name, time) in table {
        let added = time.as_nanos() as i128 - before.as_nanos() as i128;
        let times = time.as_secs_f64() / floor.as_secs_f64();
        println!("{name:<42} {:>9} {added:>9} {times:>9.1}×", time.as_nanos());
        before = *time;
    }
    let promised = table[3].1;
    let verdict = if promised < PROMISE { "kept" } else { "BROKEN" };
    println!("the stack without log under {PROMISE:?} a message: {verdict} ({promised:?})");
}

criterion_group!(benches, layers);
criterion_main!(benches);
