//! `sms work`: sends what waits, stops gracefully, and what it leaves when it dies is never sent twice.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sms_gateway as _;
use support::Place;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const SID: &str = "AC00000000000000000000000000000000";
const TO: &str = "+14155550123";

/// Waits for something that happens soon; how long that takes is the machine's.
#[track_caller]
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not happen: {what}");
}

fn signal(process: &Child, name: &str) {
    let id = process.id().to_string();
    let sent = std::process::Command::new("kill")
        .args([name, &id])
        .status();
    assert!(sent.unwrap().success());
}

fn start(place: &Place, arguments: &[&str]) -> Child {
    place
        .command(&[&["work", "--json"], arguments].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Asks it to stop and waits for its end.
fn stop(process: Child) -> Output {
    signal(&process, "-TERM");
    process.wait_with_output().unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn enqueue(place: &Place, arguments: &[&str]) -> String {
    let arguments = [&["enqueue", "--json", "--to", TO], arguments].concat();
    let object = place.run(&arguments).code(0).object();
    object["id"].as_str().unwrap().to_owned()
}

fn message(place: &Place, id: &str) -> Value {
    place
        .run(&["messages", "show", "--json", id])
        .code(0)
        .object()
}

/// Waits until the message stands there.
fn until_it_is(place: &Place, id: &str, status: &str) -> Value {
    until(status, || {
        Some(message(place, id)).filter(|message| message["status"] == status)
    })
}

/// Twilio on the loopback, with short waits.
fn real(server: &MockServer) -> Place {
    Place::new()
        .with("USE_MOCKS", "false")
        .with("TWILIO_ACCOUNT_SID", SID)
        .with("TWILIO_AUTH_TOKEN", "a-token")
        .with("TWILIO_FROM_PHONE", "+14155550100")
        .with("SMS_PROVIDERS__TWILIO__BASE_URL", &server.uri())
        .with("SMS_QUEUE__LEASE", "3s")
        .with("SMS_QUEUE__GRACE", "1s")
        .with("SMS_QUEUE__MAX_ATTEMPTS", "1")
}

fn messages() -> wiremock::MockBuilder {
    Mock::given(path(format!("/2010-04-01/Accounts/{SID}/Messages.json")))
}

fn created() -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_json(json!({"sid": "SM1", "status": "queued"}))
}

/// It takes the first message and never says so, nor lists it; later ones are answered.
async fn a_vendor_that_swallows_the_first() -> MockServer {
    let server = MockServer::start().await;
    let nothing = ResponseTemplate::new(200).set_body_json(json!({"messages": []}));
    messages()
        .and(method("GET"))
        .respond_with(nothing)
        .mount(&server)
        .await;
    messages()
        .and(method("POST"))
        .respond_with(created().set_delay(Duration::from_secs(600)))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    messages()
        .and(method("POST"))
        .respond_with(created())
        .mount(&server)
        .await;
    server
}

async fn posts(server: &MockServer) -> usize {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .filter(|request| request.method.as_str() == "POST")
        .count()
}

async fn until_it_is_called(server: &MockServer) {
    for _ in 0..1200 {
        if posts(server).await > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the vendor was not called");
}

#[test]
fn it_sends_until_nothing_is_due() {
    let place = Place::new().in_a_hurry();
    for priority in ["bulk", "normal", "urgent"] {
        enqueue(&place, &["--priority", priority, "Hi"]);
    }
    let later = enqueue(&place, &["--at", "1h", "Later"]);
    let ran = place
        .run(&["work", "--until-idle", "--name", "first"])
        .code(0);
    assert_eq!(ran.out, "3 messages taken up\n  accepted  3\n");
    assert!(
        ran.err
            .contains(" INFO working on the queue worker=first\n"),
        "{}",
        ran.err
    );
    assert_eq!(
        ran.err.matches(" INFO accepted message_id=").count(),
        3,
        "{}",
        ran.err
    );
    assert_eq!(message(&place, &later)["status"], "scheduled");
    let ran = place
        .run(&["work", "--until-idle", "--quiet", "--json"])
        .code(0);
    assert_eq!(
        ran.object(),
        json!({"processed": 0, "accepted": 0, "requeued": 0, "failed": 0, "expired": 0, "unknown": 0})
    );
    assert_eq!(ran.err, "");
    assert_eq!(place.run(&["work", "--until-idle", "-q"]).code(0).out, "");
}

#[test]
fn until_idle_tells_by_its_exit_code_whether_all_went_well() {
    let place = Place::new().in_a_hurry().with_script("*: opted_out");
    enqueue(&place, &["Hi"]);
    let ran = place.run(&["work", "--until-idle"]).code(1);
    assert!(
        ran.out
            .contains("  failed    1 (`sms messages list --status failed,rejected`)\n"),
        "{}",
        ran.out
    );
    assert!(ran.err.contains(" INFO rejected: mock: "), "{}", ran.err);
    let place = Place::new().in_a_hurry().with_script("*: throttled");
    enqueue(&place, &["Hi"]);
    let ran = place.run(&["work", "--until-idle"]).code(0);
    assert_eq!(
        ran.out,
        "1 message taken up\n  accepted  0\n  requeued  1 (tried again later)\n"
    );
}

#[test]
fn a_message_whose_time_comes_is_sent() {
    let place = Place::new().in_a_hurry();
    let id = enqueue(&place, &["--at", "1s", "Hi"]);
    let worker = start(&place, &[]);
    until_it_is(&place, &id, "accepted");
    let ended = stop(worker);
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(report(&ended)["accepted"], 1);
}

#[test]
fn a_signal_stops_it_once_the_provider_answered() {
    let place = Place::new()
        .in_a_hurry()
        .with("SMS_PROVIDERS__MOCK__DELAY", "2s");
    let id = enqueue(&place, &["Hi"]);
    let worker = start(&place, &["--name", "tester"]);
    let sending = until_it_is(&place, &id, "sending");
    assert_eq!(sending["holder"], "tester");
    let listed = place.run(&["queue", "list"]).code(0);
    assert!(listed.out.contains("  tester  "), "{}", listed.out);
    let ended = stop(worker);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(report(&ended)["accepted"], 1);
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("stopping: nothing more is taken up; providers that were called are waited for (again to exit at once)"), "{said}");
    assert_eq!(message(&place, &id)["status"], "accepted");
}

#[test]
fn until_idle_that_is_stopped_before_ends_with_1() {
    let place = Place::new()
        .in_a_hurry()
        .with("SMS_PROVIDERS__MOCK__DELAY", "2s");
    let id = enqueue(&place, &["Hi"]);
    let worker = start(&place, &["--until-idle"]);
    until_it_is(&place, &id, "sending");
    assert_eq!(stop(worker).status.code(), Some(1));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let place = Place::new()
        .in_a_hurry()
        .with("SMS_PROVIDERS__MOCK__DELAY", "60s");
    let id = enqueue(&place, &["Hi"]);
    let mut worker = start(&place, &[]);
    until_it_is(&place, &id, "sending");
    signal(&worker, "-INT");
    let mut said = BufReader::new(worker.stderr.take().unwrap()).lines();
    let mut says = |what: &str| said.any(|line| line.unwrap().contains(what));
    assert!(says("stopping: nothing more is taken up"));
    signal(&worker, "-INT");
    assert!(says("`sms queue list --state sending` shows it"));
    assert_eq!(worker.wait().unwrap().code(), Some(130));
    assert_eq!(message(&place, &id)["status"], "sending");
}

#[test]
fn without_a_database_it_says_why() {
    let place = Place::new().with("DATABASE_URL", "no/such/folder/sms.db");
    let ran = place.run(&["work", "--until-idle"]).code(2);
    assert!(ran.err.contains("error[STORAGE]: "), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_worker_was_sending_is_held_and_never_sent_twice() {
    let server = a_vendor_that_swallows_the_first().await;
    let place = real(&server);
    let id = enqueue(&place, &["Hi"]);
    let mut first = start(&place, &["--name", "first"]);
    until_it_is_called(&server).await;
    first.kill().unwrap();
    first.wait().unwrap();

    let second = start(&place, &["--name", "second"]);
    let held = until("held", || {
        let unknown = place
            .run(&["queue", "list", "--state", "unknown", "--json"])
            .code(0)
            .objects();
        unknown
            .into_iter()
            .find(|one| one["next_attempt_at"].is_null())
    });
    assert_eq!(held["id"], *id);
    assert_eq!(held["doubt"], "no_answer");
    assert_eq!(
        (&held["error"]["code"], &held["error"]["certainty"]),
        (&json!("NO_ANSWER"), &json!("MaybeSent"))
    );
    let why = held["error"]["message"].as_str().unwrap();
    assert!(
        why.contains("its process went away, and the provider does not list the message"),
        "{why}"
    );
    assert_eq!(stop(second).status.code(), Some(0));
    assert_eq!(posts(&server).await, 1, "it is not sent again");

    let shown = place.run(&["messages", "show", &id]).code(0);
    assert!(shown.out.contains("nothing by itself: look it up at the provider, then `sms queue resolve ID --sent`, or `--resend` if it is not there"), "{}", shown.out);
    let listed = place.run(&["queue", "list"]).code(0);
    assert!(
        listed.out.contains("held  unknown  normal"),
        "{}",
        listed.out
    );
    assert!(
        listed
            .err
            .contains("`sms queue resolve ID --sent` or `--resend`"),
        "{}",
        listed.err
    );
    let ran = place.run(&["queue", "cancel", &id]).code(1);
    assert!(
        ran.err
            .contains("is unknown: only what is scheduled or queued can be canceled"),
        "{}",
        ran.err
    );

    let ran = place.run(&["queue", "resolve", &id, "--resend"]).code(0);
    assert_eq!(
        ran.out,
        format!("{id} is queued now: a worker (`sms work`) sends it\n")
    );
    place.run(&["work", "--until-idle"]).code(0);
    assert_eq!(message(&place, &id)["status"], "accepted");
    assert_eq!(posts(&server).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_worker_holds_what_has_no_answer_and_a_person_resolves_it() {
    let server = a_vendor_that_swallows_the_first().await;
    let place = real(&server).with("SMS_QUEUE__SHUTDOWN_TIMEOUT", "200ms");
    let id = enqueue(&place, &["Hi"]);
    let worker = start(&place, &[]);
    until_it_is_called(&server).await;
    let ended = stop(worker);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(report(&ended)["unknown"], 1);
    let held = message(&place, &id);
    assert_eq!(held["status"], "unknown");
    assert_eq!(
        held["error"]["message"],
        "twilio: the worker was stopped before the provider answered"
    );

    let nobody = "01a208ba-0000-7000-8000-000000000000";
    let ran = place
        .run(&["queue", "resolve", &id, nobody, "--sent", "--json"])
        .code(1);
    let objects = ran.objects();
    assert_eq!(
        objects[0],
        json!({"id": id, "changed": true, "status": "accepted"})
    );
    assert_eq!(
        objects[1]["error"]["message"],
        format!("there is no message {nobody}")
    );
    let ran = place.run(&["queue", "resolve", &id, "--resend"]).code(1);
    assert_eq!(
        ran.err,
        format!(
            "error[WRONG_STATE]: message {id} is accepted: only what is unknown can be resolved\n"
        )
    );
    assert_eq!(message(&place, &id)["error"], json!(null));
    assert_eq!(posts(&server).await, 1);

    for wrong in [
        &["queue", "resolve", &id] as &[&str],
        &["queue", "resolve", "--sent"],
        &["queue", "resolve", &id, "--sent", "--resend"],
    ] {
        place.run(wrong).code(2);
    }
}
