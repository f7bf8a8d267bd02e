//! Properties: what holds for every text and for every answer.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use figment::providers::{Format, Toml};
use figment::value::Value as TomlValue;
use figment::{Figment, Profile, Provider};
use proptest::prelude::*;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::Webhooks;
use sms_framework::provider::http::Answer;
use sms_framework::provider::http::HttpClient;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::reqwest::header::HeaderMap;
use sms_framework::testkit::outbound;
use sms_framework::{Certainty, Message};

use crate::answer::{Path, document};
use crate::check::Check;
use crate::escape;
use crate::judge::Judge;
use crate::receipt::Receipts;
use crate::request::Plan;
use crate::secrets::Secrets;
use crate::tables::Read;
use crate::template::Names;
use crate::values::Values;
use crate::webhooks::Calls;

fn table(text: &str) -> TomlValue {
    let data = Toml::string(text).data().unwrap();
    TomlValue::from(data[&Profile::Default].clone())
}

fn secrets() -> Secrets {
    let check = Check::new("acme");
    let set = BTreeMap::from([("key".to_owned(), "s3cr3t".into())]);
    Secrets::read(&check, "acme", &["key".to_owned()], &set).unwrap()
}

/// The request that a description makes of a text, as (URL, headers, body).
fn request(description: &str, text: &str) -> Result<(Url, HeaderMap, Vec<u8>), String> {
    let (secrets, config) = (secrets(), BTreeMap::new());
    let names = Names {
        check: Check::new("acme"),
        secrets: &secrets,
        config: &config,
        has_callback: false,
        used: RefCell::new(BTreeSet::new()),
    };
    let base = Url::parse("https://api.example/v1").unwrap();
    let plan = Plan::read(&names, &base, &table(description)).map_err(|error| error.to_string())?;
    let message = outbound(Message::new("+14155550123", text).tag("x", text));
    let values = Values::new(&message, None, &secrets, plan.forms, None);
    thread_local! {
        static CLIENT: HttpClient =
            HttpClient::new(std::time::Duration::from_secs(1), std::time::Duration::from_secs(1)).unwrap();
    }
    let request = CLIENT.with(|client| plan.request(client, &values));
    let request = request.map_err(|error| error.to_string())?.build().unwrap();
    let body = request
        .body()
        .and_then(|body| body.as_bytes())
        .unwrap_or_default();
    Ok((
        request.url().clone(),
        request.headers().clone(),
        body.to_vec(),
    ))
}

/// Texts with much that has to be escaped.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~\t\r\n]{0,40}",
        "[{}<>&\"'%+=;?#/\\\\ .\r\n\t]{0,20}",
        "[à-ÿ€😀{}]{0,10}",
    ]
    .prop_filter("a text is not empty", |text| !text.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_text_arrives_byte_for_byte_in_json(text in texts()) {
        let description = r#"path = "/"
            fields = { to = "{to}", deep = [{ text = "{text}", both = "<{text}>" }] }"#;
        let (_, _, body) = request(description, &text).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        prop_assert_eq!(body["deep"][0]["text"].as_str(), Some(text.as_str()));
        let both = format!("<{}>", text);
        prop_assert_eq!(body["deep"][0]["both"].as_str(), Some(both.as_str()));
    }

    #[test]
    fn a_text_arrives_byte_for_byte_in_a_form(text in texts()) {
        let description = r#"path = "/"
            body = "form"
            fields = { to = "{to}", "te xt&=" = "{text}" }"#;
        let (_, _, body) = request(description, &text).unwrap();
        let pairs: Vec<_> = form_urlencoded::parse(&body).into_owned().collect();
        prop_assert!(pairs.contains(&("te xt&=".to_owned(), text)));
        prop_assert_eq!(pairs.len(), 2);
    }

    #[test]
    fn a_text_arrives_byte_for_byte_in_a_query(text in texts()) {
        let description = r#"path = "/"
            method = "GET"
            query = { "a b" = "{text}" }
            fields = { to = "{to}", text = "{text}" }"#;
        let (url, _, _) = request(description, &text).unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        prop_assert_eq!(pairs.len(), 3);
        prop_assert!(pairs.contains(&("a b".to_owned(), text.clone())));
        prop_assert!(pairs.contains(&("text".to_owned(), text)));
        // Some decode a plus as a blank in a query, and some do not.
        prop_assert!(!url.query().unwrap().contains('+'));
    }

    #[test]
    fn a_text_arrives_byte_for_byte_in_a_path_or_is_refused(text in texts()) {
        let description = r#"path = "/{secret.key}/{text}/x"
            fields = { to = "{to}" }"#;
        match request(description, &text) {
            Ok((url, _, _)) => {
                let segments: Vec<_> = url.path_segments().unwrap().collect();
                prop_assert_eq!(segments.len(), 4);
                prop_assert_eq!((segments[1], segments[3]), ("s3cr3t", "x"));
                let form = format!("x={}", segments[2]);
                let mut pairs = form_urlencoded::parse(form.as_bytes());
                prop_assert_eq!(pairs.next().unwrap().1, text);
            }
            Err(why) => {
                prop_assert!(matches!(text.as_str(), "." | ".."), "{}", why);
            }
        }
    }

    #[test]
    fn a_text_arrives_byte_for_byte_in_a_header_or_is_refused(text in texts()) {
        let description = r#"path = "/"
            headers = { X-Text = "{text}" }
            fields = { to = "{to}" }"#;
        match request(description, &text) {
            Ok((_, headers, _)) => {
                prop_assert_eq!(headers["x-text"].as_bytes(), text.as_bytes());
                prop_assert_eq!(headers.get_all("x-text").iter().count(), 1);
            }
            Err(_) => {
                let ends = text.starts_with(' ') || text.ends_with(' ');
                prop_assert!(ends || text.contains(|c: char| c.is_ascii_control()));
            }
        }
    }

    #[test]
    fn a_text_arrives_byte_for_byte_in_xml_or_is_refused(text in texts()) {
        let description = r#"path = "/"
            body = "xml"
            xml = '<sms to="{to}" note="{text}"><text>{text}</text><x>{{}}</x></sms>'"#;
        match request(description, &text) {
            Ok((_, _, body)) => {
                let body = String::from_utf8(body).unwrap();
                let document = roxmltree::Document::parse(&body).unwrap();
                let root = document.root_element();
                prop_assert_eq!(root.attribute("note"), Some(text.as_str()));
                let children: Vec<_> = root.children().filter_map(|child| child.text()).collect();
                prop_assert_eq!(children, [text.as_str(), "{}"]);
            }
            Err(_) => {
                let forbidden = |c: char| {
                    (c < ' ' && !"\t\r\n".contains(c)) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
                };
                prop_assert!(text.contains(forbidden));
            }
        }
    }

    #[test]
    fn a_text_arrives_as_hexadecimal_digits(text in texts()) {
        let hex = escape::hex_utf16be(&text);
        let unit = |at: usize| u16::from_str_radix(&hex[at..at + 4], 16).unwrap();
        let units: Vec<u16> = (0..hex.len()).step_by(4).map(unit).collect();
        prop_assert_eq!(String::from_utf16(&units).unwrap(), text);
    }

    #[test]
    fn any_description_is_read_or_refused_without_a_panic(text in texts(), at in 0..4_usize) {
        let quoted = serde_json::Value::from(text).to_string();
        let places = [
            format!("path = {quoted}\nfields = {{ to = '{{to}}', text = '{{text}}' }}"),
            format!("path = '/'\nfields = {{ to = '{{to}}', text = {quoted} }}"),
            format!("path = '/'\nbody = 'xml'\nxml = {quoted}"),
            format!("path = '/'\nheaders = {{ X-A = {quoted} }}\nfields = {{ to = '{{to}}', text = '{{text}}' }}"),
        ];
        // Not every Rust escape is one of TOML's.
        if Figment::from(Toml::string(&places[at])).find_value("path").is_ok() {
            let _read = request(&places[at], "Hello");
        }
    }
}

const ACCEPTS: &[(&str, &str)] = &[
    (
        "read = 'json'\nwhere = { status = 'ok' }\nid = 'data.0.id'",
        "code = ['data.0.code', 'code']\nmessage = 'text'\ndefault = 'permanent'",
    ),
    ("read = 'json'\nid = 'id'", "code = 'code'"),
    (
        "read = 'xml'\nwhere = { status = 'ok' }\nid = 'id'",
        "code = 'code'\ncapture = '(E[0-9]+)'",
    ),
    (
        "read = 'form'\nwhere = { status = ['ok', 'fine'] }",
        "code = 'code'",
    ),
    (
        "read = 'text'\ncapture = '^ok (.*)'",
        "code = ''\ncapture = '(E[0-9]+)'",
    ),
    (
        "read = 'json'\nwhere = { error = { absent = true } }\nid = 'id'",
        "code = 'error'\ndefault = 'permanent'",
    ),
];

const CODES: &str = "
    [codes]
    E1 = 'permanent'
    E2 = 'opted_out'
    E3 = 'ambiguous'
    E4 = 'transient'
    E5 = { class = 'recipient', proven_not_sent = true }
    [status]
    409 = 'ambiguous'
    418 = 'configuration'
    504 = { class = 'transient', proven_not_sent = true }";

/// Bodies from noise to nearly right.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        Just("ok"),
        Just("E1"),
        Just("E2"),
        Just("E3"),
        Just("E4"),
        Just("E5"),
        Just("E9"),
        Just(""),
        Just("null"),
    ];
    let json = (word.clone(), word.clone(), any::<bool>(), any::<bool>()).prop_map(
        |(status, code, has_id, is_list)| {
            let item = serde_json::json!({"id": has_id.then_some("M1"), "code": code});
            let data = if is_list { serde_json::json!([item]) } else { item };
            serde_json::json!({"status": status, "code": code, "id": has_id.then_some(7), "error": (code != "ok").then_some(code), "data": data})
                .to_string()
                .into_bytes()
        },
    );
    let xml = (word.clone(), word.clone()).prop_map(|(status, code)| {
        format!("<a><status>{status}</status><id>1</id><code>{code}</code></a>").into_bytes()
    });
    let form = (word.clone(), word.clone())
        .prop_map(|(status, code)| format!("status={status}&code={code}").into_bytes());
    let text = (word.clone(), word).prop_map(|(one, two)| format!("{one} {two}").into_bytes());
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        any::<String>().prop_map(String::into_bytes),
        json,
        xml,
        form,
        text,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// The rule: without evidence nobody says that the message was not taken.
    #[test]
    fn certainty_follows_the_rule(
        which in 0..ACCEPTS.len(),
        status in prop_oneof![Just(200_u16), Just(201), 100..600_u16],
        body in bodies(),
    ) {
        let (accept, reject) = ACCEPTS[which];
        let check = Check::new("acme");
        let judge = Judge::read(&check, &table(accept), Some(&table(&format!("{reject}{CODES}")))).unwrap();
        let answer = Answer { status, headers: HeaderMap::new(), body: body.clone() };
        let text = String::from_utf8_lossy(&body).into_owned();
        match judge.judge(&answer, &[]) {
            Ok(acceptance) => {
                prop_assert!((200..300).contains(&status));
                prop_assert!(which != 0 || text.contains("ok"), "no condition held: {}", text);
                prop_assert!(acceptance.provider_message_ids.iter().all(|id| !id.is_empty()));
            }
            Err(error) if error.certainty() == Certainty::MaybeSent => {
                // What the other side refused with no word about it is refused.
                let by_status = (400..500).contains(&status) && ![408, 409].contains(&status);
                prop_assert!(!by_status || text.contains("E3"), "{:?} of {} {}", error, status, text);
            }
            Err(error) => {
                let listed = error.provider_code().is_some_and(|code| {
                    ["E1", "E2", "E4", "E5"].contains(&code)
                });
                let proven = error.provider_code() == Some("E5") || status == 504;
                let denied = [0, 5].contains(&which) && (200..300).contains(&status);
                let refused = (300..500).contains(&status) && status != 408;
                if status >= 500 || status == 408 {
                    prop_assert!(proven, "{:?} of {} {}", error, status, text);
                } else {
                    prop_assert!(listed || denied || refused, "{:?} of {} {}", error, status, text);
                }
            }
        }
    }

    #[test]
    fn any_call_is_read_or_refused_without_a_panic(
        from in prop_oneof![Just("form"), Just("json"), Just("query"), Just("json_in_form:data")],
        each in prop_oneof![Just(""), Just("*"), Just("list"), Just("*.report"), Just("a.*.0")],
        body in prop_oneof![bodies(), any::<String>().prop_map(|text| format!("data={text}").into_bytes())],
        query in any::<String>(),
    ) {
        let (secrets, config) = (secrets(), BTreeMap::new());
        let names = Names {
            check: Check::new("acme"),
            secrets: &secrets,
            config: &config,
            has_callback: false,
            used: RefCell::new(BTreeSet::new()),
        };
        let secret: secrecy::SecretString = "0123456789abcdef".into();
        let description = format!("from = '{from}'\neach = '{each}'\nid = 'id'\nstatus = 'status'");
        let receipts = Receipts::read(&names, &table(&description), Some(&secret), false).unwrap();
        let calls = Calls { receipts: Some(receipts), inbound: None, path_secret: Some(secret) };
        let url = format!("https://example.org/0123456789abcdef?{query}");
        let call = WebhookCall::new("POST", url).body(body);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        if let Err(error) = runtime.block_on(calls.events(&call)) {
            prop_assert_eq!(error.code(), "BAD_WEBHOOK");
        }
    }

    #[test]
    fn any_body_is_read_as_anything_without_a_panic(body in bodies(), path in "[a-z0-9.*@]{0,12}") {
        for read in [Read::Json, Read::Xml, Read::Form, Read::Text] {
            let document = document(read, &body);
            if let (Some(document), Ok(path)) = (document, Path::parse(&path)) {
                let _found = path.text(&document);
                let _items = path.each(&document);
            }
        }
    }
}

#[test]
fn xml_that_nests_without_end_is_not_read() {
    let deep = "<a>".repeat(1_000_000);
    assert_eq!(document(Read::Xml, deep.as_bytes()), None);
    let json = "[".repeat(1_000_000);
    assert_eq!(document(Read::Json, json.as_bytes()), None);
    let entities = r#"<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]><a>&b;</a>"#;
    assert_eq!(document(Read::Xml, entities.as_bytes()), None);
    // A comment must not hide elements from the count.
    let hidden = "<a><!--</a>-->".repeat(1_000_000);
    assert_eq!(document(Read::Xml, hidden.as_bytes()), None);
}
