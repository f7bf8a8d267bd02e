//! The project's access key: a token is fetched, kept, and renewed once.

use serde_json::json;
use sms_framework::provider::DynProvider;
use sms_framework::testkit::http::{Answer, Request, ScriptedServer, Then};
use sms_framework::{Certainty, Class, ErrorKind};

use crate::support::{build, created, message};

fn provider(server: &ScriptedServer) -> DynProvider {
    let url = server.url();
    build(&format!(
        "project_id = 'project-1'\nkey_id = 'key-1'\nkey_secret = 'k3y-s3cr3t'
         base_url = '{url}'\ntoken_url = '{url}/oauth2/token'"
    ))
    .unwrap()
}

fn token(text: &str) -> Answer {
    Answer::json(
        200,
        json!({"access_token": text, "expires_in": 3599, "scope": "", "token_type": "bearer"}),
    )
}

fn expired() -> Answer {
    let why = "Bearer error=\"invalid_token\", error_description=\"the token has expired\"";
    Answer::empty(401).header("www-authenticate", why)
}

async fn vendor(answers: impl IntoIterator<Item = Answer>) -> ScriptedServer {
    ScriptedServer::start(answers.into_iter().map(Then::Answer)).await
}

fn asked(server: &ScriptedServer) -> Vec<String> {
    let asked = |request: &Request| {
        let proof = request.header("authorization").unwrap_or_default();
        format!("{} {proof}", request.target)
    };
    server.requests().iter().map(asked).collect()
}

const FETCH: &str = "/oauth2/token Basic a2V5LTE6azN5LXMzY3IzdA==";

fn batch(token: &str) -> String {
    format!("/xms/v1/project-1/batches Bearer {token}")
}

#[tokio::test]
async fn a_token_is_fetched_once_for_many_messages() {
    let server = vendor([token("one"), created(), created()]).await;
    let provider = provider(&server);
    for _ in 0..3 {
        provider.send(&message()).await.unwrap();
    }
    let asked = asked(&server);
    assert_eq!(
        asked,
        [FETCH.to_owned(), batch("one"), batch("one"), batch("one")]
    );
    let fetch = &server.requests()[0];
    assert_eq!(fetch.method, "POST");
    assert_eq!(
        fetch.form(),
        [("grant_type".to_owned(), "client_credentials".to_owned())]
    );
}

#[tokio::test]
async fn sends_at_the_same_time_share_one_fetch() {
    let server = ScriptedServer::by(|_, request| {
        Then::Answer(if request.path() == "/oauth2/token" {
            token("one")
        } else {
            created()
        })
    })
    .await;
    let provider = provider(&server);
    let (one, two, three) = (message(), message(), message());
    let sent = tokio::join!(
        provider.send(&one),
        provider.send(&two),
        provider.send(&three)
    );
    assert!(sent.0.is_ok() && sent.1.is_ok() && sent.2.is_ok());
    let fetches = asked(&server)
        .iter()
        .filter(|asked| *asked == FETCH)
        .count();
    assert_eq!(fetches, 1);
}

#[tokio::test]
async fn an_expired_token_is_renewed_once() {
    let server = vendor([token("one"), expired(), token("two"), created()]).await;
    provider(&server).send(&message()).await.unwrap();
    let asked = asked(&server);
    assert_eq!(
        asked,
        [
            FETCH.to_owned(),
            batch("one"),
            FETCH.to_owned(),
            batch("two")
        ]
    );
    let requests = server.requests();
    assert_eq!(requests[1].json(), requests[3].json(), "the same message");
}

#[tokio::test]
async fn a_second_expiry_is_a_refusal() {
    let answers = [token("one"), expired(), token("two"), expired()];
    let server = vendor(answers.into_iter().chain([token("three"), created()])).await;
    let provider = provider(&server);
    let error = provider.send(&message()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.certainty(), Certainty::Rejected);
    assert_eq!(server.requests().len(), 4);
    provider.send(&message()).await.unwrap();
    assert_eq!(asked(&server)[5], batch("three"), "that token is not kept");
}

#[tokio::test]
async fn another_401_is_a_refusal_and_the_token_is_not_kept() {
    for refusal in [
        Answer::empty(401),
        Answer::empty(401).header("www-authenticate", "Bearer error=\"insufficient_scope\""),
    ] {
        let server = vendor([token("one"), refusal, token("two"), created()]).await;
        let provider = provider(&server);
        let error = provider.send(&message()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert_eq!(server.requests().len(), 2, "no second try");
        provider.send(&message()).await.unwrap();
        assert_eq!(asked(&server)[3], batch("two"));
    }
}

#[tokio::test]
async fn without_a_token_the_message_was_not_sent() {
    let text = Answer::text(200, "text/html", "<html>");
    for (answer, kind, class) in [
        (Answer::empty(400), ErrorKind::Unauthorized, Class::Account),
        (Answer::empty(401), ErrorKind::Unauthorized, Class::Account),
        (Answer::empty(403), ErrorKind::Unauthorized, Class::Account),
        (Answer::empty(404), ErrorKind::Account, Class::Account),
        (
            Answer::empty(429),
            ErrorKind::ProviderThrottled,
            Class::Throttled,
        ),
        (Answer::empty(500), ErrorKind::ServerError, Class::Transient),
        (
            Answer::json(200, "{}"),
            ErrorKind::BadAnswer,
            Class::Transient,
        ),
        (token(""), ErrorKind::BadAnswer, Class::Transient),
        (text, ErrorKind::BadAnswer, Class::Transient),
    ] {
        let status = answer.status;
        let server = vendor([answer]).await;
        let error = provider(&server).send(&message()).await.unwrap_err();
        assert_eq!((error.kind(), error.class()), (kind, class), "{status}");
        assert_eq!(error.certainty(), Certainty::NotSent, "{error:?}");
        assert_eq!(error.http_status(), Some(status));
        assert!(error.to_string().starts_with("no access token was given: "));
        assert_eq!(server.requests().len(), 1, "no batch was posted");
    }
}

#[tokio::test]
async fn a_token_endpoint_that_breaks_off_means_not_sent_too() {
    let server = ScriptedServer::start([Then::Close(Vec::new())]).await;
    let error = provider(&server).send(&message()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoAnswer);
    assert_eq!(error.certainty(), Certainty::NotSent);
}

#[tokio::test]
async fn a_failure_to_renew_means_not_sent_too() {
    let wait = Answer::empty(429).header("retry-after", "3");
    let server = vendor([token("one"), expired(), wait]).await;
    let error = provider(&server).send(&message()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProviderThrottled);
    assert_eq!(error.certainty(), Certainty::NotSent);
    assert_eq!(error.retry_after().unwrap().as_secs(), 3);
}

#[tokio::test]
async fn neither_the_key_nor_the_token_is_shown() {
    let text = json!({"code": "x", "text": "token t0k3n-0ne is bad"});
    let server = vendor([token("t0k3n-0ne"), Answer::json(403, text)]).await;
    let provider = provider(&server);
    let error = provider.send(&message()).await.unwrap_err();
    let shown = format!("{provider:?} {error:?} {error}");
    assert!(
        !shown.contains("k3y-s3cr3t") && !shown.contains("t0k3n-0ne"),
        "{shown}"
    );
}
