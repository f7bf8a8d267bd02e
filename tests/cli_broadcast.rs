//! `sms broadcast`: one result for each message, and a clean stop.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};
use support::Place;

fn recipients(objects: &[Value]) -> Vec<&str> {
    objects
        .iter()
        .map(|object| object["to"].as_str().unwrap())
        .collect()
}

#[test]
fn each_recipient_gets_the_text_once_in_the_order_given() {
    let place = Place::new().in_a_hurry();
    let ran = place
        .run(&[
            "broadcast",
            "Hi",
            "--json",
            "--to",
            "+14155550102",
            "+14155550101",
            "--to",
            "+14155550102",
        ])
        .code(0);
    assert_eq!(recipients(&ran.objects()), ["+14155550102", "+14155550101"]);
    assert!(
        ran.err.contains("left out  1 (the same recipient again)"),
        "{}",
        ran.err
    );
}

#[test]
fn a_person_reads_the_failures_and_then_the_totals() {
    let place = Place::new()
        .in_a_hurry()
        .with_script("+14155550199: opted_out");
    place.write(
        "numbers.txt",
        "# fans\n+14155550101\n\n+14155550199 # Bob\nnonsense\n",
    );
    let ran = place
        .run(&["broadcast", "Hi", "--file", "numbers.txt"])
        .code(1);
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(
        lines[0].starts_with("rejected +14155550199 (line 4): mock: "),
        "{}",
        ran.out
    );
    assert!(lines[0].ends_with("[OPTED_OUT]"), "{}", ran.out);
    assert!(
        lines[1].starts_with("rejected nonsense (line 5): "),
        "{}",
        ran.out
    );
    assert_eq!(
        lines[2],
        "SIMULATED: nothing was really sent; `mock` took 1 of 3 messages"
    );
    assert_eq!(lines[3..5], ["  accepted  1", "  failed    2"]);
}

#[test]
fn numbers_may_come_from_standard_input() {
    let place = Place::new().in_a_hurry();
    let ran = place
        .feed(
            &["broadcast", "Hi", "--json"],
            "+14155550101\r\n+14155550102",
        )
        .code(0);
    assert_eq!(recipients(&ran.objects()), ["+14155550101", "+14155550102"]);
}

#[test]
fn columns_of_a_csv_fill_the_template() {
    let place = Place::new().in_a_hurry();
    place.write(
        "bookings.csv",
        "name,Phone,gig_title,date,location\nAda,+14155550101,\"Jazz, live\",1 May,Blue\nBob,+14155550102,Rock\nCy,+14155550103,Rock,2 May,Red\n",
    );
    let ran = place
        .run(&[
            "broadcast",
            "--json",
            "--csv",
            "bookings.csv",
            "--template",
            "booking_confirmation",
            "--var",
            "rate=$5",
        ])
        .code(1);
    let objects = ran.objects();
    assert_eq!(objects.len(), 3);
    assert_eq!(objects[1]["line"], 3);
    assert_eq!(
        objects[1]["error"]["message"],
        "line 3: the row has 3 fields, and the header has 5"
    );
    let listed = place.run(&["messages", "list", "--json"]);
    let bodies: Vec<_> = listed
        .objects()
        .iter()
        .map(|message| message["body"].clone())
        .collect();
    assert_eq!(
        bodies,
        [
            json!("Booking confirmed: Rock on 2 May at Red. Rate: $5."),
            json!("Booking confirmed: Jazz, live on 1 May at Blue. Rate: $5."),
        ]
    );
}

#[test]
fn a_csv_without_the_column_says_which_there_are() {
    let place = Place::new();
    place.write("fans.csv", "name,tel\nAda,+14155550101\n");
    let ran = place.run(&["broadcast", "Hi", "--csv", "fans.csv"]).code(2);
    assert!(
        ran.err.starts_with(
            "error: which column has the numbers? Name it with --column; the columns are name, tel"
        ),
        "{}",
        ran.err
    );
    let ran = place
        .run(&["broadcast", "Hi", "--csv", "fans.csv", "--column", "fon"])
        .code(2);
    assert!(
        ran.err
            .starts_with("error: --column: there is no column `fon`"),
        "{}",
        ran.err
    );
    place
        .run(&["broadcast", "Hi", "--csv", "fans.csv", "--column", "tel"])
        .code(0);
}

#[test]
fn each_json_line_is_a_message_of_its_own_and_a_bad_one_ends_nothing() {
    let place = Place::new().in_a_hurry();
    let lines = r#"{"to":"+14155550101","body":"one","type":"x","tags":{"a":"b"}}
{"to":"+14155550101","body":"two","from":"ACME","owner":"someone"}
not json
{"to":"+14155550101","text":"three"}
{"to":"+14155550101","body":4711}

{"to":"+14155550101","body":"last"}
"#;
    place.write("messages.jsonl", lines);
    let ran = place
        .run(&[
            "broadcast",
            "--json",
            "--jsonl",
            "messages.jsonl",
            "--owner",
            "all",
        ])
        .code(1);
    let objects = ran.objects();
    let told = |index: usize| {
        (
            objects[index]["line"].clone(),
            objects[index]["status"].clone(),
        )
    };
    assert_eq!(told(0), (json!(1), json!("accepted")));
    assert_eq!(told(1), (json!(2), json!("accepted")));
    assert_eq!(told(5), (json!(7), json!("accepted")));
    let errors: Vec<_> = objects[2..5]
        .iter()
        .map(|object| object["error"]["message"].as_str().unwrap())
        .collect();
    assert_eq!(errors[0], "line 3: not JSON: expected ident at column 2");
    assert!(
        errors[1].starts_with("line 4: unknown field `text`, expected one of `to`, `body`"),
        "{errors:?}"
    );
    assert_eq!(
        errors[2],
        "line 5: a value before column 32 is not a string"
    );
    let listed = place.run(&["messages", "list", "--json"]).objects();
    let owners: Vec<_> = listed
        .iter()
        .map(|message| message["owner"].as_str().unwrap())
        .collect();
    assert_eq!(owners, ["all", "someone", "all"]);
}

#[test]
fn no_more_than_asked_for_are_under_way_at_once() {
    // One at a time, 20 ms each: the fourth cannot be done before 80 ms.
    let place = Place::new()
        .with("SMS_RATE_LIMIT__ENABLED", "false")
        .with("SMS_PROVIDERS__MOCK__DELAY", "20ms");
    place.write(
        "numbers.txt",
        "+14155550101\n+14155550102\n+14155550103\n+14155550104\n",
    );
    let began = std::time::Instant::now();
    place
        .run(&[
            "broadcast",
            "Hi",
            "--file",
            "numbers.txt",
            "--concurrency",
            "1",
        ])
        .code(0);
    assert!(began.elapsed().as_millis() >= 80);
}

#[test]
fn a_missing_text_and_a_missing_file_are_usage_errors() {
    let place = Place::new();
    let ran = place
        .run(&["broadcast", "--to", "+14155550101", "Hi all"])
        .code(2);
    assert!(
        ran.err
            .starts_with("error: the text is missing: write it before --to"),
        "{}",
        ran.err
    );
    let ran = place
        .run(&["broadcast", "Hi", "--file", "nope.txt"])
        .code(2);
    assert!(
        ran.err.starts_with("error: --file: cannot open nope.txt: "),
        "{}",
        ran.err
    );
    let ran = place
        .run(&["broadcast", "Hi", "--jsonl", "x.jsonl"])
        .code(2);
    assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
}

#[test]
fn nothing_is_started_any_more_when_nobody_reads_the_results() {
    let place = Place::new()
        .with("SMS_PROVIDERS__MOCK__DELAY", "1ms")
        .with("SMS_RATE_LIMIT__ENABLED", "false");
    let numbers: String = (1000..9000).map(|n| format!("+1415555{n}\n")).collect();
    place.write("numbers.txt", &numbers);
    let mut process = place
        .command(&[
            "broadcast",
            "Hi",
            "--json",
            "--concurrency",
            "1",
            "--file",
            "numbers.txt",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(process.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    let ended = process.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(
        said.starts_with("STOPPED. ") && !said.contains("panicked"),
        "{said}"
    );
}

#[test]
fn an_array_in_json_lines_is_not_sent() {
    let place = Place::new().in_a_hurry();
    let ran = place
        .feed(
            &["broadcast", "--jsonl", "-", "--json"],
            "[\"+14155550101\",\"hi\"]\n",
        )
        .code(1);
    assert!(ran.out.contains("not a JSON object"), "{}", ran.out);
}

#[test]
fn lines_of_a_file_from_windows_are_counted_like_any() {
    let place = Place::new().in_a_hurry();
    place.write("fans.csv", "phone\r\n+14155550101\r\nbad\r\n");
    let ran = place.run(&["broadcast", "hi", "--csv", "fans.csv"]).code(1);
    assert!(ran.out.contains("(line 3)"), "{}", ran.out);
}

#[test]
fn an_empty_cell_is_a_missing_variable_not_a_blank_text() {
    let place = Place::new().in_a_hurry();
    place.write(
        "gigs.csv",
        "phone,gig_title\n+14155550101,\n+14155550102,Jazz\n",
    );
    let others = [
        "--var",
        "date=today",
        "--var",
        "location=here",
        "--var",
        "rate=5",
    ];
    let command = [
        "broadcast",
        "--csv",
        "gigs.csv",
        "--template",
        "booking_confirmation",
    ];
    let ran = place.run(&[&command[..], &others[..]].concat()).code(1);
    assert!(
        ran.out.contains("needs variable `gig_title`"),
        "{}",
        ran.out
    );
    let with_default = [&command[..], &others[..], &["--var", "gig_title=A gig"]].concat();
    place.run(&with_default).code(0);
}
