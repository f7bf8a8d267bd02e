//! The statuses of the protocol, and what a server's own ones mean.

use std::collections::HashMap;
use std::time::Duration;

use sms_framework::provider::{Code, Phase};
use sms_framework::{Certainty, Class, Error, ErrorKind};

/// Where the statuses of 3.4 are listed with their meaning.
const LIST: &str = "https://docs.smsportal.com/docs/smpp-error-codes";
/// Where those of 5.0 are.
const LATER: &str = "https://docs.rs/rusmpp/0.4.0/rusmpp/enum.CommandStatus.html";
/// Where the words of receipts are listed.
const RECEIPTS: &str = "SMPP Protocol Specification v3.4 Issue 1.2, Appendix B";

const fn status(code: &'static str, kind: ErrorKind, meaning: &'static str) -> Code {
    Code::request(code, kind, LIST, meaning)
}

const fn account(code: &'static str, meaning: &'static str) -> Code {
    status(code, ErrorKind::Account, meaning)
}

const fn refused(code: &'static str, meaning: &'static str) -> Code {
    status(code, ErrorKind::Refused, meaning)
}

const fn later(code: &'static str, meaning: &'static str) -> Code {
    Code::request(code, ErrorKind::Account, LATER, meaning)
}

pub(crate) const CODES: &[Code] = &[
    refused("0x01", "the length of the text is refused"),
    refused("0x02", "the length of the request is refused"),
    refused("0x03", "the server does not know the request"),
    status(
        "0x04",
        ErrorKind::Connect,
        "the session may not send: it is bound anew",
    ),
    status(
        "0x05",
        ErrorKind::Connect,
        "the session is bound already: it is bound anew",
    ),
    account("0x06", "the priority is refused"),
    account("0x07", "the wish for a receipt is refused"),
    // Customarily nothing was taken; yet it says only that the server failed. It is no
    // `ServerError`: those may be sent again as a whole, and no query would tell of a double.
    status("0x08", ErrorKind::BadAnswer, "the server failed"),
    account("0x0A", "the sender is refused"),
    status("0x0B", ErrorKind::Recipient, "the recipient is refused"),
    refused("0x0C", "the server does not know the id of the message"),
    status(
        "0x0D",
        ErrorKind::Connect,
        "the bind failed: too many binds, or the account is not set up",
    ),
    status("0x0E", ErrorKind::Unauthorized, "the password is refused"),
    status("0x0F", ErrorKind::Unauthorized, "the system_id is refused"),
    status(
        "0x14",
        ErrorKind::ProviderThrottled,
        "the server's queue is full",
    )
    .seconds(5),
    account("0x15", "the service_type is refused"),
    refused("0x33", "the number of recipients is refused"),
    refused("0x34", "the distribution list is not known"),
    refused("0x40", "the sort of destination is refused"),
    refused("0x42", "the message cannot be put in place of another"),
    account("0x43", "the esm_class is refused"),
    refused("0x44", "the server cannot send to the distribution list"),
    refused(
        "0x45",
        "the server refuses the message without a reason: blocked, no route or no credit",
    ),
    account("0x48", "the sender's type of number is refused"),
    account("0x49", "the sender's numbering plan is refused"),
    account("0x50", "the recipient's type of number is refused"),
    account("0x51", "the recipient's numbering plan is refused"),
    account("0x53", "the system_type is refused"),
    status(
        "0x58",
        ErrorKind::ProviderThrottled,
        "more messages than the server allows",
    )
    .seconds(1),
    refused("0x61", "the time to send is refused"),
    refused("0x62", "the validity period is refused"),
    account("0x63", "the predefined message is not known"),
    status(
        "0x64",
        ErrorKind::ServerError,
        "the receiver cannot take it at the moment",
    )
    .certainty(Certainty::NotSent),
    refused("0x65", "the receiver cannot take it"),
    refused("0x66", "the receiver refuses it"),
    account("0xC0", "the optional fields cannot be read"),
    account("0xC1", "an optional field is not allowed"),
    account("0xC2", "the length of an optional field is refused"),
    account("0xC3", "an optional field is missing"),
    account("0xC4", "the value of an optional field is refused"),
    refused("0xFE", "the delivery failed"),
    status(
        "0xFF",
        ErrorKind::BadAnswer,
        "an error that the server does not name",
    ),
    later("0x0100", "the account may not use this service"),
    later("0x0101", "the account may not do this"),
    later("0x0102", "the service is not available"),
    later("0x0103", "the service is denied"),
    later("0x0104", "the data_coding is refused"),
    later("0x0105", "the sender's subunit is refused"),
    later("0x0106", "the recipient's subunit is refused"),
    later("0x0107", "the interval of a broadcast is refused"),
    later("0x0108", "the alias of a broadcast is refused"),
    later("0x0109", "the area of a broadcast is refused"),
    later("0x010A", "the number of areas of a broadcast is refused"),
    later("0x010B", "the content type of a broadcast is refused"),
    later("0x010C", "the message class of a broadcast is refused"),
    later("0x010D", "the broadcast failed"),
    later("0x010E", "the broadcast cannot be asked for"),
    later("0x010F", "the broadcast cannot be cancelled"),
    // The words of receipts.
    Code::delivery(
        "EXPIRED",
        ErrorKind::Recipient,
        RECEIPTS,
        "its validity period ran out",
    )
    .class(Class::Transient),
    Code::delivery(
        "DELETED",
        ErrorKind::Refused,
        RECEIPTS,
        "it was deleted at the server",
    ),
    Code::delivery(
        "UNDELIV",
        ErrorKind::Recipient,
        RECEIPTS,
        "it cannot be delivered",
    ),
    Code::delivery(
        "REJECTD",
        ErrorKind::Refused,
        RECEIPTS,
        "it was rejected on its way",
    ),
];

/// A status as the tables name it: `0x0B`, `0x0401`.
pub(crate) fn name_of(status: u32) -> String {
    if status <= 0xFF {
        format!("0x{status:02X}")
    } else {
        format!("0x{status:04X}")
    }
}

/// What a person may say that a status means.
const MEANINGS: &[(&str, ErrorKind, Certainty, &str)] = &[
    (
        "account",
        ErrorKind::Account,
        Certainty::Rejected,
        "the account may not send this",
    ),
    (
        "recipient",
        ErrorKind::Recipient,
        Certainty::Rejected,
        "the recipient is refused",
    ),
    (
        "opted_out",
        ErrorKind::OptedOut,
        Certainty::Rejected,
        "the recipient opted out",
    ),
    (
        "refused",
        ErrorKind::Refused,
        Certainty::Rejected,
        "the server refuses the message",
    ),
    (
        "throttled",
        ErrorKind::ProviderThrottled,
        Certainty::NotSent,
        "more messages than the server allows",
    ),
    (
        "transient",
        ErrorKind::ServerError,
        Certainty::NotSent,
        "the server cannot take it at the moment",
    ),
    (
        "ambiguous",
        ErrorKind::BadAnswer,
        Certainty::MaybeSent,
        "the server does not say whether it took the message",
    ),
];

/// What statuses mean: the table in the configuration, then ours.
#[derive(Debug, Default)]
pub(crate) struct Statuses {
    own: HashMap<u32, usize>,
    pause: Duration,
}

impl Statuses {
    /// Reads lines such as `0x0401: account`.
    ///
    /// # Errors
    /// What a person has to write instead.
    pub(crate) fn read(lines: &[String], pause: Duration) -> Result<Self, String> {
        let mut own = HashMap::new();
        for line in lines {
            let (status, meaning) = line.split_once(':').ok_or_else(|| {
                format!("`{line}` is no `status: meaning`; write it like \"0x0401: account\"")
            })?;
            let digits = status.trim().to_ascii_lowercase();
            let status = digits
                .strip_prefix("0x")
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .filter(|status| *status != 0);
            let status = status.ok_or_else(|| {
                format!("`{digits}` is no status; write it in hexadecimal, like 0x0401")
            })?;
            let meaning = meaning.trim();
            let at = MEANINGS.iter().position(|(word, ..)| *word == meaning);
            let at = at.ok_or_else(|| {
                let words: Vec<_> = MEANINGS.iter().map(|(word, ..)| *word).collect();
                format!(
                    "`{meaning}` is no meaning; take one of {}",
                    words.join(", ")
                )
            })?;
            if own.insert(status, at).is_some() {
                return Err(format!("{} is there twice", name_of(status)));
            }
        }
        Ok(Self { own, pause })
    }

    /// The error that a status other than 0 stands for, with the pause that it asks for.
    pub(crate) fn error(&self, status: u32) -> Error {
        let code = name_of(status);
        let own = self.own.get(&status).and_then(|at| MEANINGS.get(*at));
        let error = match (own, Code::find(CODES, Phase::Request, &code)) {
            (Some((_, kind, certainty, meaning)), _) => {
                Error::new(*kind, *meaning).with_certainty(*certainty)
            }
            (None, Some(known)) => known.error(),
            (None, None) => Error::new(
                ErrorKind::Refused,
                "the server refuses the message for a reason of its own",
            ),
        };
        let error = error.with_provider_code(code);
        if error.kind() == ErrorKind::ProviderThrottled {
            error.with_retry_after(self.pause_after(status))
        } else {
            error
        }
    }

    /// A full queue empties more slowly than a rate allows the next message.
    fn pause_after(&self, status: u32) -> Duration {
        const QUEUE_FULL: u32 = 0x14;
        self.pause * if status == QUEUE_FULL { 5 } else { 1 }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Result<Statuses, String> {
        let lines: Vec<_> = lines.iter().map(|line| (*line).to_owned()).collect();
        Statuses::read(&lines, Duration::from_secs(1))
    }

    #[test]
    fn a_table_of_ones_own_goes_first() {
        let statuses = read(&["0x401: account", " 0x0402 : opted_out", "0x08: transient"]).unwrap();
        assert_eq!(statuses.error(0x401).kind(), ErrorKind::Account);
        assert_eq!(statuses.error(0x402).kind(), ErrorKind::OptedOut);
        assert_eq!(statuses.error(0x402).provider_code(), Some("0x0402"));
        let failed = statuses.error(0x08);
        assert_eq!(
            (failed.certainty(), failed.class()),
            (Certainty::NotSent, Class::Transient)
        );
        let doubtful = read(&["0x0403: ambiguous"]).unwrap().error(0x403);
        assert_eq!(
            (doubtful.kind(), doubtful.certainty()),
            (ErrorKind::BadAnswer, Certainty::MaybeSent)
        );
        assert!(!doubtful.is_server_answer(), "it may not be sent again");
        let unknown = statuses.error(0x4FF);
        assert_eq!(
            (unknown.kind(), unknown.certainty()),
            (ErrorKind::Refused, Certainty::Rejected)
        );
    }

    #[test]
    fn pauses() {
        let statuses = read(&["0x0499: throttled"]).unwrap();
        let pause = |status| statuses.error(status).retry_after();
        assert_eq!(pause(0x58), Some(Duration::from_secs(1)));
        assert_eq!(pause(0x14), Some(Duration::from_secs(5)));
        assert_eq!(pause(0x499), Some(Duration::from_secs(1)));
        assert_eq!(pause(0x0B), None);
    }

    #[test]
    fn what_is_wrong_with_a_line() {
        let wrong = |line| read(&[line]).unwrap_err();
        assert_eq!(
            wrong("0x0401"),
            "`0x0401` is no `status: meaning`; write it like \"0x0401: account\""
        );
        assert_eq!(
            wrong("401: account"),
            "`401` is no status; write it in hexadecimal, like 0x0401"
        );
        assert_eq!(
            wrong("0x0: account"),
            "`0x0` is no status; write it in hexadecimal, like 0x0401"
        );
        assert!(
            wrong("0x0401: nonsense")
                .starts_with("`nonsense` is no meaning; take one of account, ")
        );
        let twice = read(&["0x0401: account", "0x401: refused"]).unwrap_err();
        assert_eq!(twice, "0x0401 is there twice");
    }
}
