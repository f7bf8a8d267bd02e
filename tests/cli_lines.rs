//! `sms segments` and `sms numbers`: for one text, for a million, and without a database.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::json;
use support::Place;

#[test]
fn a_text_is_measured_and_the_character_that_costs_is_named() {
    let place = Place::new();
    let ran = place.run(&["segments", "Doors at eight 🎷"]).code(0);
    assert_eq!(
        ran.out,
        "1 segment, UCS-2\n  length     17 UTF-16 units of 70\n  \
         forced by  `🎷` (U+1F3B7) after 15 characters: the GSM alphabet does not have it\n"
    );
    let ran = place.run(&["segments", &"a".repeat(200)]).code(0);
    assert_eq!(
        ran.out,
        "2 segments, GSM-7\n  length  200 septets, 153 fit in each segment\n"
    );
    let ran = place.feed(&["segments", "--json", "-"], "Hello\n").code(0);
    assert_eq!(
        ran.object(),
        json!({"encoding": "GSM-7", "segments": 1, "units": 5, "forced_by": null})
    );
    assert!(!place.has("sms.db"));
}

#[test]
fn every_line_of_texts_has_its_answer_in_its_place() {
    let input = "{\"text\":\"Hello\"}\nnope\n{\"text\":\"caf\\u0113\",\"id\":7}\n\n{\"text\":1}\n{\"txt\":\"a\"}\n{\"text\":\"\"}";
    let ran = Place::new().feed(&["segments", "--jsonl"], input).code(1);
    let objects = ran.objects();
    assert_eq!(
        objects[0],
        json!({"encoding": "GSM-7", "segments": 1, "units": 5, "forced_by": null})
    );
    assert_eq!(
        objects[1],
        json!({"error": "line 2: not JSON: expected ident at column 2"})
    );
    assert_eq!(
        objects[2],
        json!({"encoding": "UCS-2", "segments": 1, "units": 4, "forced_by": {"character": "ē", "position": 3}})
    );
    assert_eq!(objects[3], json!({"error": "line 4: it is empty"}));
    assert_eq!(
        objects[4],
        json!({"error": "line 5: a value before column 9 is not a string"})
    );
    assert_eq!(objects[5], json!({"error": "line 6: missing field `text`"}));
    assert_eq!(objects[6]["units"], 0);
    assert_eq!(objects.len(), 7);
}

#[test]
fn numbers_are_reported_as_a_table_and_as_json() {
    let place = Place::new();
    let ran = place
        .run(&[
            "numbers",
            "--region",
            "US",
            "(415) 555-2671",
            "+15551234567",
        ])
        .code(0);
    let lines: Vec<Vec<&str>> = ran
        .out
        .lines()
        .map(|line| {
            line.split("  ")
                .filter(|cell| !cell.is_empty())
                .map(str::trim)
                .collect()
        })
        .collect();
    assert_eq!(
        lines[0],
        ["NUMBER", "E.164", "POSSIBLE", "VALID", "REGION", "REMARK"]
    );
    assert_eq!(
        lines[1],
        ["(415) 555-2671", "+14155552671", "yes", "yes", "US"]
    );
    assert_eq!(lines[2][..4], ["+15551234567", "+15551234567", "yes", "no"]);
    let ran = place.run(&["numbers", "--json", "+14155552671"]).code(0);
    assert_eq!(
        ran.object(),
        json!({"input": "+14155552671", "e164": "+14155552671", "possible": true, "valid": true, "region": "US", "error": null})
    );
    let ran = place.run(&["numbers", "--region", "UK", "1"]).code(2);
    assert!(ran.err.contains("did you mean `GB`?"), "{}", ran.err);
}

#[test]
fn the_region_may_stand_after_the_numbers() {
    let place = Place::new();
    let ran = place
        .run(&["numbers", "(415) 555-2671", "--region", "US", "--json"])
        .code(0);
    assert!(ran.out.contains("\"e164\":\"+14155552671\""), "{}", ran.out);
    assert_eq!(ran.out.lines().count(), 1);
}

#[test]
fn every_line_of_numbers_has_its_answer_in_its_place() {
    let input = "{\"input\":\"(415) 555-2671\"}\n{\"input\":\"+1\"}\n{\"inputs\":\"x\"}\n";
    let place = Place::new();
    let ran = place
        .feed(&["numbers", "--jsonl", "--region", "US"], input)
        .code(1);
    let objects = ran.objects();
    assert_eq!(
        objects[0],
        json!({"e164": "+14155552671", "possible": true, "valid": true, "region": "US", "error": null})
    );
    assert_eq!(objects[1]["e164"], json!(null));
    assert!(objects[1]["error"].is_string());
    assert_eq!(
        objects[2],
        json!({"error": "line 3: missing field `input`"})
    );
    assert!(!place.has("sms.db"));
}

#[test]
fn a_line_without_end_is_refused_and_the_next_one_is_read() {
    let mut input = vec![b'x'; 3 * 1024 * 1024];
    input.extend(b"\n{\"text\":\"Hello\"}\n\xff\xfe\n");
    let ran = Place::new().feed(&["segments", "--jsonl"], input).code(1);
    let objects = ran.objects();
    assert_eq!(
        objects[0],
        json!({"error": "line 1: the line is longer than 1 MiB"})
    );
    assert_eq!(objects[1]["segments"], 1);
    assert_eq!(
        objects[2],
        json!({"error": "line 3: the line is not UTF-8 text"})
    );
}

/// The most memory a command used while it answered `count` lines, in KiB.
#[cfg(target_os = "linux")]
fn peak(arguments: &[&str], line: &str, count: usize) -> u64 {
    let mut process = Place::new()
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let mut out = BufReader::new(process.stdout.take().unwrap());
    let lines = line.repeat(count);
    let (release, released) = std::sync::mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        input.write_all(lines.as_bytes()).unwrap();
        // The input stays open, and with it the process, until its memory was read.
        let _ = released.recv();
    });
    // Its answers leave in blocks of some thousand: the last of them come when its input ends.
    let mut answer = String::new();
    for _ in 0..count - 4000 {
        answer.clear();
        assert!(out.read_line(&mut answer).unwrap() > 0);
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    drop(release);
    std::io::copy(&mut out, &mut std::io::sink()).unwrap();
    writer.join().unwrap();
    assert!(process.wait().unwrap().success());
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_lines() {
    // Half a KiB a line: what is kept of 20,000 lines would be 10 MiB.
    let ballast = "x".repeat(500);
    for (arguments, line) in [
        (
            &["segments", "--jsonl"][..],
            format!("{{\"text\":\"{ballast}\"}}\n"),
        ),
        (
            &["numbers", "--jsonl"],
            format!("{{\"input\":\"+14155552671\",\"note\":\"{ballast}\"}}\n"),
        ),
    ] {
        let (few, many) = (
            peak(arguments, &line, 5_000),
            peak(arguments, &line, 25_000),
        );
        assert!(
            many < few + 4096,
            "{arguments:?}: {few} KiB for 5,000 lines, {many} KiB for 25,000"
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut process = Place::new()
        .command(&["segments", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(process.stdout.take());
    let mut input = process.stdin.take().unwrap();
    // It may have gone before all is written, as `head` makes it.
    let _ = input.write_all("{\"text\":\"Hello\"}\n".repeat(100_000).as_bytes());
    drop(input);
    let ended = process.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
}

#[test]
fn a_text_on_standard_input_is_never_cut() {
    let place = Place::new();
    let ran = place
        .feed(&["segments", "-"], "a".repeat(1_100_000))
        .code(2);
    assert!(
        ran.err
            .contains("the text on standard input is longer than 1 MiB; nothing of it was used"),
        "{}",
        ran.err
    );
    let ran = place.feed(&["segments", "-"], [0xff, 0xfe]).code(2);
    assert!(
        ran.err.contains("the text on standard input is not UTF-8"),
        "{}",
        ran.err
    );
}

#[test]
fn an_array_is_no_object() {
    let place = Place::new();
    for (command, line) in [
        ("segments", "[\"x\"]\n"),
        ("numbers", "[\"+14155550123\"]\n"),
    ] {
        let ran = place.feed(&[command, "--jsonl"], line).code(1);
        assert_eq!(ran.out, "{\"error\":\"line 1: not a JSON object\"}\n");
    }
}
