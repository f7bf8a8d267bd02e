//! How the service is doing.

use serde::Serialize;

use super::SmsClient;
use crate::delivery::{Chain, Counts, count, disagreement};
use crate::limiter::Usage;
use crate::message::Sender;
use crate::route::HealthReport;
use crate::store::QueueCounts;

/// Whether messages really leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing leaves the building.
    Mock,
    /// Messages are sent.
    Real,
}

/// How the service is doing: what `sms status` prints.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// True when nothing leaves the building.
    pub mock_mode: bool,
    /// The same as a word.
    pub mode: Mode,
    /// The environment.
    pub environment: String,
    /// The id of the provider in use.
    pub provider: String,
    /// Its kind.
    pub kind: String,
    /// Why this one.
    pub reason: String,
    /// Why the mock took the place of the chosen provider, where it did.
    pub fallback: Option<String>,
    /// The sender of messages that name none.
    pub sender: Option<Sender>,
    /// The database.
    pub database: DatabaseStatus,
    /// The limiter; `None` where nothing paces the sends. Of a route: of the first provider.
    pub limiter: Option<Usage>,
    /// The providers in use: one, or those of the route.
    pub providers: Vec<ProviderStatus>,
    /// Why providers of the route are left out.
    pub missing: Vec<String>,
    /// Writes to the log that failed since start; none of them failed a send.
    pub log_failures: u64,
    /// What became of sends since start.
    pub counts: Counts,
    /// What waits, in the whole database; `None` without one.
    pub queue: Option<QueueCounts>,
}

/// One provider in use.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ProviderStatus {
    /// Its id in the configuration.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The sender of messages that name none.
    pub sender: Option<Sender>,
    /// Its limiter; `None` where nothing paces the sends.
    pub limiter: Option<Usage>,
    /// How it is doing in a route, by the sends of this client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthReport>,
}

/// The database and its health.
#[derive(Debug, Clone, Serialize)]
pub struct DatabaseStatus {
    /// `sqlite`, or `none`.
    pub kind: &'static str,
    /// Where it is, without credentials.
    pub location: String,
    /// Whether it answers.
    pub healthy: bool,
    /// Why it does not.
    pub error: Option<String>,
    /// What is wrong with this machine's clock beside the database's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
}

impl ProviderStatus {
    fn of(chain: &Chain, in_route: bool) -> Self {
        Self {
            id: chain.id.to_string(),
            kind: chain.kind.clone(),
            sender: chain.default_sender(),
            limiter: chain.slots.as_ref().map(|slots| slots.usage()),
            health: in_route.then(|| chain.health.report()),
        }
    }
}

impl SmsClient {
    /// How the service is doing. It asks the database, and nothing else.
    pub async fn status(&self) -> Status {
        let inner = &self.0;
        let queue = match &inner.store {
            Some(store) => count(self.dispatcher().ledger(), store).await.ok(),
            None => None,
        };
        let router = self.dispatcher().router();
        let chains = router.chains().iter();
        let providers: Vec<_> = chains
            .map(|chain| ProviderStatus::of(chain, router.is_route()))
            .collect();
        Status {
            mock_mode: inner.simulated,
            mode: if inner.simulated {
                Mode::Mock
            } else {
                Mode::Real
            },
            environment: inner.settings.environment().to_owned(),
            provider: inner.choice.provider.clone(),
            kind: inner.choice.kind.clone(),
            reason: inner.choice.reason.clone(),
            fallback: inner.fallback.clone(),
            sender: providers
                .first()
                .and_then(|provider| provider.sender.clone()),
            database: self.database().await,
            limiter: providers.first().and_then(|provider| provider.limiter),
            providers,
            missing: inner.missing.clone(),
            log_failures: self.dispatcher().ledger().failures(),
            counts: self.dispatcher().ledger().counts(),
            queue,
        }
    }

    async fn database(&self) -> DatabaseStatus {
        match &self.0.store {
            Some(store) => {
                let info = store.info();
                let error = store.check().await.err().map(|error| error.to_string());
                let clock = match error {
                    None => disagreement(self.dispatcher().ledger(), store).await,
                    Some(_) => None,
                };
                DatabaseStatus {
                    kind: info.kind,
                    location: info.location,
                    healthy: error.is_none(),
                    error,
                    clock,
                }
            }
            None => DatabaseStatus {
                kind: "none",
                location: String::new(),
                healthy: false,
                error: self.0.store_error.as_ref().map(ToString::to_string),
                clock: None,
            },
        }
    }
}
