//! The conformance suite on every shipped description, with answers in the shape that each gateway
//! gives.

mod africastalking;
mod clickatell;
mod clicksend;
mod elks;
mod gatewayapi;
mod jasmin;
mod kavenegar;
mod msg91;
mod seven;
mod smsapi;
mod yo;

use std::time::Duration;

use sms_framework::provider::{DynProvider, WebhookCall};
use sms_framework::testkit::conformance::{Case, Suite};
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_framework::testkit::outbound;
use sms_framework::{Acceptance, Error, Message};
use sms_provider_http::ENTRY;

use crate::support::{self, PATH_SECRET};

/// A sentence that repeats what was sent, as gateways do: nothing of it may be shown.
const REPEATS: &str = "+14155550123: Doors open at eight, ring twice. (s3cr3t-k3y)";
/// Our id in the receipts of most gateways.
const REFERENCE: &str = "0193b0c0-0000-7000-8000-000000000001";

/// A suite on the description `name`, with what HTTP itself says.
fn suite_of(
    name: &'static str,
    secrets: &'static [(&'static str, &'static str)],
    own: String,
) -> Suite {
    let hidden = secrets.iter().map(|(_, secret)| *secret);
    Suite::http(ENTRY, move |url| support::example(name, url, secrets, &own))
        .secrets(hidden.chain([PATH_SECRET]))
        .answers(Case::Throttled, Answer::empty(429))
        .throttles(
            Answer::empty(429).header("retry-after", "7"),
            Duration::from_secs(7),
        )
        .answers(Case::ServerError, Answer::text(503, "text/html", "<html>"))
        .answers(Case::BadAnswer, Answer::text(200, "text/html", "<html>"))
        .answers(Case::BadAnswer, Answer::empty(200))
}

/// A call to the URL of a description, with the secret in its path.
fn call(name: &str, query: &str) -> WebhookCall {
    let url = format!("https://example.org/sms/{name}/{PATH_SECRET}{query}");
    WebhookCall::new("POST", url)
}

fn form(name: &str, body: &str) -> WebhookCall {
    call(name, "")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(body)
}

/// The provider of a description, for what needs no gateway.
fn provider(name: &str, secrets: &[(&str, &str)], own: &str) -> DynProvider {
    support::build(&support::example(name, "https://api.example", secrets, own))
}

/// What a gateway's answer becomes.
async fn sent(name: &str, secrets: &[(&str, &str)], answer: Answer) -> Result<Acceptance, Error> {
    let server = ScriptedServer::start([Then::Answer(answer)]).await;
    let table = support::example(name, server.url(), secrets, &support::guarded());
    let message = outbound(Message::new(support::TO, "Hello"));
    support::build(&table).send(&message).await
}

/// The error that a gateway's answer becomes.
async fn answered(name: &str, secrets: &[(&str, &str)], answer: Answer) -> Error {
    sent(name, secrets, answer).await.unwrap_err()
}
