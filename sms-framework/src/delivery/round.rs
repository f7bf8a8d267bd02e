//! One round of a message from the queue: asked about where it may be out, sent where it may be.

use std::sync::Arc;

use tokio::time::Instant;

use super::dispatch::{Guard, settle};
use super::ledger::Ledger;
use super::{Delivery, Dispatcher};
use crate::error::{Class, Error, ErrorKind};
use crate::message::{MessageState, Receipt};
use crate::stack::{Held, Inquiry, Round, SendRequest, after, ran_out};
use crate::store::{Claimed, Doubt};

/// The request of a message that is leased until `ends`: its trail tells from outside how far it got.
pub(super) fn request(claimed: &Claimed, ends: Instant) -> SendRequest {
    let held = claimed.state == MessageState::Unknown;
    let doubt = claimed.doubt.or(held.then_some(Doubt::NoAnswer));
    let round = Round {
        earlier: claimed.rounds,
        held,
        since: claimed.waits_since,
    };
    let provider = claimed.provider.as_str();
    let message = Arc::clone(&claimed.message);
    let request = SendRequest::from_queue(message, round, doubt.map(|doubt| (doubt, provider)));
    request.trail().hold(Held {
        lease: claimed.lease,
        provider: provider.into(),
        is_sending: false,
        ends,
    });
    request
}

/// Runs the round; `None` where the message was taken from us before any provider was called.
pub(super) async fn run(
    dispatcher: Dispatcher,
    claimed: Claimed,
    request: SendRequest,
) -> Option<Delivery> {
    let ledger = Arc::clone(dispatcher.ledger());
    let guard = Guard::new(&ledger, &request);
    let trail = Arc::clone(request.trail());
    let ours = request.clone();
    let round = async {
        let router = Arc::clone(dispatcher.router());
        let inquiry = router
            .chain(&claimed.provider)
            .and_then(|chain| chain.inquiry.as_ref());
        match without_a_call(&ledger, inquiry, &claimed, &request).await {
            Some(result) => {
                guard.disarm();
                settle(&ledger, &request, result).await
            }
            None => dispatcher.resend(request, guard).await,
        }
    };
    let delivery = ledger.keeping(&ours, round).await;
    let passed_on = trail.is_lost() && trail.calls() == 0;
    (!passed_on).then_some(delivery)
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
            Ok(None) if request.may_be_resent(ledger.resend(request)) => {}
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
    if claimed
        .message
        .expires_at()
        .is_some_and(|end| ledger.now() > end)
    {
        return Some(Err(ran_out()));
    }
    let oldest = after(claimed.waits_since, ledger.policy().queue.max_age);
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
    let why = match claimed.doubt {
        Some(Doubt::ServerError) => "an attempt was answered with a server error",
        _ => "an attempt had no answer that could be read, or its process went away",
    };
    let evidence = match inquiry {
        Some(_) => "the provider does not list the message (weak evidence: lists lag)",
        None => "the provider cannot be asked",
    };
    Error::new(ErrorKind::NoAnswer, format!("{why}, and {evidence}"))
        .with_help("look it up at the provider, then `sms queue resolve` it")
}
