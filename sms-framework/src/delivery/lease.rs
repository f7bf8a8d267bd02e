//! A message stays ours while it is worked on, and is handed over only while it is.

use async_trait::async_trait;
use futures_util::future::{Either, select};
use tokio::time::Instant;

use super::Ledger;
use crate::error::Error;
use crate::stack::{Handing, Held, SendRequest, lost};
use crate::store::DynStore;

impl Ledger {
    /// When a lease taken now runs out, by the clock that nobody sets.
    pub(super) fn lease_ends(&self) -> Instant {
        Instant::now() + self.policy.queue.lease
    }

    /// Runs `work` on a message and renews the lease of its row meanwhile.
    pub(super) async fn keeping<T>(
        &self,
        request: &SendRequest,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = std::pin::pin!(work);
        if self.store.is_none() || request.trail().row().is_none() {
            return work.await;
        }
        loop {
            let renewal = async {
                tokio::time::sleep(self.policy.queue.lease / 3).await;
                self.renew(request).await;
            };
            match select(work.as_mut(), std::pin::pin!(renewal)).await {
                Either::Left((done, _)) => return done,
                Either::Right(_) => {}
            }
        }
    }

    /// The lease ran out while this process stood still, and nobody took the message up.
    async fn renew_late(&self, store: &DynStore, row: &Held) -> Result<Instant, Error> {
        let ends = self.lease_ends();
        if store.renew(row.lease, self.lease_end()).await? {
            Ok(ends)
        } else {
            Err(lost())
        }
    }

    pub(super) async fn renew(&self, request: &SendRequest) {
        let (Some(store), Some(row)) = (&self.store, request.trail().row()) else {
            return;
        };
        let ends = self.lease_ends();
        match store.renew(row.lease, self.lease_end()).await {
            Ok(true) => request.trail().renewed(ends),
            Ok(false) => request.trail().lose(),
            // It may work the next time; until then the lease runs on.
            Err(error) => self.report(&error),
        }
    }
}

#[async_trait]
impl Handing for Ledger {
    /// A broken log stops no send that its caller waits for; a round from the queue waits until the
    /// log works again, for the row tells the next process whom to ask.
    async fn hand_over(&self, request: &SendRequest, provider: &str) -> Result<(), Error> {
        let (Some(store), Some(row)) = (&self.store, request.trail().row()) else {
            return Ok(());
        };
        match store
            .hand_over(row.lease, request.message(), provider)
            .await
        {
            Ok(true) => {
                let row = Held {
                    provider: provider.into(),
                    is_sending: true,
                    ..row
                };
                let ends = if row.ends <= Instant::now() {
                    self.renew_late(store, &row).await?
                } else {
                    row.ends
                };
                request.trail().hold(Held { ends, ..row });
                Ok(())
            }
            Ok(false) => {
                request.trail().lose();
                Err(lost())
            }
            Err(error) => {
                self.report(&error);
                request.round.as_ref().map_or(Ok(()), |_| Err(error))
            }
        }
    }
}
