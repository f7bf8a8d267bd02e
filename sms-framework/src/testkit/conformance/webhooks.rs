//! Cases in which the vendor calls us.

use std::time::Duration;

use super::expected::{Expected, Reported, SignedBy};
use super::{Case, Suite};
use crate::error::{Error, ErrorKind};
use crate::message::PhoneNumber;
use crate::provider::{DeliveryReceipt, DynProvider, Event, WebhookCall};

pub(super) async fn run(suite: &Suite, case: Case) {
    let (_vendor, provider) = suite.provider().await;
    let can = provider.capabilities();
    match case {
        // A feed is tested by the provider's own tests: there is no call to spoil.
        _ if provider.webhooks().is_none() => {
            let silent = !can.receipts && !can.inbound;
            assert!(
                silent || provider.feed().is_some(),
                "it has no power to hear from the vendor"
            );
        }
        Case::Receipts => receipts(suite, &provider).await,
        Case::OptedOut => opted_out(suite, &provider).await,
        Case::UnknownStatus => unknown(suite, &provider).await,
        _ if can.inbound => inbound(suite, &provider).await,
        _ => assert!(
            suite.inbound.is_empty(),
            "`inbound` is not declared, yet the suite has a call"
        ),
    }
}

async fn events(provider: &DynProvider, call: &WebhookCall) -> Result<Vec<Event>, Error> {
    let webhooks = provider.webhooks().expect("it has the power");
    webhooks.events(call).await
}

async fn read(provider: &DynProvider, call: &WebhookCall) -> Vec<Event> {
    let read = events(provider, call).await;
    read.unwrap_or_else(|error| panic!("a call that the vendor signed is refused: {error:?}"))
}

async fn read_receipts(provider: &DynProvider, call: &WebhookCall) -> Vec<DeliveryReceipt> {
    let receipt = |event| match event {
        Event::Receipt(receipt) => receipt,
        other => panic!("this is no receipt: {other:?}"),
    };
    read(provider, call)
        .await
        .into_iter()
        .map(receipt)
        .collect()
}

async fn receipts(suite: &Suite, provider: &DynProvider) {
    assert!(
        !suite.receipts.is_empty(),
        "`receipts` is declared, yet the suite has no receipt"
    );
    for reported in &suite.receipts {
        as_expected(provider, reported).await;
        spoilt(suite, provider, &reported.call).await;
    }
}

async fn as_expected(provider: &DynProvider, reported: &Reported) {
    let read: Vec<_> = read_receipts(provider, &reported.call)
        .await
        .into_iter()
        .zip(
            reported
                .receipts
                .iter()
                .map(Some)
                .chain(std::iter::repeat(None)),
        )
        .map(|(receipt, expected)| Expected {
            id: receipt.provider_message_id,
            // Where the suite says nothing of our id, it may come or not.
            message_id: receipt
                .message_id
                .filter(|_| expected.is_some_and(|expected| expected.message_id.is_some())),
            state: receipt.state,
            opted_out: expected.is_some_and(|expected| expected.opted_out)
                && receipt
                    .error
                    .is_some_and(|error| error.kind() == ErrorKind::OptedOut),
        })
        .collect();
    assert_eq!(read, reported.receipts, "receipts of {:?}", reported.name);
}

/// Nobody else can make such a call.
async fn spoilt(suite: &Suite, provider: &DynProvider, call: &WebhookCall) {
    assert!(
        !suite.signed_by.is_empty(),
        "the suite says how calls are told from anybody's"
    );
    for proof in &suite.signed_by {
        let (wrong, missing) = without(proof, call);
        refused(provider, &wrong, "with a wrong signature").await;
        refused(provider, &missing, "without a signature").await;
    }
    let of_the_body =
        |proof: &SignedBy| !matches!(proof, SignedBy::JsonField(_) | SignedBy::PathSegment(_));
    let body_is_signed = suite.body_is_signed && suite.signed_by.iter().any(of_the_body);
    if body_is_signed && !call.raw_body().is_empty() {
        let mut body = call.raw_body().to_vec();
        body.push(b' ');
        refused(provider, &call.clone().body(body), "with another body").await;
    }
    if let Some(window) = suite.window {
        let beyond = window + Duration::from_secs(2);
        let late = call.received_at() + beyond;
        refused(provider, &call.clone().at(late), "that is too old").await;
        let early = call.received_at() - beyond;
        refused(provider, &call.clone().at(early), "from far ahead").await;
    }
}

/// The call with another proof, and with none.
fn without(proof: &SignedBy, call: &WebhookCall) -> (WebhookCall, WebhookCall) {
    match proof {
        SignedBy::Header(name) => {
            let value = call.header_value(name).expect("the call has its signature");
            let bare = call.clone().without_header(name);
            (bare.clone().header(*name, altered(value)), bare)
        }
        SignedBy::Parameter(name) => (parameter(call, name, true), parameter(call, name, false)),
        SignedBy::JsonField(name) => (field(call, name, true), field(call, name, false)),
        SignedBy::PathSegment(secret) => {
            let url = |segment: &str| call.url().replacen(&format!("/{secret}"), segment, 1);
            assert_ne!(url(""), call.url(), "the call's URL holds the secret");
            (
                call.clone().with_url(url("/somebody-elses")),
                call.clone().with_url(url("")),
            )
        }
    }
}

async fn refused(provider: &DynProvider, call: &WebhookCall, how: &str) {
    match events(provider, call).await {
        Err(error) => assert_eq!(
            error.kind(),
            ErrorKind::WebhookRefused,
            "a call {how}: {error:?}"
        ),
        Ok(events) => panic!("a call {how} is taken: {events:?}"),
    }
}

/// Another value of the same form: its middle is changed, where no padding is.
fn altered(value: &str) -> String {
    let middle = value.char_indices().nth(value.chars().count() / 2);
    let (at, c) = middle.expect("a signature has characters");
    // In hexadecimal digits the case may not matter.
    let other = if c.eq_ignore_ascii_case(&'A') {
        'B'
    } else {
        'A'
    };
    format!("{}{other}{}", &value[..at], &value[at + c.len_utf8()..])
}

/// The call with that field of its JSON changed, or removed.
fn field(call: &WebhookCall, name: &str, keep: bool) -> WebhookCall {
    let mut body = call.json().expect("the call's body is JSON");
    let fields = body.as_object_mut().expect("the call's body is an object");
    let value = fields.remove(name).expect("the call has its signature");
    if keep {
        let value = value.as_str().expect("a signature is text");
        fields.insert(name.to_owned(), altered(value).into());
    }
    call.clone().body(body.to_string())
}

/// The call with that parameter changed, or removed.
fn parameter(call: &WebhookCall, name: &str, keep: bool) -> WebhookCall {
    let in_query = call.query().iter().any(|(known, _)| known == name);
    let pairs = if in_query { call.query() } else { call.form() };
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (known, value) in pairs {
        match (known == name, keep) {
            (true, false) => {}
            (true, true) => drop(out.append_pair(&known, &altered(&value))),
            (false, _) => drop(out.append_pair(&known, &value)),
        }
    }
    let text = out.finish();
    if in_query {
        let base = call.url().split('?').next().unwrap_or_default();
        call.clone().with_url(format!("{base}?{text}"))
    } else {
        call.clone().body(text)
    }
}

async fn opted_out(suite: &Suite, provider: &DynProvider) {
    let told = suite.receipts.iter().filter(|reported| {
        let mut receipts = reported.receipts.iter();
        receipts.any(|receipt| receipt.opted_out)
    });
    for reported in told {
        as_expected(provider, reported).await;
    }
}

async fn unknown(suite: &Suite, provider: &DynProvider) {
    assert!(
        !suite.unknown.is_empty(),
        "give a receipt with a status word that the vendor does not have"
    );
    for call in &suite.unknown {
        let receipts = read_receipts(provider, call).await;
        assert!(
            !receipts.is_empty(),
            "a receipt with an unknown word is no receipt any more"
        );
        for receipt in receipts {
            assert_eq!(
                receipt.state, None,
                "a state was invented for {:?}",
                receipt.provider_status
            );
            assert!(!receipt.is_final, "nobody said that this is the end");
            assert!(
                !receipt.provider_status.is_empty(),
                "the vendor's word is lost"
            );
        }
    }
}

async fn inbound(suite: &Suite, provider: &DynProvider) {
    assert!(
        !suite.inbound.is_empty(),
        "`inbound` is declared, yet the suite has no call"
    );
    for texted in &suite.inbound {
        let events = read(provider, &texted.call).await;
        let [Event::Inbound(inbound)] = events.as_slice() else {
            panic!("one message was sent, and these were read: {events:?}");
        };
        assert!(
            PhoneNumber::parse(&texted.from).is_ok(),
            "the suite writes E.164"
        );
        assert_eq!((&inbound.from, &inbound.text), (&texted.from, &texted.text));
        spoilt(suite, provider, &texted.call).await;
    }
}
