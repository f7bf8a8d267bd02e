//! What a gateway calls us with.

use serde_json::{Value, json};
use sms_framework::provider::{Reply, WebhookCall};
use sms_framework::{Error, MessageId};

use crate::support::{PATH_SECRET, build};

const REQUEST: &str =
    "[request]\npath = '/'\nfields = { to = '{to}', text = '{text}' }\n[accept]\nid = 'id'\n";

async fn events(tables: &str, call: &WebhookCall) -> Result<Vec<Value>, Error> {
    with_secret("", tables, call).await
}

/// A description whose `{secret.hook}` is `secret`.
async fn with_secret(secret: &str, tables: &str, call: &WebhookCall) -> Result<Vec<Value>, Error> {
    let secret = match secret {
        "" => String::new(),
        secret => format!("secrets = ['hook']\nsecret = {{ hook = '{secret}' }}\n"),
    };
    let table = format!(
        "base_url = 'https://a.example'\nwebhook_path_secret = '{PATH_SECRET}'\n{secret}{REQUEST}{tables}"
    );
    let provider = build(&table);
    let events = provider.webhooks().unwrap().events(call).await?;
    Ok(events
        .iter()
        .map(|event| serde_json::to_value(event).unwrap())
        .collect())
}

fn call(body: &str) -> WebhookCall {
    WebhookCall::new("POST", format!("https://b.example/{PATH_SECRET}/x")).body(body)
}

#[tokio::test]
async fn a_receipt_from_each_source() {
    let url = format!("https://b.example/{PATH_SECRET}?id=7&s=ok");
    for (from, call) in [
        ("form", call("id=7&s=ok&s=bad")),
        ("query", WebhookCall::new("GET", url)),
        ("json", call(r#"{"id": 7, "s": "ok"}"#)),
        (
            "json_in_form:data",
            call("x=1&data=%7B%22id%22%3A7%2C%22s%22%3A%22ok%22%7D"),
        ),
    ] {
        let table = format!(
            "[receipt]\nfrom = '{from}'\nid = 'id'\nstatus = 's'\nstates = {{ ok = 'delivered' }}"
        );
        let events = events(&table, &call).await.unwrap();
        assert_eq!(events.len(), 1, "{from}");
        assert_eq!(events[0]["provider_message_id"], "7", "{from}");
        assert_eq!(events[0]["state"], "delivered", "{from}");
        assert_eq!(events[0]["is_final"], true, "{from}");
    }
}

#[tokio::test]
async fn a_list_is_taken_apart_and_an_item_sees_what_holds_it() {
    let of = |each: &str| {
        format!("[receipt]\nfrom = 'json'\neach = '{each}'\nid = 'batch'\nto = 'n'\nstatus = 's'")
    };
    for (each, body) in [
        ("*", json!([{"batch": 1, "s": "a"}, {"batch": 2, "s": "b"}])),
        (
            "*.r",
            json!([{"batch": 1, "r": [{"s": "a"}]}, {"batch": 2, "r": [{"s": "b"}]}]),
        ),
        (
            "x.r",
            json!({"x": {"r": [{"batch": 1, "s": "a"}, {"batch": 2, "s": "b"}]}}),
        ),
        (
            "x.*.0",
            json!({"x": [[[{"batch": 1, "s": "a"}]], [[{"batch": 2, "s": "b"}]]]}),
        ),
    ] {
        let events = events(&of(each), &call(&body.to_string())).await.unwrap();
        let read: Vec<_> = events
            .iter()
            .map(|event| {
                (
                    event["provider_message_id"].clone(),
                    event["provider_status"].clone(),
                )
            })
            .collect();
        assert_eq!(
            read,
            [(json!("1"), json!("a")), (json!("2"), json!("b"))],
            "{each}"
        );
    }
    assert!(events(&of("*"), &call("[]")).await.unwrap().is_empty());
    for (each, body, at) in [
        ("r", "{}", "r"),
        ("*.r", r#"[{"r": 1}]"#, "*.r"),
        ("*", "{}", "*"),
        ("a.*.r", r#"{"a": 5}"#, "a.*"),
    ] {
        let error = events(&of(each), &call(body)).await.unwrap_err();
        assert_eq!(error.code(), "BAD_WEBHOOK");
        assert_eq!(
            error.message(),
            format!("the webhook call has no list at `{at}`")
        );
    }
}

#[tokio::test]
async fn our_id_comes_from_a_field_or_from_the_url() {
    let id = MessageId::new();
    let table = "[receipt]\nfrom = 'form'\nmessage_id = 'ref'\nstatus = 's'";
    let read = events(table, &call(&format!("ref={id}&s=x")))
        .await
        .unwrap();
    assert_eq!(read[0]["message_id"], json!(id));
    let by_url = call("ref=&s=x").with_url(format!(
        "https://b.example/{PATH_SECRET}?sms_message_id={id}"
    ));
    assert_eq!(
        events(table, &by_url).await.unwrap()[0]["message_id"],
        json!(id)
    );
    // An id that is none of ours names nothing.
    let other = events(table, &call("ref=abc&s=x")).await.unwrap();
    assert_eq!(other[0]["message_id"], Value::Null);
}

#[tokio::test]
async fn times_codes_and_words_are_kept() {
    let table = "[receipt]\nfrom = 'json'\nid = 'id'\nstatus = 's'\nat = 'at'\nerror = 'e'\nstates = { 2 = 'undelivered' }\ncodes = { 5 = 'opted_out', off = { class = 'transient', meaning = 'the phone is off' } }";
    for (at, read) in [
        (json!(1450000000), json!("2015-12-13T09:46:40Z")),
        (json!("1450000000"), json!("2015-12-13T09:46:40Z")),
        (
            json!("2015-12-13T10:46:40+01:00"),
            json!("2015-12-13T09:46:40Z"),
        ),
        (json!("yesterday"), Value::Null),
        (Value::Null, Value::Null),
    ] {
        let body = json!({"id": 1, "s": 2, "at": at}).to_string();
        assert_eq!(events(table, &call(&body)).await.unwrap()[0]["at"], read);
    }
    for (code, error) in [
        (json!(5), json!("OPTED_OUT")),
        (json!("off"), json!("REFUSED")),
        // Not in the table: the word says that it failed.
        (json!("9"), json!("REFUSED")),
        (Value::Null, Value::Null),
    ] {
        let body = json!({"id": 1, "s": 2, "e": code}).to_string();
        let read = events(table, &call(&body)).await.unwrap();
        assert_eq!(read[0]["error"]["code"], error, "{code}");
        assert_eq!(read[0]["state"], "undelivered");
    }
    let under_way = json!({"id": 1, "s": 3, "e": 9}).to_string();
    let read = events(table, &call(&under_way)).await.unwrap();
    assert_eq!(
        (&read[0]["error"], &read[0]["provider_code"]),
        (&Value::Null, &json!("9"))
    );
}

#[tokio::test]
async fn what_the_gateway_promises_and_does_not_give_is_named() {
    let form = "[receipt]\nfrom = 'form'\nid = 'id'\nstatus = 's'";
    let json = "[receipt]\nfrom = 'json'\nid = 'id'\nstatus = 's'";
    let nested = "[receipt]\nfrom = 'json_in_form:data'\nid = 'id'\nstatus = 's'";
    let inbound = "[inbound]\nfrom = 'form'\nsender = 'a'\nto = 'b'\ntext = 'c'";
    for (table, body, sentence) in [
        (form, "id=1", "the webhook call has no `s`"),
        (form, "s=ok", "the webhook call has no `id`"),
        (form, "", "the webhook call has no `s`"),
        (json, "spoilt", "the webhook's body is not JSON"),
        (json, r#"{"s": []}"#, "the webhook call has no `s`"),
        (nested, "x=1", "the webhook call has no `data`"),
        (nested, "data=%7B", "the webhook call's `data` is not JSON"),
        (inbound, "a=1&b=2", "the webhook call has no `c`"),
        (inbound, "b=1&c=2", "the webhook call has no `a`"),
    ] {
        let error = events(table, &call(body)).await.unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("BAD_WEBHOOK", sentence),
            "{body}"
        );
    }
}

#[tokio::test]
async fn two_sorts_of_call_at_one_url_are_told_apart() {
    let both = "[receipt]\nfrom = 'form'\nid = 'id'\nstatus = 'status'\n[inbound]\nfrom = 'json'\nsender = 'from'\nto = 'to'\ntext = 'text'\nid = 'id'";
    let receipt = events(both, &call("id=1&status=ok")).await.unwrap();
    assert_eq!(receipt[0]["event"], "receipt");
    let text = events(
        both,
        &call(r#"{"from": 14155550123, "to": "72345", "text": "Yes", "id": 9}"#),
    )
    .await
    .unwrap();
    assert_eq!(text[0]["event"], "inbound");
    assert_eq!(text[0]["from"], "+14155550123");
    assert_eq!(text[0]["to"], "72345");
    assert_eq!(text[0]["provider_message_id"], "9");
    let neither = events(both, &call("hello=1")).await.unwrap_err();
    assert_eq!(neither.code(), "BAD_WEBHOOK");

    let told = "[receipt]\nfrom = 'json'\nwhen = { kind = ['dlr', 'report'] }\nid = 'id'\nstatus = 'status'";
    let other = events(told, &call(r#"{"kind": "voice", "status": "x", "id": 1}"#))
        .await
        .unwrap();
    assert!(other.is_empty());
    let report = events(told, &call(r#"{"kind": "report", "status": "x", "id": 1}"#))
        .await
        .unwrap();
    assert_eq!(report.len(), 1);
    // Signed by nobody, it is not even looked at.
    let stranger = call(r#"{"kind": "voice"}"#).with_url("https://b.example/");
    assert_eq!(
        events(told, &stranger).await.unwrap_err().code(),
        "WEBHOOK_REFUSED"
    );
}

#[tokio::test]
async fn each_sort_of_call_has_its_own_secret() {
    let tables = "[receipt]\nfrom = 'form'\nid = 'id'\nstatus = 'status'\nauth = { header = ['X-Token', '{secret.hook}'] }\n[inbound]\nfrom = 'form'\nsender = 'from'\nto = 'to'\ntext = 'text'";
    let receipt = call("id=1&status=ok");
    let events = async |tables: &str, call: &WebhookCall| {
        with_secret("token-of-receipts", tables, call).await
    };
    // The secret in the path is asked for besides.
    let error = events(tables, &receipt).await.unwrap_err();
    assert_eq!(
        error.code(),
        "BAD_WEBHOOK",
        "it may be a message, and is none"
    );
    let signed = receipt.clone().header("x-token", "token-of-receipts");
    assert_eq!(events(tables, &signed).await.unwrap().len(), 1);
    let elsewhere = signed.with_url("https://b.example/sms");
    assert_eq!(
        events(tables, &elsewhere).await.unwrap_err().code(),
        "WEBHOOK_REFUSED"
    );
    let wrong = receipt.header("x-token", "token-of-somebody");
    assert!(events(tables, &wrong).await.is_err());
    let text = call("from=14155550123&to=1&text=Yes");
    assert_eq!(events(tables, &text).await.unwrap()[0]["event"], "inbound");
}

#[tokio::test]
async fn a_token_of_another_key_or_of_none_is_refused() {
    // https://jwt.io's first example, signed with `your-256-bit-secret`.
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
    let tables = "[receipt]\nfrom = 'form'\nid = 'id'\nstatus = 's'\nauth = { jwt_hs256 = ['X-Sig', '{secret.hook}'] }";
    let signed = call("id=1&s=ok").header("X-Sig", token);
    assert_eq!(
        with_secret("your-256-bit-secret", tables, &signed)
            .await
            .unwrap()
            .len(),
        1
    );
    for (key, call) in [
        ("another", signed.clone()),
        ("your-256-bit-secret", call("id=1&s=ok")),
        (
            "your-256-bit-secret",
            call("id=1&s=ok").header("X-Sig", "eyJhbGciOiJub25lIn0.e30."),
        ),
    ] {
        assert_eq!(
            with_secret(key, tables, &call).await.unwrap_err().code(),
            "WEBHOOK_REFUSED"
        );
    }
}

#[test]
fn the_reply_is_what_the_gateway_waits_for() {
    let reply = |line: &str| {
        let table = format!(
            "base_url = 'https://a.example'\nwebhook_path_secret = '{PATH_SECRET}'\n{REQUEST}[receipt]\nfrom = 'form'\nid = 'id'\nstatus = 's'\n{line}"
        );
        build(&table).webhooks().unwrap().reply()
    };
    assert_eq!(reply(""), Reply::empty(200));
    assert_eq!(reply("reply = { status = 204 }"), Reply::empty(204));
    assert_eq!(
        reply("reply = { body = 'OK' }"),
        Reply::text(200, "text/plain", "OK")
    );
    assert_eq!(
        reply("reply = { body = '<ok/>', content_type = 'text/xml' }"),
        Reply::text(200, "text/xml", "<ok/>")
    );
}
