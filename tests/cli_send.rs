//! `sms send`: what a person sees and what a script reads.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::Place;

#[test]
fn without_configuration_the_mock_takes_it_and_says_so_loudly() {
    let place = Place::new();
    let ran = place
        .run(&["send", "--to", "+14155550123", "Hello"])
        .code(0);
    let first = ran.out.lines().next().unwrap();
    assert_eq!(
        first,
        "SIMULATED: nothing was really sent to +14155550123; `mock` only pretends"
    );
    for line in [
        "  length       1 segment, GSM-7",
        "  provider     mock",
        "  from         +15555551234",
    ] {
        assert!(
            ran.out.lines().any(|printed| printed == line),
            "{}",
            ran.out
        );
    }
    assert_eq!(ran.err, "");
    assert!(place.has("sms.db"), "the log makes its own database");
}

#[test]
fn json_is_one_object_with_stable_names() {
    let ran = Place::new()
        .run(&["send", "--json", "--to", "+14155550123", "Hello 👋"])
        .code(0);
    let object = ran.object();
    for (name, value) in [
        ("status", json!("accepted")),
        ("provider", json!("mock")),
        ("simulated", json!(true)),
        ("to", json!("+14155550123")),
        ("segments", json!(1)),
        ("encoding", json!("UCS-2")),
        ("attempts", json!(1)),
    ] {
        assert_eq!(object[name], value, "{name}");
    }
    assert!(object["id"].as_str().unwrap().len() == 36);
    assert!(
        object["provider_message_id"]
            .as_str()
            .unwrap()
            .starts_with("mock-")
    );
    assert!(object.get("error").is_none());
}

#[test]
fn a_bad_number_is_a_failed_send_with_the_same_fields() {
    let ran = Place::new()
        .run(&["send", "--json", "--to", "4155550123", "Hello"])
        .code(1);
    let object = ran.object();
    assert_eq!(object["status"], "rejected");
    assert_eq!(object["attempts"], 0);
    assert_eq!(object["to"], "4155550123");
    assert_eq!(object["error"]["code"], "INVALID_PHONE");
    assert_eq!(object["error"]["certainty"], "NotSent");
    assert!(ran.err.starts_with("error[INVALID_PHONE]: "), "{}", ran.err);
}

#[test]
fn a_text_that_is_too_long_is_refused_with_both_numbers() {
    let text = "a".repeat(1601);
    let ran = Place::new()
        .run(&["send", "--to", "+14155550123", &text])
        .code(1);
    assert!(
        ran.out.starts_with("Not sent to +14155550123\n"),
        "{}",
        ran.out
    );
    assert_eq!(
        ran.err,
        "error[MESSAGE_TOO_LONG]: the text has 1601 characters; at most 1600 are allowed\n  \
         help: shorten it or send it in parts; it is never cut silently\n"
    );
}

#[test]
fn a_refusal_of_the_provider_is_certain() {
    let place = Place::new().with_script("*: opted_out");
    let ran = place
        .run(&["send", "--json", "--to", "+14155550123", "Hello"])
        .code(1);
    let object = ran.object();
    assert_eq!(object["status"], "rejected");
    assert_eq!(object["error"]["code"], "OPTED_OUT");
    assert_eq!(object["error"]["certainty"], "Rejected");
}

#[test]
fn a_lasting_server_error_leaves_it_in_the_queue() {
    let place = Place::new().in_a_hurry().with_script("*: server_error");
    let ran = place
        .run(&["send", "--to", "+14155550123", "Hello"])
        .code(1);
    let first = ran.out.lines().next().unwrap();
    assert_eq!(
        first,
        "Nobody can say yet whether +14155550123 has it: it waits in the queue, do not send it again (SIMULATED by `mock`)"
    );
    assert!(
        ran.out.contains(
            "a worker (`sms work`) asks the provider about it, and tries again if need be, in "
        ),
        "{}",
        ran.out
    );
    assert!(
        ran.err.contains("error[SERVER_ERROR]: mock: "),
        "{}",
        ran.err
    );
}

#[test]
fn what_surely_was_not_sent_waits_in_the_queue_without_a_doubt() {
    let place = Place::new().in_a_hurry().with_script("*: connect");
    let ran = place
        .run(&["send", "--to", "+14155550123", "Hello"])
        .code(1);
    let first = ran.out.lines().next().unwrap();
    assert_eq!(
        first,
        "Not sent to +14155550123 yet: it waits in the queue (SIMULATED by `mock`)"
    );
    assert!(
        ran.out.contains("a worker (`sms work`) tries again in "),
        "{}",
        ran.out
    );
}

#[test]
fn silence_leaves_it_unknown_and_warns_against_sending_again() {
    let place = Place::new().in_a_hurry().with_script("*: no_answer");
    let ran = place
        .run(&["send", "--to", "+14155550123", "Hello"])
        .code(1);
    assert!(
        ran.out.starts_with(
            "Nobody can say whether +14155550123 has it: do not send it again before you know"
        ),
        "{}",
        ran.out
    );
    let json = place
        .run(&["send", "--json", "--to", "+14155550124", "Hello"])
        .code(1);
    assert_eq!(json.object()["status"], "unknown");
    assert_eq!(json.object()["error"]["certainty"], "MaybeSent");
}

#[test]
fn the_recipient_may_stand_before_the_text() {
    let ran = Place::new()
        .run(&["send", "--json", "+14155550123", "Hello"])
        .code(0);
    assert_eq!(ran.object()["to"], "+14155550123");
}

#[test]
fn the_text_may_come_from_standard_input() {
    let place = Place::new();
    place
        .feed(&["send", "--to", "+14155550123", "-"], "From a pipe\n")
        .code(0);
    let listed = place.run(&["messages", "list", "--json"]).code(0);
    assert_eq!(listed.object()["body"], "From a pipe");
}

#[test]
fn everything_said_about_a_message_is_kept_with_it() {
    let place = Place::new();
    place
        .run(&[
            "send",
            "--to",
            "+14155550123",
            "--from",
            "ACME",
            "--owner",
            "artist-17",
            "--type",
            "gig_reminder",
            "--tag",
            "gig=4711",
            "--tag",
            "tour=a=b",
            "Hello",
        ])
        .code(0);
    let message = place.run(&["messages", "list", "--json"]).object();
    assert_eq!(message["from"], "ACME");
    assert_eq!(message["owner"], "artist-17");
    assert_eq!(message["message_type"], "gig_reminder");
    assert_eq!(message["tags"], json!({"gig": "4711", "tour": "a=b"}));
}

#[test]
fn a_template_makes_the_text_and_names_the_type() {
    let place = Place::new();
    place
        .run(&[
            "send",
            "--to",
            "+14155550123",
            "--template",
            "booking_confirmation",
            "--var",
            "gig_title=Jazz Night",
            "--var",
            "date=12 May",
            "--var",
            "location=Blue Note",
            "--var",
            "rate=$500",
        ])
        .code(0);
    let message = place.run(&["messages", "list", "--json"]).object();
    assert_eq!(
        message["body"],
        "Booking confirmed: Jazz Night on 12 May at Blue Note. Rate: $500."
    );
    assert_eq!(message["message_type"], "booking_confirmation");
}

#[test]
fn a_missing_variable_of_a_template_is_named() {
    let place = Place::new();
    let arguments = [
        "send",
        "--json",
        "--to",
        "+14155550123",
        "--template",
        "booking_confirmation",
        "--var",
        "date=12 May",
    ];
    let ran = place.run(&arguments).code(2);
    assert_eq!(ran.object()["error"]["code"], "TEMPLATE");
    assert_eq!(ran.object()["id"], json!(null));
    for name in ["gig_title", "location", "rate"] {
        assert!(ran.err.contains(name), "{}", ran.err);
    }
}

#[test]
fn a_fallback_is_said_on_stderr_even_when_quiet() {
    let place = Place::new().with("USE_MOCKS", "false");
    let ran = place
        .run(&["send", "-q", "--to", "+14155550123", "Hello"])
        .code(0);
    assert_eq!(ran.out, "");
    assert!(
        ran.err.contains("ERROR sms: NOTHING IS REALLY SENT"),
        "{}",
        ran.err
    );
    for variable in ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"] {
        assert!(ran.err.contains(variable), "{}", ran.err);
    }
}

#[test]
fn a_strict_fallback_is_a_configuration_error() {
    let place = Place::new()
        .with("USE_MOCKS", "false")
        .with("SMS_FALLBACK", "error");
    let ran = place
        .run(&["send", "--json", "--to", "+14155550123", "Hello"])
        .code(2);
    let object = ran.object();
    assert_eq!(object["error"]["code"], "CONFIG");
    assert_eq!(object["to"], "+14155550123");
    assert_eq!(object["simulated"], false);
    assert!(ran.err.contains("TWILIO_ACCOUNT_SID") && ran.err.contains("TWILIO_AUTH_TOKEN"));
}

#[test]
fn logs_stay_away_from_stdout_and_verbose_says_why_the_provider_was_chosen() {
    let ran = Place::new()
        .run(&["send", "-v", "--json", "--to", "+14155550123", "Hello"])
        .code(0);
    assert_eq!(ran.out.lines().count(), 1);
    assert!(
        ran.err
            .contains("using provider `mock`: USE_MOCKS is not set and no provider is configured"),
        "{}",
        ran.err
    );
}

#[test]
fn rust_log_goes_before_the_options() {
    let place = Place::new().with("RUST_LOG", "off");
    let ran = place
        .run(&["send", "-v", "--to", "+14155550123", "Hello"])
        .code(0);
    assert_eq!(ran.err, "");
}

#[test]
fn what_is_missing_is_said_with_the_usage() {
    let place = Place::new();
    for (arguments, what) in [
        (
            &["send"][..],
            "error: the recipient is missing: give it with --to",
        ),
        (
            &["send", "Hello"],
            "error: the recipient is missing: give it with --to",
        ),
        (
            &["send", "--to", "+14155550123"],
            "error: the text is missing: give it as the last argument",
        ),
        (
            &["send", "--to", "+14155550123", "Hello", "you"],
            "error: there is more than one text: put quotes around",
        ),
        (
            &["send", "--to", "+14155550123", "--tag", "x", "Hello"],
            "error: invalid value 'x' for '--tag <NAME=VALUE>': write it as NAME=VALUE",
        ),
    ] {
        let ran = place.run(arguments).code(2);
        assert!(ran.err.starts_with(what), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
    assert!(!place.has("sms.db"), "a mistake makes no database");
}

#[test]
fn the_help_ends_with_examples() {
    let place = Place::new();
    for arguments in [&["--help"][..], &["send", "--help"]] {
        let ran = place.run(arguments).code(0);
        assert!(
            ran.out.contains("Examples:\n  sms send --to +14155550123"),
            "{}",
            ran.out
        );
        assert!(ran.out.contains("Exit codes: 0"), "{}", ran.out);
    }
}

#[test]
fn a_named_configuration_file_must_be_there() {
    let place = Place::new();
    let ran = place
        .run(&[
            "send",
            "--config",
            "nope.toml",
            "--to",
            "+14155550123",
            "Hello",
        ])
        .code(2);
    assert!(
        ran.err.starts_with(
            "error[CONFIG]: cannot read the configuration file nope.toml: there is no such file"
        ),
        "{}",
        ran.err
    );
    place.write("own.toml", "[database]\nurl = \"own.db\"\n");
    place
        .run(&[
            "send",
            "--config",
            "own.toml",
            "--to",
            "+14155550123",
            "Hello",
        ])
        .code(0);
    assert!(place.has("own.db") && !place.has("sms.db"));
}

#[test]
fn nothing_is_coloured_away_from_a_terminal() {
    let ran = Place::new().run(&["send", "--to", "415", "Hello"]).code(1);
    assert!(!ran.out.contains('\x1b') && !ran.err.contains('\x1b'));
}

#[test]
fn a_script_of_the_mock_that_cannot_be_read_is_told_once_with_its_origin() {
    let place = Place::new().with_script("every 0: opted_out");
    let ran = place
        .run(&["send", "--to", "+14155550123", "Hello"])
        .code(2);
    assert_eq!(ran.err.matches("is not a rule").count(), 1, "{}", ran.err);
    assert!(
        ran.err.contains("(variable SMS_PROVIDERS__MOCK__SCRIPT)"),
        "{}",
        ran.err
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_receipt_that_cannot_be_written_does_not_look_like_a_failed_send() {
    let place = Place::new();
    let full = std::fs::File::create("/dev/full").unwrap();
    let ended = place
        .command(&["send", "--to", "+14155550123", "Hello"])
        .stdout(full)
        .output()
        .unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success(), "{told}");
    assert!(
        told.contains("cannot write to standard output") && told.contains("is accepted"),
        "{told}"
    );
}
