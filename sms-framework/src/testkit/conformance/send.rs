//! Cases in which the vendor takes the message, and what the provider declares.

use std::time::Duration;

use jiff::Timestamp;

use super::suite::RECIPIENT;
use super::vendor::{Running, Seen};
use super::{Case, Suite, keys};
use crate::config::ValidateSettings;
use crate::error::ErrorKind;
use crate::message::{Acceptance, Message, MessageState, Outbound};
use crate::provider::{Capabilities, Phase, Reference};
use crate::stack::Validator;
use crate::testkit::outbound;

pub(super) async fn run(suite: &Suite, case: Case) {
    let capabilities = suite.provider().await.1.capabilities();
    match case {
        Case::Accepted => accepted(suite).await,
        Case::Text => texts(suite).await,
        Case::Media if capabilities.media => media(suite).await,
        Case::Media => refused(suite, |message| message.media("https://example.org/a.png")).await,
        Case::Validity => validity(suite, &capabilities).await,
        Case::MessagingService if capabilities.messaging_service => service(suite).await,
        Case::MessagingService => {
            let service = "service:s-1".parse().expect("a sender");
            refused(suite, |message| message.sender(service)).await;
        }
        Case::Reference => reference(suite, capabilities.reference).await,
        Case::Lookup => lookup(suite, capabilities.lookup).await,
        case => unreachable!("{case:?} is run elsewhere"),
    }
}

/// Sends `message` to a vendor that takes it.
async fn sent(suite: &Suite, case: Case, message: &Outbound) -> (Acceptance, Vec<Seen>) {
    let vendor = started(suite, case, 0).await;
    let provider = suite.build(&vendor.table());
    let acceptance = provider.send(message).await;
    let acceptance = acceptance.unwrap_or_else(|error| {
        panic!("the vendor takes the message, and the provider says: {error:?}")
    });
    let seen = vendor.seen();
    assert!(
        !seen.is_empty(),
        "no request that `reads` makes a message of reached the vendor"
    );
    (acceptance, seen)
}

pub(super) async fn started(suite: &Suite, case: Case, variant: usize) -> Box<dyn Running> {
    let vendor = suite.vendor().start(case, variant).await;
    vendor.unwrap_or_else(|| {
        panic!("the suite has no answer for {case:?}: give one, or say `not_known` and why")
    })
}

async fn accepted(suite: &Suite) {
    let message = outbound(suite.message());
    let (acceptance, _) = sent(suite, Case::Accepted, &message).await;
    let ids = &acceptance.provider_message_ids;
    match &suite.accepted_ids {
        Some(expected) => assert_eq!(ids, expected, "the ids that the vendor names"),
        None => assert!(!ids.is_empty(), "the vendor names an id, and it is lost"),
    }
    let stands = acceptance.state;
    assert!(
        stands.is_sent() || stands == MessageState::Scheduled,
        "a message that the vendor took stands at {stands}"
    );
}

async fn texts(suite: &Suite) {
    let longest = "0123456789".repeat(suite.longest_text / 10);
    let texts = [
        "^{}\\[~]|€ and @£$¥ΔΦΓ",
        "👩‍👩‍👧‍👦 and 😀 and ñ and 你好",
        "one\ntwo\r\nthree\ttab",
        "1+1=2 & a=b; c%20d #?/\\ \"quoted\" 'single' <tag> {to} ${name} %d",
        " a blank at each end ",
        &longest,
    ];
    for text in texts {
        let message = outbound(Message::new(RECIPIENT, text));
        let (_, seen) = sent(suite, Case::Text, &message).await;
        let arrived = seen.last().and_then(|seen| seen.text.clone());
        assert!(
            arrived.is_some(),
            "`reads` finds no text in the request: it looks where the provider does not put it"
        );
        assert_eq!(
            arrived.as_deref(),
            Some(text),
            "the text did not arrive as it was written"
        );
    }
}

async fn media(suite: &Suite) {
    let url = "https://example.org/a.png?x=1&y=2";
    let message = outbound(suite.message().media(url));
    let (_, seen) = sent(suite, Case::Media, &message).await;
    assert_eq!(seen[0].media, [url], "the media did not arrive");
}

async fn validity(suite: &Suite, capabilities: &Capabilities) {
    let Some(validity) = capabilities.validity else {
        let an_hour = Duration::from_secs(3600);
        return refused(suite, |message| message.valid_for(an_hour)).await;
    };
    for time in [
        validity.shortest,
        validity.longest.min(Duration::from_secs(3600)),
    ] {
        let message = outbound(suite.message().valid_for(time));
        let (_, seen) = sent(suite, Case::Validity, &message).await;
        assert!(
            seen[0].validity.is_some(),
            "a validity period of {time:?} did not arrive"
        );
    }
    if let Some(longer) = validity.longest.checked_add(Duration::from_secs(1)) {
        refused(suite, |message| message.valid_for(longer)).await;
    }
}

async fn service(suite: &Suite) {
    let service = suite.service.clone();
    let service = service.expect("a provider that takes messaging services names one in its suite");
    let name = match &service {
        crate::message::Sender::MessagingService(id) => id.as_str().to_owned(),
        other => panic!("{other} is no messaging service"),
    };
    let message = outbound(suite.message().sender(service));
    let (_, seen) = sent(suite, Case::MessagingService, &message).await;
    assert_eq!(seen[0].messaging_service, Some(name));
}

async fn reference(suite: &Suite, reference: Reference) {
    let message = outbound(suite.message());
    let (_, seen) = sent(suite, Case::Reference, &message).await;
    let travels = seen[0].reference.clone();
    let id = message.id().to_string();
    let plain = id.replace('-', "");
    match reference {
        Reference::None => assert_eq!(travels, None, "the capabilities say that no id travels"),
        _ => assert!(
            travels
                .as_ref()
                .is_some_and(|text| text.contains(&id) || text.contains(&plain)),
            "our id does not travel as {reference:?}: {travels:?}"
        ),
    }
}

async fn lookup(suite: &Suite, declared: bool) {
    let (_vendor, provider) = suite.provider().await;
    assert_eq!(
        provider.lookup().is_some(),
        declared,
        "the capability `lookup` and the power disagree"
    );
    if !declared {
        return;
    }
    let message = outbound(suite.message());
    let find = async |variant| {
        let vendor = started(suite, Case::Lookup, variant).await;
        let provider = suite.build(&vendor.table());
        if variant == 0 && suite.finds_what_it_took {
            let sent = provider.send(&message).await;
            sent.unwrap_or_else(|error| panic!("the vendor takes it, and: {error:?}"));
        }
        let lookup = provider.lookup().expect("it has the power");
        let found = lookup.find(&message, Timestamp::UNIX_EPOCH).await;
        found.unwrap_or_else(|error| panic!("the vendor could be asked: {error:?}"))
    };
    let found: Vec<String> = find(0)
        .await
        .into_iter()
        .flat_map(|acceptance| acceptance.provider_message_ids)
        .collect();
    if suite.finds_what_it_took {
        assert_eq!(found.len(), 1, "the message was not found once: {found:?}");
    } else {
        assert_eq!(found, suite.found_ids, "the message was not found");
    }
    assert_eq!(find(1).await, [], "a message was found that is not there");
}

/// What the provider cannot do is refused before the send, in words.
async fn refused(suite: &Suite, ask: impl FnOnce(Message) -> Message) {
    let (_vendor, provider) = suite.provider().await;
    let validator = Validator::new(&ValidateSettings::default(), provider.as_ref());
    let validator = validator.expect("default settings");
    let error = validator
        .check(ask(suite.message()))
        .expect_err("the provider does not say that it can do this, yet it is let through");
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
}

/// What the provider says of itself.
pub(super) async fn declared(suite: &Suite, case: Case) {
    match case {
        Case::Capabilities => agree(suite).await,
        _ => codes(suite),
    }
}

async fn agree(suite: &Suite) {
    let (vendor, provider) = suite.provider().await;
    let (can, most) = (provider.capabilities(), suite.entry.capabilities);
    let hears = provider.webhooks().is_some() || provider.feed().is_some();
    assert_eq!(
        can.lookup,
        provider.lookup().is_some(),
        "`lookup` and the power disagree"
    );
    assert_eq!(
        can.receipts || can.inbound,
        hears,
        "`receipts` and `inbound` disagree with the powers"
    );
    let pairs = [
        ("simulated", can.simulated, most.simulated),
        ("media", can.media, most.media),
        ("validity", can.validity.is_some(), most.validity.is_some()),
        (
            "messaging_service",
            can.messaging_service,
            most.messaging_service,
        ),
        ("lookup", can.lookup, most.lookup),
        ("receipts", can.receipts, most.receipts),
        ("inbound", can.inbound, most.inbound),
    ];
    for (name, can, most) in pairs {
        assert!(
            !can || most,
            "it can do `{name}`, which its record does not say"
        );
    }
    if let Some(most) = most.max_segments {
        assert!(
            can.max_segments.is_some_and(|can| can <= most),
            "it takes more segments than its record says: {:?}, not {most}",
            can.max_segments
        );
    }
    keys::agree(suite, &vendor.table());
}

fn codes(suite: &Suite) {
    for code in suite.entry.codes {
        let place = format!("code {} ({:?})", code.code, code.phase);
        assert!(!code.source.is_empty(), "{place} has no source");
        assert!(!code.meaning.is_empty(), "{place} has no meaning");
        assert!(
            !code.meaning.ends_with('.'),
            "the meaning of {place} is a clause, without a full stop"
        );
        let same = suite
            .entry
            .codes
            .iter()
            .filter(|other| (other.code, other.phase) == (code.code, code.phase));
        assert_eq!(same.count(), 1, "{place} is in the table more than once");
        if code.phase == Phase::Request && code.kind == ErrorKind::OptedOut {
            assert_eq!(code.certainty, crate::Certainty::Rejected, "{place}");
        }
    }
}
