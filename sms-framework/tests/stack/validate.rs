use std::time::Duration;

use sms_framework::config::ValidateSettings;
use sms_framework::provider::Capabilities;
use sms_framework::stack::{SendRequest, ValidateLayer, Validator};
use sms_framework::testkit::ScriptedProvider;
use sms_framework::{Certainty, Error, Message};
use tower::{Layer, ServiceExt, service_fn};

use super::support::TO;

fn validator(settings: &ValidateSettings) -> Validator {
    Validator::new(settings, &ScriptedProvider::new()).unwrap()
}

fn refusal(message: Message) -> Error {
    validator(&ValidateSettings::default())
        .check(message)
        .unwrap_err()
}

#[test]
fn every_refusal_says_what_to_do() {
    let cases = [
        (
            Message::new("4155550123", "Hi"),
            "INVALID_PHONE",
            "`41******23` is not an E.164 phone number: the plus is missing; write plus, country code \
             and number, as in +14155552671, or set validate.default_region for national numbers",
        ),
        (
            Message::new(TO, ""),
            "INVALID_MESSAGE",
            "the message is empty: it needs a text",
        ),
        (
            Message::new(TO, " \n\t"),
            "INVALID_MESSAGE",
            "the message is empty: it needs a text",
        ),
        (
            Message::new(TO, "Hi").media("file:///etc/passwd"),
            "INVALID_MESSAGE",
            "the media address `file:///etc/passwd` is not an absolute http or https URL",
        ),
        (
            Message::new(TO, "é".repeat(1601)),
            "MESSAGE_TOO_LONG",
            "the text has 1601 characters; at most 1600 are allowed",
        ),
        (
            Message::new(TO, "Hi").media("https://example.com/a.png"),
            "UNSUPPORTED",
            "the provider takes no media: send the text alone, or link to the media in it",
        ),
        (
            Message::new(TO, "Hi").valid_for(Duration::from_secs(60)),
            "UNSUPPORTED",
            "the provider takes no validity period: leave it out",
        ),
        (
            Message::new(TO, "Hi").sender("service:bookings".parse().unwrap()),
            "UNSUPPORTED",
            "the provider has no messaging services: send from a number or a sender ID",
        ),
    ];
    for (message, code, text) in cases {
        let error = refusal(message);
        assert_eq!((error.code(), error.to_string().as_str()), (code, text));
        assert_eq!(error.certainty(), Certainty::NotSent);
        assert!(!error.is_transient(), "{code} is not for time to cure");
    }
}

#[test]
fn a_text_that_is_too_long_comes_with_help() {
    let error = refusal(Message::new(TO, "x".repeat(1700)));
    assert_eq!(
        error.help(),
        Some("shorten it or send it in parts; it is never cut silently")
    );
}

#[test]
fn the_longest_text_allowed_is_counted_in_characters_not_bytes() {
    let body = "é".repeat(1600);
    let outbound = validator(&ValidateSettings::default())
        .check(Message::new(TO, body.clone()))
        .unwrap();
    assert_eq!(outbound.body(), body);
}

#[test]
fn what_the_provider_can_passes() {
    let all = Capabilities::new()
        .with_media()
        .with_validity(sms_framework::provider::Validity::seconds(1, 36_000))
        .with_messaging_service();
    let provider = ScriptedProvider::new().capabilities(all);
    let rules = Validator::new(&ValidateSettings::default(), &provider).unwrap();
    let message = Message::new(TO, "")
        .media("https://example.com/a.png")
        .valid_for(Duration::from_secs(60))
        .sender("service:bookings".parse().unwrap());
    assert!(rules.check(message).is_ok(), "media alone needs no text");
}

#[test]
fn a_message_without_sender_gets_the_providers() {
    let rules = validator(&ValidateSettings::default());
    let own = rules.check(Message::new(TO, "Hi").sender("72345".parse().unwrap()));
    assert_eq!(own.unwrap().from().unwrap().to_string(), "72345");
    let default = rules.check(Message::new(TO, "Hi"));
    assert_eq!(default.unwrap().from().unwrap().to_string(), "+15550006789");
}

#[test]
fn a_default_region_reads_national_numbers() {
    let mut settings = ValidateSettings::default();
    settings.default_region = Some("US".to_owned());
    let outbound = validator(&settings).check(Message::new("(415) 555-2671", "Hi"));
    assert_eq!(outbound.unwrap().to().to_string(), "+14155552671");
}

#[tokio::test]
async fn what_is_refused_does_not_reach_the_service_below() {
    let below = service_fn(|_request: SendRequest| async { Ok::<_, Error>("reached") });
    let service = ValidateLayer::new(validator(&ValidateSettings::default())).layer(below);
    let refused = service.clone().oneshot(Message::new("nobody", "Hi")).await;
    assert_eq!(refused.unwrap_err().code(), "INVALID_PHONE");
    let passed = service.oneshot(Message::new(TO, "Hi")).await;
    assert_eq!(passed.unwrap(), "reached");
}
