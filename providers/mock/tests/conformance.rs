//! The conformance suite. The mock speaks to nobody, so its vendor is a script: each case is a table
//! with a rule that does what the case is about.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sms_framework::Sender;
use sms_framework::testkit::conformance::{Case, Running, Seen, Suite, Vendor};
use sms_provider_mock::{Sent, recent};

const SERVICE: &str = "service:MG-1";

fn suite() -> Suite {
    Suite::with_vendor(sms_provider_mock::ENTRY, Script)
        .throttled_wait(Duration::from_secs(5))
        // It bounds no exchange; this is how late the missing answer is.
        .timeout_key("delay")
        .messaging_service(SERVICE)
        .not_known(
            Case::HiddenFailure,
            "the mock has no answers whose status could say something else than their body",
        )
        .finds_what_it_took()
}

/// What the mock is told to do.
struct Script;

impl Script {
    fn rules(case: Case) -> &'static [&'static str] {
        match case {
            Case::Accepted
            | Case::Text
            | Case::Media
            | Case::Validity
            | Case::MessagingService
            | Case::Reference => &["*: ok"],
            // One that took the message, and one that took nothing.
            Case::Lookup => &["*: ok", "*: ok"],
            Case::InvalidNumber => &["*: recipient", "+1415*: recipient"],
            Case::OptedOut => &["*: opted_out", "+14155550123: opted_out"],
            Case::BadCredentials => &["*: unauthorized"],
            Case::Throttled => &["*: throttled"],
            Case::ThrottledWithWait => &["*: throttled 5s"],
            Case::ServerError => &["*: server_error", "*: accepted_then_server_error"],
            Case::BadAnswer => &["*: bad_answer"],
            Case::ConnectionRefused => &["*: connect"],
            Case::NoAnswer | Case::Timeout => &["*: no_answer", "*: accepted_then_timeout"],
            _ => &[],
        }
    }
}

#[async_trait]
impl Vendor for Script {
    async fn start(&self, case: Case, variant: usize) -> Option<Box<dyn Running>> {
        // What a mock of a table took is found among that of all mocks by its sender.
        static MOCKS: AtomicU32 = AtomicU32::new(0);
        let from = match case {
            Case::MessagingService => SERVICE.to_owned(),
            _ => format!("+1202555{:04}", MOCKS.fetch_add(1, Ordering::Relaxed)),
        };
        let rule = Self::rules(case).get(variant)?;
        Some(Box::new(Mocked { from, rule }))
    }

    fn variants(&self, case: Case) -> usize {
        Self::rules(case).len()
    }
}

struct Mocked {
    from: String,
    rule: &'static str,
}

impl Running for Mocked {
    /// Without the texts, which a mock logs on purpose.
    fn table(&self) -> String {
        let Self { from, rule } = self;
        format!("from = '{from}'\nscript = ['{rule}']\nshow_body = false")
    }

    fn seen(&self) -> Vec<Seen> {
        let ours = |sent: &Sent| sent.from.to_string() == self.from;
        recent().into_iter().filter(ours).map(seen).collect()
    }
}

fn seen(sent: Sent) -> Seen {
    Seen {
        text: Some(sent.body),
        to: Some(sent.to.to_string()),
        media: sent.media,
        validity: sent.valid_for.map(|time| format!("{time:?}")),
        messaging_service: match sent.from {
            Sender::MessagingService(service) => Some(service.as_str().to_owned()),
            _ => None,
        },
        reference: None,
    }
}

sms_framework::conformance!(suite);
