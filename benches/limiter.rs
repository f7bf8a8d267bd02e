//! The limiter beside its peers: `cargo bench --bench limiter` (about two minutes).
//!
//! Every group runs ours and the peers on the same work: the same burst and rate, so that nobody
//! denies or waits where the other does not. Criterion keeps the history; the lines at the end are
//! measured in turns on the same machine in the same minute, and give ratios.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench reports on stdout, and may stop"
)]

use std::fs;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use criterion::Criterion;
use sms_framework::limiter::{KeyedLimiter, Limiter, Quota};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tower::{Service, service_fn};

/// More than any run here takes: nobody is denied.
const PLENTY: u32 = u32::MAX;
const MICROSECOND: Duration = Duration::from_micros(1);
const NO_WAIT: Duration = Duration::ZERO;
const KEYS: u64 = 1_000_000;

fn main() {
    let asked = |flag| std::env::args().any(|arg| arg == flag);
    let smoke = asked("--test") || !asked("--bench");
    let mut run = Run {
        criterion: Criterion::default()
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_millis(1500))
            .configure_from_args(),
        smoke,
        report: Vec::new(),
    };
    one_thread(&mut run);
    two_threads(&mut run);
    denied(&mut run);
    keyed(&mut run);
    run.criterion.final_summary();
    let filtered = std::env::args().skip(1).any(|arg| !arg.starts_with("--"));
    if !filtered && !asked("--list") {
        waiters(&mut run);
    }
    for line in run.report {
        println!("{line}");
    }
}

struct Run {
    criterion: Criterion,
    smoke: bool,
    report: Vec<String>,
}

/// Does the work so many times and says how long that took.
type Work = Box<dyn FnMut(u64) -> Duration>;

/// Which of the sorted rounds speaks for a contender.
#[derive(Clone, Copy)]
enum Typical {
    /// The undisturbed cost: whatever else runs on the machine only adds to it.
    Best,
    /// What contention costs: the best rounds would be those in which the threads missed each
    /// other.
    Median,
}

/// Benches every contender, then lets all of them take turns in short rounds and reports ratios.
fn compare(run: &mut Run, name: &str, typical: Typical, mut contenders: Vec<(&str, Work)>) {
    let mut ran = 0;
    let mut group = run.criterion.benchmark_group(format!("limiter/{name}"));
    for (contender, work) in &mut contenders {
        group.bench_function(*contender, |bencher| {
            ran += 1;
            bencher.iter_custom(&mut *work);
        });
    }
    group.finish();
    if run.smoke || ran < contenders.len() {
        return;
    }
    let (rounds, times) = match typical {
        Typical::Best => (400, 20_000),
        Typical::Median => (101, 100_000),
    };
    let mut taken = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for ((_, work), taken) in contenders.iter_mut().zip(&mut taken) {
            taken.push(work(times).as_secs_f64() * 1e9 / times as f64);
        }
    }
    let speaks = |taken: &mut Vec<f64>| {
        taken.sort_by(f64::total_cmp);
        match typical {
            Typical::Best => taken[0],
            Typical::Median => taken[taken.len() / 2],
        }
    };
    let nanos: Vec<f64> = taken.iter_mut().map(speaks).collect();
    for ((peer, _), time) in contenders.iter().zip(&nanos).skip(1) {
        let (ours, ratio) = (nanos[0], nanos[0] / time);
        run.report.push(format!(
            "limiter/{name}: ours {ours:.1} ns, {peer} {time:.1} ns, ratio {ratio:.2}"
        ));
    }
}

fn in_a_loop(mut act: impl FnMut() + 'static) -> Work {
    Box::new(move |times| {
        let start = Instant::now();
        for _ in 0..times {
            act();
        }
        start.elapsed()
    })
}

/// Each of two threads does the work so many times.
fn on_two_threads(act: impl Fn() + Sync + 'static) -> Work {
    Box::new(move |times| {
        let gate = Barrier::new(2);
        let worker = || {
            gate.wait();
            let start = Instant::now();
            for _ in 0..times {
                act();
            }
            start.elapsed()
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(worker);
            worker().max(other.join().unwrap())
        })
    })
}

fn ours(burst: u32, initial: u32) -> Limiter {
    Limiter::new(Quota::new(1_000_000.0, burst, initial).unwrap())
}

fn governor(burst: u32) -> governor::DefaultDirectRateLimiter {
    governor::RateLimiter::direct(governor_quota(MICROSECOND, burst))
}

fn governor_quota(period: Duration, burst: u32) -> governor::Quota {
    governor::Quota::with_period(period)
        .unwrap()
        .allow_burst(NonZeroU32::new(burst).unwrap())
}

/// It looks at its clock only where the tokens it counts are used up.
fn leaky_bucket(tokens: usize, interval: Duration) -> leaky_bucket::RateLimiter {
    leaky_bucket::RateLimiter::builder()
        .max(PLENTY as usize)
        .initial(tokens)
        .refill(1_000)
        .interval(interval)
        .build()
}

fn full_leaky_bucket() -> leaky_bucket::RateLimiter {
    leaky_bucket(PLENTY as usize, Duration::from_millis(1))
}

fn one_thread(run: &mut Run) {
    let (mine, peer, leaky) = (ours(PLENTY, PLENTY), governor(PLENTY), full_leaky_bucket());
    compare(
        run,
        "one_thread",
        Typical::Best,
        vec![
            (
                "ours",
                in_a_loop(move || black_box(&mine).reserve(1, NO_WAIT).unwrap().commit()),
            ),
            (
                "governor",
                in_a_loop(move || black_box(&peer).check().unwrap()),
            ),
            (
                "leaky-bucket",
                in_a_loop(move || assert!(black_box(&leaky).try_acquire(1))),
            ),
            ("tower::limit", in_a_loop(tower_limit())),
        ],
    );
}

/// `poll_ready` and `call` of tower's own layer around a service that is always ready.
fn tower_limit() -> impl FnMut() {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let inner = service_fn(|()| std::future::ready(Ok::<_, std::convert::Infallible>(())));
    let rate = tower::limit::rate::Rate::new(u64::MAX, Duration::from_secs(3600));
    let mut service = {
        let _inside = runtime.enter();
        tower::limit::RateLimit::new(inner, rate)
    };
    move || {
        let _keep = &runtime;
        let mut context = Context::from_waker(Waker::noop());
        assert!(Service::<()>::poll_ready(&mut service, &mut context).is_ready());
        let answer = pin!(service.call(()));
        assert!(matches!(answer.poll(&mut context), Poll::Ready(Ok(()))));
    }
}

fn two_threads(run: &mut Run) {
    let (mine, peer, leaky) = (ours(PLENTY, PLENTY), governor(PLENTY), full_leaky_bucket());
    compare(
        run,
        "two_threads",
        Typical::Median,
        vec![
            (
                "ours",
                on_two_threads(move || mine.reserve(1, NO_WAIT).unwrap().commit()),
            ),
            ("governor", on_two_threads(move || peer.check().unwrap())),
            (
                "leaky-bucket",
                on_two_threads(move || assert!(leaky.try_acquire(1))),
            ),
        ],
    );
}

fn denied(run: &mut Run) {
    let mine = Limiter::new(Quota::new(1.0 / 86_400.0, 1, 0).unwrap());
    let peer = governor::RateLimiter::direct(governor_quota(Duration::from_secs(86_400), 1));
    peer.check().unwrap();
    let leaky = leaky_bucket(0, Duration::from_secs(86_400));
    compare(
        run,
        "denied",
        Typical::Best,
        vec![
            (
                "ours",
                in_a_loop(move || assert!(black_box(&mine).reserve(1, NO_WAIT).is_err())),
            ),
            (
                "governor",
                in_a_loop(move || assert!(black_box(&peer).check().is_err())),
            ),
            (
                "leaky-bucket",
                in_a_loop(move || assert!(!black_box(&leaky).try_acquire(1))),
            ),
        ],
    );
}

/// So slow a refill that none of the million buckets is full again, and forgotten, during the run.
fn keyed(run: &mut Run) {
    let keys = if run.smoke { 1_000 } else { KEYS };
    let (period, burst) = (Duration::from_secs(100), 1_000_000);
    let mine = KeyedLimiter::new(Quota::new(1.0 / period.as_secs_f64(), burst, burst).unwrap());
    let peer = governor::RateLimiter::keyed(governor_quota(period, burst));
    for key in 0..keys {
        mine.reserve(&key, 1, NO_WAIT).unwrap().commit();
        peer.check_key(&key).unwrap();
    }
    let (mut a, mut b) = (scattered(keys), scattered(keys));
    compare(
        run,
        "keyed_million",
        Typical::Best,
        vec![
            (
                "ours",
                in_a_loop(move || mine.reserve(&a(), 1, NO_WAIT).unwrap().commit()),
            ),
            ("governor", in_a_loop(move || peer.check_key(&b()).unwrap())),
        ],
    );
}

/// Keys in an order no prefetcher guesses (Knuth's MMIX generator).
fn scattered(keys: u64) -> impl FnMut() -> u64 {
    let mut state = 1_u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % keys
    }
}

/// 5,000 tasks come at once to a limit of 1,000 a second that holds one token.
fn waiters(run: &mut Run) {
    let (count, rate) = if run.smoke {
        (50, 1_000)
    } else {
        (5_000, 1_000)
    };
    let ideal = f64::from(count - 1) / f64::from(rate);

    let mine = Limiter::new(Quota::new(f64::from(rate), 1, 1).unwrap());
    let ours = crowd(count, || {
        let mine = mine.clone();
        async move {
            let slot = mine.reserve(1, Duration::MAX).unwrap();
            tokio::time::sleep(slot.wait()).await;
            slot.commit();
        }
    });
    let period = Duration::from_secs(1) / u32::try_from(rate).unwrap();
    let peer = Arc::new(governor::RateLimiter::direct(governor_quota(period, 1)));
    let governor = crowd(count, || {
        let peer = Arc::clone(&peer);
        async move { peer.until_ready().await }
    });
    let leaky = leaky_bucket::RateLimiter::builder()
        .max(1)
        .initial(1)
        .interval(period)
        .build();
    let leaky = Arc::new(leaky);
    let leaky = crowd(count, || {
        let leaky = Arc::clone(&leaky);
        async move { leaky.acquire_one().await }
    });
    for (name, (wall, cpu)) in [
        ("ours", ours),
        ("governor", governor),
        ("leaky-bucket", leaky),
    ] {
        let (late, cpu_ms, ratio) = ((wall / ideal - 1.0) * 100.0, cpu * 1e3, ours.1 / cpu);
        run.report.push(format!(
            "limiter/{count}_waiters: {name} {wall:.3} s ({late:+.2} % from the ideal {ideal:.3} s), \
             {cpu_ms:.0} ms CPU, ours/{name} CPU {ratio:.3}"
        ));
    }
}

/// Seconds on the wall and on the processors until every task is through.
fn crowd<F: Future<Output = ()> + Send + 'static>(count: i32, task: impl Fn() -> F) -> (f64, f64) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let (start, before) = (Instant::now(), cpu_seconds());
    run_all(&runtime, (0..count).map(|_| task()));
    (start.elapsed().as_secs_f64(), cpu_seconds() - before)
}

fn run_all<F: Future<Output = ()> + Send + 'static>(
    runtime: &Runtime,
    tasks: impl Iterator<Item = F>,
) {
    runtime.block_on(async {
        let mut set = tasks.collect::<JoinSet<_>>();
        while let Some(done) = set.join_next().await {
            done.unwrap();
        }
    });
}

/// Time on a processor of every living thread of this process, to the nanosecond
/// (`/proc/self/stat` counts in hundredths of a second).
fn cpu_seconds() -> f64 {
    let threads = fs::read_dir("/proc/self/task").expect("this bench reads Linux's /proc");
    let nanos = threads.map(|thread| {
        let line = fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap_or_default();
        line.split(' ')
            .next()
            .and_then(|first| first.parse::<f64>().ok())
            .unwrap_or(0.0)
    });
    nanos.sum::<f64>() / 1e9
}
