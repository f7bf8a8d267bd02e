//! What a description makes of a message.

use std::time::Duration;

use serde_json::{Value, json};
use sms_framework::provider::Reference;
use sms_framework::testkit::http::Answer;
use sms_framework::{ErrorKind, Message, MessageId};

use crate::support::{TO, build, request, send};

const ACCEPT: &str = "\n[accept]\nid = 'id'\n";

fn hello() -> Message {
    Message::new(TO, "Hello")
}

async fn body(description: &str, message: Message) -> Value {
    request(&format!("{description}{ACCEPT}"), message)
        .await
        .json()
}

#[tokio::test]
async fn a_field_that_is_one_placeholder_keeps_its_type() {
    let description = "[request]
        path = '/send'
        number = 'integer'
        [request.fields]
        to = '{to}'
        also = 'tel:{to}'
        text = '{text}'
        parts = '{segments}'
        said = 'parts: {segments}'
        fixed = [1, -2, 1.5, true, 'x', { deep = '{encoding}' }]
        braces = '{{to}} }}{{'";
    let message = Message::new(TO, "123");
    assert_eq!(
        body(description, message).await,
        json!({
            "to": 14155550123_u64, "also": "tel:14155550123", "text": "123",
            "parts": 1, "said": "parts: 1",
            "fixed": [1, -2, 1.5, true, "x", {"deep": "GSM-7"}],
            "braces": "{to} }{",
        })
    );
}

#[tokio::test]
async fn a_number_is_written_as_the_gateway_wants_it() {
    for (form, written) in [
        ("e164", json!("+14155550123")),
        ("digits", json!("14155550123")),
        ("zero_zero", json!("0014155550123")),
        ("integer", json!(14155550123_u64)),
    ] {
        let description = format!(
            "[request]\npath = '/'\nnumber = '{form}'\nfields = {{ to = '{{to}}', text = '{{text}}' }}"
        );
        assert_eq!(body(&description, hello()).await["to"], written, "{form}");
    }
    for (form, written) in [
        ("e164", "+14155550100"),
        ("digits", "14155550100"),
        ("zero_zero", "0014155550100"),
    ] {
        let description = format!(
            "from = '+14155550100'\n[request]\npath = '/'\nsender_number = '{form}'
             fields = {{ to = '{{to}}', text = '{{text}}', from = '{{from}}' }}"
        );
        assert_eq!(body(&description, hello()).await["from"], written, "{form}");
        let named = hello().sender("ACME".parse().unwrap());
        assert_eq!(body(&description, named).await["from"], "ACME");
    }
}

#[tokio::test]
async fn a_field_without_a_value_is_left_out_and_others_stay() {
    let description = "[request]
        path = '/'
        headers = { X-From = '{from?}', X-Id = '{message_id}' }
        query = { from = '{from?}', label = '{var.label?}', v = '2' }
        [request.fields]
        to = '{to}'
        text = '{text}'
        from = 'From {from?}'
        list = ['{var.a?}', '{var.b?}', 'c']
        empty = ''
        within = { label = '{var.label?}' }";
    let description = format!("{description}{ACCEPT}");
    let bare = request(&description, hello()).await;
    assert_eq!(bare.target, "/?v=2");
    assert_eq!(bare.header("x-from"), None);
    assert!(bare.header("x-id").unwrap().parse::<MessageId>().is_ok());
    assert_eq!(
        bare.json(),
        json!({"to": TO, "text": "Hello", "list": ["c"], "empty": "", "within": {}})
    );

    let full = hello()
        .sender("ACME".parse().unwrap())
        .tag("a", "A")
        .tag("b", "")
        .tag("label", "one + two");
    let full = request(&description, full).await;
    assert_eq!(full.target, "/?from=ACME&label=one%20%2B%20two&v=2");
    assert_eq!(full.header("x-from"), Some("ACME"));
    assert_eq!(full.json()["from"], "From ACME");
    assert_eq!(full.json()["list"], json!(["A", "c"]));
    assert_eq!(full.json()["within"], json!({"label": "one + two"}));
}

#[tokio::test]
async fn a_value_that_must_be_there_is_asked_for_before_anything_is_sent() {
    for (field, kind, sentence) in [
        (
            "{from}",
            ErrorKind::InvalidSender,
            "the gateway wants a sender, and the message has none",
        ),
        (
            "{var.code}",
            ErrorKind::InvalidMessage,
            "the message has no tag `code`, which the gateway's template wants",
        ),
    ] {
        let description = format!(
            "[request]\npath = '/'\nfields = {{ to = '{{to}}', text = '{{text}}', x = '{field}' }}{ACCEPT}"
        );
        let (sent, requests) = send(&description, hello(), Answer::empty(200)).await;
        let error = sent.unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, sentence));
        assert_eq!(error.certainty(), sms_framework::Certainty::NotSent);
        assert!(error.help().is_some());
        assert!(requests.is_empty());
    }
}

#[tokio::test]
async fn another_alphabet_lays_its_fields_over() {
    let description = "[request]
        path = '/'
        [request.fields]
        to = '{to}'
        options = { coding = 0, flash = false }
        content = '{text}'
        [request.unicode]
        options = { coding = 8 }
        content = { absent = true }
        hex = '{text.hex_utf16be}'";
    assert_eq!(
        body(description, hello()).await,
        json!({"to": TO, "options": {"coding": 0, "flash": false}, "content": "Hello"})
    );
    assert_eq!(
        body(description, Message::new(TO, "Ж😀")).await,
        json!({"to": TO, "options": {"coding": 8, "flash": false}, "hex": "0416D83DDE00"})
    );
}

#[tokio::test]
async fn credentials_go_where_the_gateway_wants_them() {
    let with = |auth: &str| {
        format!(
            "secrets = ['k']\nsecret = {{ k = 's3cr3t+/é' }}\n[request]\npath = '/'\nauth = {auth}
             fields = {{ to = '{{to}}', text = '{{text}}' }}{ACCEPT}"
        )
    };
    let basic = request(&with("{ basic = ['me', '{secret.k}'] }"), hello()).await;
    let pair = sms_framework::provider::signature::base64("me:s3cr3t+/é".as_bytes());
    assert_eq!(
        basic.header("authorization").unwrap(),
        format!("Basic {pair}")
    );
    let query = request(&with("{ query = ['api key', 'k-{secret.k}'] }"), hello()).await;
    assert_eq!(query.target, "/?api%20key=k-s3cr3t%2B%2F%C3%A9");

    let with = |auth: &str| with(auth).replace("s3cr3t+/é", "s3cr3t");
    let bearer = request(&with("{ bearer = '{secret.k}' }"), hello()).await;
    assert_eq!(bearer.header("authorization"), Some("Bearer s3cr3t"));
    let header = request(&with("{ header = ['X-Key', 'App {secret.k}'] }"), hello()).await;
    assert_eq!(header.header("x-key"), Some("App s3cr3t"));

    let field = "secrets = ['k']\nsecret = { k = 's3cr3t' }\n[request]\npath = '/'\nauth = 'none'
        fields = { to = '{to}', text = '{text}', key = '{secret.k}' }";
    assert_eq!(body(field, hello()).await["key"], "s3cr3t");
}

#[tokio::test]
async fn a_path_keeps_its_shape_whatever_is_put_into_it() {
    let description = format!(
        "[request]\npath = '/a/{{var.x}}/b'\nfields = {{ to = '{{to}}', text = '{{text}}' }}{ACCEPT}"
    );
    let odd = hello().tag("x", "../%2e?q#/é");
    let sent = request(&description, odd).await;
    assert_eq!(sent.target, "/a/..%2F%252e%3Fq%23%2F%C3%A9/b");
    for dots in [".", ".."] {
        let message = hello().tag("x", dots);
        let (sent, requests) = send(&description, message, Answer::empty(200)).await;
        assert_eq!(
            sent.unwrap_err().message(),
            "a segment of the request's path would be empty or made of dots"
        );
        assert!(requests.is_empty());
    }
}

#[tokio::test]
async fn a_header_with_a_line_break_is_refused() {
    let description = format!(
        "[request]\npath = '/'\nheaders = {{ X-Var = '{{var.x}}' }}\nfields = {{ to = '{{to}}', text = '{{text}}' }}{ACCEPT}"
    );
    let message = hello().tag("x", "a\r\nX-Other: b");
    let (sent, requests) = send(&description, message, Answer::empty(200)).await;
    let error = sent.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidMessage);
    assert_eq!(
        error.message(),
        "the message holds the character U+000D, which cannot stand in a header"
    );
    assert!(requests.is_empty());
}

#[tokio::test]
async fn each_try_has_an_id_of_its_own() {
    let description = "[request]\npath = '/'\nfields = { to = '{to}', text = '{text}', try = '{attempt_id}', id = '{message_id}' }";
    let message = hello();
    let id = message.id.to_string();
    let (one, two) = (
        body(description, message.clone()).await,
        body(description, message).await,
    );
    assert_eq!((&one["id"], &two["id"]), (&json!(id), &json!(id)));
    assert_ne!(one["try"], two["try"]);
}

#[tokio::test]
async fn a_validity_period_is_whole_seconds() {
    let description = "[request]
        path = '/'
        validity = { shortest = '1s', longest = '10m' }
        fields = { to = '{to}', text = '{text}', ttl = '{validity_seconds?}' }";
    let timed = hello().valid_for(Duration::from_millis(90_500));
    assert_eq!(body(description, timed).await["ttl"], 90);
    assert_eq!(body(description, hello()).await.get("ttl"), None);
}

#[tokio::test]
async fn bodies_have_their_types_and_a_get_has_none() {
    for (body, of) in [
        ("json", Some("application/json")),
        ("form", Some("application/x-www-form-urlencoded")),
        ("none", None),
    ] {
        let description = format!(
            "[request]\npath = '/p'\nbody = '{body}'\nfields = {{ to = '{{to}}', text = '{{text}}' }}{ACCEPT}"
        );
        let sent = request(&description, hello()).await;
        assert_eq!(
            (sent.method.as_str(), sent.header("content-type")),
            ("POST", of)
        );
        assert_eq!(sent.body.is_empty(), body == "none");
    }
    let own = format!(
        "[request]\npath = '/p'\nheaders = {{ content-type = 'application/json; charset=utf-8' }}\nfields = {{ to = '{{to}}', text = '{{text}}' }}{ACCEPT}"
    );
    let sent = request(&own, hello()).await;
    let types = sent
        .headers
        .iter()
        .filter(|(name, _)| name == "content-type");
    assert_eq!(types.count(), 1);
    assert_eq!(
        sent.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    let get = format!(
        "[request]\nmethod = 'GET'\npath = '/p'\nfields = {{ to = '{{to}}', text = '{{text}}' }}{ACCEPT}"
    );
    let sent = request(&get, hello()).await;
    assert_eq!(sent.target, "/p?text=Hello&to=%2B14155550123");
    assert_eq!(sent.method, "GET");
    // A whole body may be a list.
    let list = "[request]\npath = '/'\nfields = [{ to = '{to}', text = '{text}' }]";
    assert_eq!(
        body(list, hello()).await,
        json!([{"to": TO, "text": "Hello"}])
    );
}

#[test]
fn the_capabilities_are_those_of_the_description() {
    let can = |own: &str, request: &str, fields: &str, tables: &str| {
        let table = format!(
            "base_url = 'https://a.example'\n{own}\n[request]\npath = '/'\n{request}
             fields = {{ to = '{{to}}', text = '{{text}}' {fields} }}{ACCEPT}{tables}"
        );
        build(&table).capabilities()
    };
    let bare = can("", "", "", "");
    assert_eq!(bare, sms_framework::provider::Capabilities::new());

    assert_eq!(can("", "max_segments = 3", "", "").max_segments, Some(3));
    let id = ", id = '{message_id}'";
    assert_eq!(can("", "", id, "").reference, Reference::Echoed);
    let idempotent = can("", "idempotent = true", id, "");
    assert_eq!(idempotent.reference, Reference::Idempotent);
    // An id in one alphabet alone is no reference.
    let half = can("", "unicode = { id = '{message_id}' }", "", "");
    assert_eq!(half.reference, Reference::None);

    let secret = "webhook_path_secret = '0123456789abcdef'";
    let receipt = "[receipt]\nfrom = 'form'\nid = 'id'\nstatus = 's'";
    assert!(can(secret, "", "", receipt).receipts);
    let callback = format!("{secret}\ncallback_url = 'https://b.example/'");
    let url = ", url = '{receipt_url}'";
    assert_eq!(
        can(&callback, "", url, receipt).reference,
        Reference::Callback
    );
    let inbound = "[inbound]\nfrom = 'form'\nsender = 'a'\nto = 'b'\ntext = 'c'";
    let hears = can(secret, "", "", inbound);
    assert!(hears.inbound && !hears.receipts);

    let validity = "validity = { shortest = '1m', longest = '2m', beyond = 'cut' }";
    let validity = can("", validity, ", v = '{validity_seconds?}'", "")
        .validity
        .unwrap();
    assert_eq!(validity.longest, Duration::from_secs(120));
    assert_eq!(validity.beyond, sms_framework::provider::Beyond::Cut);
}

#[tokio::test]
async fn the_receipt_url_holds_the_secret_once_and_our_id() {
    let secret = "0123456789abcdef";
    for (url, expected) in [
        (
            "https://b.example/sms?x=1",
            format!("https://b.example/sms/{secret}?x=1&sms_message_id="),
        ),
        (
            "https://b.example/0123456789abcdef/sms",
            format!("https://b.example/{secret}/sms?sms_message_id="),
        ),
    ] {
        let description = format!(
            "callback_url = '{url}'\nwebhook_path_secret = '{secret}'\n[receipt]\nfrom = 'form'\nstatus = 's'\n[request]\npath = '/'\nfields = {{ to = '{{to}}', text = '{{text}}', url = '{{receipt_url?}}' }}"
        );
        let message = hello();
        let id = message.id;
        assert_eq!(
            body(&description, message).await["url"],
            format!("{expected}{id}")
        );
    }
}
