//! Certainty is total: whatever status and body come, it is the one that the rule says.

use proptest::prelude::*;
use sms_framework::Certainty;
use sms_framework::provider::Phase;
use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
use sms_provider_twilio::{code, codes};

use crate::support::{message, twilio};

fn bodies() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("<html>".to_owned()),
        Just("[1]".to_owned()),
        Just(r#"{"sid":"SM1"}"#.to_owned()),
        (0_u32..100_000).prop_map(|code| format!(r#"{{"code":{code}}}"#)),
        prop::sample::select(codes().collect::<Vec<_>>())
            .prop_map(|code| format!(r#"{{"code":{},"message":"m"}}"#, code.code)),
        "[ -~]{0,40}",
    ]
}

/// The rule, as the crate's page states it.
fn expected(status: u16, body: &str) -> Option<Certainty> {
    let said = body.split("\"code\":").nth(1).and_then(|rest| {
        rest.split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse::<u32>()
            .ok()
    });
    match status {
        204 => Some(Certainty::MaybeSent),
        200..=299 if body.contains("\"sid\":\"SM1\"") => None,
        408 => Some(Certainty::MaybeSent),
        400..=499 => Some(
            match said
                .and_then(code)
                .filter(|known| known.phase == Phase::Request)
            {
                Some(known) => known.certainty,
                None if status == 429 => Certainty::NotSent,
                None => Certainty::Rejected,
            },
        ),
        300..=399 => Some(Certainty::Rejected),
        _ => Some(Certainty::MaybeSent),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_status_with_every_body_has_the_certainty_of_the_rule(
        answers in prop::collection::vec((200_u16..=999, bodies()), 100)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let script = answers.iter().map(|(status, body)| Then::Answer(answer(*status, body)));
            let server = ScriptedServer::start(script).await;
            let provider = twilio(server.url(), "");
            for (status, body) in &answers {
                let result = provider.send(&message()).await;
                let certainty = result.err().map(|error| error.certainty());
                prop_assert_eq!(certainty, expected(*status, body), "{} {}", status, body);
            }
            Ok(())
        })?;
    }
}

/// 204 and 304 have no body by definition.
fn answer(status: u16, body: &str) -> Answer {
    match status {
        204 | 304 => Answer::empty(status),
        _ => Answer::json(status, body),
    }
}

#[tokio::test]
async fn an_informational_answer_alone_may_have_been_sent() {
    for status in [100_u16, 102, 103, 199] {
        let early = format!("HTTP/1.1 {status} Early\r\n\r\n").into_bytes();
        let server = ScriptedServer::start([Then::Close(early)]).await;
        let error = twilio(server.url(), "").send(&message()).await.unwrap_err();
        assert_eq!(
            error.certainty(),
            Certainty::MaybeSent,
            "{status}: {error:?}"
        );
    }
}
