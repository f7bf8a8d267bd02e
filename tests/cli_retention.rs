//! What is deleted, and what is forgotten on request.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::Place;

#[test]
fn without_a_word_on_retention_nothing_is_deleted() {
    let place = Place::new();
    let ran = place.run(&["prune"]).code(2);
    assert_eq!(
        ran.err,
        "error[CONFIG]: nothing says how long anything is kept: set retention.messages, retention.bodies or retention.attempts\n  help: such as SMS_RETENTION__MESSAGES=400d, or in a file: [retention] messages = \"400d\"\n"
    );
    assert!(!place.has("sms.db"));
}

#[test]
fn what_is_older_than_it_is_kept_goes_and_what_waits_stays() {
    let place = Place::new().in_a_hurry();
    place.run(&["send", "--to", "+14155550101", "Hi"]).code(0);
    place
        .run(&["enqueue", "--to", "+14155550102", "Hi"])
        .code(0);
    let place = place
        .with("SMS_RETENTION__MESSAGES", "400d")
        .with("SMS_RETENTION__BODIES", "30d");
    assert_eq!(
        place.run(&["prune"]).code(0).out,
        "Deleted 0 messages older than 400 d.\nDeleted the texts of 0 further messages older than 30 d.\n"
    );
    let place = place.with("SMS_RETENTION__BODIES", "1ms");
    for _ in 0..2 {
        assert_eq!(
            place.run(&["prune", "--dry-run"]).code(0).out,
            "Would delete 0 messages older than 400 d.\nWould delete the texts of 1 further message older than 1 ms.\n"
        );
    }
    for (arguments, dry_run) in [
        (["prune", "--json", "--dry-run"].as_slice(), true),
        (&["prune", "--json"], false),
    ] {
        assert_eq!(
            place.run(arguments).code(0).object(),
            json!({"dry_run": dry_run, "messages": 0, "bodies": 1, "attempts": 0, "partitions": 0})
        );
    }
    let listed = place.run(&["messages", "list", "--json"]).code(0).objects();
    assert_eq!(
        (&listed[0]["body"], &listed[1]["body"]),
        (&json!("Hi"), &json!(null))
    );
    let place = place.with("SMS_RETENTION__ATTEMPTS", "1ms");
    let ran = place.run(&["prune"]).code(0);
    assert!(
        ran.out
            .ends_with("Deleted 1 further attempts and receipts older than 1 ms.\n"),
        "{}",
        ran.out
    );
    let place = place.with("SMS_RETENTION__MESSAGES", "1ms");
    let ran = place.run(&["prune"]).code(0);
    assert!(
        ran.out.starts_with("Deleted 1 message older than "),
        "{}",
        ran.out
    );
    let listed = place.run(&["messages", "list", "--json"]).code(0).objects();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["status"], "queued");
    assert_eq!(place.run(&["prune", "-q"]).code(0).out, "");
}

#[test]
fn a_number_is_forgotten_and_its_messages_still_count() {
    let place = Place::new()
        .in_a_hurry()
        .with("SMS_VALIDATE__DEFAULT_REGION", "US");
    place
        .run(&[
            "send",
            "--to",
            "+14155552671",
            "--owner",
            "ada",
            "--tag",
            "gig=4711",
            "A secret",
        ])
        .code(0);
    place
        .run(&["enqueue", "--to", "+14155552671", "Another"])
        .code(0);
    place
        .run(&["send", "--to", "+14155552672", "Not hers"])
        .code(0);
    let ran = place.run(&["forget", "(415) 555-2671"]).code(0);
    assert_eq!(
        ran.out,
        "Forgot +1415***2671: recipient, text and labels of 2 messages are erased; 1 that waited will not be sent.\n"
    );
    let listed = place.run(&["messages", "list", "--json"]).code(0);
    assert!(
        !listed.out.contains("2671")
            && !listed.out.contains("secret")
            && !listed.out.contains("4711"),
        "{}",
        listed.out
    );
    let states: Vec<_> = listed
        .objects()
        .iter()
        .map(|one| one["status"].clone())
        .collect();
    assert_eq!(
        states,
        [json!("accepted"), json!("canceled"), json!("accepted")]
    );
    assert_eq!(
        place.run(&["stats", "--json", "--owner", "ada"]).object()["simulated"],
        1
    );
    assert_eq!(
        place.run(&["forget", "+14155552671"]).code(0).out,
        "Nothing to forget: there is no message to +1415***2671.\n"
    );
    assert_eq!(
        place
            .run(&["forget", "--json", "+14155552672"])
            .code(0)
            .object(),
        json!({"messages": 1, "canceled": 0})
    );
    let ran = place.run(&["forget", "nobody"]).code(2);
    assert!(ran.err.starts_with("error[INVALID_PHONE]: "), "{}", ran.err);
    place.run(&["forget"]).code(2);
}
