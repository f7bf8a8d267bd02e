//! What a table may say, and the sentence where it may not.

use sms_framework::Sender;
use sms_provider_aws::ENTRY;

use crate::support::{SECRET, TOKEN, TOPIC, build, credentials, refusal};

fn with(line: &str) -> String {
    refusal(&format!("{}{line}", credentials()))
}

#[test]
fn missing_credentials_are_named_with_their_variable() {
    for (table, sentence) in [
        (
            "access_key_id = 'A'\nsecret_access_key = 's'",
            "`providers.aws.region`: it is missing; set AWS_REGION",
        ),
        (
            "region = 'r'\nsecret_access_key = 's'",
            "`providers.aws.access_key_id`: it is missing; set AWS_ACCESS_KEY_ID",
        ),
        (
            "region = 'r'\naccess_key_id = 'A'",
            "`providers.aws.secret_access_key`: it is missing; set AWS_SECRET_ACCESS_KEY",
        ),
        (
            "region = 'r'\naccess_key_id = 'A'\nsecret_access_key = ''",
            "`providers.aws.secret_access_key`: it is missing; set AWS_SECRET_ACCESS_KEY",
        ),
    ] {
        assert_eq!(refusal(table), sentence);
    }
    for region in [
        "eu.evil.example/",
        "EU-central-1",
        "eu central",
        "eu-central-1.evil",
    ] {
        assert_eq!(
            refusal(&format!(
                "region = '{region}'\naccess_key_id = 'A'\nsecret_access_key = 's'"
            )),
            "`providers.aws.region`: it may hold small letters, digits and hyphens only, like eu-central-1"
        );
    }
    assert_eq!(
        refusal("region = 'r'\naccess_key_id = 'A/B'\nsecret_access_key = 's'"),
        "`providers.aws.access_key_id`: it may hold no blank, colon, slash or control character"
    );
}

#[test]
fn bad_values_are_refused_by_name() {
    let name = "it is no name, id or ARN of AWS: 1 to 256 of A-Z a-z 0-9 _ : / - +";
    let price = "write US dollars with a point and in quotes, like \"0.25\" or \"1.0\"";
    let india = "it is empty or holds a blank; write the id alone";
    let topic =
        "it is no ARN of an SNS topic, like arn:aws:sns:eu-central-1:123456789012:sms-events";
    let here = "certificates are believed from this very machine or from SNS only; leave it out";
    let long = format!("configuration_set = '{}'", "x".repeat(257));
    let alone = format!("topic_arn = '{TOPIC}'");
    for (line, key, why) in [
        (
            "session_token = \"a\\nb\"",
            "session_token",
            "it has a blank at an end, or a control character; copy it again",
        ),
        ("configuration_set = ''", "configuration_set", name),
        ("configuration_set = 'a b'", "configuration_set", name),
        (&*long, "configuration_set", name),
        ("protect_configuration = ''", "protect_configuration", name),
        ("from = 'arn:aws:sms voice'", "from", name),
        ("max_price = '1'", "max_price", price),
        ("max_price = '0,25'", "max_price", price),
        ("max_price = '100.0'", "max_price", price),
        ("max_price = '-0.1'", "max_price", price),
        ("max_price = '1.'", "max_price", price),
        ("max_price = '0.123456'", "max_price", price),
        ("max_price = '$0.25'", "max_price", price),
        ("india_entity_id = ''", "india_entity_id", india),
        ("india_template_id = '1 2'", "india_template_id", india),
        ("topic_arn = 'sms-events'", "topic_arn", topic),
        (
            "topic_arn = 'arn:aws:sqs:eu-central-1:123456789012:sms-events'",
            "topic_arn",
            topic,
        ),
        (
            "topic_arn = 'arn:aws:sns:example.org/:123456789012:sms-events'",
            "topic_arn",
            topic,
        ),
        (
            "topic_arn = 'arn:aws:sns:eu-central-1:123456789012:'",
            "topic_arn",
            topic,
        ),
        (
            &*alone,
            "topic_arn",
            "no event comes without a configuration set; set `configuration_set`, too",
        ),
        (
            "base_url = 'sms-voice.amazonaws.com'",
            "base_url",
            "it is not an absolute URL",
        ),
        (
            "base_url = 'https://a:b@c'",
            "base_url",
            "it holds a user or a password; credentials have keys of their own",
        ),
        (
            "sns_url = 'https://sns.eu-central-1.amazonaws.com'",
            "sns_url",
            here,
        ),
        ("sns_url = 'http://127.0.0.1.example.org'", "sns_url", here),
        ("sns_url = 'http://10.0.0.1'", "sns_url", here),
        ("timeout = '0s'", "timeout", "it must be longer than zero"),
        (
            "connect_timeout = '0s'",
            "connect_timeout",
            "it must be longer than zero",
        ),
    ] {
        assert_eq!(
            with(line),
            format!("`providers.aws.{key}`: {why}"),
            "{line}"
        );
    }
}

#[test]
fn a_sender_that_is_none_says_what_is_wrong_with_it() {
    let sentence = with("from = '12'");
    assert!(
        sentence.starts_with("`providers.aws.from`: `12` is not a sender"),
        "{sentence}"
    );
    let sentence = with("from = 'pool-0123456789abcdef0123456789abcdef'");
    assert!(sentence.contains("11 at most"), "{sentence}");
}

#[test]
fn values_at_the_edge_are_taken() {
    for line in [
        "max_price = '.5'",
        "max_price = '99.99999'",
        "configuration_set = 'arn:aws:sms-voice:eu-central-1:123456789012:configuration-set/sms'",
        "message_type = 'TRANSACTIONAL'",
        "sns_url = 'http://localhost:1'",
        "sns_url = 'http://[::1]:1'",
        "sns_url = 'http://127.1.2.3:1'",
        "session_token = ''",
    ] {
        build(&format!("{}{line}", credentials())).unwrap();
    }
}

#[test]
fn the_table_is_typed() {
    assert!(with("tiemout = '3s'").contains("tiemout"));
    assert!(with("timeout = 'soon'").contains("write a number and a unit"));
    assert!(with("message_type = 'transactional'").contains("TRANSACTIONAL"));
}

#[test]
fn the_region_makes_the_host_and_a_base_url_wins() {
    let debug = |line: &str| format!("{:?}", build(&format!("{}{line}", credentials())).unwrap());
    assert!(debug("").contains("\"https://sms-voice.eu-central-1.amazonaws.com/\""));
    assert!(
        debug("base_url = 'https://sms-voice-fips.us-east-1.amazonaws.com'")
            .contains("\"https://sms-voice-fips.us-east-1.amazonaws.com/\"")
    );
}

#[test]
fn the_default_sender_is_the_configured_one_or_nobody() {
    let sender = |line: &str| {
        build(&format!("{}{line}", credentials()))
            .unwrap()
            .default_sender()
    };
    assert_eq!(
        sender("from = 'ACME'"),
        Some("ACME".parse::<Sender>().unwrap())
    );
    assert_eq!(sender(""), None);
    assert_eq!(
        sender("from = 'arn:aws:sms-voice:eu-central-1:123456789012:pool/pool-1'"),
        None
    );
}

#[test]
fn it_hears_where_a_topic_is_configured() {
    let deaf = build(&credentials()).unwrap();
    assert!(!deaf.capabilities().receipts && deaf.webhooks().is_none());
    let table = format!(
        "{}configuration_set = 'sms'\ntopic_arn = '{TOPIC}'",
        credentials()
    );
    let hears = build(&table).unwrap();
    assert!(hears.capabilities().receipts && hears.webhooks().is_some());
    let can = hears.capabilities();
    assert!(can.validity.is_some() && can.messaging_service);
    assert!(!can.lookup && !can.inbound && !can.media && !can.simulated);
}

#[test]
fn the_keys_name_their_variables_and_secrets() {
    let secret = ENTRY
        .keys
        .iter()
        .filter(|key| key.secret)
        .map(|key| key.name);
    assert_eq!(
        secret.collect::<Vec<_>>(),
        ["secret_access_key", "session_token"]
    );
    let env = |name: &str| ENTRY.key(name).unwrap().env;
    assert_eq!(env("region"), ["AWS_REGION", "AWS_DEFAULT_REGION"]);
    assert_eq!(env("access_key_id"), ["AWS_ACCESS_KEY_ID"]);
    assert_eq!(env("secret_access_key"), ["AWS_SECRET_ACCESS_KEY"]);
    assert_eq!(env("session_token"), ["AWS_SESSION_TOKEN"]);
}

#[test]
fn no_error_and_no_debug_shows_a_secret() {
    let table = format!("{}session_token = '{TOKEN}'\n", credentials());
    let shown = format!("{:?}", build(&table).unwrap());
    for line in [
        "region = '/'",
        "timeout = '0s'",
        "max_price = 'x'",
        "from = ['x']",
    ] {
        let sentence = refusal(&format!("{table}{line}").replace("region = 'eu-central-1'\n", ""));
        for shown in [&sentence, &shown] {
            assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
        }
    }
    let broken = with(&format!("session_token = \"{TOKEN}\\n\""));
    assert!(!broken.contains(TOKEN), "{broken}");
}
