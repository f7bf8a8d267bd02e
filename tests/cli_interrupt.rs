//! Ctrl-C: what is under way is finished, what was not sent is told, and the second ends at once.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use serde_json::Value;
use support::Place;

fn interrupt(process: &std::process::Child) {
    let sent = std::process::Command::new("kill")
        .args(["-INT", &process.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn ctrl_c_finishes_what_is_under_way_and_tells_who_got_nothing() {
    let place = Place::new()
        .with("SMS_RATE_LIMIT__ENABLED", "false")
        .with("SMS_PROVIDERS__MOCK__SCRIPT", "first 3: ok, *: delay 300ms");
    let numbers: String = (100..200).map(|n| format!("+14155550{n}\n")).collect();
    place.write("numbers.txt", &numbers);
    let mut process = place
        .command(&[
            "broadcast",
            "Hi",
            "--json",
            "--concurrency",
            "2",
            "--file",
            "numbers.txt",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(process.stdout.take().unwrap());
    let mut text = String::new();
    out.read_line(&mut text).unwrap();
    interrupt(&process);
    out.read_to_string(&mut text).unwrap();
    let ended = process.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let objects: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects.len(), 100, "every recipient has its line");
    let told: Vec<_> = objects
        .iter()
        .map(|object| object["status"].as_str().unwrap())
        .collect();
    let sent = told
        .iter()
        .take_while(|status| **status == "accepted")
        .count();
    assert!((1..100).contains(&sent), "{told:?}");
    assert!(
        told[sent..].iter().all(|status| *status == "canceled"),
        "{told:?}"
    );
    assert_eq!(objects[99]["error"]["code"], "CANCELED");
    assert_eq!(objects[99]["error"]["certainty"], "NotSent");
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(
        said.starts_with("stopping: no new message is started"),
        "{said}"
    );
    assert!(
        said.contains(&format!(
            "STOPPED. SIMULATED: nothing was really sent; `mock` took {sent} of 100 messages"
        )),
        "{said}"
    );
    // What was told is what the database knows.
    let listed = place
        .run(&["messages", "list", "--json", "--limit", "200"])
        .objects();
    assert_eq!(listed.len(), sent);
    assert!(listed.iter().all(|message| message["status"] == "accepted"));
}

#[test]
fn a_stopped_stream_says_after_which_line() {
    let place = Place::new().with("SMS_RATE_LIMIT__ENABLED", "false");
    let mut process = place
        .command(&["broadcast", "--json", "--jsonl", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    input
        .write_all(b"{\"to\":\"+14155550101\",\"body\":\"Hi\"}\n")
        .unwrap();
    let mut out = BufReader::new(process.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    interrupt(&process);
    // Its standard input is still open: it must not wait for more.
    let ended = process.wait_with_output().unwrap();
    drop(input);
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(
        said.contains("STOPPED after line 1; what stands behind it was not sent."),
        "{said}"
    );
}

#[test]
fn an_enqueue_that_is_stopped_says_how_far_it_came() {
    let place = Place::new();
    let mut process = place
        .command(&["enqueue", "--json", "--jsonl", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    input
        .write_all(b"{\"to\":\"+14155550101\",\"body\":\"Hi\"}\nno\n")
        .unwrap();
    let mut out = BufReader::new(process.stdout.take().unwrap());
    for _ in 0..2 {
        out.read_line(&mut String::new()).unwrap();
    }
    interrupt(&process);
    let ended = process.wait_with_output().unwrap();
    drop(input);
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(
        said.starts_with("stopping: nothing more is read (again to exit at once)\nSTOPPED after line 2; what stands behind it was not enqueued. On disk: 1 of 2 messages; "),
        "{said}"
    );
    let queue = place.run(&["status", "--json"]).object()["queue"].clone();
    assert_eq!(queue["queued"], 1);
}

#[test]
fn a_second_ctrl_c_exits_at_once() {
    let place = Place::new()
        .with("SMS_RATE_LIMIT__ENABLED", "false")
        .with("SMS_PROVIDERS__MOCK__SCRIPT", "2: delay 30s");
    let mut process = place
        .command(&[
            "broadcast",
            "Hi",
            "--json",
            "--to",
            "+14155550101",
            "+14155550102",
            "--concurrency",
            "2",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut String::new())
        .unwrap();
    interrupt(&process);
    let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
    said.next().unwrap().unwrap();
    interrupt(&process);
    assert_eq!(process.wait().unwrap().code(), Some(130));
    let told = said.any(|line| {
        line.unwrap()
            .contains("`sms queue list --state sending` shows it")
    });
    assert!(told);
}

#[test]
fn ctrl_c_waits_for_the_outcome_and_the_second_exits_at_once() {
    let place = Place::new().with("SMS_PROVIDERS__MOCK__DELAY", "30s");
    let mut process = place
        .command(&["send", "-v", "--to", "+14155550123", "Hello"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
    // What it says first, it says after it began to listen.
    said.next().unwrap().unwrap();
    interrupt(&process);
    let waits = said.find(|line| line.as_ref().unwrap().contains("its outcome is waited for"));
    assert!(waits.is_some());
    interrupt(&process);
    assert_eq!(process.wait().unwrap().code(), Some(130));
    let last = said.next().unwrap().unwrap();
    assert!(
        last.contains("`sms queue list --state sending` shows it"),
        "{last}"
    );
}
