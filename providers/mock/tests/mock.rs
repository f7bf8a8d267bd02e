//! What the mock promises, through its public surface.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use figment::Figment;
use figment::providers::{Format, Toml};
use sms_framework::provider::{BuildError, DynProvider, Provider};
use sms_framework::{Certainty, Error, ErrorKind, Message, Outbound, testkit};
use sms_provider_mock::{ENTRY, Mock, Outcome, Rule, recent};

fn message(to: &str) -> Outbound {
    testkit::outbound(Message::new(to, "Doors open at eight."))
}

fn from_toml(toml: &str) -> Result<DynProvider, BuildError> {
    ENTRY.build("mock", &Figment::from(Toml::string(toml)))
}

fn refusal(toml: &str) -> String {
    match from_toml(toml).unwrap_err() {
        BuildError::Refused(error) => error.to_string(),
        BuildError::Table(error) => error.to_string(),
    }
}

async fn codes(mock: &dyn Provider, recipients: &[&str]) -> Vec<&'static str> {
    let mut codes = Vec::new();
    for to in recipients {
        let result = mock.send(&message(to)).await;
        codes.push(result.map_or_else(|error| error.code(), |_| "ok"));
    }
    codes
}

const ANNA: &str = "+14155550123";
const BERT: &str = "+442079460000";

#[tokio::test]
async fn it_accepts_everything_and_needs_no_configuration() {
    let mock = from_toml("").unwrap();
    let acceptance = mock.send(&message(ANNA)).await.unwrap();
    assert!(acceptance.provider_message_ids[0].starts_with("mock-"));
    assert!(mock.capabilities().simulated);
    assert_eq!(mock.default_sender().unwrap().to_string(), "+15555551234");
}

#[tokio::test]
async fn it_keeps_the_last_hundred_oldest_first() {
    let mock = Mock::builder().build();
    for n in 0..105 {
        let draft = Message::new(ANNA, format!("text {n}"));
        mock.send(&testkit::outbound(draft)).await.unwrap();
    }
    let sent = mock.sent();
    assert_eq!(sent.len(), 100);
    assert_eq!((&*sent[0].body, &*sent[99].body), ("text 5", "text 104"));
}

#[tokio::test]
async fn it_keeps_how_long_a_message_may_wait() {
    let mock = Mock::builder().build();
    let an_hour = Duration::from_secs(3600);
    for draft in [
        Message::new(ANNA, "soon").valid_for(an_hour),
        Message::new(ANNA, "whenever"),
    ] {
        mock.send(&testkit::outbound(draft)).await.unwrap();
    }
    let waits: Vec<_> = mock.sent().iter().map(|sent| sent.valid_for).collect();
    assert_eq!(waits, [Some(an_hour), None]);
}

#[tokio::test]
async fn keep_zero_remembers_nothing() {
    let mock = Mock::builder().keep(0).build();
    mock.send(&message(ANNA)).await.unwrap();
    assert!(mock.sent().is_empty());
}

#[tokio::test]
async fn what_a_mock_from_configuration_accepted_is_in_recent() {
    let outbound = message(BERT);
    let mock = ENTRY.build("staging", &Figment::new()).unwrap();
    mock.send(&outbound).await.unwrap();
    let mine = recent()
        .into_iter()
        .find(|sent| sent.message_id == outbound.id())
        .unwrap();
    assert_eq!(
        (&*mine.provider, &*mine.body),
        ("staging", "Doors open at eight.")
    );
}

#[tokio::test]
async fn rules_speak_of_recipients_and_prefixes() {
    let mock = from_toml(r#"script = ["+14155550199: opted_out", "+44*: recipient"]"#).unwrap();
    assert_eq!(
        codes(&*mock, &["+14155550199", ANNA, BERT]).await,
        ["OPTED_OUT", "ok", "RECIPIENT"]
    );
}

#[tokio::test]
async fn rules_speak_of_calls() {
    let nth = from_toml(r#"script = ["2: refused"]"#).unwrap();
    assert_eq!(codes(&*nth, &[ANNA; 3]).await, ["ok", "REFUSED", "ok"]);
    let first = from_toml(r#"script = ["first 2: connect"]"#).unwrap();
    assert_eq!(
        codes(&*first, &[ANNA; 3]).await,
        ["CONNECT", "CONNECT", "ok"]
    );
    let every = from_toml(r#"script = ["every 3: server_error"]"#).unwrap();
    let expected = ["ok", "ok", "SERVER_ERROR", "ok", "ok", "SERVER_ERROR"];
    assert_eq!(codes(&*every, &[ANNA; 6]).await, expected);
}

#[tokio::test]
async fn a_rule_for_a_recipient_counts_the_calls_to_it_alone() {
    let mock = from_toml(r#"script = ["+44* first 1: server_error"]"#).unwrap();
    assert_eq!(
        codes(&*mock, &[ANNA, BERT, BERT]).await,
        ["ok", "SERVER_ERROR", "ok"]
    );
}

#[tokio::test]
async fn the_first_rule_that_applies_decides_and_all_of_them_count() {
    let mock = from_toml(r#"script = ["1: ok", "first 2: refused", "*: connect"]"#).unwrap();
    assert_eq!(
        codes(&*mock, &[ANNA; 3]).await,
        ["ok", "REFUSED", "CONNECT"]
    );
}

#[tokio::test]
async fn every_outcome_has_its_certainty() {
    use Certainty::{MaybeSent, NotSent, Rejected};
    let expected = [
        ("opted_out", "OPTED_OUT", Rejected),
        ("recipient", "RECIPIENT", Rejected),
        ("refused", "REFUSED", Rejected),
        ("unauthorized", "UNAUTHORIZED", Rejected),
        ("account", "ACCOUNT", Rejected),
        ("throttled", "PROVIDER_THROTTLED", NotSent),
        ("connect", "CONNECT", NotSent),
        ("server_error", "SERVER_ERROR", MaybeSent),
        ("no_answer", "NO_ANSWER", MaybeSent),
        ("bad_answer", "BAD_ANSWER", MaybeSent),
        ("accepted_then_timeout", "NO_ANSWER", MaybeSent),
        ("accepted_then_server_error", "SERVER_ERROR", MaybeSent),
    ];
    for (outcome, code, certainty) in expected {
        let mock = Mock::builder()
            .rule(format!("*: {outcome}").parse().unwrap())
            .build();
        let error = mock.send(&message(ANNA)).await.unwrap_err();
        assert_eq!(
            (error.code(), error.certainty()),
            (code, certainty),
            "{outcome}"
        );
        let taken = outcome.starts_with("accepted");
        assert_eq!(mock.sent().len(), usize::from(taken), "{outcome}");
    }
}

#[tokio::test]
async fn throttled_says_how_long() {
    let mock = from_toml(r#"script = ["*: throttled 5s"]"#).unwrap();
    let error = mock.send(&message(ANNA)).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
}

#[tokio::test(start_paused = true)]
async fn delays_add_up_and_later_rules_still_apply() {
    let toml = r#"
        delay = "100ms"
        script = ["*: delay 2s", "+1415*: delay 1s", "*: refused", "*: delay 1h"]
    "#;
    let mock = from_toml(toml).unwrap();
    let start = tokio::time::Instant::now();
    assert_eq!(codes(&*mock, &[ANNA]).await, ["REFUSED"]);
    assert_eq!(start.elapsed(), Duration::from_millis(3100));
}

#[tokio::test]
async fn accepted_then_timeout_is_found_by_the_lookup() {
    let mock = Mock::builder()
        .rule(Rule::any(Outcome::accepted_then_timeout()))
        .build();
    let (outbound, other) = (message(ANNA), message(BERT));
    let error = mock.send(&outbound).await.unwrap_err();
    assert_eq!(error.certainty(), Certainty::MaybeSent);
    let lookup = mock.lookup().unwrap();
    let found = lookup.find(&outbound, outbound.created_at()).await.unwrap();
    assert_eq!(
        found[0].provider_message_ids[0],
        mock.sent()[0].provider_message_id
    );
    assert!(
        lookup
            .find(&other, other.created_at())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_lookup_minds_the_time() {
    let noon: jiff::Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
    let mock = Mock::builder().clock(move || noon).build();
    let outbound = message(ANNA);
    mock.send(&outbound).await.unwrap();
    let later = noon + jiff::SignedDuration::from_secs(1);
    assert_eq!(
        mock.lookup()
            .unwrap()
            .find(&outbound, noon)
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        mock.lookup()
            .unwrap()
            .find(&outbound, later)
            .await
            .unwrap()
            .is_empty()
    );
}

#[test]
fn without_lookup_it_has_no_such_power() {
    let mock = from_toml("lookup = false").unwrap();
    assert!(mock.lookup().is_none() && !mock.capabilities().lookup);
}

#[tokio::test]
async fn code_may_fail_with_any_error() {
    let odd = Error::new(ErrorKind::ServerError, "odd").with_certainty(Certainty::NotSent);
    let mock = Mock::builder()
        .rule(Rule::to(ANNA.parse().unwrap(), Outcome::Fail(odd)).every(2))
        .rule(Rule::prefix("+44", Outcome::Delay(Duration::from_nanos(1))).nth(1))
        .build();
    mock.send(&message(ANNA)).await.unwrap();
    mock.send(&message(BERT)).await.unwrap();
    assert_eq!(
        mock.send(&message(ANNA)).await.unwrap_err().certainty(),
        Certainty::NotSent
    );
}

#[test]
fn a_bad_rule_is_named_with_what_is_allowed() {
    let no_colon = refusal(r#"script = ["*: ok", "every 3 server_error"]"#);
    assert_eq!(
        no_colon,
        "`providers.mock.script`: `every 3 server_error` is not a rule: it has no colon; write WHEN: OUTCOME, such as `every 3: server_error`"
    );
    let outcome = refusal(r#"script = ["*: serve_error"]"#);
    assert!(
        outcome
            .contains("`serve_error` is not an outcome; the outcomes are ok, delay 2s, opted_out,"),
        "{outcome}"
    );
    for when in [
        "every 0",
        "every",
        "0",
        "sometimes",
        "",
        "+*",
        "+1a*",
        "+1415* often",
    ] {
        let text = refusal(&format!(r#"script = ["{when}: ok"]"#));
        assert!(
            text.contains("does not say when; write `*`, a recipient such as"),
            "{text}"
        );
    }
    let number = refusal(r#"script = ["+0123: ok"]"#);
    assert!(number.contains("is not an E.164 phone number"), "{number}");
    let delay = refusal(r#"script = ["*: delay"]"#);
    assert!(
        delay.contains("`delay` needs a time, such as `delay 2s`"),
        "{delay}"
    );
    let time = refusal(r#"script = ["*: throttled soon"]"#);
    assert!(time.contains("write a number and a unit"), "{time}");
}

#[test]
fn an_unknown_key_is_refused() {
    assert!(refusal("skript = []").contains("skript"));
}

#[tokio::test]
async fn debug_shows_neither_text_nor_recipient() {
    let mock = Mock::builder().build();
    mock.send(&message(ANNA)).await.unwrap();
    let shown = format!("{mock:?} {:?}", mock.sent());
    assert!(!shown.contains("Doors") && !shown.contains(ANNA), "{shown}");
}
