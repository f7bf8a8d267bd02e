//! What a table may say, and the sentence where it may not.

use sms_framework::provider::{Beyond, Reference};
use sms_provider_plivo::ENTRY;

use crate::support::{build, message, queued, refusal, send, table};

const CREDENTIALS: &str = "auth_id = 'MA1'\nauth_token = 'very-secret'";

fn with(line: &str) -> String {
    let sentence = refusal(&format!("{CREDENTIALS}\n{line}"));
    assert!(!sentence.contains("very-secret"), "{sentence}");
    sentence
}

#[test]
fn missing_credentials_are_named_with_their_variable() {
    for (table, sentence) in [
        (
            "auth_token = 'x'",
            "`providers.main.auth_id`: it is missing; set PLIVO_AUTH_ID",
        ),
        (
            "auth_id = 'MA1'",
            "`providers.main.auth_token`: it is missing; set PLIVO_AUTH_TOKEN",
        ),
        (
            "auth_id = 'MA1'\nauth_token = ''",
            "`providers.main.auth_token`: it is missing; set PLIVO_AUTH_TOKEN",
        ),
    ] {
        assert_eq!(refusal(table), sentence);
    }
}

#[test]
fn bad_values_are_refused_by_name() {
    let secret = "`providers.main.webhook_path_secret`: it stands in a URL and must not be guessed: write 16 or more letters and digits (- . _ ~ are allowed, too)";
    for (line, sentence) in [
        (
            "base_url = 'api.plivo.com'",
            "`providers.main.base_url`: it is not an absolute URL",
        ),
        (
            "timeout = '0s'",
            "`providers.main.timeout`: it must be longer than zero",
        ),
        (
            "connect_timeout = '0s'",
            "`providers.main.connect_timeout`: it must be longer than zero",
        ),
        (
            "callback_url = '/sms'",
            "`providers.main.callback_url`: it is not an absolute http or https URL",
        ),
        ("webhook_path_secret = 'very-secret'", secret),
        ("webhook_path_secret = ''", secret),
        ("webhook_path_secret = 'very-secret/and-long'", secret),
        (
            "from = 'ACME Shop'",
            "`providers.main.from`: Plivo strips everything but letters and digits from a sender ID; write it without the rest",
        ),
        (
            "powerpack_uuid = 'a b'",
            "`providers.main.powerpack_uuid`: it is no UUID of a Powerpack: copy it from the console",
        ),
        (
            "from = '72345'\npowerpack_uuid = 'ab'",
            "`providers.main.powerpack_uuid`: a message has either a sender or a Powerpack; remove it or `from`",
        ),
    ] {
        assert_eq!(with(line), sentence);
    }
    let path = refusal("auth_id = 'a/b'\nauth_token = 'x'");
    assert_eq!(
        path,
        "`providers.main.auth_id`: it may hold no blank, colon, slash or control character"
    );
}

#[test]
fn the_table_is_typed() {
    assert!(with("tiemout = '3s'").contains("tiemout"));
    assert!(with("timeout = 'soon'").contains("write a number and a unit"));
    assert!(with("log = 'perhaps'").contains("number_only"));
    assert!(with("callback_method = 'PUT'").contains("POST"));
}

#[tokio::test]
async fn every_word_of_log_is_sent() {
    for (word, sent) in [
        ("all", "true"),
        ("none", "false"),
        ("content_only", "content_only"),
        ("number_only", "number_only"),
    ] {
        let (_, requests) = send(&format!("log = '{word}'"), message(), queued()).await;
        assert_eq!(requests[0].json()["log"], sent);
    }
}

#[tokio::test]
async fn a_path_that_holds_the_secret_is_left_alone() {
    let table = |callback: &str| {
        format!(
            "{CREDENTIALS}\nfrom = '72345'\ncallback_url = '{callback}'
             webhook_path_secret = 'unguessable-segment-0001'"
        )
    };
    for (callback, start) in [
        (
            "https://example.org/unguessable-segment-0001/plivo",
            "https://example.org/unguessable-segment-0001/plivo?sms_message_id=",
        ),
        (
            "https://example.org/sms/?site=2",
            "https://example.org/sms/unguessable-segment-0001?site=2&sms_message_id=",
        ),
        (
            "https://example.org",
            "https://example.org/unguessable-segment-0001?sms_message_id=",
        ),
    ] {
        let server = sms_framework::testkit::http::ScriptedServer::start([
            sms_framework::testkit::http::Then::Answer(queued()),
        ])
        .await;
        let provider = build(&format!(
            "{}\nbase_url = '{}'",
            table(callback),
            server.url()
        ));
        let message = sms_framework::testkit::outbound(message());
        provider.unwrap().send(&message).await.unwrap();
        let url = server.requests()[0].json()["url"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(url.starts_with(start), "{url}");
    }
}

#[test]
fn it_says_what_it_can_do() {
    let can = build(&table("http://127.0.0.1:1", ""))
        .unwrap()
        .capabilities();
    assert_eq!(can, ENTRY.capabilities);
    assert!(can.messaging_service && can.receipts && can.inbound);
    assert!(!can.media && !can.lookup && !can.simulated);
    assert_eq!(can.reference, Reference::Callback);
    let validity = can.validity.unwrap();
    assert_eq!(
        (validity.shortest.as_secs(), validity.longest.as_secs()),
        (5, 10_799)
    );
    assert_eq!(validity.beyond, Beyond::NotSaid);
}

#[test]
fn the_keys_name_their_variables_and_secrets() {
    let keys = ENTRY.keys.iter();
    let secret: Vec<_> = keys.filter(|key| key.secret).map(|key| key.name).collect();
    assert_eq!(secret, ["auth_token", "webhook_path_secret"]);
    for (name, env) in [
        ("auth_id", "PLIVO_AUTH_ID"),
        ("auth_token", "PLIVO_AUTH_TOKEN"),
        ("from", "PLIVO_FROM"),
        ("powerpack_uuid", "PLIVO_POWERPACK_UUID"),
        ("callback_url", "PLIVO_CALLBACK_URL"),
        ("webhook_path_secret", "PLIVO_WEBHOOK_PATH_SECRET"),
    ] {
        assert_eq!(ENTRY.key(name).unwrap().env, [env]);
    }
}

#[test]
fn the_default_sender_is_the_configured_one() {
    let sender = |line: &str| {
        let provider = build(&format!("{CREDENTIALS}\n{line}")).unwrap();
        provider.default_sender().map(|sender| sender.to_string())
    };
    assert_eq!(
        sender("from = '+14155550100'").as_deref(),
        Some("+14155550100")
    );
    assert_eq!(
        sender("powerpack_uuid = 'ab-cd'").as_deref(),
        Some("service:ab-cd")
    );
    assert_eq!(sender(""), None);
}
