//! Whatever providers, databases, clocks and operators do, and in whatever order.

use std::time::Duration;

use proptest::prelude::*;
use sms_framework::testkit::{Act, Finding, ScriptedProvider};
use sms_framework::{ErrorKind, MessageState};

use super::support::{Worker, World, error, fails, message, minutes, seconds};

fn act() -> impl Strategy<Value = Act> {
    let kinds = prop::sample::select(vec![
        ErrorKind::Connect,
        ErrorKind::ProviderThrottled,
        ErrorKind::Refused,
        ErrorKind::ServerError,
        ErrorKind::NoAnswer,
    ]);
    let act = prop_oneof![
        3 => Just(Act::Accept),
        4 => kinds.prop_map(fails),
        1 => Just(Act::AcceptThenFail(error(ErrorKind::ServerError))),
        1 => Just(Act::AcceptThenFail(error(ErrorKind::NoAnswer))),
        1 => Just(Act::AcceptThenHang),
        1 => Just(Act::Hang),
        1 => Just(Act::Panic),
    ];
    (act, 0_u64..40).prop_map(|(act, thinks)| act.after(Duration::from_secs(thinks)))
}

fn finding() -> impl Strategy<Value = Finding> {
    prop_oneof![
        3 => Just(Finding::Truth),
        1 => Just(Finding::Nothing),
        1 => Just(Finding::Fails(error(ErrorKind::Connect))),
        1 => Just(Finding::Hangs),
    ]
}

/// A vendor that tells the truth, one that does at times, and one that cannot be asked.
fn findings() -> impl Strategy<Value = Option<Vec<Finding>>> {
    prop_oneof![
        Just(Some(Vec::new())),
        prop::collection::vec(finding(), 1..16).prop_map(Some),
        Just(None),
    ]
}

/// What happens around the workers.
#[derive(Debug, Clone)]
enum Turn {
    Passes(u64),
    /// A worker stops and another begins.
    Restarts,
    /// A second one begins, or leaves.
    Second,
    DatabaseAway(u64),
    ClockSet(i64),
    /// The machine sleeps.
    StandsStill(u64),
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        4 => (1_u64..60).prop_map(Turn::Passes),
        1 => Just(Turn::Restarts),
        1 => Just(Turn::Second),
        1 => (1_u64..150).prop_map(Turn::DatabaseAway),
        1 => prop::sample::select(vec![-3600_i64, -30, 30, 3600]).prop_map(Turn::ClockSet),
        1 => (1_u64..300).prop_map(Turn::StandsStill),
    ]
}

async fn happens(world: &World, toml: &str, workers: &mut Vec<Worker>, turn: &Turn) {
    match turn {
        Turn::Passes(time) => tokio::time::sleep(seconds(*time)).await,
        Turn::Restarts => {
            workers.remove(0).stop().await;
            workers.push(world.start());
        }
        Turn::Second if workers.len() > 1 => drop(workers.remove(0).stop().await),
        Turn::Second => workers.push(world.another(toml).start()),
        Turn::DatabaseAway(time) => {
            world.store.break_down(true);
            tokio::time::sleep(seconds(*time)).await;
            world.store.break_down(false);
        }
        Turn::ClockSet(by) => world.time().set(*by),
        Turn::StandsStill(time) => tokio::time::advance(seconds(*time)).await,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_message_is_taken_once_at_most_and_its_row_is_true(
        acts in prop::collection::vec(act(), 0..16),
        findings in findings(),
        turns in prop::collection::vec(turn(), 0..8),
        rate in prop::sample::select(vec!["enabled = false", "rate = 0.5\nburst = 1"]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let truthful = findings.as_ref().is_some_and(|all| {
                all.iter().all(|one| matches!(one, Finding::Truth))
            });
            let provider = ScriptedProvider::new().script(acts);
            let provider = match findings {
                Some(findings) => provider.lookup(findings),
                None => provider,
            };
            // Nothing may be doubled where nobody wishes for a double.
            let toml = format!("retry.after_server_error = 'hold'\n[queue]\nmax_attempts = 5\nlease = '30s'\n[rate_limit]\n{rate}");
            let world = World::new(provider, &toml);
            let mut ids = Vec::new();
            for _ in 0..8 {
                ids.push(world.enqueue(message()).await);
            }
            let mut workers = vec![world.start()];
            for turn in &turns {
                happens(&world, &toml, &mut workers, turn).await;
            }
            for worker in workers {
                worker.stop().await;
            }
            // Whatever was left to its lease, or to a clock that was set back, comes to an end.
            tokio::time::advance(minutes(130)).await;
            world.work_on().await;

            let calls = world.provider.calls();
            for id in ids {
                let ours = calls.iter().filter(|call| call.message.id() == id);
                let taken = ours.filter(|call| call.provider_message_id.is_some()).count();
                let row = world.row(id);
                prop_assert!(taken <= 1, "the phone rang {taken} times: {row:?}");
                prop_assert_eq!((&row.holder, row.next_attempt_at), (&None, None));
                match row.status {
                    MessageState::Accepted => prop_assert_eq!(taken, 1, "{:?}", row),
                    MessageState::Failed | MessageState::Rejected => {
                        prop_assert_eq!(taken, 0, "{:?}", row);
                    }
                    MessageState::Unknown => {
                        prop_assert!(row.error.is_some());
                        prop_assert!(taken == 0 || !truthful, "it was there to be found: {row:?}");
                    }
                    other => prop_assert!(false, "it ended as {other}: {row:?}"),
                }
            }
            Ok(())
        })?;
    }
}
