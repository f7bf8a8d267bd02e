//! Phone numbers and senders: what is read, what is refused, and what the person who wrote it sees.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sms_framework::message::{AlphanumericId, PhoneNumber, Priority, Sender, ServiceId, ShortCode};

fn refusal(input: &str) -> String {
    let error = PhoneNumber::parse(input).unwrap_err();
    assert_eq!(error.code(), "INVALID_PHONE");
    error.to_string()
}

fn sender_refusal(input: &str) -> String {
    let error = Sender::parse(input).unwrap_err();
    assert_eq!(error.code(), "INVALID_SENDER");
    error.to_string()
}

#[test]
fn a_phone_number_says_what_is_wrong_with_it() {
    let cases = [
        ("", "the phone number is empty; write it like +14155552671"),
        (
            "4155552671",
            "`41******71` is not an E.164 phone number: the plus is missing; write plus, country \
             code and number, as in +14155552671, or set validate.default_region for national \
             numbers",
        ),
        (
            "(415) 555-2671",
            "`(41*) ***-**71` is not an E.164 phone number: it looks like a national number; set \
             validate.default_region or write it as +14155552671",
        ),
        (
            "015112345678",
            "`01********78` is not an E.164 phone number: it looks like a national number; set \
             validate.default_region or write it as +14155552671",
        ),
        (
            "0014155552671",
            "`00*********71` is not an E.164 phone number: it starts with 00; write a plus \
             instead, as in +14155552671",
        ),
        (
            "invalid-phone",
            "`in*****-***ne` is not an E.164 phone number: it starts with `i` instead of a plus; \
             write it as +14155552671",
        ),
        (
            " +14155552671",
            "` +14*******71` is not an E.164 phone number: it starts with a blank instead of a \
             plus; write it as +14155552671",
        ),
        (
            "+0415555267",
            "`+04******67` is not an E.164 phone number: the first digit after the plus is 0, and \
             country codes start with 1 to 9",
        ),
        (
            "+1415555o267",
            "`+14*******67` is not an E.164 phone number: character 9 is `o`, and only digits may \
             follow the plus",
        ),
        (
            "+1 4155552671",
            "`+1 4*******71` is not an E.164 phone number: character 3 is a blank, and only digits \
             may follow the plus",
        ),
        (
            "+14155552671\n",
            "`+14*******71?` is not an E.164 phone number: character 13 is a line break, and only \
             digits may follow the plus",
        ),
        (
            "+1٤155552671",
            "`+1٤*******71` is not an E.164 phone number: character 3 is `٤` (U+0664), and only \
             digits may follow the plus",
        ),
        (
            "+\u{200b}14155552671",
            "`+\u{200b}14*******71` is not an E.164 phone number: character 2 is U+200B, and only \
             digits may follow the plus",
        ),
        (
            "+",
            "`+` is not an E.164 phone number: it is too short: 0 digits, 2 at least",
        ),
        (
            "+1",
            "`+1` is not an E.164 phone number: it is too short: 1 digit, 2 at least",
        ),
        (
            "+1234567890123456",
            "`+12************56` is not an E.164 phone number: it is too long: 16 digits, 15 at \
             most",
        ),
    ];
    for (input, text) in cases {
        assert_eq!(refusal(input), text, "{input:?}");
    }
}

#[test]
fn a_refusal_shows_no_more_than_24_characters() {
    let text = refusal(&format!("+1{}", "5".repeat(300)));
    assert_eq!(
        text,
        "`+15*********************...` is not an E.164 phone number: it is too long: 301 digits, \
         15 at most"
    );
}

#[test]
fn a_phone_number_is_masked_in_debug_and_whole_in_display() {
    let number: PhoneNumber = "+14155550123".parse().unwrap();
    assert_eq!(format!("{number:?}"), "PhoneNumber(+1415***0123)");
    assert_eq!(
        format!("{number}|{number:>14}"),
        "+14155550123|  +14155550123"
    );
    assert_eq!(number.digits(), 14_155_550_123);
}

#[test]
fn at_least_three_digits_are_masked() {
    let masked = |input: &str| PhoneNumber::parse(input).unwrap().masked();
    assert_eq!(masked("+12"), "+***");
    assert_eq!(masked("+12345"), "+1***5");
    assert_eq!(masked("+123456789012345"), "+1234***2345");
}

#[test]
fn phone_numbers_and_senders_are_strings_in_json() {
    let number: PhoneNumber = serde_json::from_str("\"+14155550123\"").unwrap();
    assert_eq!(serde_json::to_string(&number).unwrap(), "\"+14155550123\"");
    let sender: Sender = serde_json::from_str("\"ACME Shop\"").unwrap();
    assert_eq!(serde_json::to_string(&sender).unwrap(), "\"ACME Shop\"");
    let error = serde_json::from_str::<PhoneNumber>("\"+1\"").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`+1` is not an E.164 phone number: it is too short")
    );
    let error = serde_json::from_str::<Sender>("\"12\"").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`12` is not a sender: a short code has 3 to 8 digits")
    );
}

#[test]
fn a_sender_is_recognised_by_its_form() {
    let service = "MG0123456789abcdef0123456789ABCDEF";
    let cases = [
        (
            "+14155550123",
            Sender::Phone(PhoneNumber::parse("+14155550123").unwrap()),
        ),
        (
            "ACME Shop",
            Sender::Alphanumeric(AlphanumericId::parse("ACME Shop").unwrap()),
        ),
        (
            "A-b_c&d+1",
            Sender::Alphanumeric(AlphanumericId::parse("A-b_c&d+1").unwrap()),
        ),
        ("123", Sender::ShortCode(ShortCode::parse("123").unwrap())),
        (
            "12345678",
            Sender::ShortCode(ShortCode::parse("12345678").unwrap()),
        ),
        (
            "service:bookings",
            Sender::MessagingService(ServiceId::parse("bookings").unwrap()),
        ),
        (
            service,
            Sender::MessagingService(ServiceId::parse(service).unwrap()),
        ),
    ];
    for (input, sender) in cases {
        assert_eq!(input.parse::<Sender>().unwrap(), sender);
        assert_eq!(sender.to_string(), input);
    }
    assert_eq!(
        Sender::parse(&format!("service:{service}"))
            .unwrap()
            .to_string(),
        service
    );
}

#[test]
fn a_sender_says_what_is_wrong_with_it() {
    let cases = [
        (
            " ",
            "the sender is empty; give a phone number like +14155552671, a sender ID, a short code \
             or `service:ID`",
        ),
        ("12", "`12` is not a sender: a short code has 3 to 8 digits"),
        (
            "4155552671",
            "`4155552671` is not a sender: 10 digits are too many for a short code (3 to 8); a \
             phone number is written with a plus and its country code, like +14155552671",
        ),
        (
            "ACME Events Ltd",
            "`ACME Events Ltd` is not a sender: it has 15 characters, 11 at most",
        ),
        (
            "1-2 3",
            "`1-2 3` is not a sender: a sender ID needs at least one letter",
        ),
        (
            " ACME",
            "` ACME` is not a sender: a sender ID cannot start or end with a blank",
        ),
        (
            "ACMÉ",
            "`ACMÉ` is not a sender: character 4 is `É`, and a sender ID has letters, digits, \
             blanks and + - _ & only",
        ),
        (
            "AC\nME",
            "`AC\\nME` is not a sender: character 3 is `\\n`, and a sender ID has letters, digits, \
             blanks and + - _ & only",
        ),
        (
            "service:",
            "`service:` is not a sender: the ID of the messaging service is missing",
        ),
        (
            "service:a b",
            "`a b` is not a sender: the ID of a messaging service is 1 to 256 visible ASCII \
             characters",
        ),
        (
            "+01555",
            "`+0***5` is not an E.164 phone number: the first digit after the plus is 0, and \
             country codes start with 1 to 9",
        ),
    ];
    for (input, text) in cases {
        assert_eq!(sender_refusal(input), text, "{input:?}");
    }
    let error = ShortCode::parse("12a").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`12a` is not a sender: a short code has digits only"
    );
}

#[test]
fn a_masked_sender_shows_in_debug() {
    let sender = Sender::parse("+14155550123").unwrap();
    assert_eq!(format!("{sender:?}"), "Phone(PhoneNumber(+1415***0123))");
}

proptest! {
    #[test]
    fn every_e164_number_comes_out_as_it_went_in(input in "\\+[1-9][0-9]{1,14}") {
        let number = PhoneNumber::parse(&input).unwrap();
        prop_assert_eq!(number.to_string(), input.clone());
        prop_assert_eq!(number.as_str().parse::<PhoneNumber>().unwrap(), number);
        prop_assert_eq!(format!("+{}", number.digits()), input.clone());
        let json = serde_json::to_string(&number).unwrap();
        prop_assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number);
        let shown = format!("{number:?}");
        prop_assert!(!shown.contains(&input[1..]));
    }

    #[test]
    fn numbers_sort_like_their_text(a in "\\+[1-9][0-9]{1,14}", b in "\\+[1-9][0-9]{1,14}") {
        let [x, y] = [&a, &b].map(|input| PhoneNumber::parse(input).unwrap());
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
    }

    #[test]
    fn nothing_but_e164_is_read(input in "[+0-9 ()a.٣-]{0,18}|.{0,20}") {
        let digits = input.strip_prefix('+').unwrap_or_default();
        let is_e164 = (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        prop_assert_eq!(PhoneNumber::parse(&input).is_ok(), is_e164);
    }

    #[test]
    fn a_refusal_never_holds_a_whole_number(digits in "[0-9]{8,15}", front in "[ a+]|\\+0|") {
        let input = format!("{front}{digits}");
        if let Err(error) = PhoneNumber::parse(&input) {
            let shown = format!("{error} {error:?}");
            prop_assert!(!shown.contains(&digits));
        }
    }

    #[test]
    fn every_sender_comes_out_as_the_one_that_went_in(
        input in "\\+[1-9][0-9]{1,14}|[a-zA-Z0-9 _&+-]{1,11}|[0-9]{1,9}|service:[!-~]{1,20}|MG[0-9a-f]{32}|.{0,12}"
    ) {
        if let Ok(sender) = Sender::parse(&input) {
            prop_assert_eq!(Sender::parse(&sender.to_string()).unwrap(), sender.clone());
            prop_assert_eq!(sender.to_string(), input);
        }
    }
}

#[test]
fn a_priority_is_the_same_in_every_form() {
    assert!(Priority::ALL.is_sorted());
    for (rank, priority) in (0..).zip(Priority::ALL) {
        assert_eq!(priority.rank(), rank);
        assert_eq!(Priority::from_rank(rank), Some(*priority));
        assert_eq!(priority.as_str().parse::<Priority>().unwrap(), *priority);
        let json = serde_json::to_string(priority).unwrap();
        assert_eq!(json, format!("{:?}", priority.as_str()));
    }
    assert_eq!(Priority::from_rank(3), None);
    let error = "asap".parse::<Priority>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`asap` is not a priority; the priorities are urgent, normal, bulk"
    );
}
