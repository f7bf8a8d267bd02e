//! The rules for recipients: how far a number is judged, and that none is ever changed.
#![allow(clippy::unwrap_used)]

use sms_framework::message::{NumberPolicy, NumberRule, Region};

#[test]
fn the_default_policy_takes_e164_and_nothing_else() {
    let policy = NumberPolicy::default();
    assert_eq!(
        (policy.rule(), policy.default_region()),
        (NumberRule::E164, None)
    );
    // No country has 999, but it is E.164.
    assert!(policy.parse("+99912345").is_ok());
    assert_eq!(
        policy.parse("(415) 555-2671").unwrap_err().to_string(),
        "`(41*) ***-**71` is not an E.164 phone number: it looks like a national number; set \
         validate.default_region or write it as +14155552671"
    );
}

#[test]
fn a_rule_is_written_in_lower_case() {
    for (rule, text) in [
        (NumberRule::E164, "e164"),
        (NumberRule::Possible, "possible"),
        (NumberRule::Valid, "valid"),
    ] {
        assert_eq!(serde_json::to_value(rule).unwrap(), text);
        assert_eq!(rule.to_string(), text);
    }
}

#[cfg(not(feature = "numbers"))]
#[test]
fn without_the_feature_the_error_names_it() {
    let error = NumberPolicy::new(NumberRule::Possible, None).unwrap_err();
    assert_eq!(error.code(), "CONFIG");
    assert_eq!(
        error.to_string(),
        "validate.numbers = \"possible\" needs numbering plans, and this program was built without \
         them; enable the feature: sms-framework = { features = [\"numbers\"] }"
    );
    assert_eq!(
        Region::parse("US").unwrap_err().to_string(),
        "the region `US` needs numbering plans, and this program was built without them; enable \
         the feature: sms-framework = { features = [\"numbers\"] }"
    );
    assert!(
        NumberPolicy::new(NumberRule::E164, None)
            .unwrap()
            .parse("+14155552671")
            .is_ok()
    );
}

#[cfg(feature = "numbers")]
mod with_plans {
    use proptest::prelude::*;
    use sms_framework::message::{NumberReport, PhoneNumber, inspect};

    use super::*;

    fn policy(rule: NumberRule, region: Option<&str>) -> NumberPolicy {
        NumberPolicy::new(rule, region.map(|code| Region::parse(code).unwrap())).unwrap()
    }

    fn refusal(policy: NumberPolicy, input: &str) -> String {
        let error = policy.parse(input).unwrap_err();
        assert_eq!(error.code(), "INVALID_PHONE");
        error.to_string()
    }

    #[test]
    fn a_fictional_area_code_is_possible_and_not_valid() {
        assert!(
            policy(NumberRule::Possible, None)
                .parse("+15551234567")
                .is_ok()
        );
        assert_eq!(
            refusal(policy(NumberRule::Valid, None), "+15551234567"),
            "`+15*******67` is a possible but not a valid phone number: its range is not in use \
             (validate.numbers = \"valid\")"
        );
        assert!(
            policy(NumberRule::Valid, None)
                .parse("+12025550123")
                .is_ok()
        );
    }

    #[test]
    fn an_impossible_number_says_why() {
        let possible = policy(NumberRule::Possible, None);
        let cases = [
            (
                "+99912345678",
                "`+99*******78` is not a possible phone number: no country has its calling code",
            ),
            (
                "+1415555267",
                "`+14******67` is not a possible phone number: it is too short for its country",
            ),
            (
                "+141555526711",
                "`+14********11` is not a possible phone number: it is too long for its country",
            ),
            (
                "+65123456789",
                "`+65*******89` is not a possible phone number: its country has no numbers of that length",
            ),
            (
                "+15552671",
                "`+15****71` is not a possible phone number: its area code is missing",
            ),
        ];
        for (input, text) in cases {
            assert_eq!(refusal(possible, input), text);
        }
    }

    #[test]
    fn national_input_is_read_in_the_default_region() {
        let us = policy(NumberRule::E164, Some("US"));
        for input in [
            "(415) 555-2671",
            "415.555.2671",
            "1 415 555 2671",
            "4155552671",
            "+1 (415) 555-2671",
        ] {
            assert_eq!(us.parse(input).unwrap().as_str(), "+14155552671", "{input}");
        }
        let gb = policy(NumberRule::Valid, Some("gb"));
        assert_eq!(gb.parse("020 7183 8750").unwrap().as_str(), "+442071838750");
        let it = policy(NumberRule::Valid, Some("IT"));
        assert_eq!(it.parse("06 6982 1234").unwrap().as_str(), "+390669821234");
    }

    #[test]
    fn national_input_must_be_possible_and_digits_only() {
        let us = policy(NumberRule::E164, Some("US"));
        let cases = [
            (
                "",
                "`` is not a possible phone number: it cannot be read as a phone number",
            ),
            (
                "hello",
                "`h***o` is not a possible phone number: it cannot be read as a phone number",
            ),
            (
                "555-2671",
                "`55*-**71` is not a possible phone number: its area code is missing",
            ),
            (
                "1-800-FLOWERS",
                "`1-8**-*****RS` is not a possible phone number: character 7 is the letter `F`",
            ),
            (
                "(415) 555-2671 #5",
                "`(41*) ***-***1 #5` is not a possible phone number: it has an extension, which a \
                 message cannot reach",
            ),
        ];
        for (input, text) in cases {
            assert_eq!(refusal(us, input), text);
        }
    }

    #[test]
    fn e164_is_never_rewritten() {
        // A trunk 0 after the country code, which the library would drop.
        let text = "`+44********50` is not a possible phone number: by its country's numbering \
                    plan it would be +4420***8750, and an E.164 number is never changed";
        let input = "+4402071838750";
        assert_eq!(
            refusal(policy(NumberRule::Possible, None), input),
            text.replace("********", "*********")
        );
        assert!(policy(NumberRule::E164, Some("GB")).parse(input).is_ok());
        assert_eq!(inspect(input, None).e164, None);
    }

    #[test]
    fn an_unknown_region_names_the_nearest() {
        let cases = [
            (
                "XX",
                "unknown region `XX`: write the two letters of ISO 3166-1, such as US; did you mean `AX`?",
            ),
            (
                "USA",
                "unknown region `USA`: write the two letters of ISO 3166-1, such as US; did you mean `US`?",
            ),
            (
                "UK",
                "unknown region `UK`: write the two letters of ISO 3166-1, such as US; did you mean `GB`?",
            ),
            (
                "Germany",
                "unknown region `Germany`: write the two letters of ISO 3166-1, such as US",
            ),
        ];
        for (input, text) in cases {
            let error = Region::parse(input).unwrap_err();
            assert_eq!((error.code(), error.to_string().as_str()), ("CONFIG", text));
        }
        let json = serde_json::from_str::<Region>("\"us\"").unwrap();
        assert_eq!(serde_json::to_string(&json).unwrap(), "\"US\"");
    }

    #[test]
    fn a_report_says_what_the_plans_know() {
        let report = |e164: &str, valid: bool, region: Option<&str>| NumberReport {
            e164: Some(e164.into()),
            possible: true,
            valid,
            region: region.map(Into::into),
            error: None,
        };
        let us = Some(Region::parse("US").unwrap());
        assert_eq!(
            inspect("+12025550123", None),
            report("+12025550123", true, Some("US"))
        );
        assert_eq!(
            inspect("(415) 555-2671", us),
            report("+14155552671", true, Some("US"))
        );
        assert_eq!(
            inspect("+15551234567", None),
            report("+15551234567", false, None)
        );
        assert_eq!(
            inspect("+80012345678", None),
            report("+80012345678", true, Some("001"))
        );
        let unread = inspect("hello", us);
        assert_eq!(
            (unread.e164, unread.possible, unread.valid, unread.region),
            (None, false, false, None)
        );
        assert_eq!(unread.error.unwrap(), "it cannot be read as a phone number");
        assert_eq!(
            inspect("(415) 555-2671", None).error.unwrap(),
            "no country has its calling code"
        );
    }

    proptest! {
        #[test]
        fn no_input_makes_the_plans_panic(input in "[+0-9 ()./#;=x٣＋-]{0,30}|.{0,60}", region in "US|DE|IT|BR") {
            let region = Region::parse(&region).unwrap();
            let report = inspect(&input, Some(region));
            let policy = NumberPolicy::new(NumberRule::Possible, Some(region)).unwrap();
            prop_assert_eq!(report.error.is_none(), policy.parse(&input).is_ok());
            prop_assert!(!report.valid || report.e164.is_some());
        }

        #[test]
        fn e164_comes_out_as_it_went_in_or_not_at_all(input in "\\+(1|39|44|49|225|54|52)[0-9]{6,12}", region in "US|DE|IT|BR") {
            prop_assume!(PhoneNumber::parse(&input).is_ok());
            let region = Region::parse(&region).unwrap();
            let policy = NumberPolicy::new(NumberRule::Possible, Some(region)).unwrap();
            if let Ok(number) = policy.parse(&input) {
                prop_assert_eq!(number.as_str(), input.as_str());
            }
            if let Some(e164) = inspect(&input, Some(region)).e164 {
                prop_assert_eq!(e164, input);
            }
        }
    }
}
