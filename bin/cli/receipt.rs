//! What became of one message, as a person likes to read it.

use std::time::Duration;

use jiff::Timestamp;
use sms_framework::message::Hop;
use sms_framework::{Certainty, Delivery, Error, MessageState};

use super::output::Paint;
use super::wording::{Facts, count, distance, moment, printable_line, rounded};

/// The receipt: what happened first, then the facts in aligned lines.
pub(super) fn receipt(delivery: &Delivery, took: Duration, now: Timestamp, paint: Paint) -> String {
    let mut facts = Facts::new();
    facts.add("id", delivery.id.to_string());
    let status = match (&delivery.status, &delivery.provider_status) {
        (status, Some(word)) if word != status.as_str() => {
            format!("{status} ({}: {word})", delivery.provider)
        }
        (status, _) => status.to_string(),
    };
    facts.add("status", status);
    facts.add("provider", delivery.provider.as_str());
    if !delivery.path.is_empty() {
        let hops: Vec<_> = delivery.path.iter().map(hop).collect();
        facts.add("path", hops.join("\n"));
    }
    facts.add_some("provider id", delivery.provider_message_id.as_deref());
    facts.add_some("from", delivery.from.as_ref().map(ToString::to_string));
    let segments = count(delivery.segments, "segment");
    facts.add("length", format!("{segments}, {}", delivery.encoding));
    match delivery.attempts {
        0 => facts.add("attempts", "none: no provider was called"),
        number => facts.add("attempts", format!("{number}, in {}", rounded(took))),
    };
    if let Some(at) = delivery.next_attempt_at {
        let what = next_step(delivery.status, in_doubt(delivery));
        facts.add(
            "next",
            format!("{what} {} ({})", distance(at, now), moment(at)),
        );
    }
    format!("{}\n{facts}", headline(delivery, paint))
}

/// One provider on the way, and why the message went on from there.
fn hop(hop: &Hop) -> String {
    match (&hop.code, &hop.error) {
        (Some(code), Some(error)) => {
            format!("{}: {code}: {}", hop.provider, printable_line(error))
        }
        _ => format!("{}: took it", hop.provider),
    }
}

fn headline(delivery: &Delivery, paint: Paint) -> String {
    let Delivery { provider, .. } = delivery;
    let to = printable_line(&delivery.to);
    let line = match delivery.status {
        _ if delivery.is_accepted() && delivery.simulated => {
            let loud = paint.warn("SIMULATED");
            return format!("{loud}: nothing was really sent to {to}; `{provider}` only pretends");
        }
        _ if delivery.is_accepted() => paint.good(format!("Sent to {to}: {provider} took it")),
        MessageState::Queued if in_doubt(delivery) => paint.warn(format!(
            "Nobody can say yet whether {to} has it: it waits in the queue, do not send it again"
        )),
        MessageState::Queued => paint.warn(format!("Not sent to {to} yet: it waits in the queue")),
        MessageState::Unknown => paint.bad(format!(
            "Nobody can say whether {to} has it: do not send it again before you know"
        )),
        _ => paint.bad(format!("Not sent to {to}")),
    };
    if delivery.simulated && delivery.attempts > 0 {
        format!("{line} ({} by `{provider}`)", paint.warn("SIMULATED"))
    } else {
        line
    }
}

/// Whether the phone could have it already.
fn in_doubt(delivery: &Delivery) -> bool {
    let certainty = delivery.error.as_ref().map(Error::certainty);
    certainty == Some(Certainty::MaybeSent)
}

/// What happens when a message's time comes; `in_doubt`: the phone could have it already.
fn next_step(status: MessageState, in_doubt: bool) -> &'static str {
    match status {
        MessageState::Unknown => "a worker (`sms work`) asks the provider about it",
        _ if in_doubt => {
            "a worker (`sms work`) asks the provider about it, and tries again if need be,"
        }
        _ => "a worker (`sms work`) tries again",
    }
}
