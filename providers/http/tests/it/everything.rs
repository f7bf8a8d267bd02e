//! The suite on a made-up gateway with what no shipped description has: XML both ways, validity
//! periods, messages from phones.

use sms_framework::MessageState;
use sms_framework::provider::WebhookCall;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};
use sms_provider_http::ENTRY;

const DESCRIPTION: &str = r#"
secrets = ["user", "key"]
secret = { user = "us3r-n4me", key = "s3cr3t-k3y" }
from = "ACME&Co"

[request]
path = "/xml"
body = "xml"
number = "zero_zero"
validity = { shortest = "1m", longest = "72h", beyond = "cut" }
max_segments = 12
xml = '''<?xml version="1.0"?>
<send user="{secret.user}" key="{secret.key}">
  <sms id="{message_id}" from="{from}">
    <to>{to}</to>
    <text encoding="{encoding}" parts="{segments}">{text}</text>
    <validity unit="s">{validity_seconds?}</validity>
  </sms>
</send>'''

[accept]
read = "xml"
where = { "sms.@status" = "taken" }
id = "sms.id"

[reject]
code = "sms.code"
message = "sms.said"

[reject.codes]
E10 = "recipient"
E11 = "opted_out"
E12 = "credentials"
E13 = { class = "transient", proven_not_sent = true, meaning = "the queue is full" }

[receipt]
from = "json"
each = "events"
when = { kind = "reports" }
id = "id"
message_id = "ref"
status = "state"
error = "code"
auth = { basic = ["{secret.user}", "{secret.key}"] }

[receipt.states]
1 = "delivered"
2 = "undelivered"

[receipt.codes]
77 = { class = "opted_out", meaning = "the recipient said STOP" }

[inbound]
from = "json"
each = "events"
when = { kind = "messages" }
id = "id"
sender = "from"
to = "to"
text = "text"
at = "at"
auth = { basic = ["{secret.user}", "{secret.key}"] }
"#;

const REFERENCE: &str = "0193b0c0-0000-7000-8000-000000000001";

fn suite() -> Suite {
    Suite::http(ENTRY, |url| format!("base_url = '{url}/'\n{DESCRIPTION}"))
        .secrets(["us3r-n4me", "s3cr3t-k3y"])
        .reads(seen)
        .accepts(
            answer(200, "<sms status='taken'><id> X-1 </id></sms>"),
            ["X-1"],
        )
        .answers(Case::InvalidNumber, refused(200, "E10"))
        .answers(Case::OptedOut, refused(403, "E11"))
        .answers(Case::BadCredentials, refused(200, "E12"))
        .answers(Case::Throttled, Answer::empty(429))
        .throttles(
            Answer::empty(429).header("retry-after", "7"),
            std::time::Duration::from_secs(7),
        )
        .answers(Case::ServerError, refused(500, "E10"))
        .answers(Case::BadAnswer, refused(200, "E99"))
        .answers(Case::BadAnswer, answer(200, "<sms status='taken'/>"))
        .answers(Case::BadAnswer, Answer::text(200, "text/xml", "<sms"))
        .answers(Case::HiddenFailure, refused(200, "E13"))
        .signed_by(SignedBy::Header("authorization"))
        .body_is_not_signed()
        .receipt(
            "several in one call",
            call(&format!(
                r#"{{"kind": "reports", "events": [{{"id": 1, "ref": "{REFERENCE}", "state": 1}}, {{"id": 2, "state": "3"}}]}}"#
            )),
            [
                Expected::new("1", MessageState::Delivered)
                    .with_message_id(REFERENCE.parse().unwrap()),
                Expected::new("2", None),
            ],
        )
        .opted_out_later(
            call(r#"{"kind": "reports", "events": [{"id": 1, "state": 2, "code": 77}]}"#),
            Expected::new("1", MessageState::Undelivered),
        )
        .unknown_status(call(
            r#"{"kind": "reports", "events": [{"id": 1, "state": "teleported"}]}"#,
        ))
        .inbound(
            call(r#"{"kind": "messages", "events": [{"id": "I-1", "from": "0014155550123", "to": "72345", "text": "Yes + 1"}]}"#),
            "+14155550123",
            "Yes + 1",
        )
}

fn answer(status: u16, sms: &str) -> Answer {
    Answer::text(
        status,
        "text/xml",
        format!("<?xml version='1.0'?><answer>{sms}</answer>"),
    )
}

fn refused(status: u16, code: &str) -> Answer {
    let said = "Doors open at eight, ring twice. 14155550123 s3cr3t-k3y";
    answer(
        status,
        &format!("<sms status='refused'><code>{code}</code><said>{said}</said></sms>"),
    )
}

fn call(body: &str) -> WebhookCall {
    WebhookCall::new("POST", "https://example.org/sms/acme")
        // us3r-n4me:s3cr3t-k3y
        .header("Authorization", "Basic dXMzci1uNG1lOnMzY3IzdC1rM3k=")
        .body(body)
}

fn seen(request: &Request) -> Option<Seen> {
    assert_eq!(request.target, "/xml");
    assert_eq!(request.header("content-type"), Some("application/xml"));
    let body = request.text();
    let document = roxmltree::Document::parse(&body).unwrap();
    let find = |name: &str| document.descendants().find(|node| node.has_tag_name(name));
    let text = |name: &str| find(name).and_then(|node| node.text()).map(str::to_owned);
    let sms = find("sms").unwrap();
    assert_eq!(sms.attribute("from"), Some("ACME&Co"));
    assert_eq!(find("send").unwrap().attribute("key"), Some("s3cr3t-k3y"));
    assert!(["GSM-7", "UCS-2"].contains(&find("text").unwrap().attribute("encoding").unwrap()));
    Some(Seen {
        text: text("text"),
        to: text("to"),
        // The whole element is left out where there is none.
        validity: text("validity"),
        reference: sms.attribute("id").map(str::to_owned),
        ..Seen::default()
    })
}

sms_framework::conformance!(suite);
