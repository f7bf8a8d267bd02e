//! What a rule makes of a call.

use std::time::Duration;

use sms_framework::config::duration;
use sms_framework::{Error, ErrorKind};

/// What a [`Rule`](crate::Rule) makes of a call.
///
/// # Examples
/// ```
/// use sms_framework::{Certainty, Error, ErrorKind};
/// use sms_provider_mock::Outcome;
///
/// // Any error at all, with a certainty of one's own:
/// let lost = Error::new(ErrorKind::Connect, "the cable is out").with_certainty(Certainty::NotSent);
/// let outcome = Outcome::Fail(lost);
/// # let _ = outcome;
/// ```
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The message is accepted; later rules have no say.
    Accept,
    /// The caller gets the error; the mock does not take the message.
    Fail(Error),
    /// The mock takes the message and can be asked for it, yet the caller gets the error.
    AcceptThenFail(Error),
    /// The call takes this much longer; later rules still apply.
    Delay(Duration),
}

/// The words of a rule's right-hand side, for the error about another one.
const WORDS: &str = "ok, delay 2s, opted_out, recipient, refused, unauthorized, account, throttled, \
    throttled 5s, connect, server_error, no_answer, bad_answer, accepted_then_timeout, \
    accepted_then_server_error";

impl Outcome {
    /// The mock takes the message, and the caller never hears of it: `NO_ANSWER`, `MaybeSent`.
    #[must_use]
    pub fn accepted_then_timeout() -> Self {
        Self::AcceptThenFail(no_answer())
    }

    /// Reads the right-hand side of a rule.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.splitn(2, char::is_whitespace);
        let word = words.next().unwrap_or_default();
        let time = words.next().map(str::trim);
        let outcome = match (word, time) {
            ("delay", Some(time)) => return Ok(Self::Delay(duration::parse(time)?)),
            ("delay", None) => return Err("`delay` needs a time, such as `delay 2s`".to_owned()),
            ("throttled", Some(time)) => {
                return Ok(Self::Fail(
                    throttled().with_retry_after(duration::parse(time)?),
                ));
            }
            (_, Some(_)) => None,
            (word, None) => Self::of(word),
        };
        outcome.ok_or_else(|| format!("`{text}` is not an outcome; the outcomes are {WORDS}"))
    }

    fn of(word: &str) -> Option<Self> {
        let fail = |kind, message: &str| Self::Fail(Error::new(kind, message));
        Some(match word {
            "ok" => Self::Accept,
            "opted_out" => fail(
                ErrorKind::OptedOut,
                "the script says that the recipient opted out",
            ),
            "recipient" => fail(ErrorKind::Recipient, "the script refuses the recipient"),
            "refused" => fail(ErrorKind::Refused, "the script refuses the message"),
            "unauthorized" => fail(
                ErrorKind::Unauthorized,
                "the script refuses the credentials",
            ),
            "account" => fail(ErrorKind::Account, "the script forbids the account to send"),
            "throttled" => Self::Fail(throttled()),
            "connect" => fail(ErrorKind::Connect, "the script lets no connection through"),
            "server_error" => Self::Fail(server_error()),
            "no_answer" => Self::Fail(no_answer()),
            "bad_answer" => fail(ErrorKind::BadAnswer, "the script garbles the answer"),
            "accepted_then_timeout" => Self::accepted_then_timeout(),
            "accepted_then_server_error" => Self::AcceptThenFail(server_error()),
            _ => return None,
        })
    }
}

fn throttled() -> Error {
    Error::new(
        ErrorKind::ProviderThrottled,
        "the script throttles the call",
    )
    .with_http_status(429)
}

fn server_error() -> Error {
    Error::new(
        ErrorKind::ServerError,
        "the script answers with a server error",
    )
    .with_http_status(500)
}

fn no_answer() -> Error {
    Error::new(
        ErrorKind::NoAnswer,
        "the script lets the call go unanswered",
    )
}
