//! What a table may say, and the sentence where it may not.

use sms_framework::provider::{ConfigKey, Reference, Validity};
use sms_provider_twilio::ENTRY;

use crate::support::{build, refusal};

const CREDENTIALS: &str = "account_sid = 'AC1'\nauth_token = 'very-secret'";

fn with(line: &str) -> String {
    refusal(&format!("{CREDENTIALS}\n{line}"))
}

#[test]
fn missing_credentials_are_named_with_their_variable() {
    for (table, sentence) in [
        (
            "auth_token = 'x'",
            "`providers.twilio.account_sid`: it is missing; set TWILIO_ACCOUNT_SID",
        ),
        (
            "account_sid = 'AC1'",
            "`providers.twilio.auth_token`: it is missing; set TWILIO_AUTH_TOKEN",
        ),
        (
            "account_sid = 'AC1'\nauth_token = ''",
            "`providers.twilio.auth_token`: it is missing; set TWILIO_AUTH_TOKEN",
        ),
        (
            "account_sid = 'AC1'\nauth_token = 'x'\napi_key = 'SK1'",
            "`providers.twilio.api_key_secret`: it is missing; set TWILIO_API_KEY_SECRET",
        ),
    ] {
        assert_eq!(refusal(table), sentence);
    }
}

#[test]
fn bad_values_are_refused_by_name() {
    for (line, sentence) in [
        (
            "messaging_service_sid = ''",
            "`providers.twilio.messaging_service_sid`: it is no SID of a messaging service: 1 to 64 visible ASCII characters",
        ),
        (
            "edge = 'evil.example/'",
            "`providers.twilio.edge`: it may hold letters, digits and hyphens only",
        ),
        (
            "region = ''",
            "`providers.twilio.region`: it may hold letters, digits and hyphens only",
        ),
        (
            "base_url = 'api.twilio.com'",
            "`providers.twilio.base_url`: it is not an absolute URL",
        ),
        (
            "base_url = 'ftp://api.twilio.com'",
            "`providers.twilio.base_url`: it is neither http nor https",
        ),
        (
            "base_url = 'https://a:b@c'",
            "`providers.twilio.base_url`: it holds a user or a password; credentials have keys of their own",
        ),
        (
            "base_url = 'https://c/?x=1'",
            "`providers.twilio.base_url`: it has a query or a fragment",
        ),
        (
            "status_callback = '/sms/status'",
            "`providers.twilio.status_callback`: it is not an absolute http or https URL",
        ),
        (
            "status_callback = 'https://sms_hooks.example.org/status'",
            "`providers.twilio.status_callback`: Twilio calls no host with an underscore; use another name for it",
        ),
        (
            "timeout = '0s'",
            "`providers.twilio.timeout`: it must be longer than zero",
        ),
        (
            "connect_timeout = '0s'",
            "`providers.twilio.connect_timeout`: it must be longer than zero",
        ),
    ] {
        assert_eq!(with(line), sentence);
    }
    for sid in ["a b", "a:b", "a/b", "..", "a\tb"] {
        let table = format!("account_sid = \"{sid}\"\nauth_token = 'x'");
        assert_eq!(
            refusal(&table),
            "`providers.twilio.account_sid`: it may hold no blank, colon, slash or control character"
        );
    }
}

#[test]
fn a_callback_may_be_as_long_as_twilio_takes_with_our_id() {
    let with_id = "?sms_message_id=0193b0c0-0000-7000-8000-000000000001".len();
    let url = |length: usize| format!("https://example.org/{}", "x".repeat(length - 20 - with_id));
    build(&format!("{CREDENTIALS}\nstatus_callback = '{}'", url(4000))).unwrap();
    assert_eq!(
        with(&format!("status_callback = '{}'", url(4001))),
        "`providers.twilio.status_callback`: with our message id it is longer than the 4000 characters that Twilio takes; shorten it"
    );
}

#[test]
fn the_table_is_typed() {
    assert!(with("tiemout = '3s'").contains("tiemout"));
    assert!(with("timeout = 'soon'").contains("write a number and a unit"));
    assert!(with("from = '12'").contains("a short code has 3 to 8 digits"));
}

#[test]
fn without_a_sender_the_one_of_the_requirement_is_used() {
    let provider = build(CREDENTIALS).unwrap();
    assert_eq!(
        provider.default_sender().unwrap().to_string(),
        "+15555551234"
    );
}

#[test]
fn it_says_what_it_can_do() {
    let can = build(CREDENTIALS).unwrap().capabilities();
    assert!(can.media && can.messaging_service && can.lookup && !can.simulated);
    assert!(can.receipts && can.inbound);
    assert_eq!(can.validity, Some(Validity::seconds(1, 36_000)));
    assert_eq!(can.max_segments, None);
    assert_eq!(can.reference, Reference::None);
    let called = format!("{CREDENTIALS}\nstatus_callback = 'https://example.org/s'");
    let can = build(&called).unwrap().capabilities();
    assert_eq!(can, ENTRY.capabilities);
    assert_eq!(can.reference, Reference::Callback);
}

#[test]
fn edge_and_region_move_the_host_and_a_base_url_wins() {
    let debug = |line: &str| format!("{:?}", build(&format!("{CREDENTIALS}\n{line}")).unwrap());
    assert!(debug("").contains("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"));
    assert!(debug("region = 'ie1'").contains("https://api.dublin.ie1.twilio.com/2010"));
    assert!(debug("edge = 'ashburn'").contains("https://api.ashburn.us1.twilio.com/2010"));
    let both = "base_url = 'http://127.0.0.1:1/'\nedge = 'dublin'\nregion = 'ie1'";
    assert!(debug(both).contains("http://127.0.0.1:1/2010"));
}

#[test]
fn the_keys_name_their_variables_and_secrets() {
    let secret: Vec<_> = ENTRY
        .keys
        .iter()
        .filter(|key| key.secret)
        .map(|key| key.name)
        .collect();
    assert_eq!(
        secret,
        ["auth_token", "api_key_secret", "previous_auth_token"]
    );
    let env = |name: &str| ENTRY.key(name).map(|key: &ConfigKey| key.env).unwrap();
    assert_eq!(env("from"), ["TWILIO_FROM_PHONE", "TWILIO_PHONE_NUMBER"]);
    assert_eq!(env("account_sid"), ["TWILIO_ACCOUNT_SID"]);
    assert_eq!(env("auth_token"), ["TWILIO_AUTH_TOKEN"]);
    assert_eq!(env("previous_auth_token"), ["TWILIO_PREVIOUS_AUTH_TOKEN"]);
}

#[test]
fn errors_never_show_the_secret() {
    for line in [
        "edge = '/'",
        "timeout = '0s'",
        "from = 'x!'",
        "status_callback = 'x'",
    ] {
        assert!(!with(line).contains("very-secret"));
    }
    let mistyped = refusal("account_sid = 'AC1'\nauth_token = ['very-secret']");
    assert!(!mistyped.contains("very-secret"), "{mistyped}");
}

#[test]
fn what_stands_in_our_url_is_not_shown() {
    let mut config = sms_provider_twilio::TwilioConfig::default();
    config.status_callback = Some("https://me:very-secret@example.org/sms".into());
    assert!(!format!("{config:?}").contains("very-secret"));
}
