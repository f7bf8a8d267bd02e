//! Receipts: optional fields first, then the text, which is an example in the specification and
//! whatever a server makes of it.

use sms_framework::MessageState;
use sms_framework::PhoneNumber;
use sms_framework::provider::{Code, DeliveryReceipt, Phase};

use crate::codes::CODES;
use crate::config::{Acceptd, ReceiptId};
use crate::deliver::{Deliver, text_of};
use crate::ids::{convert, normal};
use crate::wire::{Fields, latin1};

pub(crate) const RECEIPTED_MESSAGE_ID: u16 = 0x001E;
const MESSAGE_STATE: u16 = 0x0427;
const NETWORK_ERROR_CODE: u16 = 0x0423;

/// The words of receipts, by the number that the optional field has for them.
const WORDS: [&str; 8] = [
    "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD",
];

/// The most characters of a code: what stands in its place may be anything.
const LONGEST_CODE: usize = 40;

/// How a server's receipts are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) id: ReceiptId,
    pub(crate) acceptd: Acceptd,
}

/// The receipt in `deliver`. `intermediate` says that another one follows.
pub(crate) fn receipt(
    deliver: &Deliver<'_>,
    intermediate: bool,
    reading: Reading,
) -> DeliveryReceipt {
    let text = text(deliver);
    let text = written_by_the_server(&text);
    let value = |key| value(text, key);
    let by_number = deliver
        .option(MESSAGE_STATE)
        .and_then(|value| word_of(*value.first()?));
    let word = by_number.map(str::to_owned).or_else(|| value("stat"));
    let word = word.unwrap_or_default().to_ascii_uppercase();
    let failed = Code::find(CODES, Phase::Delivery, &word).map(Code::error);
    // While it is still tried nothing has failed for good, whatever became of this try.
    let failed = failed.filter(|_| !intermediate);
    let state = state_of(&word, reading.acceptd)
        .filter(|state| !intermediate || !state.is_final() || *state == MessageState::Delivered);
    let id = deliver
        .option(RECEIPTED_MESSAGE_ID)
        .map(|value| normal(&Fields(value).last_text()));
    let id = id
        .filter(|id| !id.is_empty())
        .or_else(|| value("id").map(|id| convert(&normal(&id), reading.id)));
    let to = Some(&deliver.source).filter(|source| source.may_be_international());
    let mut receipt = DeliveryReceipt::new(word.as_str())
        .to(to.and_then(|source| PhoneNumber::from_vendor(&source.text)))
        .state(state);
    receipt.provider_message_id = id;
    if intermediate {
        receipt = receipt.finally(false);
    }
    let code = network_code(deliver).or_else(|| value("err").filter(|code| !is_none(code)));
    let code = code.map(|code| code.chars().take(LONGEST_CODE).collect::<String>());
    match (failed, code) {
        (Some(error), Some(code)) => receipt.error(error.with_provider_code(code)),
        (Some(error), None) => receipt.error(error),
        (None, Some(code)) => receipt.provider_code(code),
        (None, None) => receipt,
    }
}

/// Receipts are ASCII whatever the default alphabet is: an underscore in an id is one.
fn text(deliver: &Deliver<'_>) -> String {
    const UCS2: u8 = 0x08;
    if deliver.data_coding == UCS2 {
        return text_of(
            UCS2,
            deliver.octets(),
            crate::config::DefaultAlphabet::Ascii,
        );
    }
    latin1(deliver.octets())
}

fn word_of(number: u8) -> Option<&'static str> {
    WORDS.get(usize::from(number).checked_sub(1)?).copied()
}

/// A word that is not in the table is no state.
fn state_of(word: &str, acceptd: Acceptd) -> Option<MessageState> {
    Some(match word {
        "ENROUTE" => MessageState::Sent,
        "DELIVRD" => MessageState::Delivered,
        "EXPIRED" => MessageState::Expired,
        "DELETED" => MessageState::Canceled,
        "UNDELIV" => MessageState::Undelivered,
        "REJECTD" => MessageState::Rejected,
        "ACCEPTD" => match acceptd {
            Acceptd::Sent => MessageState::Sent,
            Acceptd::Delivered => MessageState::Delivered,
        },
        _ => return None,
    })
}

/// The network's code: `3:5` is code 5 of a network of type 3.
fn network_code(deliver: &Deliver<'_>) -> Option<String> {
    let mut fields = Fields(deliver.option(NETWORK_ERROR_CODE)?);
    let (network, code) = (fields.octet()?, fields.number()?);
    (code != 0).then(|| format!("{network}:{code}"))
}

fn is_none(code: &str) -> bool {
    code.bytes().all(|byte| byte == b'0')
}

/// The part of a receipt's text that the server wrote. What follows `text:` is somebody's message,
/// which may look like anything; nobody can say where it ends, so nothing after it is believed.
fn written_by_the_server(text: &str) -> &str {
    find(text, "text").map_or(text, |at| &text[..at])
}

/// Where `key` and a colon stand, as a word of their own, in any case.
fn find(text: &str, key: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let wanted = format!("{key}:");
    let mut found = lower.match_indices(&wanted).map(|(at, _)| at);
    found.find(|at| !lower[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn value(text: &str, key: &str) -> Option<String> {
    let rest = text[find(text, key)?..]
        .split_once(':')?
        .1
        .trim_start_matches(' ');
    let end = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '\0');
    let value = rest.split(end).next().unwrap_or_default();
    // An empty value, and the next key after it.
    (!value.is_empty() && !value.contains(':')).then(|| value.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn fields(text: &str) -> [Option<String>; 3] {
        let text = written_by_the_server(text);
        ["id", "stat", "err"].map(|key| value(text, key))
    }

    fn expect(text: &str, id: &str, stat: &str, err: &str) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        assert_eq!(fields(text), [some(id), some(stat), some(err)], "{text:?}");
    }

    #[test]
    fn texts_as_servers_write_them() {
        let spec = "id:0123456789 sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 \
                    stat:DELIVRD err:000 text:Hello";
        expect(spec, "0123456789", "DELIVRD", "000");
        expect("ID:7F Stat:undeliv ERR:0x0A Text:", "7F", "undeliv", "0x0A");
        expect("stat:EXPIRED id:x_1", "x_1", "EXPIRED", "");
        expect(
            "id:1 done date:261122120159 stat:ACCEPTD err:",
            "1",
            "ACCEPTD",
            "",
        );
        expect("id: 42 stat: REJECTD err: text:", "42", "REJECTD", "");
        expect("id:1 err: stat:DELIVRD", "1", "DELIVRD", "");
        expect("id:1\r\nstat:DELIVRD\r\n", "1", "DELIVRD", "");
        expect("id:1 stat:DELIV", "1", "DELIV", "");
        expect("", "", "", "");
    }

    #[test]
    fn the_message_in_a_receipt_says_nothing() {
        expect(
            "id:1 stat:UNDELIV err:011 text:stat:DELIVRD id:2",
            "1",
            "UNDELIV",
            "011",
        );
        expect("id:1 sub:001 text:stat:DELIVRD err:1", "1", "", "");
        for text in [
            "text:ab id:1 stat:DELIVRD",
            "Text:id:2 stat:DELIVRD id:1 stat:UNDELIV err:001",
            " text: id:2 stat:DELIVRD",
            "sub:001 text:id:2 stat:DELIVRD id:1 stat:UNDELIV",
        ] {
            expect(text, "", "", "");
        }
    }

    #[test]
    fn every_number_of_the_optional_field() {
        assert_eq!(word_of(0), None);
        assert_eq!(word_of(2), Some("DELIVRD"));
        assert_eq!(word_of(8), Some("REJECTD"));
        assert_eq!(word_of(9), None);
    }

    #[test]
    fn every_word() {
        let state = |word| state_of(word, Acceptd::Sent);
        assert_eq!(state("ENROUTE"), Some(MessageState::Sent));
        assert_eq!(state("DELIVRD"), Some(MessageState::Delivered));
        assert_eq!(state("EXPIRED"), Some(MessageState::Expired));
        assert_eq!(state("DELETED"), Some(MessageState::Canceled));
        assert_eq!(state("UNDELIV"), Some(MessageState::Undelivered));
        assert_eq!(state("REJECTD"), Some(MessageState::Rejected));
        assert_eq!(state("ACCEPTD"), Some(MessageState::Sent));
        assert_eq!(
            state_of("ACCEPTD", Acceptd::Delivered),
            Some(MessageState::Delivered)
        );
        assert_eq!(
            (state("UNKNOWN"), state("SKIPPED"), state("")),
            (None, None, None)
        );
    }
}
