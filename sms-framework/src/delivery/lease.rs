//! A message stays ours while it is worked on, and is handed over only while it is.

use async_trait::async_trait;
use futures_util::future::{Either, select};
use tokio::time::Instant;

use super::Ledger;
use crate::error::Error;
use crate::stack::{Handing, Held, SendRequest, lost};
use crate::store::{DynStore, Lease};

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

    /// When the lease runs out now; `None` where the message is somebody else's.
    async fn extend(&self, store: &DynStore, lease: Lease) -> Result<Option<Instant>, Error> {
        let ends = self.lease_ends();
        let is_ours = store.renew(lease, self.lease_end()).await?;
        Ok(is_ours.then_some(ends))
    }

    pub(super) async fn renew(&self, request: &SendRequest) {
        let (Some(store), Some(row)) = (&self.store, request.trail().row()) else {
            return;
        };
        match self.extend(store, row.lease).await {
            Ok(Some(ends)) => request.trail().renewed(ends),
            Ok(None) => request.trail().lose(),
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
                    // This process stood still meanwhile.
                    self.extend(store, row.lease).await?.ok_or_else(lost)?
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
