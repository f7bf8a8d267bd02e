//! Whose calls are believed.

use sms_framework::ErrorKind;
use sms_framework::provider::signature::base64;
use sms_framework::provider::{DynProvider, Reply, WebhookCall};

use crate::support::{PATH_SECRET, events, infobip};

const PATH: &str = "webhook_path_secret = 'an-unguessable-segment'";
const BASIC: &str = "webhook_user = 'infobip'\nwebhook_password = 'p:ss wörd'";

fn provider(more: &str) -> DynProvider {
    infobip("http://127.0.0.1:9", more)
}

fn call(path: &str) -> WebhookCall {
    WebhookCall::new("POST", format!("https://example.org/{path}")).body(r#"{"results": []}"#)
}

fn from(proof: &str) -> WebhookCall {
    call("sms").header("Authorization", proof)
}

fn basic(pair: &str) -> WebhookCall {
    from(&format!("Basic {}", base64(pair.as_bytes())))
}

async fn why(provider: &DynProvider, call: &WebhookCall) -> String {
    let error = events(provider, call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WebhookRefused, "{error:?}");
    assert_eq!(Reply::for_error(&error).status, 403);
    let said = error.to_string();
    said.strip_prefix("the webhook call is refused: ")
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_path_that_nobody_can_guess_is_a_proof() {
    let provider = provider(PATH);
    for path in [
        format!("{PATH_SECRET}/sms"),
        format!("sms/{PATH_SECRET}?x=1"),
    ] {
        events(&provider, &call(&path)).await.unwrap();
    }
    let said = "its path lacks the webhook_path_secret";
    let (query, longer) = (format!("sms?x={PATH_SECRET}"), format!("{PATH_SECRET}x"));
    for path in ["", "sms", &query, &longer, &PATH_SECRET[1..]] {
        assert_eq!(why(&provider, &call(path)).await, said);
    }
    assert_eq!(why(&provider, &basic("infobip:p:ss wörd")).await, said);
}

#[tokio::test]
async fn user_and_password_are_a_proof() {
    let provider = provider(BASIC);
    let encoded = base64("infobip:p:ss wörd".as_bytes());
    for scheme in ["Basic", "basic", "BASIC"] {
        events(&provider, &from(&format!("{scheme} {encoded}")))
            .await
            .unwrap();
    }
    for spoilt in [
        call("sms"),
        call(PATH_SECRET),
        basic("infobip:p:ss word"),
        basic("infobip:"),
        basic("another:p:ss wörd"),
        basic(""),
        from("Basic"),
        from("Basic "),
        from("Basic !!!"),
        from(&format!("Bearer {encoded}")),
        from(&encoded),
        from("Basic infobip:p:ss wörd"),
    ] {
        assert_eq!(
            why(&provider, &spoilt).await,
            "it does not come from webhook_user"
        );
    }
}

#[tokio::test]
async fn of_both_one_is_enough_and_none_is_not() {
    let provider = provider(&format!("{PATH}\n{BASIC}"));
    events(&provider, &call(PATH_SECRET)).await.unwrap();
    events(&provider, &basic("infobip:p:ss wörd"))
        .await
        .unwrap();
    assert_eq!(
        why(&provider, &basic("infobip:x")).await,
        "its path lacks the webhook_path_secret, and it does not come from webhook_user"
    );
}

#[tokio::test]
async fn without_any_secret_nobody_is_believed() {
    for call in [call("sms"), basic(""), basic(":")] {
        assert_eq!(
            why(&provider(""), &call).await,
            "no webhook_path_secret or webhook_user is configured to check it with"
        );
    }
}
