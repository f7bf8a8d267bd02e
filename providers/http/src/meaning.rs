//! What a gateway's code means: a word of a closed list, and what follows from it.

use std::collections::BTreeMap;

use figment::value::Value as Toml;
use sms_framework::{Certainty, Class, Error, ErrorKind};

use crate::check::{Check, no_word, shown};
use crate::tables::MeaningTable;

/// The words for what a code means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Word {
    Permanent,
    Recipient,
    OptedOut,
    Configuration,
    Credentials,
    Transient,
    Throttle,
    Ambiguous,
}

const WORDS: &[(&str, Word)] = &[
    ("permanent", Word::Permanent),
    ("recipient", Word::Recipient),
    ("opted_out", Word::OptedOut),
    ("configuration", Word::Configuration),
    ("credentials", Word::Credentials),
    ("transient", Word::Transient),
    ("throttle", Word::Throttle),
    ("ambiguous", Word::Ambiguous),
];

impl Word {
    pub(crate) fn read(check: &Check<'_>, key: &str, text: &str) -> Result<Self, Error> {
        let known = WORDS.iter().find(|(word, _)| *word == text);
        let words = WORDS.iter().map(|(word, _)| *word);
        known
            .map(|(_, word)| *word)
            .ok_or_else(|| check.wrong(key, &no_word(text, words)))
    }

    /// The error that it stands for, where the gateway is known not to have taken the message.
    pub(crate) fn error(self, said: &str) -> Error {
        let (kind, class, certainty) = self.implies();
        Error::new(kind, said)
            .with_class(class)
            .with_certainty(certainty)
    }

    fn implies(self) -> (ErrorKind, Class, Certainty) {
        use Certainty::{MaybeSent, NotSent, Rejected};
        match self {
            Self::Permanent => (ErrorKind::Refused, Class::Permanent, Rejected),
            Self::Recipient => (ErrorKind::Recipient, Class::Permanent, Rejected),
            Self::OptedOut => (ErrorKind::OptedOut, Class::Permanent, Rejected),
            Self::Configuration => (ErrorKind::Account, Class::Account, Rejected),
            Self::Credentials => (ErrorKind::Unauthorized, Class::Account, Rejected),
            Self::Transient => (ErrorKind::Refused, Class::Transient, NotSent),
            Self::Throttle => (ErrorKind::ProviderThrottled, Class::Throttled, NotSent),
            Self::Ambiguous => (ErrorKind::BadAnswer, Class::Transient, MaybeSent),
        }
    }

    /// What it says, where neither the description nor the gateway has words for it.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Permanent => "the gateway refused the message",
            Self::Recipient => "the gateway refused the recipient",
            Self::OptedOut => "the recipient opted out, or is blocked",
            Self::Configuration => "the account or its settings at the gateway forbid the message",
            Self::Credentials => "the gateway refused the credentials",
            Self::Transient => "the gateway did not take the message for now",
            Self::Throttle => "the gateway is called too often",
            Self::Ambiguous => "the gateway does not say whether it took the message",
        }
    }
}

/// One entry of a table of codes.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    pub(crate) word: Word,
    /// The code itself proves that the message was not taken, even where the status does not.
    pub(crate) proven: bool,
    /// What it means, in the operator's words.
    pub(crate) words: Option<String>,
}

impl Meaning {
    /// Reads a word, or a table with more.
    fn read(check: &Check<'_>, key: &str, value: &Toml) -> Result<Self, Error> {
        if let Some(word) = value.as_str() {
            return Ok(Self {
                word: Word::read(check, key, word)?,
                proven: false,
                words: None,
            });
        }
        let table: MeaningTable = check.read(key, value)?;
        let word = Word::read(check, &format!("{key}.class"), &table.class)?;
        if table.proven_not_sent && word == Word::Ambiguous {
            let why = "it cannot be `ambiguous` and proven not sent; remove one of them";
            return Err(check.wrong(key, why));
        }
        Ok(Self {
            word,
            proven: table.proven_not_sent,
            words: table.meaning,
        })
    }

    pub(crate) fn table(
        check: &Check<'_>,
        key: &str,
        table: &BTreeMap<String, Toml>,
    ) -> Result<BTreeMap<String, Self>, Error> {
        let entry = |(code, value): (&String, &Toml)| {
            let key = format!("{key}.{}", shown(code));
            Ok((code.clone(), Self::read(check, &key, value)?))
        };
        table.iter().map(entry).collect()
    }

    /// The table of HTTP statuses.
    pub(crate) fn statuses(
        check: &Check<'_>,
        key: &str,
        table: &BTreeMap<String, Toml>,
    ) -> Result<BTreeMap<u16, Self>, Error> {
        let mut statuses = BTreeMap::new();
        for (text, meaning) in Self::table(check, key, table)? {
            let key = format!("{key}.{}", shown(&text));
            let status = text
                .parse()
                .ok()
                .filter(|status| (300..600).contains(status));
            let Some(status) = status else {
                let why = "it is no HTTP status of a refusal; write one from 300 to 599";
                return Err(check.wrong(&key, why));
            };
            if !refuses(status) && meaning.word != Word::Ambiguous && !meaning.proven {
                let why = "this status does not say that the message was not taken; write `ambiguous`, or `{ class = \"…\", proven_not_sent = true }` where the gateway says so";
                return Err(check.wrong(&key, why));
            }
            statuses.insert(status, meaning);
        }
        Ok(statuses)
    }

    /// What it means in an answer with that status: a 5xx says nothing about the message, unless the
    /// code is known to.
    pub(crate) fn in_answer(&self, status: u16) -> Option<Word> {
        (self.proven || self.word == Word::Ambiguous || !gave_up(status)).then_some(self.word)
    }
}

/// True where a status says that the message was not taken.
fn refuses(status: u16) -> bool {
    (300..500).contains(&status) && status != 408
}

/// True where the other side broke down, having read who knows how much.
pub(crate) fn gave_up(status: u16) -> bool {
    status == 408 || status >= 500
}
