//! Cases in which the vendor does not take the message, or nobody can say.

use std::time::{Duration, Instant};

use super::quiet::Overheard;
use super::send::started;
use super::suite::{RECIPIENT, TEXT};
use super::{Case, Suite, keys};
use crate::error::{Certainty, Class, Error, ErrorKind};
use crate::testkit::outbound;

/// How long a provider may take in the case of a vendor that does not answer.
const PATIENCE: Duration = Duration::from_millis(250);

pub(super) async fn run(suite: &Suite, case: Case) {
    match case {
        Case::Secrets => nothing_is_shown(suite).await,
        Case::OptedOut if suite.tells_opt_out_later() => {
            super::webhooks::run(suite, Case::OptedOut).await;
        }
        case => {
            for variant in 0..suite.vendor().variants(case).max(1) {
                judge(suite, case, &error(suite, case, variant).await);
            }
        }
    }
}

/// The error that the provider makes of it.
async fn error(suite: &Suite, case: Case, variant: usize) -> Error {
    let vendor = started(suite, case, variant).await;
    let mut table = vendor.table();
    if case == Case::Timeout {
        // First, where no sub-table has begun yet.
        table = format!(
            "{} = '{}ms'\n{table}",
            suite.timeout_key,
            PATIENCE.as_millis()
        );
    }
    let provider = suite.build(&table);
    let began = Instant::now();
    let sent = provider.send(&outbound(suite.message())).await;
    if case == Case::Timeout {
        let took = began.elapsed();
        assert!(
            took < PATIENCE * 20,
            "it waited {took:?}, with {PATIENCE:?} allowed"
        );
    }
    match sent {
        Err(error) => error,
        Ok(acceptance) => panic!("{case:?}: the vendor did not take it, yet: {acceptance:?}"),
    }
}

fn judge(suite: &Suite, case: Case, error: &Error) {
    let is = |kinds: &[ErrorKind]| {
        assert!(
            kinds.contains(&error.kind()),
            "{case:?} wants one of {kinds:?}, not {error:?}"
        );
    };
    let says = |certainty: Certainty| {
        assert_eq!(error.certainty(), certainty, "{case:?}: {error:?}");
    };
    let class = |class: Class| assert_eq!(error.class(), class, "{case:?}: {error:?}");
    match case {
        Case::InvalidNumber => {
            is(&[
                ErrorKind::Recipient,
                ErrorKind::InvalidPhone,
                ErrorKind::Refused,
            ]);
            says(Certainty::Rejected);
            class(Class::Permanent);
        }
        Case::OptedOut => {
            is(&[ErrorKind::OptedOut]);
            says(Certainty::Rejected);
            class(Class::Permanent);
        }
        Case::BadCredentials => {
            is(&[ErrorKind::Unauthorized]);
            says(Certainty::Rejected);
            class(Class::Account);
        }
        Case::Throttled | Case::ThrottledWithWait => {
            is(&[ErrorKind::ProviderThrottled]);
            says(Certainty::NotSent);
            class(Class::Throttled);
            if case == Case::ThrottledWithWait {
                assert_eq!(
                    error.retry_after(),
                    suite.wait,
                    "the wait that the vendor named"
                );
            }
        }
        Case::ServerError => {
            is(&[ErrorKind::ServerError]);
            says(Certainty::MaybeSent);
            class(Class::Transient);
        }
        Case::BadAnswer => {
            is(&[
                ErrorKind::BadAnswer,
                ErrorKind::NoAnswer,
                ErrorKind::ServerError,
            ]);
            says(Certainty::MaybeSent);
        }
        Case::HiddenFailure => assert_ne!(
            error.certainty(),
            Certainty::MaybeSent,
            "the vendor said that it did not take it: {error:?}"
        ),
        Case::ConnectionRefused => {
            is(&[ErrorKind::Connect]);
            says(Certainty::NotSent);
            class(Class::Transient);
        }
        Case::NoAnswer | Case::Timeout => {
            is(&[ErrorKind::NoAnswer]);
            says(Certainty::MaybeSent);
        }
        case => unreachable!("{case:?} is run elsewhere"),
    }
}

/// Everything that the provider shows, in every case that the vendor has an answer for.
async fn nothing_is_shown(suite: &Suite) {
    let mut hidden = suite.secrets.clone();
    hidden.extend([
        RECIPIENT.to_owned(),
        RECIPIENT[1..].to_owned(),
        TEXT.to_owned(),
    ]);
    let mut tried = 0;
    for case in Case::ALL {
        let of_send = !matches!(case, Case::Timeout | Case::Secrets | Case::Lookup);
        for variant in 0..suite.vendor().variants(*case) {
            if !of_send {
                continue;
            }
            tried += 1;
            let shown = shown(suite, *case, variant).await;
            for secret in &hidden {
                assert!(
                    !shown.contains(secret),
                    "{case:?} shows {secret:?}:\n{shown}"
                );
            }
        }
    }
    assert!(tried > 1, "there was nothing to try");
    let vendor = started(suite, Case::Accepted, 0).await;
    keys::secrets(suite, &vendor.table());
    assert!(
        !suite.secrets.is_empty() || suite.entry.keys.iter().all(|key| !key.secret),
        "the provider has secrets, and its suite names none"
    );
}

async fn shown(suite: &Suite, case: Case, variant: usize) -> String {
    let vendor = started(suite, case, variant).await;
    let overheard = Overheard::start();
    let provider = suite.build(&vendor.table());
    let sent = provider.send(&outbound(suite.message())).await;
    let mut shown = format!("{provider:?}\n{sent:?}\n");
    if let Err(error) = sent {
        shown.push_str(&format!("{error}\n{}\n", serde_json::json!(error)));
    }
    for reported in &suite.receipts {
        let Some(webhooks) = provider.webhooks() else {
            break;
        };
        let spoilt = reported.call.clone().body("spoilt");
        for call in [&spoilt, &reported.call] {
            if let Err(error) = webhooks.events(call).await {
                shown.push_str(&format!("{error:?}\n{call:?}\n"));
            }
        }
    }
    shown + &overheard.text()
}
