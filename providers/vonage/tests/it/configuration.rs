//! What a table may say, and the sentence where it may not.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Format, Toml};
use sms_framework::provider::{Beyond, ConfigKey, ValidityForm};
use sms_provider_vonage::{ENTRY, VonageConfig};

use crate::support::{BASIC, SECRET, build, refusal, vonage};

const SMALL_KEY: &str = include_str!("../data/test-rsa-private-key-1024.pem");
const PRIVATE_KEY: &str = include_str!("../data/test-rsa-private-key.pem");

fn with(line: &str) -> String {
    refusal(&format!("{BASIC}\n{line}"))
}

#[test]
fn missing_credentials_are_named_with_their_variable() {
    for (table, sentence) in [
        (
            "api_secret = 'x'",
            "`providers.vonage.api_key`: it is missing; set VONAGE_API_KEY",
        ),
        (
            "api_key = 'x'",
            "`providers.vonage.api_secret`: it is missing; set VONAGE_API_SECRET",
        ),
        (
            "api_key = 'x'\napi_secret = ''",
            "`providers.vonage.api_secret`: it is missing; set VONAGE_API_SECRET",
        ),
        (
            "application_id = 'x'",
            "`providers.vonage.private_key`: it is missing; set VONAGE_PRIVATE_KEY",
        ),
        (
            "private_key = 'x'",
            "`providers.vonage.application_id`: it is missing; set VONAGE_APPLICATION_ID",
        ),
        (
            "api = 'sms'\napplication_id = 'x'\nprivate_key = 'x'",
            "`providers.vonage.api_key`: it is missing; set VONAGE_API_KEY",
        ),
        (
            "api_key = 'a:b'\napi_secret = 'x'",
            "`providers.vonage.api_key`: it may hold no blank, colon, slash or control character",
        ),
    ] {
        assert_eq!(refusal(table), sentence);
    }
}

#[test]
fn bad_values_are_refused_by_name() {
    let long = format!(
        "api = 'sms'\ncallback_url = 'https://example.org/{}'",
        "x".repeat(81)
    );
    for (lines, sentence) in [
        (
            "region = 'eu'\nbase_url = 'https://proxy.example'",
            "`providers.vonage.region`: `base_url` is set, too; leave one of them out",
        ),
        (
            "region = 'eu'\napi = 'sms'",
            "`providers.vonage.region`: the SMS API has one host only; leave it out",
        ),
        (
            "base_url = 'api.nexmo.com'",
            "`providers.vonage.base_url`: it is not an absolute URL",
        ),
        (
            "from = 'service:s-1'",
            "`providers.vonage.from`: Vonage has no messaging services; write a number or a sender ID",
        ),
        (
            "callback_url = '/sms/vonage'",
            "`providers.vonage.callback_url`: it is not an absolute http or https URL",
        ),
        (
            &long,
            "`providers.vonage.callback_url`: with `webhook_path_secret` in its path it is longer than the 100 characters that the SMS API takes",
        ),
        (
            "api = 'sms'\ncallback_url = 'https://example.org/?a=1'",
            "`providers.vonage.callback_url`: it has a query, which the SMS API fills and signs itself",
        ),
        (
            "webhook_path_secret = 'fifteen-letters'",
            "`providers.vonage.webhook_path_secret`: it stands in a URL and must not be guessed: write 16 or more letters and digits (- . _ ~ are allowed, too)",
        ),
        (
            "webhook_path_secret = 'sixteen/letters/'",
            "`providers.vonage.webhook_path_secret`: it stands in a URL and must not be guessed: write 16 or more letters and digits (- . _ ~ are allowed, too)",
        ),
        (
            "signature_method = 'md5'",
            "`providers.vonage.webhook_secret`: it is missing; set VONAGE_SIGNATURE_SECRET",
        ),
        (
            "webhook_window = '0s'",
            "`providers.vonage.webhook_window`: it must be longer than zero",
        ),
        (
            "timeout = '0s'",
            "`providers.vonage.timeout`: it must be longer than zero",
        ),
        (
            "connect_timeout = '0s'",
            "`providers.vonage.connect_timeout`: it must be longer than zero",
        ),
    ] {
        let from = if lines.contains("from =") {
            BASIC.replace("from = '+14155550100'", "")
        } else {
            BASIC.to_owned()
        };
        assert_eq!(refusal(&format!("{from}\n{lines}")), sentence);
    }
    // The longest that the SMS API takes.
    let url = format!("https://example.org/{}", "x".repeat(80));
    vonage(&format!("api = 'sms'\ncallback_url = '{url}'"));
}

#[test]
fn a_private_key_that_is_none_is_not_shown() {
    let cut = PRIVATE_KEY[..PRIVATE_KEY.len() / 2].to_owned();
    for private_key in ["/etc/keys/private.key", SMALL_KEY, &cut] {
        let table = format!("application_id = 'x'\nprivate_key = '''{private_key}'''");
        assert_eq!(
            refusal(&table),
            "`providers.vonage.private_key`: it is no RSA key in PEM of 2048 bits or more; give the key's text, not the name of its file"
        );
    }
}

#[test]
fn the_table_is_typed() {
    assert!(with("tiemout = '3s'").contains("tiemout"));
    assert!(with("timeout = 'soon'").contains("write a number and a unit"));
    assert!(with("webhook_window = '1'").contains("write a number and a unit"));
    for (line, words) in [
        ("api = 'verify'", ["verify", "messages", "sms"]),
        ("region = 'mars'", ["mars", "eu", "ap"]),
        ("signature_method = 'sha3'", ["sha3", "md5", "hmac-sha256"]),
    ] {
        let said = with(line);
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
    assert!(
        refusal(&BASIC.replace("+14155550100", "12")).contains("a short code has 3 to 8 digits")
    );
}

#[test]
fn the_api_and_the_region_choose_the_host_and_a_base_url_wins() {
    let debug = |lines: &str| format!("{:?}", vonage(lines));
    for (lines, endpoint) in [
        ("", "https://api.nexmo.com/v1/messages"),
        ("api = 'messages'", "https://api.nexmo.com/v1/messages"),
        ("region = 'eu'", "https://api-eu.vonage.com/v1/messages"),
        ("region = 'us'", "https://api-us.vonage.com/v1/messages"),
        ("region = 'ap'", "https://api-ap.vonage.com/v1/messages"),
        ("api = 'sms'", "https://rest.nexmo.com/sms/json"),
        (
            "base_url = 'https://proxy.example/x/'",
            "https://proxy.example/x/v1/messages",
        ),
        (
            "api = 'sms'\nbase_url = 'https://proxy.example'",
            "https://proxy.example/sms/json",
        ),
    ] {
        assert!(
            debug(lines).contains(&format!("{endpoint:?}")),
            "{}",
            debug(lines)
        );
        assert!(!debug(lines).contains(SECRET));
    }
}

#[test]
fn it_says_what_each_api_can_do() {
    let messages = vonage("").capabilities();
    let validity = messages.validity.unwrap();
    assert_eq!(validity.form, ValidityForm::Seconds);
    assert_eq!(validity.longest, Duration::from_secs(72 * 3600));
    assert_eq!(validity.beyond, Beyond::NotSaid);

    let sms = vonage("api = 'sms'").capabilities();
    let validity = sms.validity.unwrap();
    assert_eq!(validity.form, ValidityForm::Milliseconds);
    assert_eq!(validity.shortest, Duration::from_secs(20));
    assert_eq!(validity.longest, Duration::from_secs(7 * 24 * 3600));

    let widest = ENTRY.capabilities.validity.unwrap();
    for can in [messages, sms] {
        let validity = can.validity.unwrap();
        assert!(widest.shortest <= validity.shortest && validity.longest <= widest.longest);
        assert!(can.receipts && can.inbound && !can.media && !can.lookup && !can.messaging_service);
        assert_eq!(can.max_segments, None);
    }
}

#[test]
fn the_keys_name_their_variables_and_secrets() {
    let secrets = ENTRY.keys.iter().filter(|key| key.secret);
    let secrets: Vec<_> = secrets.map(|key| key.name).collect();
    assert_eq!(
        secrets,
        [
            "api_secret",
            "private_key",
            "webhook_secret",
            "webhook_path_secret"
        ]
    );
    let env = |name: &str| ENTRY.key(name).map(|key: &ConfigKey| key.env).unwrap();
    assert_eq!(env("api_key"), ["VONAGE_API_KEY"]);
    assert_eq!(env("api_secret"), ["VONAGE_API_SECRET"]);
    assert_eq!(env("application_id"), ["VONAGE_APPLICATION_ID"]);
    assert_eq!(env("private_key"), ["VONAGE_PRIVATE_KEY"]);
    assert_eq!(env("from"), ["VONAGE_FROM"]);
    assert_eq!(env("webhook_secret"), ["VONAGE_SIGNATURE_SECRET"]);
    assert_eq!(env("signature_method"), ["VONAGE_SIGNATURE_METHOD"]);
    assert_eq!(env("webhook_path_secret"), ["VONAGE_WEBHOOK_PATH_SECRET"]);
}

#[test]
fn errors_never_show_a_secret() {
    for lines in [
        "region = '/'",
        "timeout = '0s'",
        "callback_url = 'x'",
        "api = 7",
    ] {
        assert!(!with(lines).contains(SECRET));
    }
    let mistyped = refusal(&format!("api_key = 'k'\napi_secret = ['{SECRET}']"));
    assert!(!mistyped.contains(SECRET), "{mistyped}");
    let mistyped = refusal(&format!(
        "api_key = 'k'\nprivate_key = {{ text = '{SECRET}' }}"
    ));
    assert!(!mistyped.contains(SECRET), "{mistyped}");
}

#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What building a provider with `lines` in its table logs.
fn logged(lines: &str) -> String {
    let screen = Screen::default();
    let writer = screen.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || drop(build(&format!("{BASIC}\n{lines}"))));
    let bytes = screen.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_is_not_used_is_warned_of() {
    let application = format!("application_id = 'x'\nprivate_key = '''{PRIVATE_KEY}'''");
    let logged_of_sms = logged(&format!("{application}\napi = 'sms'"));
    assert!(
        logged_of_sms.contains("WARN")
            && logged_of_sms.contains("application_id and private_key are not used"),
        "{logged_of_sms}"
    );
    assert_eq!(logged(&application), "");
    assert_eq!(logged("api = 'sms'"), "");
}

#[test]
fn receipts_that_cannot_be_checked_are_warned_of() {
    let callback = "callback_url = 'https://example.org/sms/vonage'";
    let (secret, path) = (
        "webhook_secret = 's1gnature-s3cr3t'",
        "webhook_path_secret = 'p4th-s3cr3t-0123'",
    );
    for (lines, keys) in [
        (callback.to_owned(), "webhook_secret"),
        // A report of the Messages API has a token, whatever its path.
        (format!("{callback}\n{path}"), "webhook_secret"),
        (
            format!("api = 'sms'\n{callback}\n{secret}"),
            "signature_method or webhook_path_secret",
        ),
    ] {
        let said = logged(&lines);
        let until = format!("each is refused until {keys} is set");
        assert!(said.contains("WARN") && said.contains(&until), "{said}");
    }
    for lines in [
        format!("{callback}\n{secret}"),
        format!("api = 'sms'\n{callback}\n{path}"),
    ] {
        assert_eq!(logged(&lines), "");
    }
}

#[test]
fn what_guards_our_url_is_in_no_debug() {
    let table = "callback_url = 'https://example.org/p4th-s3cr3t-0123'
                 webhook_path_secret = 'p4th-s3cr3t-0123'";
    let config: VonageConfig = Figment::from(Toml::string(table)).extract().unwrap();
    let shown = format!("{config:?} {:?}", vonage(table));
    assert!(!shown.contains("p4th-s3cr3t"), "{shown}");
}
