//! Whatever comes, it is an error or nothing, and never a panic.

use serde_json::json;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{hex, sha256};
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};

use crate::support::{
    HOOK, SIGNATURE_SECRET, SIGNED, block_on, claims, events, get, message, token, vonage, with_sig,
};

const GARBAGE: &[&[u8]] = &[
    b"",
    b" ",
    b"spoilt",
    b"{",
    b"[]",
    b"null",
    b"7",
    b"\"text\"",
    b"{}",
    b"{\"message_uuid\":null}",
    b"{\"message_uuid\":{},\"status\":[]}",
    b"{\"message_uuid\":\"M\",\"status\":\"delivered\",\"sms\":[],\"usage\":7,\"error\":{\"error\":{\"error\":1}}}",
    b"{\"message_uuid\":\"M\",\"message_type\":[],\"text\":{}}",
    b"{\"messageId\":{\"a\":[1]},\"status\":null,\"msisdn\":false}",
    b"{\"concat\":true,\"msisdn\":1,\"to\":2,\"messageId\":3,\"text\":4}",
    b"&&&===&",
    b"status",
    b"status=&messageId=%",
    b"status=%FF%FE&messageId=%zz",
    b"\xff\xfe\x00",
    b"text=a;b&msisdn",
];

fn deep() -> Vec<u8> {
    [vec![b'['; 100_000], vec![b']'; 100_000]].concat()
}

#[test]
fn no_body_makes_it_panic() {
    let path = "p4th-s3cr3t-0123";
    let by_path = vonage(&format!("webhook_path_secret = '{path}'"));
    let by_sig = vonage(SIGNED);
    let deep = deep();
    for body in GARBAGE.iter().copied().chain([deep.as_slice()]) {
        for method in ["GET", "POST", "post", "PUT", ""] {
            let url = format!(
                "https://example.org/{path}?{}",
                String::from_utf8_lossy(body)
            );
            let call = WebhookCall::new(method, url).body(body);
            let _any = events(&by_path, &call);
            assert!(events(&by_sig, &call).is_err());
        }
        let mut claims = claims("");
        claims["payload_hash"] = json!(hex(&sha256(body)));
        let token = token(&claims, SIGNATURE_SECRET);
        let call = WebhookCall::new("POST", HOOK)
            .header("Authorization", format!("Bearer {token}"))
            .body(body);
        let _any = events(&by_sig, &call);
    }
    for header in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer \u{e9}",
        "Basic x",
        " ",
        "Bearer a.b.c.d",
    ] {
        let call = WebhookCall::new("POST", HOOK)
            .header("Authorization", header)
            .body("{}");
        assert!(events(&by_sig, &call).is_err(), "{header:?}");
    }
}

#[test]
fn no_value_of_a_signed_parameter_makes_it_panic() {
    let provider = vonage(SIGNED);
    for value in [
        "",
        " ",
        "&",
        "=",
        "\u{0}",
        "é",
        "9999999999999999999999",
        "-1",
        "2020-13-45 99:99:99",
    ] {
        for status in ["status", "no-status"] {
            let call = with_sig(&[
                ("msisdn", value),
                ("to", value),
                ("messageId", value),
                ("text", value),
                (status, value),
                ("err-code", value),
                ("message-timestamp", value),
                ("client-ref", value),
                ("price", value),
                ("concat", "true"),
                ("concat-ref", value),
                ("concat-total", value),
                ("concat-part", value),
            ]);
            let _any = events(&provider, &get(&call));
        }
    }
}

#[test]
fn no_answer_makes_it_panic() {
    let deep = deep();
    let bodies = || GARBAGE.iter().copied().chain([deep.as_slice()]);
    for api in ["messages", "sms"] {
        block_on(async {
            let answers = [200, 202, 204, 400, 500].into_iter().flat_map(|status| {
                let answer = move |body: &[u8]| Answer {
                    body: body.to_vec(),
                    ..Answer::empty(status)
                };
                bodies().map(answer)
            });
            let answers: Vec<_> = answers.collect();
            let server = ScriptedServer::start(answers.iter().cloned().map(Then::Answer)).await;
            let provider = vonage(&format!("api = '{api}'\nbase_url = '{}'", server.url()));
            for answer in &answers {
                // One of them names a message, so it may be taken for a success.
                if let Err(error) = provider.send(&message()).await {
                    assert_eq!(error.http_status(), Some(answer.status));
                }
            }
            assert_eq!(server.requests().len(), answers.len());
        });
    }
}
