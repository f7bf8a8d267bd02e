//! The other side: a vendor that does as the case wants it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::net::TcpListener;

use super::Case;
use crate::testkit::http::{Answer, Request, ScriptedServer, Then};

/// A vendor that does what a case is about to every message.
///
/// [`HttpVendor`] is the one for vendors who speak HTTP; a provider of another protocol brings its
/// own.
#[async_trait]
pub trait Vendor: Send + Sync {
    /// Starts it; `None` where nothing was written for the case. [`Case::Lookup`] asks for a vendor
    /// that has the message, `variant` 1 for one that has not; other cases count their variants.
    async fn start(&self, case: Case, variant: usize) -> Option<Box<dyn Running>>;

    /// How many variants of the case there are.
    fn variants(&self, case: Case) -> usize;
}

/// A vendor that runs until it is dropped.
pub trait Running: Send + Sync {
    /// The provider's table, as TOML, that leads to it.
    fn table(&self) -> String;

    /// The messages that reached it, as the vendor reads them.
    fn seen(&self) -> Vec<Seen>;
}

/// A message as a vendor reads it from the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The text.
    pub text: Option<String>,
    /// The recipient, in whatever form the vendor wants it.
    pub to: Option<String>,
    /// The media.
    pub media: Vec<String>,
    /// The validity period as it was written: a number, or an instant.
    pub validity: Option<String>,
    /// The messaging service that it goes through.
    pub messaging_service: Option<String>,
    /// Where our id travels: the client reference, the idempotency key or the callback URL.
    pub reference: Option<String>,
}

type Table = Arc<dyn Fn(&str) -> String + Send + Sync>;
type Reads = Arc<dyn Fn(&Request) -> Option<Seen> + Send + Sync>;

/// A vendor who speaks HTTP, on loopback.
#[derive(Clone)]
pub struct HttpVendor {
    table: Table,
    reads: Reads,
    answers: BTreeMap<Case, Vec<Answer>>,
    /// Answers to requests that are about something else, by the start of their path.
    besides: Vec<(String, Answer)>,
}

impl HttpVendor {
    pub(super) fn new(table: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self {
            table: Arc::new(table),
            reads: Arc::new(|_| None),
            answers: BTreeMap::new(),
            besides: Vec::new(),
        }
    }

    pub(super) fn reads(
        &mut self,
        reads: impl Fn(&Request) -> Option<Seen> + Send + Sync + 'static,
    ) {
        self.reads = Arc::new(reads);
    }

    pub(super) fn answers(&mut self, case: Case, answer: Answer) {
        self.answers.entry(case).or_default().push(answer);
    }

    pub(super) fn besides(&mut self, path: &str, answer: Answer) {
        self.besides.push((path.to_owned(), answer));
    }

    /// What the server does with a request of the case.
    fn then(&self, case: Case, variant: usize) -> Option<Then> {
        Some(match case {
            Case::ConnectionRefused => return None,
            Case::NoAnswer => Then::Close(Vec::new()),
            Case::Timeout => Then::Silence,
            case => Then::Answer(self.answers.get(&case)?.get(variant)?.clone()),
        })
    }
}

#[async_trait]
impl Vendor for HttpVendor {
    async fn start(&self, case: Case, variant: usize) -> Option<Box<dyn Running>> {
        if case == Case::ConnectionRefused {
            let listener = TcpListener::bind("127.0.0.1:0").await.ok()?;
            let table = (self.table)(&format!("http://{}", listener.local_addr().ok()?));
            return Some(Box::new(Nobody(table)));
        }
        let then = self.then(case, variant)?;
        let besides = self.besides.clone();
        let server = ScriptedServer::by(move |_, request| {
            let other = besides
                .iter()
                .find(|(path, _)| request.path().starts_with(path));
            match other {
                Some((_, answer)) => Then::Answer(answer.clone()),
                None => then.clone(),
            }
        })
        .await;
        Some(Box::new(Somebody {
            table: (self.table)(server.url()),
            reads: Arc::clone(&self.reads),
            server,
        }))
    }

    fn variants(&self, case: Case) -> usize {
        match case {
            Case::ConnectionRefused | Case::NoAnswer | Case::Timeout => 1,
            case => self.answers.get(&case).map_or(0, Vec::len),
        }
    }
}

struct Somebody {
    table: String,
    reads: Reads,
    server: ScriptedServer,
}

impl Running for Somebody {
    fn table(&self) -> String {
        self.table.clone()
    }

    fn seen(&self) -> Vec<Seen> {
        let requests = self.server.requests();
        requests
            .iter()
            .filter_map(|request| (self.reads)(request))
            .collect()
    }
}

/// An address where nobody listens.
struct Nobody(String);

impl Running for Nobody {
    fn table(&self) -> String {
        self.0.clone()
    }

    fn seen(&self) -> Vec<Seen> {
        Vec::new()
    }
}

impl std::fmt::Debug for HttpVendor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpVendor")
            .field("answers", &self.answers.keys())
            .finish_non_exhaustive()
    }
}
