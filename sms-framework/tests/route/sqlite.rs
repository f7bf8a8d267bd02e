//! The same promises with a database: whom the row names, with which number.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::store::{DynStore, MessageRecord};
use sms_framework::testkit::{Act, Finding, ScriptedProvider};
use sms_framework::{ErrorKind, MessageId, MessageState, SmsClient};

use super::support::{BARE, asked, fails, load, message, provider, registry};

/// A client of the route `a`, then `b`, on a file, with a clock to turn forward.
struct World {
    sms: SmsClient,
    store: DynStore,
    minutes: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

impl World {
    fn new(a: &ScriptedProvider, b: &ScriptedProvider) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(folder.path().join("sms.db"));
        let store: DynStore = Arc::new(SqliteStore::open(options).unwrap());
        let minutes = Arc::<AtomicI64>::default();
        let (began, forward) = (Timestamp::now(), Arc::clone(&minutes));
        let toml = format!("{BARE}\n[routes.main]\nuse = ['a', 'b']");
        let sms = SmsClient::builder(load(&toml).unwrap())
            .registry(registry())
            .substitute("a", Arc::new(a.clone()))
            .substitute("b", Arc::new(b.clone()))
            .store(Arc::clone(&store))
            .wall_clock(move || began + SignedDuration::from_mins(forward.load(Ordering::SeqCst)))
            .build()
            .unwrap();
        Self {
            sms,
            store,
            minutes,
            _folder: folder,
        }
    }

    async fn sent(&self) -> MessageId {
        let message = message();
        let id = message.id;
        let _delivery = self.sms.deliver(message).await;
        id
    }

    async fn row(&self, id: MessageId) -> MessageRecord {
        self.store.message(id).await.unwrap().unwrap()
    }

    async fn later(&self) {
        self.minutes.fetch_add(61, Ordering::SeqCst);
        self.sms.process_queue().await.unwrap();
    }
}

fn from(number: &str) -> ScriptedProvider {
    provider().sender(number.parse().ok())
}

fn numbers(provider: &ScriptedProvider) -> Vec<String> {
    let calls = provider.calls().into_iter();
    calls
        .map(|call| call.message.from().unwrap().to_string())
        .collect()
}

#[tokio::test]
async fn a_chosen_number_is_chosen_anew_and_the_row_names_who_took_it() {
    let a = from("+15550000001").otherwise(fails(ErrorKind::Connect));
    let b = from("+15550000002").script([fails(ErrorKind::Connect)]);
    let world = World::new(&a, &b);
    let id = world.sent().await;
    let row = world.row(id).await;
    assert_eq!((row.provider.as_str(), row.from), ("route:main", None));
    world.later().await;
    let row = world.row(id).await;
    assert_eq!(row.status, MessageState::Accepted);
    assert_eq!(
        (row.provider.as_str(), row.from.as_deref()),
        ("b", Some("+15550000002"))
    );
    assert_eq!(numbers(&a), ["+15550000001", "+15550000001"]);
    assert_eq!(numbers(&b), ["+15550000002", "+15550000002"]);
}

#[tokio::test]
async fn a_doubt_keeps_the_number_that_it_arose_with() {
    let a = asked()
        .sender("+15550000001".parse().ok())
        .script([fails(ErrorKind::ServerError), Act::Accept])
        .lookup_otherwise(Finding::Nothing);
    let b = from("+15550000002").otherwise(fails(ErrorKind::Connect));
    let world = World::new(&a, &b);
    let id = world.sent().await;
    let row = world.row(id).await;
    assert_eq!(
        (row.provider.as_str(), row.from.as_deref()),
        ("a", Some("+15550000001"))
    );
    world.later().await;
    let row = world.row(id).await;
    assert_eq!(
        (row.status, row.provider.as_str()),
        (MessageState::Accepted, "a")
    );
    assert_eq!(numbers(&a), ["+15550000001", "+15550000001"]);
    assert_eq!(numbers(&b), ["+15550000002"]);
}

#[tokio::test]
async fn a_wish_for_a_number_outlives_every_round() {
    let a = from("+15550000001").otherwise(fails(ErrorKind::Connect));
    let b = from("+15550000002").script([fails(ErrorKind::Connect)]);
    let world = World::new(&a, &b);
    let wish = message().sender("+15559990000".parse().unwrap());
    let id = wish.id;
    let _queued = world.sms.deliver(wish).await;
    assert_eq!(world.row(id).await.from.as_deref(), Some("+15559990000"));
    world.later().await;
    assert_eq!(world.row(id).await.status, MessageState::Accepted);
    assert!(
        numbers(&a)
            .iter()
            .chain(&numbers(&b))
            .all(|number| number == "+15559990000")
    );
}
