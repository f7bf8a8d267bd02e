//! Another round for messages whose time has come.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::dispatch::{Guard, settle};
use super::ledger::HasRow;
use super::{Delivery, Dispatcher, Ledger, Router};
use crate::error::{Class, Error, ErrorKind};
use crate::message::{MessageState, Receipt};
use crate::stack::{Inquiry, Round, SendRequest, after};
use crate::store::{Claimed, Doubt, DynStore, QueueCounts};

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
    store: &DynStore,
) -> Result<QueueReport, Error> {
    let ledger = dispatcher.ledger();
    let concurrency = ledger.policy().queue.concurrency;
    let mut report = QueueReport::default();
    // What is requeued while this runs is for a later run, even where its time has come by then.
    let due_by = ledger.now();
    let providers = dispatcher.router().row_ids();
    loop {
        // No more than can start at once: the lease runs from the claim.
        let due = store
            .claim_due(&providers, due_by, ledger.lease_end(), concurrency)
            .await?;
        if due.is_empty() {
            break;
        }
        let mut rounds = stream::iter(due)
            .map(|claimed| round(dispatcher, claimed))
            .buffer_unordered(concurrency);
        while let Some(delivery) = rounds.next().await {
            report.count(&delivery);
        }
    }
    let waiting = count(ledger, store).await?;
    tracing::info!(
        ?report,
        queued = waiting.queued,
        unknown = waiting.unknown,
        "the queue was processed"
    );
    Ok(report)
}

/// How many messages wait; the depth is reported as it is seen.
pub(crate) async fn count(ledger: &Ledger, store: &DynStore) -> Result<QueueCounts, Error> {
    let counts = store.queue_counts(ledger.now()).await?;
    metrics::gauge!("sms_queue_depth").set(counts.queued as f64);
    Ok(counts)
}

async fn round(dispatcher: &Dispatcher, claimed: Claimed) -> Delivery {
    let ledger = dispatcher.ledger();
    let router = dispatcher.router();
    let request = request(router, &claimed);
    let guard = Guard::new(ledger, &request);
    let inquiry = router
        .chain(&claimed.provider)
        .and_then(|chain| chain.inquiry.as_ref());
    match without_a_call(ledger, inquiry, &claimed, &request).await {
        Some(result) => {
            guard.disarm();
            settle(ledger, &request, result, HasRow::Yes).await
        }
        None => dispatcher.clone().resend(request, guard).await,
    }
}

/// What was not left in the queue may only be asked about.
fn request(router: &Router, claimed: &Claimed) -> SendRequest {
    // A route's name in the row of a message that was being sent: its process went away before it
    // had handed the message to any provider.
    let unsent = claimed.was == MessageState::Sending
        && router.is_route()
        && *claimed.provider == **router.id();
    let held = claimed.was != MessageState::Queued && !unsent;
    let doubt = claimed.doubt.or(held.then_some(Doubt::NoAnswer));
    let round = Round {
        earlier: claimed.rounds,
        held,
        provider: claimed.provider.as_str().into(),
    };
    let doubt = doubt.filter(|_| !unsent);
    let message = Arc::clone(&claimed.message);
    SendRequest::from_queue(
        message,
        round,
        doubt.map(|doubt| (doubt, &*claimed.provider)),
    )
}

/// How the round ends where the provider need not, or must not, be called again.
async fn without_a_call(
    ledger: &Ledger,
    inquiry: Option<&Inquiry>,
    claimed: &Claimed,
    request: &SendRequest,
) -> Option<Result<Receipt, Error>> {
    if request.trail().doubt().is_some() {
        match ask(inquiry, claimed).await {
            Ok(Some(receipt)) => return Some(Ok(receipt)),
            Ok(None) if request.may_be_resent(ledger.asking(request).may_resend()) => {}
            Ok(None) => {
                return Some(Err(
                    still_unknown(claimed, inquiry).with_provider(&claimed.provider)
                ));
            }
            // A question that failed changes nothing about the message: it is asked about later,
            // however lasting the failure is.
            Err(error) => return Some(Err(error.with_class(Class::Transient))),
        }
    }
    if let Some(time) = claimed.message.valid_for()
        && ledger.now() > after(claimed.message.created_at(), time)
    {
        let error = Error::new(
            ErrorKind::Expired,
            "its validity period ran out before it was sent",
        );
        return Some(Err(error));
    }
    let oldest = after(claimed.message.created_at(), ledger.policy().queue.max_age);
    (ledger.now() > oldest).then(|| {
        Err(Error::new(
            ErrorKind::DeadlineExceeded,
            "it waited longer than queue.max_age",
        ))
    })
}

async fn ask(inquiry: Option<&Inquiry>, claimed: &Claimed) -> Result<Option<Receipt>, Error> {
    match inquiry {
        Some(inquiry) => inquiry.ask(&claimed.message, claimed.attempts).await,
        None => Ok(None),
    }
}

fn still_unknown(claimed: &Claimed, inquiry: Option<&Inquiry>) -> Error {
    let why = match (claimed.was, claimed.doubt) {
        (MessageState::Sending, _) => {
            "the process that was sending it went away before it could note the outcome"
        }
        (_, Some(Doubt::ServerError)) => "an attempt was answered with a server error",
        _ => "an attempt had no answer that could be read",
    };
    let evidence = match inquiry {
        Some(_) => "the provider does not list the message (weak evidence: lists lag)",
        None => "the provider cannot be asked",
    };
    Error::new(ErrorKind::NoAnswer, format!("{why}, and {evidence}"))
        .with_help("look it up at the provider before sending it again")
}
