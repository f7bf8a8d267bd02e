use serde_json::json;
use sms_framework::MessageState;
use sms_framework::testkit::conformance::{Case, Expected, Seen, SignedBy, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::{PATH_SECRET, REPEATS, form, suite_of};
use crate::support::guarded;

fn suite() -> Suite {
    suite_of("msg91", &[("authkey", "s3cr3t-k3y")], guarded())
        .reads(seen)
        .accepts(
            Answer::json(
                200,
                json!({"type": "success", "message": "3763646c3058373530393938"}),
            ),
            ["3763646c3058373530393938"],
        )
        .answers(Case::InvalidNumber, error(400))
        .answers(Case::BadAnswer, error(200))
        .not_known(Case::OptedOut, "the bodies of errors are not confirmed")
        .answers(Case::BadCredentials, Answer::empty(401))
        .not_known(
            Case::HiddenFailure,
            "no code tells a refusal from a message that may be out",
        )
        .signed_by(SignedBy::PathSegment(PATH_SECRET))
        .receipt(
            "a list in a list",
            receipt("DELIVERED"),
            [
                Expected::new("R-1", MessageState::Delivered),
                Expected::new("R-1", None),
                Expected::new("R-2", MessageState::Delivered),
            ],
        )
        .unknown_status(receipt("TELEPORTED"))
}

fn error(status: u16) -> Answer {
    Answer::json(status, json!({"type": "error", "message": REPEATS}))
}

fn receipt(word: &str) -> sms_framework::provider::WebhookCall {
    let report = |word: &str| json!({"number": "914155550123", "status": "1", "desc": word});
    let data = json!([
        {"requestId": "R-1", "userId": "7", "report": [report(word), report("PONDERING")]},
        {"requestId": "R-2", "userId": "7", "report": [report(word)]},
    ]);
    let mut body = String::from("data=");
    body.extend(form_urlencoded::byte_serialize(data.to_string().as_bytes()));
    form("msg91", &body)
}

fn seen(request: &Request) -> Option<Seen> {
    assert_eq!(request.target, "/api/v5/flow/");
    assert_eq!(request.header("authkey"), Some("s3cr3t-k3y"));
    let body = request.json();
    assert_eq!(body["template_id"], "TEMPLATE-ID");
    let recipient = &body["recipients"][0];
    assert_eq!(recipient["mobiles"], "14155550123");
    Some(Seen {
        text: recipient["VAR1"].as_str().map(str::to_owned),
        to: recipient["mobiles"].as_str().map(str::to_owned),
        ..Seen::default()
    })
}

#[test]
fn an_ip_that_is_not_allowed_is_for_the_operator() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let error = runtime.block_on(super::answered("msg91", &[("authkey", "k")], error(418)));
    assert_eq!(error.class(), sms_framework::Class::Account);
}

sms_framework::conformance!(suite);
