//! A provider that does what it is told, and remembers what was asked of it.

use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::Instant;

use crate::error::Error;
use crate::message::{Acceptance, MessageId, Outbound, Sender};
use crate::provider::{Capabilities, Lookup, Provider};

/// What a [`ScriptedProvider`] does with one call.
#[derive(Debug, Clone)]
pub enum Act {
    /// It takes the message.
    Accept,
    /// It takes the message, in these words.
    AcceptAs(Acceptance),
    /// It does not, and says so.
    Fail(Error),
    /// It takes the message and still answers with the error.
    AcceptThenFail(Error),
    /// It never answers.
    Hang,
    /// It takes the message and never answers.
    AcceptThenHang,
    /// It panics.
    Panic,
    /// It thinks for that long, by tokio's time, before it does the other thing.
    After(Duration, Box<Act>),
}

impl Act {
    /// The same after `delay`, by tokio's time.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self::After(delay, Box::new(self))
    }
}

/// What a [`ScriptedProvider`] answers when it is asked for a message.
#[derive(Debug, Clone)]
pub enum Finding {
    /// The truth: whatever it took with that id.
    Truth,
    /// That it has nothing.
    Nothing,
    /// These candidates.
    These(Vec<Acceptance>),
    /// An error.
    Fails(Error),
    /// It never answers.
    Hangs,
    /// It panics.
    Panics,
}

/// One call to a [`ScriptedProvider`].
#[derive(Debug, Clone)]
pub struct Call {
    /// The message.
    pub message: Outbound,
    /// When the call came, by tokio's time.
    pub at: Instant,
    /// The id it was taken under; `None` where it was not taken.
    pub provider_message_id: Option<String>,
}

/// A provider that accepts, fails, hangs or panics by script, and remembers every call.
///
/// Clones are the same provider: hand one to the client and keep one to ask.
///
/// # Examples
/// ```
/// use sms_framework::testkit::{Act, ScriptedProvider, outbound};
/// use sms_framework::provider::Provider;
/// use sms_framework::{Error, ErrorKind, Message};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let provider = ScriptedProvider::new()
///     .script([Act::Fail(Error::new(ErrorKind::Connect, "connection refused"))]);
/// let message = outbound(Message::new("+14155550123", "Hello"));
/// assert!(provider.send(&message).await.is_err());
/// assert!(provider.send(&message).await.is_ok()); // the script is over
/// assert_eq!((provider.calls().len(), provider.accepted()), (2, 1));
/// # Ok::<_, Error>(()) })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ScriptedProvider {
    capabilities: Capabilities,
    sender: Option<Sender>,
    state: Arc<Mutex<State>>,
}

struct State {
    acts: VecDeque<Act>,
    otherwise: Act,
    findings: VecDeque<Finding>,
    otherwise_found: Finding,
    calls: Vec<Call>,
    lookups: usize,
}

impl ScriptedProvider {
    /// One that accepts everything, cannot be asked, and has the sender `+15550006789`.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "the name says it better at the call"
    )]
    pub fn new() -> Self {
        Self {
            capabilities: Capabilities::new(),
            sender: "+15550006789".parse().ok(),
            state: Arc::new(Mutex::new(State {
                acts: VecDeque::new(),
                otherwise: Act::Accept,
                findings: VecDeque::new(),
                otherwise_found: Finding::Truth,
                calls: Vec::new(),
                lookups: 0,
            })),
        }
    }

    /// Does these things in their order, one a call; then what it does otherwise.
    #[must_use]
    pub fn script(self, acts: impl IntoIterator<Item = Act>) -> Self {
        self.state().acts.extend(acts);
        self
    }

    /// Does this where no script says another thing. Default [`Act::Accept`].
    #[must_use]
    pub fn otherwise(self, act: Act) -> Self {
        self.state().otherwise = act;
        self
    }

    /// Can be asked for messages; answers with these findings in their order, then with
    /// [`Finding::Truth`].
    #[must_use]
    pub fn lookup(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.capabilities.lookup = true;
        self.state().findings.extend(findings);
        self
    }

    /// Can be asked for messages, and answers like this where no other finding is left.
    #[must_use]
    pub fn lookup_otherwise(mut self, finding: Finding) -> Self {
        self.capabilities.lookup = true;
        self.state().otherwise_found = finding;
        self
    }

    /// Has these capabilities, and a lookup only where they say so.
    #[must_use]
    pub fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Has that default sender, or none.
    #[must_use]
    pub fn sender(mut self, sender: Option<Sender>) -> Self {
        self.sender = sender;
        self
    }

    /// Every call so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// How many calls were taken, answered or not.
    #[must_use]
    pub fn accepted(&self) -> usize {
        let state = self.state();
        let taken = |call: &&Call| call.provider_message_id.is_some();
        state.calls.iter().filter(taken).count()
    }

    /// How many times it was asked for a message.
    #[must_use]
    pub fn lookups(&self) -> usize {
        self.state().lookups
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, message: &Outbound) -> (usize, Act) {
        let mut state = self.state();
        let act = state.acts.pop_front();
        let act = act.unwrap_or_else(|| state.otherwise.clone());
        state.calls.push(Call {
            message: message.clone(),
            at: Instant::now(),
            provider_message_id: None,
        });
        (state.calls.len() - 1, act)
    }

    fn take(&self, call: usize) -> Acceptance {
        let id = format!("fake-{}", call + 1);
        self.state().calls[call].provider_message_id = Some(id.clone());
        Acceptance::new(id)
    }

    fn taken(&self, id: MessageId) -> Vec<Acceptance> {
        let state = self.state();
        let ours = state.calls.iter().filter(|call| call.message.id() == id);
        ours.filter_map(|call| call.provider_message_id.clone())
            .map(Acceptance::new)
            .collect()
    }
}

#[async_trait]
impl Provider for ScriptedProvider {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let (call, mut act) = self.begin(message);
        while let Act::After(delay, then) = act {
            tokio::time::sleep(delay).await;
            act = *then;
        }
        match act {
            Act::Fail(error) => Err(error),
            Act::AcceptThenFail(error) => {
                let _taken = self.take(call);
                Err(error)
            }
            Act::Hang => pending().await,
            Act::AcceptThenHang => {
                let _taken = self.take(call);
                pending().await
            }
            Act::AcceptAs(acceptance) => {
                let _taken = self.take(call);
                Ok(acceptance)
            }
            Act::Panic => panic!("a panic by script"),
            Act::Accept | Act::After(..) => Ok(self.take(call)),
        }
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn default_sender(&self) -> Option<Sender> {
        self.sender.clone()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        self.capabilities.lookup.then_some(self)
    }
}

#[async_trait]
impl Lookup for ScriptedProvider {
    async fn find(&self, message: &Outbound, _since: Timestamp) -> Result<Vec<Acceptance>, Error> {
        let finding = {
            let mut state = self.state();
            state.lookups += 1;
            let finding = state.findings.pop_front();
            finding.unwrap_or_else(|| state.otherwise_found.clone())
        };
        match finding {
            Finding::Truth => Ok(self.taken(message.id())),
            Finding::Nothing => Ok(Vec::new()),
            Finding::These(candidates) => Ok(candidates),
            Finding::Fails(error) => Err(error),
            Finding::Hangs => pending().await,
            Finding::Panics => panic!("a panic by script"),
        }
    }
}

impl fmt::Debug for ScriptedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedProvider")
            .field("capabilities", &self.capabilities)
            .field("calls", &self.state().calls.len())
            .finish_non_exhaustive()
    }
}
