//! What an answer says about the message, beside its code.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Value, json};
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::{Certainty, Error, ErrorKind};

use crate::support::{SECRET, TEXT, TOKEN, accepted, aws, error, outbound, refused_with};

/// An error of AWS's with that type, and with that reason where there is one.
pub(crate) fn body(kind: &str, reason: &str) -> Value {
    let mut body = json!({"__type": kind, "Message": "m"});
    if !reason.is_empty() {
        body["Reason"] = json!(reason);
    }
    body
}

#[tokio::test]
async fn a_reason_that_is_new_is_judged_by_its_type_and_shown() {
    let error = refused_with(error(400, body("ConflictException", "SOMETHING_NEW"))).await;
    assert_eq!(error.kind(), ErrorKind::Account);
    assert_eq!(error.provider_code(), Some("SOMETHING_NEW"));
}

#[tokio::test]
async fn what_is_wholly_new_is_judged_by_its_status() {
    for (status, kind, certainty) in [
        (400, ErrorKind::Refused, Certainty::Rejected),
        (401, ErrorKind::Unauthorized, Certainty::Rejected),
        (403, ErrorKind::Account, Certainty::Rejected),
        (404, ErrorKind::Account, Certainty::Rejected),
        (408, ErrorKind::ServerError, Certainty::MaybeSent),
        (429, ErrorKind::ProviderThrottled, Certainty::NotSent),
        (302, ErrorKind::Account, Certainty::Rejected),
        (502, ErrorKind::ServerError, Certainty::MaybeSent),
    ] {
        let answer = error(status, body("NewException", "NEW"));
        let error = refused_with(answer).await;
        assert_eq!(
            (error.kind(), error.certainty()),
            (kind, certainty),
            "{status}"
        );
        let error = refused_with(Answer::text(status, "text/html", "<html>")).await;
        assert_eq!(
            (error.kind(), error.certainty()),
            (kind, certainty),
            "{status}"
        );
        assert_eq!(error.provider_code(), None);
    }
}

#[tokio::test]
async fn a_namespace_before_the_type_is_nothing() {
    let answer = error(400, body("com.amazonaws.sms#ThrottlingException", ""));
    let error = refused_with(answer).await;
    assert_eq!(error.kind(), ErrorKind::ProviderThrottled);
    assert_eq!(error.certainty(), Certainty::NotSent);
    assert_eq!(error.provider_code(), Some("ThrottlingException"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
}

#[tokio::test]
async fn a_type_in_the_header_stands_in_for_one_in_the_body() {
    for kind in [
        "ThrottlingException",
        "com.amazonaws.sms#ThrottlingException",
        "ThrottlingException:http://internal.amazon.com/coral/com.amazonaws.sms/",
    ] {
        let answer = Answer::empty(400).header("x-amzn-errortype", kind);
        let error = refused_with(answer).await;
        assert_eq!(error.provider_code(), Some("ThrottlingException"), "{kind}");
        assert_eq!(error.certainty(), Certainty::NotSent);
    }
    let answer =
        error(400, body("ThrottlingException", "")).header("x-amzn-errortype", "ConflictException");
    let error = refused_with(answer).await;
    assert_eq!(error.provider_code(), Some("ThrottlingException"));
}

#[tokio::test]
async fn a_wait_in_the_header_comes_before_ours() {
    let answer = error(400, body("ThrottlingException", "")).header("retry-after", "7");
    assert_eq!(
        refused_with(answer).await.retry_after(),
        Some(Duration::from_secs(7))
    );
}

#[tokio::test]
async fn a_success_has_an_id_or_says_nothing() {
    for answer in [
        Answer::json(200, json!({"MessageId": 7})),
        Answer::json(200, json!([])),
        Answer::empty(204),
        Answer::json(
            200,
            body("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT"),
        ),
        accepted_cut_off(),
    ] {
        let error = refused_with(answer).await;
        assert_eq!(error.kind(), ErrorKind::BadAnswer);
        assert_eq!(error.certainty(), Certainty::MaybeSent);
    }
}

fn accepted_cut_off() -> Answer {
    let mut answer = accepted();
    answer.body.truncate(12);
    answer
}

#[tokio::test]
async fn the_help_names_what_aws_points_at() {
    let help = async |more: Value| {
        let mut body = body("ValidationException", "INVALID_PARAMETER");
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        refused_with(error(400, body))
            .await
            .help()
            .map(str::to_owned)
    };
    let fields = json!({"Fields": [
        {"Name": "OriginationIdentity", "Message": "m"},
        {"Name": "not a name: +14155550123", "Message": "m"},
        {"Name": "MaxPrice", "Message": "m"},
        7,
    ]});
    assert_eq!(
        help(fields).await.unwrap(),
        "AWS points at `OriginationIdentity`, `MaxPrice` of the request"
    );
    assert_eq!(
        help(json!({"ResourceType": "configuration-set", "ResourceId": "sms"}))
            .await
            .unwrap(),
        "AWS points at a resource of the type `configuration-set`"
    );
    for nothing in [
        json!({}),
        json!({"Fields": []}),
        json!({"Fields": "x"}),
        json!({"ResourceType": 7}),
    ] {
        assert_eq!(help(nothing).await, None);
    }
}

/// The answer to a send, `ahead` seconds of AWS's clock before ours.
async fn with_clock_ahead(kind: &str, ahead: i64) -> Error {
    let theirs = Timestamp::from_second(Timestamp::now().as_second() + ahead).unwrap();
    let date = rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&theirs)
        .unwrap();
    refused_with(error(403, body(kind, "")).header("date", &date)).await
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_said_to_be() {
    for kind in [
        "InvalidSignatureException",
        "RequestExpired",
        "SomethingNew",
    ] {
        let behind = with_clock_ahead(kind, 3600).await;
        let help = behind.help().unwrap();
        assert!(help.contains("is 60 min behind AWS's; set it"), "{help}");
        let ahead = with_clock_ahead(kind, -3600).await;
        assert!(
            ahead
                .help()
                .unwrap()
                .contains("is 60 min ahead of AWS's; set it")
        );
    }
    let right = with_clock_ahead("InvalidSignatureException", -20).await;
    assert_eq!(right.help(), None);
    let right = with_clock_ahead("RequestExpired", 0).await;
    assert!(
        right
            .help()
            .unwrap()
            .contains("compare this machine's clock")
    );
    let undated = refused_with(error(400, body("RequestExpired", ""))).await;
    assert!(
        undated
            .help()
            .unwrap()
            .contains("compare this machine's clock")
    );
    let unreadable = error(403, body("InvalidSignatureException", "")).header("date", "yesterday");
    assert_eq!(refused_with(unreadable).await.help(), None);
    // Of a refusal that has nothing to do with signatures, the date says nothing.
    let date =
        error(400, body("ValidationException", "")).header("date", "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(refused_with(date).await.help(), None);
}

#[tokio::test]
async fn an_expired_token_and_a_throttle_say_what_to_do() {
    for (kind, what) in [
        ("ExpiredTokenException", "AWS_SESSION_TOKEN"),
        ("ThrottlingException", "rate_limit.unit = \"segment\""),
    ] {
        let error = refused_with(error(400, body(kind, ""))).await;
        assert!(error.help().unwrap().contains(what), "{error:?}");
    }
}

#[tokio::test]
async fn words_that_repeat_what_was_sent_are_dropped_and_others_shown() {
    let said = |words: &str| error(400, json!({"__type": "New", "Message": words}));
    for hidden in [SECRET, TOKEN, TEXT] {
        let shown = format!(
            "{:?}",
            refused_with(said(&format!("see {hidden} there"))).await
        );
        assert!(!shown.contains("see"), "{shown}");
    }
    let shown = refused_with(said("to +14155550123 no")).await.to_string();
    assert!(shown.contains("to +*** no"), "{shown}");
    let small = error(400, json!({"__type": "New", "message": "in small letters"}));
    assert!(
        refused_with(small)
            .await
            .message()
            .contains("in small letters")
    );
}

#[tokio::test]
async fn what_only_stands_in_the_place_of_a_name_is_not_shown() {
    let long = "x".repeat(101);
    for name in ["+14155550123", TEXT, "", "a b", &*long] {
        let error = refused_with(error(400, json!({"__type": name, "Reason": name}))).await;
        assert_eq!(error.provider_code(), None, "{name}");
    }
}

#[tokio::test]
async fn nothing_is_tried_twice() {
    let server = ScriptedServer::start([
        Then::Answer(error(500, body("InternalServerException", ""))),
        Then::Answer(accepted()),
    ])
    .await;
    let provider = aws(server.url(), "");
    provider.send(&outbound()).await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
}
