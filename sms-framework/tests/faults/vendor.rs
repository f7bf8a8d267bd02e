//! A vendor in a folder: it outlives the process that calls it, and everybody sees what it took.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use sms_framework::config::Sources;
use sms_framework::provider::{Capabilities, Lookup, Provider};
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::store::{DynStore, MessageFilter, MessageRecord};
use sms_framework::{Acceptance, Error, Outbound, Sender, SmsClient};

/// What the vendor does at each call.
pub(crate) type Manners = Arc<dyn Fn(Call) -> Result<(), Error> + Send + Sync>;

/// A moment of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Begun,
    /// The vendor has the message; its caller does not know yet.
    Taken,
}

pub(crate) struct Vendor {
    folder: PathBuf,
    manners: Manners,
}

impl std::fmt::Debug for Vendor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Vendor").field(&self.folder).finish()
    }
}

impl Vendor {
    pub(crate) fn new(
        folder: &Path,
        manners: impl Fn(Call) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            folder: folder.to_owned(),
            manners: Arc::new(manners),
        })
    }

    fn taken(&self) -> Vec<String> {
        taken(&self.folder)
    }
}

/// The ids of what was taken, as often as it was.
pub(crate) fn taken(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let ids =
        names.filter_map(|name| Some(name.strip_prefix("taken.")?.split_once('.')?.0.to_owned()));
    ids.collect()
}

#[async_trait]
impl Provider for Vendor {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let manners = Arc::clone(&self.manners);
        let at = move |call| {
            let manners = Arc::clone(&manners);
            // It may stand still for long.
            tokio::task::spawn_blocking(move || manners(call))
        };
        at(Call::Begun).await.unwrap()?;
        let number = uuid_like();
        let name = format!("taken.{}.{number}", message.id());
        std::fs::File::create_new(self.folder.join(name)).unwrap();
        at(Call::Taken).await.unwrap()?;
        Ok(Acceptance::new(format!("{}-{number}", message.id())))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new().with_lookup()
    }

    fn default_sender(&self) -> Option<Sender> {
        None
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }
}

#[async_trait]
impl Lookup for Vendor {
    async fn find(&self, message: &Outbound, _: Timestamp) -> Result<Vec<Acceptance>, Error> {
        let id = message.id().to_string();
        let ours = self.taken().into_iter().filter(|taken| *taken == id);
        Ok(ours.map(Acceptance::new).take(1).collect())
    }
}

/// Different in every process and at every call.
fn uuid_like() -> String {
    sms_framework::MessageId::new().to_string()
}

pub(crate) fn open(folder: &Path) -> DynStore {
    Arc::new(SqliteStore::open(SqliteOptions::new(folder.join("sms.db"))).unwrap())
}

/// A client whose clock is `ahead` by so many seconds: what others leased has run out for it.
pub(crate) fn client(store: &DynStore, vendor: &Arc<Vendor>, ahead: i64) -> SmsClient {
    let settings = Sources::new()
        .toml("[rate_limit]\nenabled = false\n[retry]\nmax_attempts = 1\n[queue]\nconcurrency = 4")
        .load()
        .unwrap();
    SmsClient::builder(settings)
        .provider("vendor", Arc::clone(vendor) as _)
        .store(Arc::clone(store))
        .wall_clock(move || Timestamp::now() + jiff::SignedDuration::from_secs(ahead))
        .build()
        .unwrap()
}

pub(crate) async fn rows(store: &DynStore) -> Vec<MessageRecord> {
    let all = MessageFilter {
        limit: 10_000,
        ..MessageFilter::default()
    };
    store.messages(all).await.unwrap()
}
