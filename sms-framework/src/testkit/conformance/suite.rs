//! A vendor described once, for every case.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use figment::Figment;
use figment::providers::{Format, Toml};

use super::expected::{Expected, Reported, SignedBy, Texted};
use super::vendor::{HttpVendor, Running, Seen, Vendor};
use super::{Case, refusals, send, webhooks};
use crate::message::{Message, Sender};
use crate::provider::{BuildError, DynProvider, ProviderEntry, WebhookCall};
use crate::testkit::http::{Answer, Request};

/// A vendor described once, for every case: see the [module's page](super).
pub struct Suite {
    pub(super) entry: ProviderEntry,
    pub(super) secrets: Vec<String>,
    pub(super) accepted_ids: Option<Vec<String>>,
    pub(super) found_ids: Vec<String>,
    pub(super) finds_what_it_took: bool,
    pub(super) wait: Option<Duration>,
    pub(super) timeout_key: &'static str,
    pub(super) longest_text: usize,
    pub(super) receipts: Vec<Reported>,
    pub(super) unknown: Vec<WebhookCall>,
    pub(super) inbound: Vec<Texted>,
    pub(super) signed_by: Vec<SignedBy>,
    pub(super) body_is_signed: bool,
    pub(super) window: Option<Duration>,
    pub(super) service: Option<Sender>,
    not_known: BTreeMap<Case, &'static str>,
    http: Option<HttpVendor>,
    other: Option<Arc<dyn Vendor>>,
}

impl Suite {
    /// For a provider that speaks HTTP: `table` is its table, as TOML, for an API at the given URL.
    /// It needs a key `timeout` that is not set in the table.
    #[must_use]
    pub fn http(
        entry: ProviderEntry,
        table: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        Self {
            http: Some(HttpVendor::new(table)),
            ..Self::bare(entry)
        }
    }

    /// For a provider of another protocol, with a vendor of its own making.
    #[must_use]
    pub fn with_vendor(entry: ProviderEntry, vendor: impl Vendor + 'static) -> Self {
        Self {
            other: Some(Arc::new(vendor)),
            ..Self::bare(entry)
        }
    }

    fn bare(entry: ProviderEntry) -> Self {
        Self {
            entry,
            secrets: Vec::new(),
            accepted_ids: None,
            found_ids: Vec::new(),
            finds_what_it_took: false,
            wait: None,
            timeout_key: "timeout",
            longest_text: 1600,
            receipts: Vec::new(),
            unknown: Vec::new(),
            inbound: Vec::new(),
            signed_by: Vec::new(),
            body_is_signed: true,
            window: None,
            service: None,
            not_known: BTreeMap::new(),
            http: None,
            other: None,
        }
    }

    /// What must never be shown: every credential of the table.
    #[must_use]
    pub fn secrets<S: Into<String>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.secrets.extend(secrets.into_iter().map(Into::into));
        self
    }

    /// How the vendor reads a message from a request; `None` for requests that are about something
    /// else.
    #[must_use]
    pub fn reads(
        mut self,
        reads: impl Fn(&Request) -> Option<Seen> + Send + Sync + 'static,
    ) -> Self {
        self.http_vendor().reads(reads);
        self
    }

    /// The vendor's answer where it takes a message, and the ids that it names.
    #[must_use]
    pub fn accepts<S: Into<String>>(
        mut self,
        answer: Answer,
        ids: impl IntoIterator<Item = S>,
    ) -> Self {
        self.accepted_ids = Some(ids.into_iter().map(Into::into).collect());
        for case in [
            Case::Accepted,
            Case::Text,
            Case::Media,
            Case::Validity,
            Case::MessagingService,
            Case::Reference,
        ] {
            self.http_vendor().answers(case, answer.clone());
        }
        self
    }

    /// The ids that a vendor of another protocol names when it takes a message; where this is not
    /// said, it may name any, one at least.
    #[must_use]
    pub fn accepted_ids<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.accepted_ids = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// The vendor's answer in a case; several answers are tried one after the other.
    #[must_use]
    pub fn answers(mut self, case: Case, answer: Answer) -> Self {
        self.http_vendor().answers(case, answer);
        self
    }

    /// The vendor's answer where it throttles and names the wait.
    #[must_use]
    pub fn throttles(mut self, answer: Answer, wait: Duration) -> Self {
        self.wait = Some(wait);
        self.answers(Case::ThrottledWithWait, answer)
    }

    /// The wait that a vendor of another protocol names when it throttles.
    #[must_use]
    pub fn throttled_wait(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    /// The vendor's answers to the question for a message: one that lists it, with its ids, and one
    /// that lists nothing.
    #[must_use]
    pub fn finds<S: Into<String>>(
        mut self,
        found: Answer,
        ids: impl IntoIterator<Item = S>,
        nothing: Answer,
    ) -> Self {
        self.found_ids = ids.into_iter().map(Into::into).collect();
        self.answers(Case::Lookup, found)
            .answers(Case::Lookup, nothing)
    }

    /// A vendor of another protocol knows what it took itself: [`Case::Lookup`] sends the message
    /// first, and then asks for it.
    #[must_use]
    pub fn finds_what_it_took(mut self) -> Self {
        self.finds_what_it_took = true;
        self
    }

    /// The vendor's answer to requests whose path starts so, in every case: for a token, say.
    #[must_use]
    pub fn besides(mut self, path: &str, answer: Answer) -> Self {
        self.http_vendor().besides(path, answer);
        self
    }

    /// A call of the vendor with receipts, signed as the vendor signs it.
    #[must_use]
    pub fn receipt(
        mut self,
        name: &'static str,
        call: WebhookCall,
        receipts: impl IntoIterator<Item = Expected>,
    ) -> Self {
        self.receipts.push(Reported {
            name,
            call,
            receipts: receipts.into_iter().collect(),
        });
        self
    }

    /// A receipt by which the vendor tells that the recipient had opted out: for vendors who do not
    /// say so at the send.
    #[must_use]
    pub fn opted_out_later(self, call: WebhookCall, mut receipt: Expected) -> Self {
        receipt.opted_out = true;
        self.receipt("opted out", call, [receipt])
    }

    /// A receipt with a status word that the vendor does not have, signed.
    #[must_use]
    pub fn unknown_status(mut self, call: WebhookCall) -> Self {
        self.unknown.push(call);
        self
    }

    /// A call of the vendor with a message from a phone, signed; `from` is E.164.
    #[must_use]
    pub fn inbound(mut self, call: WebhookCall, from: &str, text: &str) -> Self {
        self.inbound.push(Texted {
            call,
            from: from.to_owned(),
            text: text.to_owned(),
        });
        self
    }

    /// How the calls are told from anybody's; where one call needs several proofs, each is said and
    /// tried.
    #[must_use]
    pub fn signed_by(mut self, signed_by: SignedBy) -> Self {
        self.signed_by.push(signed_by);
        self
    }

    /// The signature does not cover the body: the vendor's scheme is that weak.
    #[must_use]
    pub fn body_is_not_signed(mut self) -> Self {
        self.body_is_signed = false;
        self
    }

    /// Calls that were signed longer ago, or that far ahead, are refused.
    #[must_use]
    pub fn window(mut self, window: Duration) -> Self {
        self.window = Some(window);
        self
    }

    /// A messaging service of the vendor's, as sender.
    ///
    /// # Panics
    /// It is no sender.
    #[must_use]
    pub fn messaging_service(mut self, service: &str) -> Self {
        self.service = Some(service.parse().expect("a sender"));
        self
    }

    /// The longest text that the vendor takes, in characters of GSM-7. Default 1600.
    #[must_use]
    pub fn longest_text(mut self, characters: usize) -> Self {
        self.longest_text = characters;
        self
    }

    /// The key of the table that bounds one exchange. Default `timeout`.
    #[must_use]
    pub fn timeout_key(mut self, key: &'static str) -> Self {
        self.timeout_key = key;
        self
    }

    /// The case cannot be tried: the vendor has no such thing, or its public material does not say.
    #[must_use]
    pub fn not_known(mut self, case: Case, why: &'static str) -> Self {
        self.not_known.insert(case, why);
        self
    }

    /// Runs one case.
    ///
    /// # Panics
    /// The provider gets it wrong; the message says what, and what was expected.
    pub fn run(&self, case: Case) {
        if let Some(why) = self.not_known.get(&case) {
            use std::io::Write;
            let _shown = writeln!(std::io::stdout(), "{case:?} is not tried: {why}");
            return;
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            match case {
                Case::Receipts | Case::UnknownStatus | Case::Inbound => {
                    webhooks::run(self, case).await;
                }
                Case::Accepted
                | Case::Text
                | Case::Media
                | Case::Validity
                | Case::MessagingService
                | Case::Reference
                | Case::Lookup => send::run(self, case).await,
                Case::Capabilities | Case::Codes => send::declared(self, case).await,
                case => refusals::run(self, case).await,
            }
        });
    }

    fn http_vendor(&mut self) -> &mut HttpVendor {
        self.http
            .as_mut()
            .expect("a suite with a vendor of its own answers by itself")
    }

    pub(super) fn vendor(&self) -> &dyn Vendor {
        match (&self.http, &self.other) {
            (Some(http), _) => http,
            (None, Some(other)) => other.as_ref(),
            (None, None) => unreachable!("a suite has a vendor"),
        }
    }

    /// The provider of a table.
    pub(super) fn build(&self, table: &str) -> DynProvider {
        let figment = Figment::from(Toml::string(table));
        match self.entry.build(self.entry.kind, &figment) {
            Ok(provider) => provider,
            Err(BuildError::Table(error)) => panic!("the suite's table does not fit: {error}"),
            Err(BuildError::Refused(error)) => panic!("the suite's table is refused: {error}"),
        }
    }

    /// The provider of the suite's table, and a vendor that takes messages, for as long as it is
    /// kept.
    pub(super) async fn provider(&self) -> (Box<dyn Running>, DynProvider) {
        let vendor = self.vendor().start(Case::Accepted, 0).await;
        let vendor = vendor.expect("an answer for Case::Accepted");
        let provider = self.build(&vendor.table());
        (vendor, provider)
    }

    /// True where another case asks in vain because the vendor says it in a receipt.
    pub(super) fn tells_opt_out_later(&self) -> bool {
        let told = |reported: &Reported| reported.receipts.iter().any(|receipt| receipt.opted_out);
        self.receipts.iter().any(told)
    }

    /// The message that most cases send.
    pub(super) fn message(&self) -> Message {
        Message {
            id: MESSAGE_ID.parse().expect("a message id"),
            ..Message::new(RECIPIENT, TEXT)
        }
    }
}

/// The id of the message that most cases send: what a vendor lists as our reference.
pub const MESSAGE_ID: &str = "0193b0c0-0000-7000-8000-000000000001";
/// The recipient of most cases.
pub const RECIPIENT: &str = "+14155550123";
/// The text of most cases.
pub const TEXT: &str = "Doors open at eight, ring twice.";

impl std::fmt::Debug for Suite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Suite")
            .field("entry", &self.entry)
            .field("not_known", &self.not_known)
            .finish_non_exhaustive()
    }
}
