//! Another round for messages whose time has come.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::dispatch::settle;
use super::{Delivery, Dispatcher};
use crate::config::AfterServerError;
use crate::error::{Error, ErrorKind};
use crate::message::MessageState;
use crate::stack::{Inquiry, SendRequest};
use crate::store::{Claimed, Doubt, DynStore};

/// What one run over the queue did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueueReport {
    /// Messages that were due: each is in exactly one of the counts below.
    pub processed: u64,
    /// Now with the provider, sent or found there.
    pub accepted: u64,
    /// Waiting for a later round.
    pub requeued: u64,
    /// Refused or given up.
    pub failed: u64,
    /// Nobody can say; held.
    pub unknown: u64,
}

impl QueueReport {
    fn count(&mut self, delivery: &Delivery) {
        self.processed += 1;
        match delivery.status {
            _ if delivery.is_accepted() => self.accepted += 1,
            MessageState::Queued => self.requeued += 1,
            MessageState::Unknown => self.unknown += 1,
            _ => self.failed += 1,
        }
    }
}

/// Sends, or asks about, everything that is due, until nothing is.
pub(crate) async fn process(
    dispatcher: &Dispatcher,
    inquiry: Option<&Inquiry>,
    store: &DynStore,
) -> Result<QueueReport, Error> {
    let ledger = dispatcher.ledger();
    let concurrency = ledger.policy().queue.concurrency;
    let mut report = QueueReport::default();
    loop {
        // No more than can start at once: the lease runs from the claim.
        let due = store
            .claim_due(
                ledger.provider(),
                ledger.now(),
                ledger.lease_end(),
                concurrency,
            )
            .await?;
        if due.is_empty() {
            break;
        }
        let mut rounds = stream::iter(due)
            .map(|claimed| round(dispatcher, inquiry, claimed))
            .buffer_unordered(concurrency);
        while let Some(delivery) = rounds.next().await {
            report.count(&delivery);
        }
    }
    let waiting = store.queue_counts(ledger.now()).await?;
    metrics::gauge!("sms_queue_depth").set(waiting.queued as f64);
    tracing::info!(
        ?report,
        queued = waiting.queued,
        unknown = waiting.unknown,
        "the queue was processed"
    );
    Ok(report)
}

async fn round(dispatcher: &Dispatcher, inquiry: Option<&Inquiry>, claimed: Claimed) -> Delivery {
    let ledger = dispatcher.ledger();
    let request =
        SendRequest::from_queue(Arc::clone(&claimed.message), claimed.rounds, claimed.doubt);
    if let Some(doubt) = claimed.doubt {
        match ask(inquiry, &claimed).await {
            Ok(Some(receipt)) => return settle(ledger, &request, Ok(receipt), true).await,
            Ok(None) if may_resend(ledger.policy().after_server_error, doubt, &claimed) => {}
            Ok(None) => {
                return settle(
                    ledger,
                    &request,
                    Err(still_unknown(&claimed, inquiry)),
                    true,
                )
                .await;
            }
            Err(error) => return settle(ledger, &request, Err(error), true).await,
        }
    }
    if ledger.now() > claimed.message.created_at() + ledger.policy().queue.max_age {
        let error = Error::new(
            ErrorKind::DeadlineExceeded,
            "it waited longer than queue.max_age",
        );
        return settle(ledger, &request, Err(error), true).await;
    }
    dispatcher.clone().resend(request).await
}

async fn ask(
    inquiry: Option<&Inquiry>,
    claimed: &Claimed,
) -> Result<Option<crate::message::Receipt>, Error> {
    match inquiry {
        Some(inquiry) => inquiry.ask(&claimed.message, claimed.attempts).await,
        None => Ok(None),
    }
}

/// Only what was queued after a 5xx answer; never what nobody answered for.
fn may_resend(policy: AfterServerError, doubt: Doubt, claimed: &Claimed) -> bool {
    policy == AfterServerError::Resend
        && doubt == Doubt::ServerError
        && claimed.was == MessageState::Queued
}

fn still_unknown(claimed: &Claimed, inquiry: Option<&Inquiry>) -> Error {
    let why = match (claimed.was, inquiry) {
        (MessageState::Sending, _) => {
            "the process that was sending it went away before it could note the outcome"
        }
        (_, Some(_)) => {
            "an attempt had no answer, and the provider does not list the message (weak evidence: lists lag)"
        }
        (_, None) => "an attempt had no answer, and the provider cannot be asked",
    };
    Error::new(ErrorKind::NoAnswer, why)
        .with_help("look it up at the provider before sending it again")
}
