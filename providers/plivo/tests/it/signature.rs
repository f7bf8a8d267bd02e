//! Which calls are believed: path, V3 before V2, either account's signature.
//!
//! The signatures were made with `plivo` 4.63.0 from PyPI.

use sms_framework::ErrorKind;
use sms_framework::provider::WebhookCall;

use crate::support::{
    ID, NONCE, PATH_SECRET, TOKEN, build, encoded, events, our_url, posted, signed_v2, tag,
};

/// The token that they were made with.
const THEIRS: &str = "my_auth_token";

/// True where a provider with that token and path secret takes the call for Plivo's.
async fn believed_with(token: &str, path_secret: &str, call: &WebhookCall) -> bool {
    let table =
        format!("auth_id = 'MA1'\nauth_token = '{token}'\nwebhook_path_secret = '{path_secret}'");
    let provider = build(&table).unwrap();
    match provider.webhooks().unwrap().events(call).await {
        Ok(_) => true,
        Err(error) => error.kind() != ErrorKind::WebhookRefused,
    }
}

async fn why(call: &WebhookCall) -> String {
    let error = events(call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WebhookRefused, "{error}");
    error.to_string()
}

fn delivered() -> WebhookCall {
    posted(&[("MessageUUID", ID), ("Status", "delivered")])
}

#[tokio::test]
async fn v2_signs_the_url_without_query_and_the_nonce() {
    for url in [
        "https://example.org:443/0123456789abcdef",
        "https://example.org:443/0123456789abcdef?sms_message_id=1&x=%2B",
        "https://example.org:443/0123456789abcdef#top",
    ] {
        let call = WebhookCall::new("POST", url)
            .header("x-plivo-signature-v2", V2_WITH_PORT)
            .header("x-plivo-signature-v2-nonce", NONCE);
        assert!(
            believed_with(THEIRS, "0123456789abcdef", &call).await,
            "{url}"
        );
        assert!(!believed_with("another", "0123456789abcdef", &call).await);
    }
    for url in [
        "https://example.org/0123456789abcdef",
        "http://example.org:443/0123456789abcdef",
        "https://example.org:443/0123456789abcdef/",
    ] {
        let call = WebhookCall::new("POST", url)
            .header("x-plivo-signature-v2", V2_WITH_PORT)
            .header("x-plivo-signature-v2-nonce", NONCE);
        assert!(
            !believed_with(THEIRS, "0123456789abcdef", &call).await,
            "{url}"
        );
    }
}

/// Of `https://example.org:443/0123456789abcdef`.
const V2_WITH_PORT: &str = "UGNgTVP6AWLHrozrI5eNZk0iWpC0cIjQRQJGvTYIn3c=";

/// Method, URL, form, and the signature of it.
type Signed = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

const V3: &[Signed] = &[
    (
        "POST",
        "https://example.org/sms/0123456789abcdef",
        &[],
        "CkdIQqVnwifgFsgXB7/60D5yT+E6jzGDmkBHYKRFnwk=",
    ),
    (
        "POST",
        "https://example.org/sms/0123456789abcdef?b=2&a=1",
        &[],
        "/hYiX2JS1TtzNf0/94DRIRDEinyP+cX0JF72B5y8TFI=",
    ),
    (
        "POST",
        "https://example.org/sms/0123456789abcdef",
        &[("To", "14155550123"), ("From", "14155550100")],
        "LY/18O5txvEdbOeoJSV1565nSBvwnUg2Biv3PpYwZqc=",
    ),
    (
        "POST",
        "https://example.org/sms/0123456789abcdef?b=2&a=1",
        &[("To", "14155550123"), ("From", "14155550100")],
        "1k32V1XdVc6n78ep1DUAJQ0NkyOGupJzSCC49arMz5I=",
    ),
    (
        "GET",
        "https://example.org/sms/0123456789abcdef",
        &[],
        "CkdIQqVnwifgFsgXB7/60D5yT+E6jzGDmkBHYKRFnwk=",
    ),
    (
        "GET",
        "https://example.org/sms/0123456789abcdef?b=2&a=1&b=1&c=",
        &[],
        "N7iKOrO3d+PqjgDdydeTFaoLOW3ei/cHoqyeoh7JVtE=",
    ),
    (
        "GET",
        "https://example.org:443/sms/0123456789abcdef?Text=Yes+%2B+1%26&Te=x",
        &[],
        "ZzW2Ixwjtk+KmKWza8S+aZQcQKKyTAMNtbGN1QN/Pls=",
    ),
    (
        "POST",
        "https://example.org/sms/0123456789abcdef?x=%2B+1",
        &[("Text", "Yes + 1 & é"), ("M", "2"), ("M", "1")],
        "+cQKk1mMFqsYzDkrRSCne9JI8C3LloMNVPA3LnL/aa4=",
    ),
];

fn v3(method: &str, url: &str, form: &[(&str, &str)], signature: &str) -> WebhookCall {
    WebhookCall::new(method, url)
        .header("X-Plivo-Signature-V3", signature)
        .header("X-Plivo-Signature-V3-Nonce", NONCE)
        .body(encoded(form))
}

#[tokio::test]
async fn v3_signs_parameters_in_order() {
    for (method, url, form, signature) in V3 {
        let call = v3(method, url, form, signature);
        assert!(
            believed_with(THEIRS, "0123456789abcdef", &call).await,
            "{method} {url}"
        );
        let other = call.clone().with_url(format!(
            "{url}{}z=1",
            if url.contains('?') { "&" } else { "?" }
        ));
        assert!(
            !believed_with(THEIRS, "0123456789abcdef", &other).await,
            "another query: {url}"
        );
        let other = call.body(format!("{}&z=1", encoded(form)));
        assert!(
            !believed_with(THEIRS, "0123456789abcdef", &other).await,
            "another form: {url}"
        );
    }
}

#[tokio::test]
async fn of_several_signatures_in_v3_one_has_to_match() {
    let (method, url, form, signature) = V3[3];
    let list = format!("AAAA,{signature}");
    let call = v3(method, url, form, &list);
    assert!(believed_with(THEIRS, "0123456789abcdef", &call).await);
    let call = v3(method, url, form, "AAAA,BBBB");
    assert!(!believed_with(THEIRS, "0123456789abcdef", &call).await);
}

#[tokio::test]
async fn a_list_in_a_v2_header_is_refused() {
    let call = delivered();
    let list = format!(
        "AAAA,{}",
        call.header_value("X-Plivo-Signature-V2").unwrap()
    );
    let call = call
        .without_header("X-Plivo-Signature-V2")
        .header("X-Plivo-Signature-V2", list);
    assert!(why(&call).await.ends_with("its signature does not match"));
}

#[tokio::test]
async fn the_main_accounts_signature_will_do() {
    let call = delivered();
    let own = call
        .header_value("X-Plivo-Signature-V2")
        .unwrap()
        .to_owned();
    let call = call.without_header("X-Plivo-Signature-V2");
    // A subaccount's signature, by a token that is not ours, and the main account's beside it.
    for other in [None, Some("AAAA")] {
        let mut call = call.clone().header("X-Plivo-Signature-Ma-V2", &own);
        if let Some(other) = other {
            call = call.header("X-Plivo-Signature-V2", other);
        }
        assert_eq!(events(&call).await.unwrap().len(), 1);
    }
    let (method, url, form, signature) = V3[3];
    let call = WebhookCall::new(method, url)
        .header("X-Plivo-Signature-Ma-V3", signature)
        .header("X-Plivo-Signature-V3-Nonce", NONCE)
        .body(encoded(form));
    assert!(believed_with(THEIRS, "0123456789abcdef", &call).await);
}

#[tokio::test]
async fn a_wrong_v3_is_not_saved_by_a_right_v2() {
    let call = delivered()
        .header("X-Plivo-Signature-V3", "AAAA")
        .header("X-Plivo-Signature-V3-Nonce", NONCE);
    assert!(why(&call).await.ends_with("its signature does not match"));
    let call = delivered().header("X-Plivo-Signature-Ma-V3", tag("x"));
    assert!(
        why(&call)
            .await
            .ends_with("it has no header X-Plivo-Signature-V3-Nonce")
    );
}

#[tokio::test]
async fn headers_that_are_missing_are_named() {
    let call = delivered();
    let bare = call.clone().without_header("X-Plivo-Signature-V2");
    assert!(
        why(&bare)
            .await
            .ends_with("it has no header X-Plivo-Signature-V2")
    );
    let bare = call.without_header("X-Plivo-Signature-V2-Nonce");
    assert!(
        why(&bare)
            .await
            .ends_with("it has no header X-Plivo-Signature-V2-Nonce")
    );
}

#[tokio::test]
async fn a_right_signature_on_another_path_is_refused() {
    for url in [
        "https://example.org/sms/plivo".to_owned(),
        format!("https://example.org/sms/plivo?secret={PATH_SECRET}"),
        format!("https://example.org/sms/{PATH_SECRET}x"),
        format!("https://example.org/sms/{}", PATH_SECRET.to_uppercase()),
    ] {
        let call = signed_v2(WebhookCall::new("POST", &url).body("MessageUUID=1&Status=sent"));
        let why = why(&call).await;
        assert!(
            why.ends_with("its path lacks the webhook_path_secret"),
            "{why}"
        );
        assert!(!why.contains(PATH_SECRET));
    }
}

#[tokio::test]
async fn without_a_path_secret_nothing_is_believed() {
    let provider = build(&format!("auth_id = 'MA1'\nauth_token = '{TOKEN}'")).unwrap();
    let error = provider
        .webhooks()
        .unwrap()
        .events(&delivered())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WebhookRefused);
    assert!(
        error
            .to_string()
            .contains("no webhook_path_secret is configured")
    );
}

#[tokio::test]
async fn v2_does_not_cover_the_body() {
    // Why the path has to hold a secret.
    let call = WebhookCall::new("POST", our_url()).body("MessageUUID=other&Status=failed");
    let seen = delivered();
    let header = |name: &str| seen.header_value(name).unwrap().to_owned();
    let call = call
        .header("X-Plivo-Signature-V2", header("X-Plivo-Signature-V2"))
        .header(
            "X-Plivo-Signature-V2-Nonce",
            header("X-Plivo-Signature-V2-Nonce"),
        );
    assert!(events(&call).await.is_ok());
}
