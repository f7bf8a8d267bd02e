//! The law of certainty over any sequence of outcomes: the heart of the stack, without a queue.

use proptest::prelude::*;
use sms_framework::config::{AfterServerError, RetrySettings};
use sms_framework::testkit::{Act, Finding, ScriptedProvider};
use sms_framework::{Certainty, ErrorKind};

use super::support::{error, request, retried};

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Accept),
        Just(Act::Fail(error(ErrorKind::Connect))),
        Just(Act::Fail(error(ErrorKind::Refused))),
        Just(Act::Fail(error(ErrorKind::ServerError))),
        Just(Act::AcceptThenFail(error(ErrorKind::ServerError))),
        Just(Act::Hang),
        Just(Act::AcceptThenHang),
    ]
}

fn finding() -> impl Strategy<Value = Finding> {
    prop_oneof![
        Just(Finding::Truth),
        Just(Finding::Nothing),
        Just(Finding::Fails(error(ErrorKind::Connect))),
    ]
}

proptest! {
    #[test]
    fn a_phone_rings_twice_only_where_policy_and_a_5xx_allow_it(
        acts in prop::collection::vec(act(), 1..6),
        findings in prop::option::of(prop::collection::vec(finding(), 6)),
        policy in prop::sample::select(vec![
            AfterServerError::Ask,
            AfterServerError::Resend,
            AfterServerError::Hold,
        ]),
        attempts in 1_u32..5,
    ) {
        let truthful = findings.as_ref().is_some_and(|all| all.iter().all(|one| matches!(one, Finding::Truth)));
        let mut settings = RetrySettings::default();
        settings.max_attempts = attempts;
        settings.after_server_error = policy;
        let never = !policy.allows(findings.is_some());
        let provider = ScriptedProvider::new().script(acts.clone()).otherwise(Act::Accept);
        let provider = match findings {
            Some(findings) => provider.lookup(findings),
            None => provider,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let result = runtime.block_on(retried(&provider, &settings, request()));

        let accepted = provider.accepted();
        let a_5xx_was_accepted = acts.iter().take(provider.calls().len()).any(|act| {
            matches!(act, Act::AcceptThenFail(error) if error.kind() == ErrorKind::ServerError)
        });
        prop_assert!(provider.calls().len() <= attempts as usize);
        if never || truthful || !a_5xx_was_accepted {
            prop_assert!(accepted <= 1, "accepted {accepted} times");
        }
        match result {
            Ok(_) => prop_assert!(accepted >= 1),
            Err(error) if error.certainty() == Certainty::MaybeSent => {}
            Err(error) => prop_assert_eq!(accepted, 0, "{:?}", error),
        }
    }
}
