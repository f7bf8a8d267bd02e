use sms_framework::testkit::conformance::{Case, Seen, Suite};
use sms_framework::testkit::http::{Answer, Request};

use super::suite_of;

fn suite() -> Suite {
    suite_of(
        "yo",
        &[("account", "yo-acc0unt"), ("password", "s3cr3t-k3y")],
        String::new(),
    )
    .reads(seen)
    .accepts(form("ybs_autocreate_status=OK"), [""; 0])
    .not_known(
        Case::InvalidNumber,
        "the gateway has sentences and no codes",
    )
    .answers(
        Case::OptedOut,
        form("ybs_autocreate_status=ERROR&ybs_autocreate_message=14155550123+is+BLACKLISTED"),
    )
    .answers(Case::BadCredentials, Answer::empty(401))
    .answers(
        Case::BadAnswer,
        form("ybs_autocreate_status=ERROR&ybs_autocreate_message=YBS+AutoCreate+Subsystem"),
    )
    .answers(
        Case::HiddenFailure,
        form("ybs_autocreate_status=ERROR&ybs_autocreate_message=BLACKLISTED"),
    )
}

fn form(body: &str) -> Answer {
    Answer::text(200, "application/x-www-form-urlencoded", body)
}

fn seen(request: &Request) -> Option<Seen> {
    assert_eq!(
        (request.method.as_str(), request.path()),
        ("GET", "/sendsms")
    );
    let field = |name: &str| request.field(name);
    assert_eq!(field("ybsacctno").as_deref(), Some("yo-acc0unt"));
    assert_eq!(field("password").as_deref(), Some("s3cr3t-k3y"));
    assert_eq!(field("origin").as_deref(), Some("ACME"));
    Some(Seen {
        text: field("sms_content"),
        to: field("destinations"),
        ..Seen::default()
    })
}

sms_framework::conformance!(suite);
