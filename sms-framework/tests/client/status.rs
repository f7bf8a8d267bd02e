use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use sms_framework::provider::Capabilities;
use sms_framework::testkit::ScriptedProvider;
use sms_framework::{ErrorKind, Message, Mode};

use super::support::{World, fails, message, minutes};

#[tokio::test(start_paused = true)]
async fn status_tells_all_there_is_to_know() {
    let world = World::new(ScriptedProvider::new().script([
        sms_framework::testkit::Act::Accept,
        fails(ErrorKind::OptedOut),
        sms_framework::testkit::Act::Hang,
    ]));
    for _ in 0..3 {
        let _delivery = world.sms.deliver(message()).await;
    }
    let _invalid = world.sms.deliver(Message::new("nobody", "Hi")).await;
    let status = world.sms.status().await;
    assert_eq!((status.mock_mode, status.mode), (false, Mode::Real));
    assert_eq!(
        (status.provider.as_str(), status.kind.as_str()),
        ("fake", "fake")
    );
    assert_eq!(status.reason, "the program brought it");
    assert_eq!(status.fallback, None);
    assert_eq!(status.environment, "development");
    assert_eq!(status.sender.unwrap().to_string(), "+15550006789");
    assert_eq!(
        (status.database.kind, status.database.healthy),
        ("memory", true)
    );
    let limiter = status.limiter.unwrap();
    assert_eq!((limiter.waiting, limiter.refused), (0, 0));
    assert!(limiter.tokens.is_some());
    assert_eq!(status.log_failures, 0);
    let counts = status.counts;
    assert_eq!((counts.sent, counts.failed, counts.unknown), (1, 2, 1));
    assert_eq!(
        (counts.simulated, counts.queued, counts.canceled),
        (0, 0, 0)
    );
    assert_eq!(status.queue.unwrap().unknown, 1);
}

#[tokio::test(start_paused = true)]
async fn a_simulating_provider_is_mock_mode_and_its_json_says_so() {
    let capabilities = Capabilities::new().with_simulated();
    let world = World::with(
        ScriptedProvider::new().capabilities(capabilities),
        "rate_limit.enabled = false",
    );
    let status = serde_json::to_value(world.sms.status().await).unwrap();
    assert_eq!(status["mock_mode"], true);
    assert_eq!(status["mode"], "mock");
    assert_eq!(status["limiter"], serde_json::Value::Null);
}

fn counted(snapshotter: &Snapshotter) -> Vec<(String, u64)> {
    let mut all: Vec<_> = snapshotter
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, _, _, value)| {
            let key = key.key();
            let labels: Vec<_> = key
                .labels()
                .map(|label| format!("{}={}", label.key(), label.value()))
                .collect();
            let value = match value {
                DebugValue::Counter(count) => count,
                DebugValue::Gauge(value) => value.round() as u64,
                DebugValue::Histogram(values) => values.len() as u64,
            };
            (format!("{}{{{}}}", key.name(), labels.join(",")), value)
        })
        .collect();
    all.sort();
    all
}

#[tokio::test(start_paused = true)]
async fn everything_is_measured() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let down = [ErrorKind::Connect; 3].map(fails);
    let world = World::with(
        ScriptedProvider::new().script(down),
        "rate_limit.max_wait = \"5s\"",
    );
    let _queued = world.sms.deliver(message()).await;
    world.sms.send(message()).await.unwrap();
    let _invalid = world.sms.deliver(Message::new("nobody", "Hi")).await;
    world.store.break_down(true);
    world.sms.send(message()).await.unwrap();
    world.store.break_down(false);
    tokio::time::advance(minutes(2)).await;
    let _report = world.sms.process_queue().await.unwrap();
    let seen = counted(&snapshotter);
    for wanted in [
        ("sms_attempt_seconds{provider=fake,outcome=accepted}", 3),
        ("sms_attempt_seconds{provider=fake,outcome=failed}", 3),
        ("sms_limiter_wait_seconds{provider=fake}", 6),
        ("sms_log_failures_total{}", 1),
        ("sms_queue_depth{}", 0),
        ("sms_sends_total{provider=fake,outcome=accepted}", 3),
        ("sms_sends_total{provider=fake,outcome=queued}", 1),
        ("sms_sends_total{provider=fake,outcome=rejected}", 1),
    ] {
        let found = seen
            .iter()
            .any(|(name, value)| (name.as_str(), *value) == wanted);
        assert!(found, "{wanted:?} is not among {seen:#?}");
    }
    let has = |name: &str| seen.iter().any(|(seen, _)| seen.starts_with(name));
    assert!(has("sms_limiter_tokens{provider=fake"), "{seen:#?}");
}
