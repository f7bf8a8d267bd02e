//! One line of a script: for whom, at which calls, what happens.

use std::str::FromStr;

use sms_framework::{Error, ErrorKind, PhoneNumber};

use crate::Outcome;

/// One line of a script: for whom, at which calls, what happens.
///
/// Written `WHEN: OUTCOME`; the [crate's page](crate) lists both.
///
/// # Examples
/// ```
/// use sms_provider_mock::{Outcome, Rule};
///
/// let from_text: Rule = "+14155550199 first 2: ok".parse()?;
/// let from_code = Rule::to("+14155550199".parse()?, Outcome::Accept).first(2);
/// # let _ = (from_text, from_code);
/// # Ok::<_, sms_framework::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Rule {
    recipients: Recipients,
    calls: Calls,
    outcome: Outcome,
}

#[derive(Debug, Clone)]
enum Recipients {
    Any,
    One(PhoneNumber),
    /// Plus and digits.
    Prefix(String),
}

#[derive(Debug, Clone, Copy)]
enum Calls {
    All,
    Nth(u64),
    First(u64),
    Every(u64),
}

impl Rule {
    /// For every recipient.
    #[must_use]
    pub fn any(outcome: Outcome) -> Self {
        Self {
            recipients: Recipients::Any,
            calls: Calls::All,
            outcome,
        }
    }

    /// For one recipient.
    #[must_use]
    pub fn to(recipient: PhoneNumber, outcome: Outcome) -> Self {
        Self {
            recipients: Recipients::One(recipient),
            calls: Calls::All,
            outcome,
        }
    }

    /// For the recipients that begin so, such as `+1415`.
    #[must_use]
    pub fn prefix(prefix: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            recipients: Recipients::Prefix(prefix.into()),
            calls: Calls::All,
            outcome,
        }
    }

    /// Only at the `n`-th call to these recipients, counted from 1.
    #[must_use]
    pub fn nth(mut self, n: u64) -> Self {
        self.calls = Calls::Nth(n);
        self
    }

    /// Only at the first `n` calls to these recipients.
    #[must_use]
    pub fn first(mut self, n: u64) -> Self {
        self.calls = Calls::First(n);
        self
    }

    /// Only at every `n`-th call to these recipients; never if `n` is 0.
    #[must_use]
    pub fn every(mut self, n: u64) -> Self {
        self.calls = Calls::Every(n);
        self
    }

    pub(crate) fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    pub(crate) fn is_for(&self, recipient: &PhoneNumber) -> bool {
        match &self.recipients {
            Recipients::Any => true,
            Recipients::One(number) => number == recipient,
            Recipients::Prefix(prefix) => recipient.as_str().starts_with(prefix.as_str()),
        }
    }

    /// `call` counts the calls to this rule's recipients, from 1.
    pub(crate) fn is_at(&self, call: u64) -> bool {
        match self.calls {
            Calls::All => true,
            Calls::Nth(n) => call == n,
            Calls::First(n) => call <= n,
            Calls::Every(n) => call.is_multiple_of(n),
        }
    }
}

impl FromStr for Rule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        read(text)
            .map_err(|why| Error::new(ErrorKind::Config, format!("`{text}` is not a rule: {why}")))
    }
}

fn read(text: &str) -> Result<Rule, String> {
    let Some((when, outcome)) = text.split_once(':') else {
        return Err(
            "it has no colon; write WHEN: OUTCOME, such as `every 3: server_error`".to_owned(),
        );
    };
    let outcome = Outcome::parse(outcome.trim())?;
    let words: Vec<_> = when.split_whitespace().collect();
    let (recipients, calls) = match words.as_slice() {
        [first, rest @ ..] if first.starts_with(['+', '*']) => (recipients(first)?, calls(rest)?),
        rest => (
            Recipients::Any,
            calls(rest).and_then(|calls| some(calls, when))?,
        ),
    };
    Ok(Rule {
        recipients,
        calls,
        outcome,
    })
}

/// Without a recipient, the calls must be named.
fn some(calls: Calls, when: &str) -> Result<Calls, String> {
    match calls {
        Calls::All => Err(not_when(when)),
        named => Ok(named),
    }
}

fn recipients(word: &str) -> Result<Recipients, String> {
    if word == "*" {
        return Ok(Recipients::Any);
    }
    let Some(prefix) = word.strip_suffix('*') else {
        return word
            .parse()
            .map(Recipients::One)
            .map_err(|error: Error| error.message().to_owned());
    };
    let digits = prefix.strip_prefix('+').unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(not_when(word));
    }
    Ok(Recipients::Prefix(prefix.to_owned()))
}

fn calls(words: &[&str]) -> Result<Calls, String> {
    let number = |word: &str| word.parse().ok().filter(|n: &u64| *n > 0);
    let calls = match words {
        [] => Some(Calls::All),
        [n] => number(n).map(Calls::Nth),
        ["first", n] => number(n).map(Calls::First),
        ["every", n] => number(n).map(Calls::Every),
        _ => None,
    };
    calls.ok_or_else(|| not_when(&words.join(" ")))
}

fn not_when(when: &str) -> String {
    format!(
        "`{}` does not say when; write `*`, a recipient such as `+14155550199` or `+1415*`, or calls \
         such as `2`, `first 2` or `every 3` (counted from 1), or a recipient and calls",
        when.trim()
    )
}
