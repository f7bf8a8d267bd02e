//! What each answer says about the message.

use sms_framework::testkit::http::Answer;
use sms_framework::{Certainty, Class, Error, ErrorKind, Message};

use crate::support::{TO, send};
use Certainty::{MaybeSent, NotSent, Rejected};

const REQUEST: &str = "[request]\npath = '/'\nfields = { to = '{to}', text = '{text}' }\n";

async fn error(description: &str, answer: Answer) -> Error {
    let table = format!("{REQUEST}{description}");
    let (sent, _) = send(&table, Message::new(TO, "Hello"), answer).await;
    sent.unwrap_err()
}

const CODES: &str = "[accept]
    where = { status = 'ok' }
    id = 'id'
    [reject]
    code = 'code'
    message = 'said'
    [reject.codes]
    permanent = 'permanent'
    recipient = 'recipient'
    opted_out = 'opted_out'
    configuration = 'configuration'
    credentials = 'credentials'
    transient = 'transient'
    throttle = 'throttle'
    ambiguous = 'ambiguous'
    proven = { class = 'transient', proven_not_sent = true }
    gone = { class = 'recipient', proven_not_sent = true, meaning = 'the number is gone' }
    [reject.status]
    409 = 'ambiguous'
    418 = { class = 'configuration', meaning = 'our IP is not allowed' }
    503 = { class = 'throttle', proven_not_sent = true }";

fn coded(status: u16, code: &str) -> Answer {
    Answer::json(
        status,
        format!(r#"{{"status": "bad", "code": "{code}", "said": "no"}}"#),
    )
}

#[tokio::test]
async fn every_word_in_an_answer_that_refuses() {
    for status in [200, 201, 400, 404, 422, 429] {
        for (word, kind, class, certainty) in [
            ("permanent", ErrorKind::Refused, Class::Permanent, Rejected),
            (
                "recipient",
                ErrorKind::Recipient,
                Class::Permanent,
                Rejected,
            ),
            ("opted_out", ErrorKind::OptedOut, Class::Permanent, Rejected),
            (
                "configuration",
                ErrorKind::Account,
                Class::Account,
                Rejected,
            ),
            (
                "credentials",
                ErrorKind::Unauthorized,
                Class::Account,
                Rejected,
            ),
            ("transient", ErrorKind::Refused, Class::Transient, NotSent),
            (
                "throttle",
                ErrorKind::ProviderThrottled,
                Class::Throttled,
                NotSent,
            ),
            (
                "ambiguous",
                ErrorKind::BadAnswer,
                Class::Transient,
                MaybeSent,
            ),
        ] {
            let error = error(CODES, coded(status, word)).await;
            assert_eq!(
                (error.kind(), error.class(), error.certainty()),
                (kind, class, certainty),
                "{word} in {status}"
            );
            assert_eq!(error.provider_code(), Some(word));
            assert_eq!(error.http_status(), Some(status));
            assert!(error.message().ends_with(": no"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_server_error_says_nothing_unless_the_code_is_proven() {
    for status in [408, 500, 502, 504] {
        for word in [
            "permanent",
            "opted_out",
            "transient",
            "throttle",
            "ambiguous",
            "unlisted",
        ] {
            let error = error(CODES, coded(status, word)).await;
            assert_eq!(
                (error.kind(), error.certainty()),
                (ErrorKind::ServerError, MaybeSent),
                "{word} in {status}"
            );
            assert_eq!(error.provider_code(), Some(word));
        }
        let proven = error(CODES, coded(status, "proven")).await;
        assert_eq!(
            (proven.class(), proven.certainty()),
            (Class::Transient, NotSent)
        );
        let gone = error(CODES, coded(status, "gone")).await;
        assert_eq!(
            (gone.kind(), gone.certainty()),
            (ErrorKind::Recipient, Rejected)
        );
        assert_eq!(
            gone.message(),
            format!("the gateway refused the recipient (HTTP {status}): the number is gone")
        );
    }
}

#[tokio::test]
async fn what_no_table_lists_goes_by_the_status() {
    for (status, kind, certainty) in [
        (200, ErrorKind::BadAnswer, MaybeSent),
        (301, ErrorKind::Account, Rejected),
        (400, ErrorKind::Refused, Rejected),
        (401, ErrorKind::Unauthorized, Rejected),
        (403, ErrorKind::Account, Rejected),
        (409, ErrorKind::BadAnswer, MaybeSent),
        (418, ErrorKind::Account, Rejected),
        (429, ErrorKind::ProviderThrottled, NotSent),
        (500, ErrorKind::ServerError, MaybeSent),
        (503, ErrorKind::ProviderThrottled, NotSent),
    ] {
        let error = error(CODES, coded(status, "unlisted")).await;
        assert_eq!(
            (error.kind(), error.certainty()),
            (kind, certainty),
            "{status}"
        );
    }
    let error = error(CODES, Answer::empty(418)).await;
    assert!(
        error
            .message()
            .ends_with("(HTTP 418): our IP is not allowed"),
        "{error}"
    );
}

#[tokio::test]
async fn a_default_is_for_a_success_that_says_no() {
    let with = CODES.replace("code = 'code'", "code = 'code'\ndefault = 'permanent'");
    let says_no = error(&with, coded(200, "unlisted")).await;
    assert_eq!(says_no.certainty(), Rejected);
    // The status speaks for itself.
    let server = error(&with, coded(500, "unlisted")).await;
    assert_eq!(server.certainty(), MaybeSent);
    let credentials = error(&with, coded(401, "unlisted")).await;
    assert_eq!(credentials.kind(), ErrorKind::Unauthorized);
    // A success without its id, whatever stands where a code would.
    let taken = Answer::json(200, r#"{"status": "ok", "code": "fine"}"#);
    assert_eq!(error(&with, taken).await.certainty(), MaybeSent);
    // Nothing there that is a code.
    let empty = Answer::json(200, r#"{"status": "bad"}"#);
    assert_eq!(error(&with, empty).await.certainty(), MaybeSent);
}

#[tokio::test]
async fn an_answer_that_says_both_is_believed_in_neither() {
    let both = Answer::json(200, r#"{"status": "ok", "id": "M1", "code": "permanent"}"#);
    let error = error(CODES, both).await;
    assert_eq!(error.certainty(), MaybeSent);
    assert_eq!(
        error.message(),
        "the answer says both that the message was taken and that it was not (HTTP 200)"
    );
}

#[tokio::test]
async fn a_success_of_another_status_or_shape_is_in_doubt() {
    let strict = CODES.replace("[accept]", "[accept]\nstatus = [201]");
    let ok = r#"{"status": "ok", "id": "M1"}"#;
    let (sent, _) = send(
        &format!("{REQUEST}{strict}"),
        Message::new(TO, "Hello"),
        Answer::json(201, ok),
    )
    .await;
    assert_eq!(sent.unwrap().provider_message_ids, ["M1"]);
    assert_eq!(
        error(&strict, Answer::json(200, ok)).await.certainty(),
        MaybeSent
    );
    for body in [
        "",
        "null",
        "[]",
        "{",
        r#"{"status": "OK", "id": "M1"}"#,
        r#"{"status": "ok", "id": ""}"#,
        r#"{"status": "ok", "id": {}}"#,
        r#"{"status": "ok", "id": 1.5}"#,
        r#"{"status": ["ok"], "id": 1}"#,
        r#"{"status": "ok", "id": 100000000000000000000}"#,
    ] {
        let error = error(CODES, Answer::json(200, body)).await;
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::BadAnswer, MaybeSent),
            "{body}"
        );
    }
}

#[tokio::test]
async fn ids_and_codes_are_found_in_any_form() {
    for (description, answer, id) in [
        (
            "[accept]\nid = '0.id'",
            Answer::json(200, r#"[{"id": 18446744073709551615}]"#),
            "18446744073709551615",
        ),
        (
            "[accept]\nid = 'a.b.1.c'",
            Answer::json(200, r#"{"a": {"b": [{}, {"c": "x y"}]}}"#),
            "x y",
        ),
        (
            "[accept]\nread = 'form'\nid = 'id'",
            Answer::text(200, "text/plain", "id=a%2Bb&id=c"),
            "a+b",
        ),
        (
            "[accept]\nread = 'xml'\nid = 'm.1.@id'",
            Answer::text(200, "text/xml", "<r><m id='1'/><m id='2'/></r>"),
            "2",
        ),
        (
            "[accept]\nread = 'xml'\nid = 'm.0.id'",
            Answer::text(200, "text/xml", "<r><m><id>7</id></m></r>"),
            "7",
        ),
        (
            "[accept]\nread = 'text'\ncapture = 'id=(\\w+)'",
            Answer::text(200, "text/plain", "OK id=77;"),
            "77",
        ),
    ] {
        let table = format!("{REQUEST}{description}");
        let (sent, _) = send(&table, Message::new(TO, "Hello"), answer).await;
        assert_eq!(sent.unwrap().provider_message_ids, [id], "{description}");
    }
    // An expression without a group says that the message was taken, and not as what.
    let table = format!("{REQUEST}[accept]\nread = 'text'\ncapture = '^0: Accepted'");
    let accepted = Answer::text(202, "text/plain", "0: Accepted for delivery");
    let (sent, _) = send(&table, Message::new(TO, "Hello"), accepted).await;
    assert!(sent.unwrap().provider_message_ids.is_empty());
    // The first code that is listed counts, not the first.
    let several = "[accept]\nid = 'id'\n[reject]\ncode = ['a', 'b']\ncapture = 'x=(\\d)'\ncodes = { 7 = 'opted_out', 9 = 'recipient' }";
    let error1 = error(several, Answer::json(400, r#"{"a": "1", "b": 7}"#)).await;
    assert_eq!(
        (error1.kind(), error1.provider_code()),
        (ErrorKind::OptedOut, Some("7"))
    );
    let error2 = error(several, Answer::text(400, "text/plain", "x=9")).await;
    assert_eq!(error2.kind(), ErrorKind::Recipient);
}

#[tokio::test]
async fn nothing_that_was_sent_is_shown_in_an_error() {
    let secret = "secrets = ['k']\nsecret = { k = 's3 cr3t' }\n[request]\npath = '/'\nauth = { query = ['k', '{secret.k}'] }\nfields = { to = '{to}', text = '{text}', v = '{var.pin}' }\n[accept]\nid = 'id'\n[reject]\ncode = 'code'\nmessage = 'said'";
    for said in [
        "s3 cr3t",
        "s3%20cr3t",
        "s3+cr3t",
        "My pin",
        "My%20pin",
        "77aa",
        "004D0079002000700069006E",
    ] {
        let body = serde_json::json!({"code": said, "said": format!("no: {said}")});
        let message = Message::new(TO, "My pin").tag("pin", "77aa");
        let (sent, _) = send(secret, message, Answer::json(400, body)).await;
        let shown = format!("{:?}", sent.unwrap_err());
        assert!(!shown.contains(said), "{shown}");
        assert!(shown.contains("the request was refused"), "{shown}");
    }
    let body = r#"{"code": "14155550123", "said": "to +14155550123 no"}"#;
    let message = Message::new(TO, "My pin").tag("pin", "77aa");
    let (sent, _) = send(secret, message, Answer::json(400, body)).await;
    let shown = format!("{:?}", sent.unwrap_err());
    assert!(!shown.contains("5550123"), "{shown}");
}

/// Whether a table is taken with that warning.
fn warns(table: &str, warning: &str) -> bool {
    use std::sync::{Arc, Mutex};
    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<String>>);
    impl tracing::field::Visit for Heard {
        fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
            self.0.lock().unwrap().push_str(&format!("{value:?} "));
        }
    }
    impl tracing::Subscriber for Heard {
        fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
            *metadata.level() <= tracing::Level::WARN
        }
        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            tracing::span::Id::from_u64(1)
        }
        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn event(&self, event: &tracing::Event<'_>) {
            event.record(&mut self.clone());
        }
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }
    let heard = Heard::default();
    let table = format!("base_url = 'https://a.example'\n{table}");
    tracing::subscriber::with_default(heard.clone(), || drop(crate::support::build(&table)));
    let text = heard.0.lock().unwrap();
    text.contains(warning)
}

#[test]
fn silence_for_success_is_warned_of() {
    let warned = |accept: &str| {
        let table = format!("{REQUEST}[accept]\n{accept}");
        warns(&table, "accept asks nothing of the body")
    };
    assert!(warned(""));
    assert!(warned("where = { error = { absent = true } }"));
    assert!(!warned("id = 'id'"));
    assert!(!warned("where = { status = 'ok' }"));
    assert!(!warned("read = 'text'\ncapture = 'OK'"));
}

#[test]
fn a_call_that_is_told_by_its_header_alone_is_warned_of() {
    let warned = |auth: &str, own: &str| {
        let receipt = format!("[receipt]\nfrom = 'form'\nid = 'id'\nstatus = 's'\nauth = {auth}");
        let secret = match auth.contains("secret.k") {
            true => "secrets = ['k']\nsecret = { k = 'hook-key' }\n",
            false => "",
        };
        let table = format!("{own}\n{secret}{REQUEST}[accept]\nid = 'id'\n{receipt}");
        warns(&table, "does not cover their bodies")
    };
    let guarded = crate::support::guarded();
    for auth in [
        "{ header = ['X-A', '{secret.k}'] }",
        "{ jwt_hs256 = ['X-A', '{secret.k}'] }",
    ] {
        assert!(warned(auth, ""), "{auth}");
        assert!(!warned(auth, &guarded), "{auth}");
    }
    assert!(!warned("'url_secret'", &guarded));
}
