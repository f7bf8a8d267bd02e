//! Secrets, texts and recipients stay out of everything that is shown.

use proptest::prelude::*;
use sms_framework::Message;
use wiremock::ResponseTemplate;

use crate::support::{ANNA, build, outbound, server};

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// A server that repeats secret, text and recipient in its own words cannot get them shown.
    #[test]
    fn no_secret_text_or_recipient_is_ever_shown(
        secret in "[a-zA-Z0-9/+=]{12,40}",
        text in "[a-zA-Zé ]{12,60}",
        status in prop::sample::select(vec![200_u16, 302, 400, 401, 404, 429, 500, 503]),
        code in prop::sample::select(vec![20003_u32, 21211, 21610, 29999]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let shown = runtime.block_on(async {
            let words = format!("{secret} refused for {ANNA}: {text}");
            let body = serde_json::json!({"code": code, "message": words});
            let server = server(ResponseTemplate::new(status).set_body_json(body)).await;
            let table = format!("account_sid = 'AC1'\nauth_token = '{secret}'\nbase_url = '{}'", server.uri());
            let provider = build(&table).unwrap();
            let message = outbound(Message::new(ANNA, &*text));
            let error = provider.send(&message).await.unwrap_err();
            format!("{provider:?} {error} {error:?} {} {message:?}", serde_json::to_string(&error).unwrap())
        });
        prop_assert!(!shown.contains(&secret), "{shown}");
        prop_assert!(!shown.contains(&text), "{shown}");
        prop_assert!(!shown.contains(ANNA), "{shown}");
    }
}

#[test]
fn a_connection_that_fails_shows_no_secret() {
    let table = "account_sid = 'AC1'\nauth_token = 'very-secret'\nbase_url = 'http://127.0.0.1:1'";
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let message = outbound(Message::new(ANNA, "a text to hide"));
    let error = runtime
        .block_on(build(table).unwrap().send(&message))
        .unwrap_err();
    let shown = format!("{error} {error:?}");
    for hidden in ["very-secret", "a text to hide", ANNA, "AC1"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[tokio::test]
async fn tokens_that_only_check_calls_are_not_shown_either() {
    for secret in ["hush-hush", "the-t0ken", "the-old-t0ken"] {
        let body = serde_json::json!({"code": 29999, "message": format!("{secret} is not known")});
        let server = server(ResponseTemplate::new(400).set_body_json(body)).await;
        let table = format!(
            "account_sid = 'AC1'\napi_key = 'SK1'\napi_key_secret = 'hush-hush'\nauth_token = 'the-t0ken'
             previous_auth_token = 'the-old-t0ken'\nbase_url = '{}'",
            server.uri()
        );
        let provider = build(&table).unwrap();
        let sent = provider.send(&outbound(Message::new(ANNA, "x"))).await;
        let error = sent.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the request was refused (HTTP 400) (provider code 29999)"
        );
        assert!(!format!("{provider:?} {error:?}").contains(secret));
    }
}

#[tokio::test]
async fn the_login_in_the_callback_is_not_shown() {
    for (login, said) in [
        ("me:very-secret", "me:very-secret"),
        ("me:very-secret", "very-secret"),
        ("t0ken-of-ours", "t0ken-of-ours"),
    ] {
        let words = format!("no call to {said} goes through");
        let body = serde_json::json!({"code": 29999, "message": words});
        let server = server(ResponseTemplate::new(400).set_body_json(body)).await;
        let table = format!(
            "account_sid = 'AC1'\nauth_token = 'the-t0ken'\nbase_url = '{}'
             status_callback = 'https://{login}@example.org/sms'",
            server.uri()
        );
        let provider = build(&table).unwrap();
        let sent = provider.send(&outbound(Message::new(ANNA, "x"))).await;
        let shown = format!("{provider:?} {:?}", sent.unwrap_err());
        assert!(!shown.contains(said), "{shown}");
    }
}
