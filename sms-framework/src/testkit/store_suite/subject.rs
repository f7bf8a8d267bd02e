//! The store under test, and what is often done with one.

use std::ops::Deref;
use std::sync::Arc;

use futures_util::future::join_all;

use super::Bench;
use super::facts::{PROVIDER, at, leased, new, owned, settled, waiting, wish};
use crate::error::Error;
use crate::message::{BroadcastId, Message, MessageId, MessageState};
use crate::store::{
    Begun, BroadcastState, Claimed, Decided, Decision, DynStore, Lease, MessageFilter,
    MessageRecord, NewBroadcast, Selection, Store,
};

/// The store under test.
pub(super) struct Subject {
    store: DynStore,
    bench: Arc<dyn Bench>,
    case: &'static str,
}

impl Deref for Subject {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

/// What may not fail.
pub(super) trait Must<T> {
    /// The answer.
    fn must(self) -> T;
}

impl<T> Must<T> for Result<T, Error> {
    #[track_caller]
    fn must(self) -> T {
        self.unwrap_or_else(|error| panic!("the store refuses: {error}"))
    }
}

/// What must be refused.
pub(super) trait Refused {
    /// Why it was.
    fn refused(self) -> Error;
}

impl<T> Refused for Result<T, Error> {
    #[track_caller]
    fn refused(self) -> Error {
        match self {
            Ok(_) => panic!("the store refuses nothing"),
            Err(error) => error,
        }
    }
}

impl Subject {
    /// The store of a bench; `None`, and it is said why, where this machine has none.
    pub(super) async fn new(bench: Arc<dyn Bench>, case: &'static str) -> Option<Self> {
        let store = tried(bench.store().await, case)?;
        Some(Self { store, bench, case })
    }

    /// The same database as another process sees it; `None`, and it is said why, where there is no
    /// such thing.
    pub(super) async fn another(&self) -> Option<Self> {
        Some(Self {
            store: tried(self.bench.another().await, self.case)?,
            bench: Arc::clone(&self.bench),
            case: self.case,
        })
    }

    pub(super) async fn meddle(&self, sql: &str) {
        self.bench.meddle(sql).await;
    }

    /// Begins a message that is about to be sent.
    pub(super) async fn send(&self, message: Message) -> Lease {
        match self.begin(leased(message)).await.must() {
            Begun::Leased(lease) => lease,
            other => panic!("it is not leased: {other:?}"),
        }
    }

    /// Begins a message that waits for a worker.
    pub(super) async fn enqueue(&self, message: Message) -> MessageId {
        let id = message.id;
        match self.begin(waiting(message)).await.must() {
            Begun::Waiting => id,
            other => panic!("it does not wait: {other:?}"),
        }
    }

    /// The same with many at once; their ids, in the order of the messages.
    pub(super) async fn enqueue_all(
        &self,
        messages: impl IntoIterator<Item = Message>,
    ) -> Vec<MessageId> {
        join_all(messages.into_iter().map(|message| self.enqueue(message))).await
    }

    /// Brings a message to stand there: held by nobody, but for `sending`. The lease is the last one
    /// that somebody had.
    pub(super) async fn standing(&self, message: Message, state: MessageState) -> Lease {
        let id = message.id;
        let never = Lease { id, fence: 0 };
        match state {
            MessageState::Scheduled => {
                self.enqueue(message.send_at(at(100_000))).await;
                never
            }
            MessageState::Queued => {
                self.enqueue(message).await;
                never
            }
            MessageState::Sending => self.send(message).await,
            other => {
                let lease = self.send(message).await;
                assert!(self.settle(settled(lease, other)).await.must(), "{other}");
                lease
            }
        }
    }

    /// Claims all that the usual provider's worker can get.
    pub(super) async fn claimed(&self, now: i64) -> Vec<Claimed> {
        self.claim(wish(now)).await.must().messages
    }

    /// The one message that can be claimed.
    pub(super) async fn claimed_one(&self, now: i64) -> Claimed {
        let mut claimed = self.claimed(now).await;
        assert_eq!(claimed.len(), 1, "{:?}", ids(&claimed));
        claimed.remove(0)
    }

    /// What can be claimed, by id.
    pub(super) async fn claimable(&self, now: i64) -> Vec<MessageId> {
        ids(&self.claimed(now).await)
    }

    pub(super) async fn row(&self, id: MessageId) -> MessageRecord {
        let row = self.message(id).await.must();
        row.unwrap_or_else(|| panic!("there is no row of {id}"))
    }

    pub(super) async fn state(&self, id: MessageId) -> MessageState {
        self.row(id).await.status
    }

    /// All rows, newest first.
    pub(super) async fn rows(&self) -> Vec<MessageRecord> {
        let all = MessageFilter {
            limit: 100_000,
            ..MessageFilter::default()
        };
        self.messages(all).await.must()
    }

    /// A person decides about one message.
    pub(super) async fn decide_about(&self, decision: Decision, id: MessageId) -> Decided {
        let only = Selection {
            ids: vec![id],
            ..Selection::default()
        };
        self.decide(decision, only, at(50)).await.must()
    }

    /// Opens a broadcast of that owner's.
    pub(super) async fn open(&self, owner: &str) -> BroadcastId {
        let broadcast = NewBroadcast {
            id: BroadcastId::new(),
            owner: (!owner.is_empty()).then(|| owner.to_owned()),
            name: Some("the newsletter".to_owned()),
            created_at: at(0),
        };
        let opened = self.open_broadcast(broadcast).await.must();
        assert_eq!(opened.state, BroadcastState::Filling);
        opened.id
    }

    /// Adds a recipient.
    pub(super) async fn add(&self, broadcast: BroadcastId, message: Message) -> MessageId {
        let mut row = waiting(message);
        let message = Arc::unwrap_or_clone(row.message).in_broadcast(broadcast);
        let id = message.id();
        row.message = Arc::new(message);
        assert!(matches!(self.begin(row).await.must(), Begun::Waiting));
        id
    }

    /// A broadcast to so many numbers that runs; its messages, in the order in which they go.
    pub(super) async fn running(
        &self,
        owner: &str,
        recipients: usize,
    ) -> (BroadcastId, Vec<MessageId>) {
        let broadcast = self.open(owner).await;
        let message = |number| owned(new(&format!("+1415555{number:04}")), owner);
        let adding = (0..recipients).map(|number| self.add(broadcast, message(number)));
        let mut ids = join_all(adding).await;
        ids.sort();
        self.moved(broadcast, BroadcastState::Running).await;
        (broadcast, ids)
    }

    pub(super) async fn moved(&self, broadcast: BroadcastId, state: BroadcastState) {
        let moved = self.move_broadcast(broadcast, state, at(60)).await.must();
        assert_eq!(moved.state, state);
    }

    /// True where nothing is due for the usual provider.
    pub(super) async fn idle(&self, now: i64) -> bool {
        self.is_idle(&[PROVIDER], at(now)).await.must()
    }
}

/// The store, or nothing, and it is said why.
fn tried(store: Result<DynStore, &'static str>, case: &str) -> Option<DynStore> {
    use std::io::Write;
    store
        .inspect_err(|why| {
            let _shown = writeln!(std::io::stdout(), "{case} is not tried: {why}");
        })
        .ok()
}

/// Which messages these are.
pub(super) fn ids(claimed: &[Claimed]) -> Vec<MessageId> {
    claimed.iter().map(|one| one.lease.id).collect()
}

/// Whose messages these are.
pub(super) fn owners(claimed: &[Claimed]) -> Vec<&str> {
    claimed
        .iter()
        .map(|one| one.message.owner().unwrap_or_default())
        .collect()
}
