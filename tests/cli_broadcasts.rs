//! Stored broadcasts on the command line: storing, showing and stopping them.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::Place;

const NOBODY: &str = "01a208ba-0000-7000-8000-000000000000";

/// Stores a broadcast to two and gives its id.
fn stored(place: &Place, arguments: &[&str]) -> String {
    let arguments = [
        &[
            "broadcast",
            "Moved to nine.",
            "--json",
            "--enqueue",
            "--to",
            "+14155552671",
            "+442071838750",
        ],
        arguments,
    ]
    .concat();
    let objects = place.run(&arguments).code(0).objects();
    objects[0]["id"].as_str().unwrap().to_owned()
}

fn shown(place: &Place, id: &str) -> Value {
    place
        .run(&["broadcasts", "show", "--json", id])
        .code(0)
        .object()
}

#[test]
fn a_stored_broadcast_is_sent_by_workers() {
    let place = Place::new().in_a_hurry();
    let ran = place
        .run(&[
            "broadcast",
            "Moved to nine.",
            "--enqueue",
            "--name",
            "gig 4711",
            "--owner",
            "ada",
            "--to",
            "+14155552671",
            "+442071838750",
            "+442071838750",
            "nonsense",
        ])
        .code(1);
    let id = ran.out.split_whitespace().nth(1).unwrap().to_owned();
    assert!(
        ran.out.starts_with(&format!(
            "Broadcast {id} is being stored (cut off? --resume {id})\nrefused nonsense: "
        )),
        "{}",
        ran.out
    );
    ran.says(
        &format!(
            "Broadcast {id} is running: `sms work` sends it\n  name        gig 4711\n  recipients  2\n  left out    1 (the same recipient again)\n  refused     1 (they get nothing)\n"
        ),
    );
    let listed = place.run(&["broadcasts", "list"]).code(0);
    assert!(listed.out.starts_with("WHEN "), "{}", listed.out);
    listed.says(&format!("running  2         2     ada    gig 4711  {id}\n"));
    let waiting = place.run(&["queue", "list", "--json"]).objects();
    assert_eq!(waiting[0]["priority"], "bulk");
    assert_eq!(waiting[0]["broadcast"], *id);

    let report = place
        .run(&["work", "--until-idle", "--json"])
        .code(0)
        .object();
    assert_eq!(report["accepted"], 2);
    let ran = place.run(&["broadcasts", "show", &id]).code(0);
    assert!(
        ran.out.starts_with(&format!(
            "{id} done\n  next      nothing\n  name      gig 4711\n  owner     ada\n"
        )),
        "{}",
        ran.out
    );
    ran.says("  messages  2\n  left      0\n\nSTATE     MESSAGES\naccepted  2\n");
    let object = shown(&place, &id);
    assert_eq!(
        (
            &object["state"],
            &object["done"],
            &object["total"],
            &object["left"],
            &object["messages"]
        ),
        (
            &json!("running"),
            &json!(true),
            &json!(2),
            &json!(0),
            &json!([{"state": "accepted", "count": 2}])
        )
    );
    let message = waiting[0]["id"].as_str().unwrap();
    place
        .run(&["messages", "show", message])
        .says(&format!("  broadcast    {id}\n  priority     bulk\n"));
    for verb in ["pause", "resume", "cancel"] {
        let ran = place.run(&["broadcasts", verb, &id]).code(1);
        assert_eq!(
            ran.err,
            format!("error[WRONG_STATE]: broadcast {id} is done: nothing of it is left to send\n")
        );
    }
}

#[test]
fn its_recipients_are_listed_by_state() {
    let place = Place::new().in_a_hurry().with_script("+4420*: opted_out");
    let id = stored(&place, &["--priority", "urgent"]);
    place
        .run(&["enqueue", "--to", "+14155552671", "Another"])
        .code(0);
    place.run(&["work", "--until-idle"]).code(1);
    let of = |arguments: &[&str]| {
        let arguments = [
            &["broadcasts", "show", &id, "--recipients", "--json"],
            arguments,
        ]
        .concat();
        place.run(&arguments).code(0).objects()
    };
    assert_eq!(of(&[]).len(), 2);
    let refused = of(&["--state", "rejected"]);
    assert_eq!(refused.len(), 1);
    assert_eq!(
        (&refused[0]["to"], &refused[0]["priority"]),
        (&json!("+442071838750"), &json!("urgent"))
    );
    let first = of(&["--limit", "1"]);
    let rest = of(&["--before", first[0]["id"].as_str().unwrap()]);
    assert_eq!(rest.len(), 1);
    assert_ne!(rest[0]["id"], first[0]["id"]);
    let ran = place
        .run(&[
            "broadcasts",
            "show",
            &id,
            "--recipients",
            "--state",
            "accepted",
        ])
        .code(0);
    assert!(ran.out.starts_with("WHEN "), "{}", ran.out);
    place
        .run(&["broadcasts", "show", &id, "--state", "accepted"])
        .code(2);
}

#[test]
fn a_paused_broadcast_waits_and_keeps_no_worker_from_its_end() {
    let place = Place::new().in_a_hurry();
    let id = stored(&place, &[]);
    let ran = place.run(&["broadcasts", "pause", &id]).code(0);
    ran.says(&format!(
        "{id} paused\n  next      `sms broadcasts resume {id}` goes on\n"
    ));
    let listed = place.run(&["queue", "list"]).code(0);
    assert_eq!(
        listed.out.matches("\npaused  queued  bulk ").count(),
        2,
        "{}",
        listed.out
    );
    let report = place
        .run(&["work", "--until-idle", "--json"])
        .code(0)
        .object();
    assert_eq!(report["processed"], 0);
    let ran = place.run(&["broadcasts", "resume", "--json", &id]).code(0);
    assert_eq!(ran.object()["state"], "running");
    let report = place
        .run(&["work", "--until-idle", "--json"])
        .code(0)
        .object();
    assert_eq!(report["accepted"], 2);
}

#[test]
fn a_canceled_broadcast_is_over() {
    let place = Place::new().in_a_hurry();
    let id = stored(&place, &["--name", "wrong text"]);
    let ran = place.run(&["broadcasts", "cancel", &id]).code(0);
    ran.says("  messages  2\n  left      0\n\nSTATE     MESSAGES\ncanceled  2\n");
    let ran = place.run(&["broadcasts", "resume", &id]).code(1);
    assert_eq!(
        ran.err,
        format!("error[WRONG_STATE]: broadcast {id} is canceled: it cannot become running\n")
    );
    let ran = place
        .run(&[
            "broadcast",
            "Moved.",
            "--to",
            "+14155552673",
            "--enqueue",
            "--resume",
            &id,
        ])
        .code(1);
    assert_eq!(
        ran.err,
        format!("error[WRONG_STATE]: broadcast {id} is canceled: it takes no further recipients\n")
    );
    // Its messages would have no turn.
    let one = place
        .run(&["messages", "list", "--json", "--limit", "1"])
        .object();
    let ran = place
        .run(&["queue", "retry", one["id"].as_str().unwrap()])
        .code(1);
    ran.says("is canceled, and its broadcast was canceled: send it by itself");
    let ran = place
        .run(&["queue", "retry", "--state", "canceled", "--json"])
        .code(1);
    assert_eq!(ran.object(), json!({"changed": 0, "unchanged": 2}));
}

#[test]
fn a_broadcast_for_later_is_scheduled() {
    let place = Place::new();
    let id = stored(&place, &["--at", "1h"]);
    assert_eq!(
        shown(&place, &id)["messages"],
        json!([{"state": "scheduled", "count": 2}])
    );
    let ran = place
        .run(&["broadcast", "Hi", "--to", "+14155552671", "--at", "1h"])
        .code(2);
    ran.says("--at is for what waits: use it with --enqueue");
}

#[test]
fn rows_and_lines_are_stored_one_message_for_each_recipient() {
    let place = Place::new();
    place.write("templates/t.txt", "Hi {{ name }}");
    place.write(
        "fans.csv",
        "phone,name\n+14155552671,Ada\n+14155552672,Bob\n+14155552671,Ada\n+14155552671,Ann\n",
    );
    let place = place.with("SMS_TEMPLATES__DIR", "templates");
    let ran = place
        .run(&[
            "broadcast",
            "--csv",
            "fans.csv",
            "--template",
            "t",
            "--enqueue",
            "--json",
        ])
        .code(1);
    let objects = ran.objects();
    assert_eq!(objects[0]["state"], "filling");
    assert_eq!(
        (&objects[1]["line"], &objects[1]["to"]),
        (&json!(5), &json!("+14155552671"))
    );
    ran.says("its recipient is in the broadcast already, with another text");
    let end = &objects[2];
    assert_eq!(
        (
            &end["state"],
            &end["repeated"],
            &end["refused"],
            &end["messages"]
        ),
        (
            &json!("running"),
            &json!(1),
            &json!(1),
            &json!([{"state": "queued", "count": 2}])
        )
    );
    let lines = "{\"to\":\"+14155552671\",\"body\":\"Hi\",\"priority\":\"normal\"}\n{\"to\":\"+14155552672\",\"body\":\"Hi\",\"idempotency_key\":\"k\"}\n";
    let ran = place
        .feed(&["broadcast", "--jsonl", "-", "--enqueue"], lines)
        .code(1);
    ran.says(
        "refused +14155552672 (line 2): a message of a stored broadcast takes no idempotency key [UNSUPPORTED]\n",
    );
}

#[test]
fn a_broadcast_that_is_not_there_is_said() {
    let place = Place::new();
    for arguments in [
        &["broadcasts", "show", NOBODY] as &[&str],
        &["broadcasts", "pause", NOBODY],
        &[
            "broadcast",
            "Hi",
            "--to",
            "+14155552671",
            "--enqueue",
            "--resume",
            NOBODY,
        ],
    ] {
        let ran = place.run(arguments).code(1);
        assert!(ran.err.starts_with(&format!("error[WRONG_STATE]: there is no broadcast {NOBODY}\n  help: `sms broadcasts list` shows them")), "{}", ran.err);
    }
    place
        .run(&["broadcasts", "show", "17"])
        .code(2)
        .says("`17` is not the id of a broadcast");
    for arguments in [["--name", "x"], ["--resume", NOBODY]] {
        let ran =
            place.run(&[&["broadcast", "Hi", "--to", "+14155552671"], &arguments[..]].concat());
        ran.code(2);
    }
}
