//! Descriptions for tests: built, refused, sent through.

use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Format, Toml};
use sms_framework::provider::{BuildError, DynProvider};
use sms_framework::testkit::http::{Answer, Request, ScriptedServer, Then};
use sms_framework::testkit::outbound;
use sms_framework::{Acceptance, Error, Message};
use sms_provider_http::ENTRY;

/// The recipient of most messages.
pub(crate) const TO: &str = "+14155550123";
/// The segment that guards our URL.
pub(crate) const PATH_SECRET: &str = "path-s3cr3t-0123456789";

/// The provider of a table called `acme`.
pub(crate) fn build(table: &str) -> DynProvider {
    match try_build(table) {
        Ok(provider) => provider,
        Err(why) => panic!("the table is refused: {why}\n{table}"),
    }
}

/// The sentence with which a table called `acme` is refused.
pub(crate) fn refusal(table: &str) -> String {
    match try_build(table) {
        Ok(_) => panic!("the table is taken:\n{table}"),
        Err(why) => why,
    }
}

fn try_build(table: &str) -> Result<DynProvider, String> {
    let figment = Figment::from(Toml::string(table));
    ENTRY.build("acme", &figment).map_err(|error| match error {
        BuildError::Table(error) => format!("table: {error}"),
        BuildError::Refused(error) => error.to_string(),
    })
}

/// Sends `message` by a table that leads to a server with that answer.
pub(crate) async fn send(
    table: &str,
    message: Message,
    answer: Answer,
) -> (Result<Acceptance, Error>, Vec<Request>) {
    let server = ScriptedServer::start([Then::Answer(answer)]).await;
    let table = format!("base_url = '{}'\n{table}", server.url());
    let provider = build(&table);
    let sent = provider.send(&outbound(message)).await;
    (sent, server.requests())
}

/// The one request that a table makes of `message`.
pub(crate) async fn request(table: &str, message: Message) -> Request {
    let (sent, mut requests) = send(table, message, Answer::json(200, r#"{"id": "M1"}"#)).await;
    sent.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

/// The folder of the shipped descriptions.
pub(crate) fn examples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/gateways")
}

/// The table of a shipped description as the provider gets it, leading to `url`: with secrets that
/// variables would set, and with the lines that are somebody's own.
pub(crate) fn example(name: &str, url: &str, secrets: &[(&str, &str)], own: &str) -> String {
    let text = std::fs::read_to_string(examples().join(format!("{name}.toml"))).unwrap();
    let table = format!("providers.{name}");
    let elsewhere = ["provider = ", "kind = ", "base_url = ", "region = "];
    let lines = text
        .lines()
        .filter(|line| !elsewhere.iter().any(|start| line.starts_with(start)))
        .map(|line| match line.strip_prefix("# callback_url") {
            Some(rest) => format!("callback_url{rest}"),
            None => line
                .replace(&format!("[{table}]"), "")
                .replace(&format!("[{table}."), "["),
        })
        .collect::<Vec<_>>()
        .join("\n");
    let secrets: Vec<_> = secrets
        .iter()
        .map(|(name, value)| format!("{name} = '{value}'"))
        .collect();
    let secrets = secrets.join(", ");
    format!("base_url = '{url}'\nsecret = {{ {secrets} }}\n{own}\n{lines}")
}

/// The line that guards the URL of a description.
pub(crate) fn guarded() -> String {
    format!("webhook_path_secret = '{PATH_SECRET}'")
}
