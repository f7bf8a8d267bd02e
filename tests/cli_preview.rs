//! What a broadcast would come to, before anything is stored or sent.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::Place;

#[test]
fn a_preview_tells_what_it_would_come_to_and_stores_nothing() {
    let place = Place::new();
    let text = "ö".repeat(71);
    let numbers = [
        "--to",
        "+14155552671",
        "+442071838750",
        "+442071838750",
        "+883510012345",
        "nonsense",
    ];
    let arguments = [&["broadcast", text.as_str(), "--preview"], &numbers[..]].concat();
    let ran = place.run(&arguments).code(1);
    assert_eq!(
        ran.out,
        "refused nonsense: `no****se` is not an E.164 phone number: it starts with `n` instead of a plus; write it as +14155552671 [INVALID_PHONE]
PREVIEW: nothing was sent
  recipients  3
  segments    3 (1 each)
  left out    1 (the same recipient again)
  refused     1 (they get nothing)
  provider    mock (SIMULATED)

COUNTRY  RECIPIENTS  SEGMENTS
+883     1           1
GB       1           1
US       1           1
"
    );
    let object = place
        .run(&[&arguments[..], &["--json"]].concat())
        .code(1)
        .object();
    assert_eq!(
        (
            &object["recipients"],
            &object["repeated"],
            &object["refused"],
            &object["segments"]
        ),
        (&json!(3), &json!(1), &json!(1), &json!(3))
    );
    assert_eq!(object["reasons"][0]["to"], "nonsense");
    assert_eq!(object["reasons"][0]["error"]["code"], "INVALID_PHONE");
    assert_eq!(
        object["countries"][1],
        json!({"country": "GB", "recipients": 1, "segments": 1})
    );
    assert_eq!(place.run(&["messages", "list"]).err, "no messages\n");
    assert_eq!(
        place.run(&["broadcasts", "list"]).err,
        "no broadcasts: `sms broadcast --enqueue` stores one\n"
    );
    place
        .run(&[
            "broadcast",
            "Hi",
            "--to",
            "+14155552671",
            "--preview",
            "--enqueue",
        ])
        .code(2);
}

#[test]
fn a_preview_counts_texts_of_different_lengths() {
    let place = Place::new();
    let long = "a".repeat(161);
    place.write(
        "messages.jsonl",
        format!(
            "{{\"to\":\"+14155552671\",\"body\":\"Hi\"}}\n{{\"to\":\"+14155552672\",\"body\":\"{long}\"}}\n{{\"to\":\"+14155552671\",\"body\":\"Ho\"}}\nno\n"
        ),
    );
    let ran = place
        .run(&["broadcast", "--jsonl", "messages.jsonl", "--preview"])
        .code(1);
    ran.says(
        "refused +14155552671 (line 3): its recipient is in the broadcast already, with another text [INVALID_MESSAGE]\nbad line: line 4: ",
    );
    ran.says(
        "  recipients  2\n  segments    3 (1 to 2 each)\n  refused     2 (they get nothing)\n",
    );
    ran.says("US       2           3\n");
}
