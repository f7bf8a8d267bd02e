//! `sms queue`: what waits, what is dead, and what a person decides.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::Place;

const TO: &str = "+14155550123";
const NOBODY: &str = "01a208ba-0000-7000-8000-000000000000";

fn enqueued(place: &Place, arguments: &[&str]) -> Value {
    let arguments = [&["enqueue", "--json", "--to", TO], arguments].concat();
    place.run(&arguments).code(0).object()
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

/// The ids that `sms queue list` gives.
fn listed(place: &Place, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["queue", "list", "--json"], arguments].concat();
    let objects = place.run(&arguments).code(0).objects();
    objects.iter().map(|one| id(one).to_owned()).collect()
}

/// A place where messages fail for good, after one try.
fn failing() -> Place {
    Place::new()
        .in_a_hurry()
        .with("SMS_QUEUE__MAX_ATTEMPTS", "1")
        .with_script("*: throttled")
}

#[test]
fn the_queue_is_listed_by_state_and_owner() {
    let place = Place::new();
    let later = enqueued(&place, &["--at", "1h", "--owner", "ada", "Later"]);
    let now = enqueued(&place, &["--owner", "bob", "Now"]);
    let ran = place.run(&["queue", "list"]).code(0);
    assert!(ran.out.starts_with("DUE "), "{}", ran.out);
    ran.says("  queued     normal    +14155550123  mock (SIMULATED)  -       0         -      ");
    assert_eq!(listed(&place, &[]), [id(&now), id(&later)]);
    assert_eq!(listed(&place, &["--state", "scheduled"]), [id(&later)]);
    assert_eq!(listed(&place, &["--owner", "bob"]), [id(&now)]);
    assert_eq!(listed(&place, &["--limit", "1"]), [id(&now)]);
    place
        .run(&["queue", "list", "--limit", "1"])
        .says("there may be more: --limit 10\n");
    place
        .run(&["queue", "list", "--state", "failed"])
        .code(0)
        .says("no such messages\n");
    let ran = place.run(&["queue", "list", "--state", "accepted"]).code(2);
    ran.says(
        "the states of the queue are scheduled, queued, sending, unknown and failed; `sms messages list --status` takes the others",
    );
    Place::new()
        .run(&["queue", "list"])
        .code(0)
        .says("nothing waits\n");
}

#[test]
fn a_sweep_sends_what_is_due() {
    let place = Place::new()
        .in_a_hurry()
        .with("SMS_QUEUE__BASE", "1ms")
        .with_script("1: throttled");
    place.run(&["send", "--to", TO, "Hi"]).code(1);
    enqueued(&place, &["--at", "1h", "Later"]);
    place.run(&["queue", "list"]).says("PROVIDER_THROTTLED");
    // A process of its own counts calls from 1 again: let it answer.
    let place = place.with_script("*: ok");
    let report = place.run(&["queue", "process", "--json"]).code(0).object();
    assert_eq!(
        report,
        json!({"processed": 1, "accepted": 1, "requeued": 0, "failed": 0, "expired": 0, "unknown": 0})
    );
    assert_eq!(
        place.run(&["queue", "process"]).code(0).out,
        "Nothing was due.\n"
    );
    assert_eq!(listed(&place, &["--state", "scheduled"]).len(), 1);
}

#[test]
fn a_sweep_that_gives_messages_up_ends_with_1() {
    let place = Place::new().in_a_hurry().with_script("*: opted_out");
    enqueued(&place, &["Hi"]);
    let ran = place.run(&["queue", "process"]).code(1);
    assert_eq!(
        ran.out,
        "1 message due\n  accepted  0\n  failed    1 (`sms messages list --status failed,rejected`)\n"
    );
}

#[test]
fn what_is_dead_is_listed_and_tried_anew() {
    let place = failing();
    let dead = enqueued(&place, &["--owner", "ada", "--type", "otp", "Hi"]);
    place.run(&["queue", "process"]).code(1);
    let ran = place.run(&["queue", "list", "--state", "failed"]).code(0);
    ran.says(
        "-    failed  normal    +14155550123  mock (SIMULATED)  -       1         PROVIDER_THROTTLED",
    );
    place
        .run(&["messages", "show", id(&dead)])
        .says("nothing: it was given up; `sms queue retry ID` tries it anew");

    let ran = place.run(&["queue", "retry"]).code(2);
    ran.says(
        "which messages? Name their ids, or say what they have in common (--owner, --since, …), or --all",
    );
    for other in [
        ["--owner", "bob"],
        ["--type", "news"],
        ["--error", "UNAUTHORIZED"],
        ["--provider", "twilio"],
        ["--until", "1h"],
        ["--since", "2031-01-01T00:00:00Z"],
        ["--state", "canceled,rejected"],
    ] {
        let ran = place
            .run(&[&["queue", "retry"], &other[..]].concat())
            .code(0);
        assert_eq!(
            (ran.out.as_str(), ran.err.as_str()),
            ("", "no message fits\n"),
            "{other:?}"
        );
    }
    let fits = [
        "queue",
        "retry",
        "--json",
        "--owner",
        "ada",
        "--type",
        "otp",
        "--error",
        "PROVIDER_THROTTLED",
        "--provider",
        "mock",
        "--since",
        "1h",
    ];
    assert_eq!(
        place.run(&fits).code(0).object(),
        json!({"changed": 1, "unchanged": 0})
    );
    let place = place.with_script("*: ok");
    let report = place.run(&["queue", "process", "--json"]).code(0).object();
    assert_eq!(report["accepted"], 1);
    place
        .run(&["queue", "retry", "--all"])
        .code(0)
        .says("no message fits");
    let ran = place.run(&["queue", "retry", "--state", "sent"]).code(2);
    ran.says("the states are failed, canceled, rejected");
}

#[test]
fn a_retry_by_id_says_of_each_what_it_did() {
    let place = failing();
    let dead = enqueued(&place, &["Hi"]);
    place.run(&["queue", "process"]).code(1);
    let waiting = enqueued(&place, &["Hi"]);
    let ran = place
        .run(&["queue", "retry", id(&dead), id(&waiting), NOBODY])
        .code(1);
    assert_eq!(
        ran.out,
        format!(
            "{} is queued now: a worker (`sms work`) sends it\n",
            id(&dead)
        )
    );
    ran.says(
        &format!(
            "error[WRONG_STATE]: message {} is queued: only what is failed or canceled or rejected can be tried again\n",
            id(&waiting)
        ),
    );
    ran.says(&format!(
        "error[INVALID_MESSAGE]: there is no message {NOBODY}\n"
    ));
    let objects = place
        .run(&["queue", "retry", "--json", NOBODY])
        .code(1)
        .objects();
    assert_eq!(
        (&objects[0]["changed"], &objects[0]["status"]),
        (&json!(false), &json!(null))
    );
    let ran = place
        .run(&["queue", "retry", id(&dead), "--owner", "ada"])
        .code(2);
    ran.says("cannot be used with");
    place
        .run(&["queue", "retry", "17"])
        .code(2)
        .says("`17` is not a message id");
}

#[test]
fn a_message_without_its_text_is_not_tried_anew() {
    let place = failing().with("SMS_LOG__BODY", "none");
    let dead = enqueued(&place, &["Hi"]);
    place.run(&["queue", "process"]).code(1);
    let ran = place.run(&["queue", "retry", id(&dead)]).code(1);
    ran.says("is failed, and its text is not kept any more: hand it over anew");
    let ran = place.run(&["queue", "retry", "--all"]).code(1);
    assert_eq!(
        ran.out,
        "0 messages queued again: a worker (`sms work`) sends what is due\n"
    );
    ran.says(
        "1 message could not: the provider had them, their text is not kept any more, or their broadcast was canceled\n",
    );
}

#[test]
fn what_waits_is_canceled_by_id_or_by_what_it_has_in_common() {
    let place = Place::new();
    let one = enqueued(&place, &["Hi"]);
    let ran = place.run(&["queue", "cancel", id(&one)]).code(0);
    assert_eq!(
        ran.out,
        format!("{} is canceled now: it will not be sent\n", id(&one))
    );
    let ran = place.run(&["queue", "cancel", "--json", id(&one)]).code(1);
    assert_eq!(
        (
            &ran.object()["changed"],
            &ran.object()["status"],
            &ran.object()["error"]["code"]
        ),
        (&json!(false), &json!("canceled"), &json!("WRONG_STATE"))
    );
    ran.says("is canceled: only what is scheduled or queued can be canceled");
    enqueued(&place, &["--owner", "ada", "Hi"]);
    enqueued(&place, &["--at", "1h", "Hi"]);
    place
        .run(&["queue", "cancel"])
        .code(2)
        .says("which messages?");
    assert_eq!(
        place
            .run(&["queue", "cancel", "--owner", "ada"])
            .code(0)
            .out,
        "1 message canceled\n"
    );
    assert_eq!(
        place
            .run(&["queue", "cancel", "--state", "scheduled"])
            .code(0)
            .out,
        "1 message canceled\n"
    );
    place
        .run(&["queue", "cancel", "--all"])
        .code(0)
        .says("no message fits\n");
    let shown = place.run(&["messages", "show", id(&one)]).code(0);
    shown.says(
        "nothing: it was canceled before it was sent; `sms queue retry ID` sends it after all",
    );
    let ran = place
        .run(&["queue", "retry", "--state", "canceled"])
        .code(0);
    assert_eq!(
        ran.out,
        "3 messages queued again: a worker (`sms work`) sends what is due\n"
    );
}
