//! Storing a broadcast that is cut off: nothing of it is sent, and it goes on under its id.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::Value;
use support::Place;

fn shown(place: &Place, id: &str) -> Value {
    let ran = place.run(&["broadcasts", "show", "--json", id]);
    ran.code(0).object()
}

#[test]
fn a_store_that_was_cut_off_goes_on_under_its_id() {
    let place = Place::new().in_a_hurry();
    let start = || {
        place
            .command(&["broadcast", "Moved.", "--json", "--enqueue", "--file", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let mut process = start();
    let mut out = BufReader::new(process.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    let first: Value = serde_json::from_str(&first).unwrap();
    let id = first["id"].as_str().unwrap().to_owned();
    let mut input = process.stdin.take().unwrap();
    input.write_all(b"+14155552671\n+14155552672\n").unwrap();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while shown(&place, &id)["total"] != 2 {
        assert!(std::time::Instant::now() < end, "they are not stored");
    }
    process.kill().unwrap();
    process.wait().unwrap();

    // Nothing of it is sent before all of it is there.
    let report = place
        .run(&["work", "--until-idle", "--json"])
        .code(0)
        .object();
    assert_eq!(report["processed"], 0);
    let ran = place.run(&["broadcasts", "show", &id]).code(0);
    ran.says(
        &format!(
            "{id} filling\n  next      nothing is sent before all of it is stored: `sms broadcast … --enqueue --resume {id}` goes on\n"
        ),
    );
    let ran = place.run(&["broadcasts", "resume", &id]).code(1);
    ran.says(
        &format!(
            "error[WRONG_STATE]: broadcast {id} is not stored to its end: not all recipients are there\n"
        ),
    );
    let ran = place.feed(
        &[
            "broadcast",
            "Moved.",
            "--enqueue",
            "--resume",
            &id,
            "--file",
            "-",
        ],
        "+14155552671\n+14155552672\n+14155552673\n",
    );
    ran.code(0).says(&format!(
        "Broadcast {id} is running: `sms work` sends it\n  recipients  3\n"
    ));
    let report = place
        .run(&["work", "--until-idle", "--json"])
        .code(0)
        .object();
    assert_eq!(report["accepted"], 3);
}

#[test]
fn ctrl_c_leaves_it_unsent_and_says_how_to_go_on() {
    let place = Place::new();
    let mut process = place
        .command(&["broadcast", "Moved.", "--enqueue", "--file", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(process.stdout.take().unwrap()).lines();
    let first = out.next().unwrap().unwrap();
    let id = first.split_whitespace().nth(1).unwrap().to_owned();
    // Refused at once, and told: from then on it listens.
    let mut input = process.stdin.take().unwrap();
    input.write_all(b"nonsense\n").unwrap();
    out.next().unwrap().unwrap();
    let stopped = std::process::Command::new("kill")
        .args(["-INT", &process.id().to_string()])
        .status();
    assert!(stopped.unwrap().success());
    let rest: Vec<_> = out.map(Result::unwrap).collect();
    assert_eq!(process.wait().unwrap().code(), Some(1));
    drop(input);
    assert_eq!(
        rest[0],
        format!(
            "STOPPED: nothing of it is sent. Go on with the same command and --resume {id}, or `sms broadcasts cancel {id}`"
        )
    );
    assert_eq!(shown(&place, &id)["state"], "filling");
    place.run(&["broadcasts", "cancel", &id]).code(0);
}
