//! Every message ends in exactly one state, and the caller, the row and the queue agree on it.

use proptest::prelude::*;
use sms_framework::testkit::{Act, Finding, ScriptedProvider};
use sms_framework::{Certainty, ErrorKind, MessageState};

use super::support::{World, error, fails, message, minutes};

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Accept),
        Just(fails(ErrorKind::Connect)),
        Just(fails(ErrorKind::Refused)),
        Just(fails(ErrorKind::ServerError)),
        Just(Act::AcceptThenFail(error(ErrorKind::ServerError))),
        Just(Act::Hang),
        Just(Act::AcceptThenHang),
    ]
}

fn finding() -> impl Strategy<Value = Finding> {
    prop_oneof![
        4 => Just(Finding::Truth),
        2 => Just(Finding::Nothing),
        1 => Just(Finding::Fails(error(ErrorKind::Connect))),
    ]
}

fn took_a_5xx(act: &Act) -> bool {
    matches!(act, Act::AcceptThenFail(error) if error.kind() == ErrorKind::ServerError)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_caller_the_row_and_the_provider_agree(
        acts in prop::collection::vec(act(), 1..14),
        findings in prop::option::of(prop::collection::vec(finding(), 20)),
        policy in prop::sample::select(vec!["ask", "resend", "hold"]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let truthful = findings
                .as_ref()
                .is_some_and(|all| all.iter().all(|one| matches!(one, Finding::Truth)));
            let asked = findings.is_some();
            let provider = ScriptedProvider::new().script(acts.clone());
            let provider = match findings {
                Some(findings) => provider.lookup(findings),
                None => provider,
            };
            let toml = format!(
                "queue.max_attempts = 3\nretry.after_server_error = \"{policy}\""
            );
            let world = World::with(provider, &toml);
            let message = message();
            let id = message.id;
            let delivery = world.sms.deliver(message).await;

            let row = world.row(id);
            prop_assert_eq!(delivery.status, row.status);
            prop_assert_eq!(delivery.attempts, row.attempts);
            prop_assert_eq!(delivery.next_attempt_at, row.next_attempt_at);
            let certainty = delivery.error.as_ref().map(sms_framework::Error::certainty);
            let noted = row.error.as_ref().map(|note| note.certainty);
            prop_assert_eq!(certainty, noted);
            let queued = delivery.error.as_ref().is_some_and(sms_framework::Error::is_queued);
            prop_assert_eq!(queued, row.status == MessageState::Queued);
            match (row.status, certainty) {
                (MessageState::Accepted, None)
                | (MessageState::Rejected, Some(Certainty::Rejected))
                | (MessageState::Failed, Some(Certainty::NotSent))
                | (MessageState::Queued, Some(Certainty::NotSent | Certainty::MaybeSent))
                | (MessageState::Unknown, Some(Certainty::MaybeSent)) => {}
                other => prop_assert!(false, "{:?} do not go together", other),
            }

            // As long as anything can follow by itself.
            while world.row(id).next_attempt_at.is_some() {
                let was = world.row(id).status;
                tokio::time::advance(minutes(61)).await;
                let before = world.calls();
                let report = world.sms.process_queue().await.unwrap();
                prop_assert_eq!(report.processed, 1);
                prop_assert!(was == MessageState::Queued || world.calls() == before, "unknown was sent");
            }

            let row = world.row(id);
            let accepted = world.provider.accepted();
            let calls = world.calls();
            prop_assert_eq!(row.attempts as usize, calls);
            let ended = [
                MessageState::Accepted,
                MessageState::Rejected,
                MessageState::Failed,
                MessageState::Unknown,
            ];
            prop_assert!(ended.contains(&row.status), "{}", row.status);
            if matches!(row.status, MessageState::Rejected | MessageState::Failed) {
                prop_assert_eq!(accepted, 0, "given up, though it was taken");
            }
            if row.status == MessageState::Accepted {
                prop_assert!(accepted >= 1);
            }
            let a_5xx_was_accepted = acts.iter().take(calls).any(took_a_5xx);
            let on_evidence = policy == "hold" || (policy == "ask" && !asked);
            if on_evidence || truthful || !a_5xx_was_accepted {
                prop_assert!(accepted <= 1, "the phone rang {} times", accepted);
            }
            Ok(())
        })?;
    }
}
