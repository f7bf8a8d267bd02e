//! What goes over the wire.

use std::time::Duration;

use serde_json::{Value, json};
use sms_framework::provider::DynProvider;
use sms_framework::provider::signature::{Hash, hex, hmac, sha256};
use sms_framework::testkit::http::Request;
use sms_framework::{ErrorKind, Message, testkit};

use crate::support::{ANNA, FROM, SECRET, TEXT, TOKEN, accepted, aws, message, server};

/// The request that a provider with `more` lines of its table makes of a message.
async fn sent(more: &str, message: Message) -> Request {
    let server = server(accepted()).await;
    send(&aws(server.url(), more), message).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    requests[0].clone()
}

async fn send(provider: &DynProvider, message: Message) {
    provider.send(&testkit::outbound(message)).await.unwrap();
}

#[tokio::test]
async fn a_message_is_one_signed_post() {
    let message = message();
    let id = message.id;
    let request = sent("", message).await;
    assert_eq!((&*request.method, &*request.target), ("POST", "/"));
    assert_eq!(
        request.header("content-type"),
        Some("application/x-amz-json-1.0")
    );
    assert_eq!(
        request.header("x-amz-target"),
        Some("PinpointSMSVoiceV2.SendTextMessage")
    );
    assert_eq!(request.header("x-amz-security-token"), None);
    assert_eq!(
        request.json(),
        json!({
            "DestinationPhoneNumber": ANNA,
            "MessageBody": TEXT,
            "Context": {"sms_message_id": id.to_string()},
        })
    );
}

#[tokio::test]
async fn every_key_of_the_table_arrives() {
    let request = sent(
        "from = '+14155550100'
         configuration_set = 'sms'
         message_type = 'PROMOTIONAL'
         max_price = '0.25'
         protect_configuration = 'protect-1'
         india_entity_id = '1101'
         india_template_id = '1107'",
        message().valid_for(Duration::from_secs(60)),
    )
    .await;
    let mut body = request.json();
    body.as_object_mut().unwrap().remove("Context");
    assert_eq!(
        body,
        json!({
            "DestinationPhoneNumber": ANNA,
            "MessageBody": TEXT,
            "OriginationIdentity": FROM,
            "ConfigurationSetName": "sms",
            "MessageType": "PROMOTIONAL",
            "MaxPrice": "0.25",
            "ProtectConfigurationId": "protect-1",
            "TimeToLive": 60,
        })
    );
}

#[tokio::test]
async fn india_s_ids_go_to_india_alone() {
    let table = "india_entity_id = '1101'\nindia_template_id = '1107'";
    let parameters = async |table: &str, to: &str| {
        let request = sent(table, Message::new(to, TEXT)).await;
        request.json()["DestinationCountryParameters"].clone()
    };
    let both = json!({"IN_ENTITY_ID": "1101", "IN_TEMPLATE_ID": "1107"});
    assert_eq!(parameters(table, "+919876543210").await, both);
    assert_eq!(parameters(table, "+14155550123").await, Value::Null);
    assert_eq!(parameters("", "+919876543210").await, Value::Null);
    let one = json!({"IN_ENTITY_ID": "1101"});
    assert_eq!(
        parameters("india_entity_id = '1101'", "+919876543210").await,
        one
    );
}

#[tokio::test]
async fn every_sort_of_sender_arrives() {
    let identity = async |from: &str, sender: Option<&str>| {
        let mut message = message();
        if let Some(sender) = sender {
            message = message.sender(sender.parse::<sms_framework::Sender>().unwrap());
        }
        sent(from, message).await.json()["OriginationIdentity"].clone()
    };
    let arn =
        "arn:aws:sms-voice:eu-central-1:123456789012:pool/pool-0123456789abcdef0123456789abcdef";
    let from_arn = format!("from = '{arn}'");
    for (from, sender, arrives) in [
        ("", None, Value::Null),
        ("from = '+14155550100'", None, json!("+14155550100")),
        ("from = 'ACME'", None, json!("ACME")),
        ("from = '72345'", None, json!("72345")),
        ("from = 'service:pool-1'", None, json!("pool-1")),
        (&*from_arn, None, json!(arn)),
        (&*from_arn, Some("ACME"), json!("ACME")),
        ("from = 'ACME'", Some("service:pool-2"), json!("pool-2")),
        (
            "",
            Some("service:arn:aws:sms-voice:eu-central-1:123456789012:pool/p"),
            json!("arn:aws:sms-voice:eu-central-1:123456789012:pool/p"),
        ),
    ] {
        assert_eq!(identity(from, sender).await, arrives, "{from} {sender:?}");
    }
}

#[tokio::test]
async fn a_validity_period_is_whole_seconds_within_aws_s_range() {
    for (time, seconds) in [
        (Duration::from_secs(5), 5),
        (Duration::from_millis(5_900), 5),
        (Duration::from_secs(259_200), 259_200),
    ] {
        let request = sent("", message().valid_for(time)).await;
        assert_eq!(request.json()["TimeToLive"], json!(seconds));
    }
    let server = server(accepted()).await;
    let provider = aws(server.url(), "");
    for time in [
        Duration::from_millis(4_999),
        Duration::from_millis(259_200_001),
    ] {
        let message = testkit::outbound(message().valid_for(time));
        let error = provider.send(&message).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(
            error.message().contains("5 s to 259200 s (72 h)"),
            "{error}"
        );
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_base_url_may_have_a_path() {
    let server = server(accepted()).await;
    let provider = aws(&format!("{}/aws/", server.url()), "");
    send(&provider, message()).await;
    let request = &server.requests()[0];
    assert_eq!(request.target, "/aws/");
    assert_signed(request, SECRET, "eu-central-1");
}

#[tokio::test]
async fn what_arrives_is_what_was_signed() {
    let request = sent("", message()).await;
    assert_signed(&request, SECRET, "eu-central-1");
    let text = "tab\tand ünïcode\r\n😀 \"quoted\"";
    let request = sent("", Message::new(ANNA, text)).await;
    assert_signed(&request, SECRET, "eu-central-1");
    assert_eq!(request.json()["MessageBody"], json!(text));
}

#[tokio::test]
async fn a_session_token_is_sent_and_signed() {
    let request = sent(&format!("session_token = '{TOKEN}'"), message()).await;
    assert_eq!(request.header("x-amz-security-token"), Some(TOKEN));
    assert!(
        request
            .header("authorization")
            .unwrap()
            .contains(";x-amz-security-token;")
    );
    assert_signed(&request, SECRET, "eu-central-1");
    let request = sent("session_token = ''", message()).await;
    assert_eq!(request.header("x-amz-security-token"), None);
    assert_signed(&request, SECRET, "eu-central-1");
}

#[tokio::test]
async fn each_send_is_signed_anew() {
    let server = server(accepted()).await;
    let provider = aws(server.url(), "");
    for _ in 0..2 {
        send(&provider, message()).await;
    }
    let [one, two] = [0, 1].map(|n| {
        server.requests()[n]
            .header("authorization")
            .unwrap()
            .to_owned()
    });
    assert_ne!(one, two, "other bodies have other signatures");
}

#[test]
fn the_signature_of_these_tests_is_that_of_aws_s_vector() {
    let request = Request {
        method: "POST".to_owned(),
        target: "/".to_owned(),
        headers: [
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", "example.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        body: b"Param1=value1".to_vec(),
    };
    let names = "content-type;host;x-amz-date";
    assert_eq!(
        signature(&request, SECRET, "us-east-1", "service", names),
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    );
}

/// Checks a request as AWS would: from the wire, with an implementation of its own.
fn assert_signed(request: &Request, secret: &str, region: &str) {
    let date = request.header("x-amz-date").unwrap();
    let names = if request.header("x-amz-security-token").is_some() {
        "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
    } else {
        "content-type;host;x-amz-date;x-amz-target"
    };
    let signature = signature(request, secret, region, "sms-voice", names);
    assert_eq!(
        request.header("authorization").unwrap(),
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{}/{region}/sms-voice/aws4_request, \
             SignedHeaders={names}, Signature={signature}",
            &date[..8]
        )
    );
}

fn signature(request: &Request, secret: &str, region: &str, service: &str, names: &str) -> String {
    let headers: String = names
        .split(';')
        .map(|name| format!("{name}:{}\n", request.header(name).unwrap()))
        .collect();
    let payload = hex(&sha256(&request.body));
    let canonical = format!("POST\n{}\n\n{headers}\n{names}\n{payload}", request.target);
    let date = request.header("x-amz-date").unwrap();
    let day = &date[..8];
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let digest = hex(&sha256(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}");
    let first = format!("AWS4{secret}").into_bytes();
    let key = [day, region, service, "aws4_request"]
        .iter()
        .fold(first, |key, part| hmac(Hash::Sha256, &key, part.as_bytes()));
    hex(&hmac(Hash::Sha256, &key, text.as_bytes()))
}
