//! Whose calls are believed.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use sms_framework::provider::{DynProvider, Reply, WebhookCall};
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::{Error, ErrorKind};

use crate::support::{
    CERTIFICATE, HOOK, ID, call, confirmation, event, events, hearing, notification, receipt,
    server, sign, sns, unsigned,
};

/// When the calls in `data` were signed.
const SIGNED_AT: &str = "2026-11-22T10:30:05.123Z";

/// Calls as SNS posts them, each signed by `openssl dgst -sha1 -sign` (version 1) or `-sha256`
/// (version 2) with the key beside them, over the text that a script of five lines put together.
const NOTIFICATION_V1: &str = include_str!("../data/notification-v1.json");
const NOTIFICATION_V1_SUBJECT: &str = include_str!("../data/notification-v1-subject.json");
const NOTIFICATION_V2: &str = include_str!("../data/notification-v2.json");
const SUBSCRIPTION_V1: &str = include_str!("../data/subscription-v1.json");
const UNSUBSCRIPTION_V1: &str = include_str!("../data/unsubscription-v1.json");

fn posted(body: &str) -> WebhookCall {
    WebhookCall::new("POST", HOOK)
        .body(body)
        .at(SIGNED_AT.parse().unwrap())
}

async fn refusal(provider: &DynProvider, call: &WebhookCall) -> String {
    let error = events(provider, call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WebhookRefused, "{error:?}");
    assert_eq!(Reply::for_error(&error).status, 403);
    error.to_string()
}

#[tokio::test]
async fn signatures_of_openssl_are_believed() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    for body in [NOTIFICATION_V1, NOTIFICATION_V2, NOTIFICATION_V1_SUBJECT] {
        let receipt = receipt(&provider, &posted(body)).await;
        assert_eq!(receipt.provider_message_id.as_deref(), Some(ID));
    }
}

#[tokio::test]
async fn every_signed_field_is_signed() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    for (body, fields) in [
        (NOTIFICATION_V1, &["Message", "MessageId", "Timestamp"][..]),
        (NOTIFICATION_V2, &["Message", "MessageId", "Timestamp"]),
        (NOTIFICATION_V1_SUBJECT, &["Subject"]),
        (
            SUBSCRIPTION_V1,
            &["Message", "MessageId", "Timestamp", "Token", "SubscribeURL"],
        ),
        (UNSUBSCRIPTION_V1, &["Token", "SubscribeURL"]),
    ] {
        let whole: Value = serde_json::from_str(body).unwrap();
        for field in fields {
            let mut spoilt = whole.clone();
            let value = whole[*field].as_str().unwrap();
            // Still an instant, a token, a URL.
            spoilt[*field] = match *field {
                "Timestamp" => json!(value.replace("05.123", "05.124")),
                _ => json!(format!("{value}1")),
            };
            let call = posted(&spoilt.to_string());
            let why = refusal(&provider, &call).await;
            assert!(
                why.ends_with("its signature does not match"),
                "{field}: {why}"
            );
        }
    }
    let confirmed = sns
        .requests()
        .iter()
        .any(|request| request.target.contains("Confirm"));
    assert!(!confirmed, "nobody is believed who did not sign");
}

#[tokio::test]
async fn the_sort_of_a_call_and_its_subject_are_signed() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    let mut with: Value = serde_json::from_str(NOTIFICATION_V1).unwrap();
    with["Subject"] = json!("Added");
    let mut without: Value = serde_json::from_str(NOTIFICATION_V1_SUBJECT).unwrap();
    without.as_object_mut().unwrap().remove("Subject");
    let mut other: Value = serde_json::from_str(SUBSCRIPTION_V1).unwrap();
    other["Type"] = json!("UnsubscribeConfirmation");
    for spoilt in [with, without, other] {
        let why = refusal(&provider, &posted(&spoilt.to_string())).await;
        assert!(why.ends_with("its signature does not match"), "{why}");
    }
}

#[tokio::test]
async fn a_signature_of_the_other_version_is_none() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    for (body, version) in [(NOTIFICATION_V1, "2"), (NOTIFICATION_V2, "1")] {
        let mut spoilt: Value = serde_json::from_str(body).unwrap();
        spoilt["SignatureVersion"] = json!(version);
        let why = refusal(&provider, &posted(&spoilt.to_string())).await;
        assert!(why.ends_with("its signature does not match"), "{why}");
    }
    for version in ["3", "", "02"] {
        let mut spoilt: Value = serde_json::from_str(NOTIFICATION_V1).unwrap();
        spoilt["SignatureVersion"] = json!(version);
        let why = refusal(&provider, &posted(&spoilt.to_string())).await;
        assert!(why.contains("SignatureVersion is neither 1 nor 2"), "{why}");
    }
}

#[tokio::test]
async fn a_signature_that_is_none_is_refused() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    let whole = sign(unsigned("{}"));
    for (signature, why) in [
        ("", "its signature does not match"),
        ("AAAA", "its signature does not match"),
        ("not base64!", "its Signature is not Base64"),
    ] {
        let mut spoilt = whole.clone();
        spoilt["Signature"] = json!(signature);
        assert!(refusal(&provider, &call(&spoilt)).await.ends_with(why));
    }
    for field in [
        "Type",
        "MessageId",
        "TopicArn",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
    ] {
        let mut spoilt = whole.clone();
        spoilt.as_object_mut().unwrap().remove(field);
        let why = refusal(&provider, &call(&spoilt)).await;
        assert!(
            why.contains("no message of SNS with its signature"),
            "{field}: {why}"
        );
    }
}

#[tokio::test]
async fn another_topic_is_refused_though_its_signature_is_right() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    let mut fields = unsigned(&event("TEXT_DELIVERED").to_string());
    fields["TopicArn"] = json!("arn:aws:sns:eu-central-1:999999999999:sms-events");
    let why = refusal(&provider, &call(&sign(fields))).await;
    assert!(
        why.ends_with("it is not of the topic in topic_arn"),
        "{why}"
    );
    assert!(
        sns.requests().is_empty(),
        "no certificate is fetched for it"
    );
}

#[tokio::test]
async fn an_hour_is_the_window_either_way() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    let signed_at: Timestamp = SIGNED_AT.parse().unwrap();
    let hour = Duration::from_secs(3600);
    let second = Duration::from_secs(1);
    for at in [signed_at + hour, signed_at - hour] {
        receipt(&provider, &posted(NOTIFICATION_V1).at(at)).await;
    }
    for at in [signed_at + hour + second, signed_at - hour - second] {
        let why = refusal(&provider, &posted(NOTIFICATION_V1).at(at)).await;
        assert!(why.contains("too long ago, or too far ahead"), "{why}");
    }
    let mut fields = unsigned("{}");
    fields["Timestamp"] = json!("yesterday");
    let why = refusal(&provider, &call(&sign(fields))).await;
    assert!(why.ends_with("its Timestamp is no instant"), "{why}");
}

#[tokio::test]
async fn a_certificate_is_fetched_from_sns_alone() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    let elsewhere = format!("{}/x.pem", sns.url());
    for url in [
        "https://evil.example/x.pem",
        "http://sns.eu-central-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.example/x.pem",
        "https://sns.s3.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-central-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem?x=1",
        "https://sns.eu-central-1.amazonaws.com/?Action=Publish&Message=x",
        "x.pem",
        "",
        &*elsewhere,
    ] {
        let mut fields = unsigned(&event("TEXT_DELIVERED").to_string());
        fields["SigningCertURL"] = json!(url);
        let why = refusal(&provider, &call(&sign(fields))).await;
        assert!(
            why.ends_with("its SigningCertURL does not lead to SNS"),
            "{url}: {why}"
        );
    }
    assert!(sns.requests().is_empty());
}

#[tokio::test]
async fn a_certificate_is_fetched_once() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    for _ in 0..3 {
        receipt(
            &provider,
            &notification(&event("TEXT_DELIVERED").to_string()),
        )
        .await;
    }
    let requests = sns.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method, "GET");
    assert_eq!(
        requests[0].target,
        "/SimpleNotificationService-0000000000000000000000.pem"
    );
}

#[tokio::test]
async fn only_so_many_certificates_are_kept() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    let with = |number: usize| {
        let mut fields = unsigned(&event("TEXT_DELIVERED").to_string());
        let url = format!(
            "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-{number}.pem"
        );
        fields["SigningCertURL"] = json!(url);
        call(&sign(fields))
    };
    for number in 0..5 {
        receipt(&provider, &with(number)).await;
    }
    receipt(&provider, &with(4)).await;
    assert_eq!(sns.requests().len(), 5);
    receipt(&provider, &with(0)).await;
    assert_eq!(sns.requests().len(), 6, "the oldest was let go");
}

/// What becomes of a good call where SNS answers so for its certificate.
async fn with_certificate(answer: Then) -> Error {
    let sns = ScriptedServer::start([answer]).await;
    let call = notification(&event("TEXT_DELIVERED").to_string());
    events(&hearing(sns.url()), &call).await.unwrap_err()
}

#[tokio::test]
async fn a_certificate_that_cannot_be_had_asks_for_the_call_again() {
    for answer in [
        Then::Answer(Answer::empty(500)),
        Then::Answer(Answer::empty(429)),
        Then::Answer(Answer::empty(302)),
        Then::Answer(Answer::text(200, "text/html", "<html>")),
        Then::Answer(Answer::text(
            200,
            "text/xml",
            format!("<Message>\n{CERTIFICATE}</Message>"),
        )),
        Then::Answer(Answer::text(200, "text/plain", format!("\n{CERTIFICATE}"))),
        Then::Answer(Answer::text(
            200,
            "application/x-pem-file",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        )),
        Then::Answer(Answer::text(
            200,
            "application/x-pem-file",
            "x".repeat(5 << 20),
        )),
        Then::Reset,
    ] {
        let error = with_certificate(answer).await;
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        assert_eq!(Reply::for_error(&error).status, 503, "{error:?}");
    }
    for status in [403, 404] {
        let error = with_certificate(Then::Answer(Answer::empty(status))).await;
        assert_eq!(error.kind(), ErrorKind::WebhookRefused, "{error:?}");
        assert_eq!(Reply::for_error(&error).status, 403);
    }
}

#[tokio::test]
async fn a_certificate_of_another_sort_of_key_signs_nothing() {
    let pem = include_str!("../data/ec.cert.pem");
    let sns = server(Answer::text(200, "application/x-pem-file", pem)).await;
    let provider = hearing(sns.url());
    for body in [NOTIFICATION_V1, NOTIFICATION_V2] {
        let why = refusal(&provider, &posted(body)).await;
        assert!(why.ends_with("its signature does not match"), "{why}");
    }
}

#[tokio::test]
async fn a_subscription_confirms_itself() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    assert!(
        events(&provider, &posted(SUBSCRIPTION_V1))
            .await
            .unwrap()
            .is_empty()
    );
    let requests = sns.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].method, "GET");
    assert_eq!(
        requests[1].target,
        "/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-central-1:123456789012:sms-events&Token=2336412f37fb687f5d51e6e241d09c805a5a57b30d712f794cc5f6a988666d92"
    );
}

#[tokio::test]
async fn a_subscription_that_cannot_be_confirmed_asks_for_the_call_again() {
    let sns = ScriptedServer::by(|_, request| {
        Then::Answer(if request.target.contains("Confirm") {
            Answer::empty(500)
        } else {
            Answer::text(200, "application/x-pem-file", CERTIFICATE)
        })
    })
    .await;
    let error = events(&hearing(sns.url()), &posted(SUBSCRIPTION_V1))
        .await
        .unwrap_err();
    assert_eq!(Reply::for_error(&error).status, 503);
    assert!(
        !format!("{error:?}").contains("2336412f"),
        "the token is nobody's to see: {error:?}"
    );
}

#[tokio::test]
async fn a_subscription_leads_to_sns_alone() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    for url in [
        "https://evil.example/?Token=1",
        "https://sns.s3.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.eu-central-1.amazonaws.com/?Action=Publish",
        "https://sns.eu-central-1.amazonaws.com/x?Action=ConfirmSubscription",
        "http://169.254.169.254/",
        "",
    ] {
        let mut fields = confirmation("SubscriptionConfirmation");
        fields["SubscribeURL"] = json!(url);
        let why = refusal(&provider, &call(&sign(fields))).await;
        assert!(
            why.ends_with("its SubscribeURL does not lead to SNS"),
            "{why}"
        );
    }
    assert_eq!(sns.requests().len(), 1, "the certificate alone");
}

#[tokio::test]
async fn the_end_of_a_subscription_is_no_event_and_confirms_nothing() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    assert!(
        events(&provider, &posted(UNSUBSCRIPTION_V1))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(sns.requests().len(), 1, "the certificate alone");
}

#[tokio::test]
async fn garbage_is_refused_and_never_a_panic() {
    let sns = sns().await;
    let provider = hearing(sns.url());
    let deep = "[".repeat(10_000);
    let twice = r#"{"Type":"Notification","Type":"SubscriptionConfirmation"}"#;
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "7",
        "\"x\"",
        "{",
        "\u{0}",
        "<html>",
        "Type=Notification",
        r#"{"Type":7}"#,
        r#"{"Type":"Other"}"#,
        r#"{"Type":null}"#,
        twice,
        &*deep,
    ] {
        let call = WebhookCall::new("POST", HOOK).body(body);
        assert_eq!(
            events(&provider, &call).await.unwrap_err().kind(),
            ErrorKind::WebhookRefused
        );
    }
    let call = WebhookCall::new("POST", HOOK).body([0xff, 0xfe, 0x00]);
    assert_eq!(
        events(&provider, &call).await.unwrap_err().kind(),
        ErrorKind::WebhookRefused
    );
    assert!(sns.requests().is_empty());
}
