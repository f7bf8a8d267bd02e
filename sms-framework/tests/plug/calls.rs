//! The whole of a webhook call, and the answer to it.

use sms_framework::provider::{Reply, WebhookCall};
use sms_framework::{Error, ErrorKind, MessageId};

#[test]
fn a_call_is_kept_as_it_came() {
    let id = MessageId::new();
    let url = format!("https://h.example:8443/a%20b/s3cr3t/?x=1+2&sms_message_id={id}#frag");
    let call = WebhookCall::new("post", url.as_str())
        .header("X-One", "1")
        .header("x-one", "2")
        .body(&b"a=%2B1&b=+&a=2"[..]);
    assert_eq!((call.method(), call.url()), ("post", url.as_str()));
    assert_eq!(call.path(), "/a%20b/s3cr3t/");
    assert_eq!(call.header_value("X-ONE"), Some("1"));
    assert_eq!(call.message_id(), Some(id));
    assert_eq!(call.query()[0], ("x".to_owned(), "1 2".to_owned()));
    let form = [("a", "+1"), ("b", " "), ("a", "2")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(call.form(), form);
    assert_eq!(
        call.parameters(),
        form,
        "of a POST the form is what the vendor says"
    );
    assert!(call.has_path_segment("s3cr3t"));
    for not_one in ["", "s3cr3", "s3cr3t/", "a b", "x", "frag"] {
        assert!(!call.has_path_segment(not_one), "{not_one:?}");
    }
    let shown = format!("{call:?}");
    assert!(
        !shown.contains("s3cr3t") && !shown.contains("%2B1"),
        "{shown}"
    );
    assert_eq!(call.json().unwrap_err().code(), "BAD_WEBHOOK");
}

#[test]
fn odd_urls_have_empty_parts_and_no_panic() {
    for url in [
        "",
        "https://h",
        "no url",
        "https://h?x=1",
        "/only/a/path",
        "https://h#f?x",
    ] {
        let call = WebhookCall::new("GET", url);
        let _parts = (
            call.path(),
            call.query(),
            call.message_id(),
            call.parameters(),
        );
    }
    assert_eq!(WebhookCall::new("GET", "https://h?x=1").path(), "");
}

#[test]
fn the_answer_to_a_refused_call_makes_the_vendor_do_the_right_thing() {
    let error = |kind| Error::new(kind, "why");
    let answered = [
        (error(ErrorKind::WebhookRefused), 403),
        (error(ErrorKind::WebhookRefused).with_http_status(503), 503),
        (error(ErrorKind::BadWebhook), 400),
        (error(ErrorKind::Storage), 503),
        // Somebody else's status is not ours.
        (error(ErrorKind::BadAnswer).with_http_status(200), 503),
    ];
    for (error, status) in answered {
        assert_eq!(Reply::for_error(&error).status, status, "{error:?}");
    }
}
