//! `sms enqueue`: one message or many lines, on disk when it returns.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::Place;

const TO: &str = "+14155550123";

fn enqueued(place: &Place, arguments: &[&str]) -> Value {
    let arguments = [&["enqueue", "--json", "--to", TO], arguments].concat();
    place.run(&arguments).code(0).object()
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

#[test]
fn a_message_is_enqueued_and_said_to_wait_for_a_worker() {
    let place = Place::new();
    let ran = place.run(&["enqueue", "--to", TO, "Hello"]).code(0);
    assert!(
        ran.out.starts_with(&format!(
            "Enqueued for {TO}: a worker (`sms work`) sends it\nSIMULATED: it waits for `mock`, which only pretends\n  id        "
        )),
        "{}",
        ran.out
    );
    ran.says("  status    queued\n  priority  normal\n  length    1 segment, GSM-7\n");
    let ran = place
        .run(&["enqueue", "--quiet", "--to", TO, "Hello"])
        .code(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    let ran = place
        .feed(&["enqueue", "--json", TO, "-"], "from a pipe\n")
        .code(0);
    let id = id(&ran.object()).to_owned();
    let shown = place.run(&["messages", "show", &id]).code(0);
    shown.says("next      a worker (`sms work`) sends it as soon as its turn comes");
    shown.says("from a pipe");
}

#[test]
fn the_options_of_an_enqueued_message_are_kept() {
    let place = Place::new();
    let options = [
        "--from",
        "ACME",
        "--owner",
        "ada",
        "--type",
        "otp",
        "--tag",
        "gig=4711",
        "--valid-for",
        "5m",
        "--at",
        "90m",
        "--priority",
        "urgent",
        "--key",
        "k-1",
        "Code 4711",
    ];
    let enqueued = enqueued(&place, &options);
    assert_eq!(enqueued["status"], "scheduled");
    assert_eq!(enqueued["priority"], "urgent");
    assert_eq!(enqueued["duplicate"], false);
    let shown = place
        .run(&["messages", "show", "--json", id(&enqueued)])
        .code(0)
        .object();
    for (field, value) in [
        ("from", json!("ACME")),
        ("owner", json!("ada")),
        ("message_type", json!("otp")),
        ("tags", json!({"gig": "4711"})),
        ("priority", json!("urgent")),
        ("receipts", json!([])),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    assert!(shown["send_at"].is_string());
    let text = place.run(&["messages", "show", id(&enqueued)]).code(0);
    text.says("next      a worker (`sms work`) sends it; due in 1 h ");
    text.says("\n  priority  urgent\n  send at   20");
    place
        .run(&["status"])
        .says("queue        1 scheduled, 0 queued (0 due now), 0 sending, 0 unknown");
    let at = self::enqueued(
        &place,
        &["--at", "2031-12-24T18:00:00+01:00", "Merry Christmas"],
    );
    assert_eq!(at["send_at"], "2031-12-24T17:00:00Z");
}

#[test]
fn a_template_fills_an_enqueued_message() {
    let place = Place::new();
    place.write("templates/reminder.txt", "Tonight: {{ gig }}");
    let place = place.with("SMS_TEMPLATES__DIR", "templates");
    let enqueued = enqueued(&place, &["--template", "reminder", "--var", "gig=Jazz"]);
    let shown = place
        .run(&["messages", "show", "--json", id(&enqueued)])
        .object();
    assert_eq!(
        (&shown["body"], &shown["message_type"]),
        (&json!("Tonight: Jazz"), &json!("reminder"))
    );
}

#[test]
fn a_key_takes_a_message_once() {
    let place = Place::new();
    let first = enqueued(&place, &["--key", "order-17", "Hello"]);
    let again = enqueued(&place, &["--key", "order-17", "Hello"]);
    assert_eq!(
        (&again["id"], &again["duplicate"]),
        (&first["id"], &json!(true))
    );
    let ran = place
        .run(&["enqueue", "--to", TO, "--key", "order-17", "Hello"])
        .code(0);
    assert!(
        ran.out.starts_with(&format!(
            "Nothing was added: the same message to {TO} was taken under this key before\n"
        )),
        "{}",
        ran.out
    );
    let ran = place
        .run(&[
            "enqueue", "--json", "--to", TO, "--key", "order-17", "Other",
        ])
        .code(1);
    assert_eq!(ran.object()["error"]["code"], "IDEMPOTENCY_CONFLICT");
    ran.says(&format!("by message {}", id(&first)));
    let other = place.run(&[
        "enqueue", "--to", TO, "--owner", "bob", "--key", "order-17", "Other",
    ]);
    other.code(0);
    let waiting = place.run(&["queue", "list", "--json"]).objects();
    assert_eq!(waiting.len(), 2);
}

#[test]
fn what_cannot_be_enqueued_says_why() {
    let place = Place::new();
    let refused = |arguments: &[&str], code: i32, what: &str| {
        let ran = place.run(&[&["enqueue"], arguments].concat()).code(code);
        ran.says(what);
    };
    refused(
        &["--to", "415", "Hi"],
        1,
        "error[INVALID_PHONE]: `415` is not an E.164 phone number",
    );
    refused(&["--to", TO], 2, "the text is missing");
    refused(&["Hi"], 2, "the recipient is missing: give it with --to");
    refused(
        &["--to", TO, "--at", "tomorrow", "Hi"],
        2,
        "write a time with its zone, such as 2026-12-24T18:00:00+01:00, or a duration such as 90m",
    );
    refused(
        &["--to", TO, "--priority", "high", "Hi"],
        2,
        "`high` is not a priority; the priorities are urgent, normal, bulk",
    );
    refused(
        &["--to", TO, "--from", "much too long a name", "Hi"],
        2,
        "error[INVALID_SENDER]",
    );
    refused(&["--to", TO, "--template", "none"], 2, "error[TEMPLATE]");
    refused(
        &["--jsonl", "none.jsonl"],
        2,
        "--jsonl: cannot open none.jsonl",
    );
    refused(
        &["--jsonl", "-", "--to", TO, "Hi"],
        2,
        "cannot be used with",
    );
    refused(&["--jsonl", "-", "--key", "k"], 2, "cannot be used with");
    let place = Place::new().with("DATABASE_URL", "no/such/folder/sms.db");
    let ran = place.run(&["enqueue", "--json", "--to", TO, "Hi"]).code(2);
    assert_eq!(ran.object()["error"]["code"], "STORAGE");
    let ran = place.feed(&["enqueue", "--jsonl", "-"], "").code(2);
    ran.says("error[STORAGE]");
}

#[test]
fn each_line_is_enqueued_and_bad_ones_are_told_by_their_number() {
    let place = Place::new();
    place.write(
        "messages.jsonl",
        r#"{"to":"+14155550101","body":"a","priority":"bulk","send_at":"1h"}
{"to":"x","body":"b"}
not json

{"to":"+14155550102","body":"c","idempotency_key":"q","valid_for":"5m"}
{"to":"+14155550102","body":"c","idempotency_key":"q","valid_for":"5m"}
{"to":"+14155550103","body":"d","send_at":"soon"}
{"to":"+14155550103","body":"d","priority":"high"}
{"to":"+14155550103","body":"d","owner":"ada"}
"#,
    );
    let ran = place
        .run(&[
            "enqueue",
            "--jsonl",
            "messages.jsonl",
            "--owner",
            "bob",
            "--priority",
            "urgent",
        ])
        .code(1);
    assert_eq!(
        ran.out.lines().take(4).collect::<Vec<_>>(),
        [
            "refused x (line 2): `x` is not an E.164 phone number: it starts with `x` instead of a plus; write it as +14155552671 [INVALID_PHONE]",
            "bad line: line 3: not JSON: expected ident at column 2 [INVALID_MESSAGE]",
            "refused +14155550103 (line 7): send_at: write a time with its zone, such as 2026-12-24T18:00:00+01:00, or a duration such as 90m [INVALID_MESSAGE]",
            "bad line: line 8: unknown variant `high`, expected one of `urgent`, `normal`, `bulk` [INVALID_MESSAGE]",
        ]
    );
    ran.says(
        "On disk: 4 of 8 messages; `sms work` sends them\n  added    3\n  known    1 (taken under the same key before)\n  refused  4 (nothing of them was enqueued)\n",
    );
    let waiting = place.run(&["queue", "list", "--json"]).objects();
    let facts: Vec<_> = waiting
        .iter()
        .map(|one| {
            [&one["to"], &one["status"], &one["priority"], &one["owner"]]
                .map(|value| value.as_str().unwrap())
        })
        .collect();
    assert_eq!(
        facts,
        [
            ["+14155550102", "queued", "urgent", "bob"],
            ["+14155550103", "queued", "urgent", "ada"],
            ["+14155550101", "scheduled", "bulk", "bob"],
        ]
    );
}

#[test]
fn json_tells_each_line_in_the_order_of_the_input() {
    let place = Place::new();
    let lines: String = (0..3000)
        .map(|n| format!("{{\"to\":\"+1415{:07}\",\"body\":\"Hi\"}}\n", 5_550_000 + n))
        .collect();
    let ran = place
        .feed(&["enqueue", "--json", "--jsonl", "-"], lines + "{}\n")
        .code(1);
    let objects = ran.objects();
    assert_eq!(objects.len(), 3001);
    for (index, object) in objects.iter().enumerate() {
        assert_eq!(object["line"], index + 1);
    }
    assert_eq!(objects[2999]["status"], "queued");
    assert_eq!(objects[3000]["status"], "rejected");
    assert_eq!(
        objects[3000]["error"]["message"],
        "line 3001: missing field `to`"
    );
    ran.says("On disk: 3,000 of 3,001 messages");
    let counts = place.run(&["status", "--json"]).object();
    assert_eq!(counts["queue"]["queued"], 3000);
    let ran = place.feed(&["enqueue", "--jsonl", "-"], "\n").code(0);
    ran.says("There was nothing to enqueue");
}
