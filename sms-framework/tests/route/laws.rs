//! Whatever the providers do, and in whatever order.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sms_framework::testkit::{Act, Finding, ScriptedProvider};
use sms_framework::{ErrorKind, MessageState};

use super::support::{World, asked, error, fails, message, provider, seconds};

#[derive(Debug, Clone)]
struct Scripted {
    acts: Vec<Act>,
    findings: Option<Vec<Finding>>,
}

fn act() -> impl Strategy<Value = Act> {
    let kinds = prop::sample::select(vec![
        ErrorKind::Connect,
        ErrorKind::ProviderThrottled,
        ErrorKind::Unauthorized,
        ErrorKind::Account,
        ErrorKind::Recipient,
        ErrorKind::OptedOut,
        ErrorKind::Refused,
        ErrorKind::ServerError,
        ErrorKind::NoAnswer,
        ErrorKind::BadAnswer,
    ]);
    prop_oneof![
        3 => kinds.clone().prop_map(fails),
        1 => Just(Act::Accept),
        1 => Just(Act::Hang),
        1 => Just(Act::AcceptThenHang),
        1 => Just(Act::Panic),
        1 => Just(Act::AcceptThenFail(error(ErrorKind::ServerError))),
        1 => Just(Act::AcceptThenFail(error(ErrorKind::NoAnswer))),
    ]
}

fn finding() -> impl Strategy<Value = Finding> {
    prop_oneof![
        Just(Finding::Truth),
        Just(Finding::Nothing),
        Just(Finding::Fails(error(ErrorKind::Connect))),
        Just(Finding::Hangs),
        Just(Finding::Panics),
    ]
}

fn scripted() -> impl Strategy<Value = Scripted> {
    let acts = prop::collection::vec(act(), 0..6);
    let findings = prop::option::of(prop::collection::vec(finding(), 0..6));
    (acts, findings).prop_map(|(acts, findings)| Scripted { acts, findings })
}

fn play(scripted: &Scripted) -> ScriptedProvider {
    let provider = match &scripted.findings {
        Some(findings) => asked().lookup(findings.clone()),
        None => provider(),
    };
    provider
        .script(scripted.acts.clone())
        .otherwise(fails(ErrorKind::Connect))
}

/// Sends that a provider took although it answered with a server error: policy may double those.
fn excused(provider: &ScriptedProvider, scripted: &Scripted) -> usize {
    let calls = provider.calls();
    let took = |(call, act): (usize, &Act)| {
        matches!(act, Act::AcceptThenFail(error) if error.kind() == ErrorKind::ServerError)
            && call < calls.len()
    };
    scripted
        .acts
        .iter()
        .enumerate()
        .filter(|(call, act)| took((*call, act)))
        .count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_message_is_taken_once_at_most_and_always_stands_somewhere(
        scripts in prop::collection::vec(scripted(), 3),
        strategy in prop::sample::select(vec!["failover", "weighted", "health"]),
        policy in prop::sample::select(vec!["ask", "resend", "hold"]),
        attempts in 1_u32..4,
        rounds in 0_usize..4,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let overrides = overrides(attempts);
            let toml = format!("
                {overrides}
                retry.after_server_error = '{policy}'
                [routes.main]
                strategy = '{strategy}'
                use = ['a', {{ provider = 'b', weight = 2 }}, 'c']
            ");
            let providers: BTreeMap<_, _> = ["a", "b", "c"]
                .into_iter()
                .zip(&scripts)
                .map(|(id, script)| (id, play(script).sender(number_of(id).parse().ok())))
                .collect();
            let world = World::new(&toml, providers.clone());
            let message = message();
            let id = message.id;
            let delivery = world.sms.deliver(message).await;
            for _ in 0..rounds {
                tokio::time::advance(seconds(61 * 60)).await;
                world.sms.process_queue().await.unwrap();
            }
            let row = world.row(id);
            let taken: usize = providers.values().map(ScriptedProvider::accepted).sum();
            let excused: usize = providers
                .values()
                .zip(&scripts)
                .filter(|(_, script)| policy == "resend" || policy == "ask" && script.findings.is_some())
                .map(|(provider, script)| excused(provider, script))
                .sum();
            prop_assert!(taken <= 1 + excused, "{taken} sends were taken, {excused} of them excused");
            let accepted = row.status.is_sent();
            if accepted {
                prop_assert!(taken >= 1, "nobody took it, and it stands at {}", row.status);
                prop_assert!(providers.contains_key(row.provider.as_str()));
            }
            let ends = [
                MessageState::Accepted,
                MessageState::Rejected,
                MessageState::Failed,
                MessageState::Queued,
                MessageState::Unknown,
            ];
            prop_assert!(ends.contains(&row.status), "it stands at {}", row.status);
            // Taken without an answer, and nobody found it: then nobody may call it failed.
            if taken > 0 && !accepted {
                prop_assert!(matches!(row.status, MessageState::Unknown | MessageState::Queued), "{}", row.status);
                prop_assert!(row.doubt.is_some());
            }
            // Each provider was called with its own number alone, and the row names the right one.
            for (id, provider) in &providers {
                for call in provider.calls() {
                    prop_assert_eq!(call.message.from().map(ToString::to_string), Some(number_of(id)));
                }
            }
            if let Some(from) = &row.from {
                prop_assert_eq!(from, &number_of(&row.provider));
            }
            // What a provider judged for good went nowhere else afterwards.
            let mut calls: Vec<_> = providers
                .iter()
                .zip(&scripts)
                .flat_map(|((_, provider), script)| {
                    let acts = script.acts.clone();
                    provider.calls().into_iter().enumerate().map(move |(nth, call)| {
                        (call.at, acts.get(nth).is_some_and(is_verdict))
                    })
                })
                .collect();
            calls.sort_by_key(|(at, _)| *at);
            if let Some(judged) = calls.iter().position(|(_, verdict)| *verdict) {
                let later = calls[judged + 1..].iter().filter(|(at, _)| *at > calls[judged].0);
                prop_assert_eq!(later.count(), 0, "it was tried again after a verdict");
            }
            if rounds == 0 {
                prop_assert_eq!(delivery.status, row.status);
                prop_assert_eq!(delivery.is_accepted(), accepted);
            }
            Ok(())
        })?;
    }
}

fn number_of(id: &str) -> String {
    let place = ["a", "b", "c"].iter().position(|known| *known == id);
    format!("+1555000000{}", place.map_or(9, |place| place))
}

fn is_verdict(act: &Act) -> bool {
    use ErrorKind::{OptedOut, Recipient, Refused};
    matches!(act, Act::Fail(error) if matches!(error.kind(), Recipient | OptedOut | Refused))
}

/// The support's own setting is one attempt; a provider's table overrides it.
fn overrides(attempts: u32) -> String {
    ["a", "b", "c"]
        .map(|id| format!("providers.{id}.retry.max_attempts = {attempts}"))
        .join("\n")
}
