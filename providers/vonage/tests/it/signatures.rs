//! `sig` of the SMS API and our own path: which calls they make believable.

use sms_framework::provider::{DynProvider, WebhookCall};

use crate::support::{
    PATH, SIGNATURE_SECRET, SIGNED, encoded, events, form, get, json_call, refused, short_report,
    signed, sms_receipt, vonage, why, with_sig,
};

type Parameters<'a> = &'a [(&'a str, &'a str)];

fn method(name: &str) -> DynProvider {
    vonage(&format!(
        "webhook_secret = 'signature_secret'\nsignature_method = '{name}'"
    ))
}

fn own(parameters: Parameters<'_>) -> Vec<(String, String)> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    parameters.iter().map(own).collect()
}

/// The vectors of Vonage's Python library (HMAC with MD5 and SHA-256), and the other methods over
/// the same parameters as OpenSSL makes them.
#[test]
fn each_method_fits_its_vectors() {
    let plain = [
        ("param1", "value1"),
        ("param2", "value2"),
        ("timestamp", "1234567890"),
    ];
    let special = [
        ("param1", "value&1"),
        ("param2", "value=2"),
        ("timestamp", "1234567890"),
    ];
    let early = [
        ("param1", "value1"),
        ("param2", "value2"),
        ("timestamp", "12345"),
    ];
    let short = [("param", "value"), ("timestamp", "1234567890")];
    let vectors: [(&str, Parameters<'_>, &str); 8] = [
        (
            "hmac-sha256",
            &plain,
            "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287",
        ),
        ("hmac-md5", &plain, "724c2bf6ca423c36e20631b11d1c5753"),
        ("hmac-md5", &special, "2bbf0abafb2c55e5af6231513896a2ac"),
        ("hmac-md5", &early, "bc7e95bb4e341090b3a202a2885903a5"),
        ("hmac-md5", &short, "655a4d0b7f064dff438defc52b012cf5"),
        ("md5", &plain, "d72f75ac8cda9bbce891c4fa62bee6cd"),
        (
            "hmac-sha1",
            &plain,
            "e4ebfd0ecd877fed7b414b5c87d0d7dfebb10a19",
        ),
        (
            "hmac-sha512",
            &plain,
            "740ea4cd4c004c619d3b4cf060484278290d43d2b9d6693ada7b4c4ac48b18f39675710a5a878cde6f4349bd19e8b8e033e3f0b4816b805a969e0f24ae726292",
        ),
    ];
    for (name, parameters, sig) in vectors {
        let provider = method(name);
        // Neither the order of the parameters nor the case of the digits matters.
        for sig in [sig.to_owned(), sig.to_uppercase()] {
            let mut reversed = vec![("sig".to_owned(), sig)];
            reversed.extend(own(parameters).into_iter().rev());
            for call in [get(&reversed), form(&reversed), json_call(&reversed)] {
                assert_eq!(events(&provider, &call).unwrap().len(), 0, "{name}");
            }
        }
        for other in ["md5", "hmac-md5", "hmac-sha1", "hmac-sha256", "hmac-sha512"] {
            let mut parameters = own(parameters);
            parameters.push(("sig".to_owned(), sig.to_owned()));
            let believed = events(&method(other), &get(&parameters)).is_ok();
            assert_eq!(believed, other == name, "{name} by {other}");
        }
    }
}

#[test]
fn a_wrong_sig_is_refused() {
    let provider = method("hmac-md5");
    let mismatch = ("its signature does not match".to_owned(), 403);
    for sig in [
        "invalid_signature",
        "",
        "655a4d0b7f064dff438defc52b012cf",
        "655a4d0b7f064dff438defc52b012cf5 ",
    ] {
        let call = own(&[
            ("param", "value"),
            ("timestamp", "1234567890"),
            ("sig", sig),
        ]);
        assert_eq!(why(&provider, &get(&call)), mismatch, "{sig:?}");
    }
    let missing = own(&[("param", "value"), ("timestamp", "1234567890")]);
    for call in [get(&missing), form(&missing), json_call(&missing), get(&[])] {
        assert_eq!(
            why(&provider, &call),
            ("it has no parameter sig".to_owned(), 503)
        );
    }
}

#[test]
fn every_change_of_a_parameter_is_noticed() {
    let provider = vonage(SIGNED);
    let receipt = sms_receipt("delivered", "0");
    assert!(events(&provider, &json_call(&receipt)).is_ok());
    for at in 0..receipt.len() - 1 {
        let mut changed = receipt.clone();
        changed[at].1.push('0');
        refused(&provider, &get(&changed));
        refused(&provider, &form(&changed));
        refused(&provider, &json_call(&changed));
        let mut removed = receipt.clone();
        removed.remove(at);
        refused(&provider, &get(&removed));
    }
    let mut added = receipt;
    added.push(("concat".to_owned(), "true".to_owned()));
    refused(&provider, &get(&added));
}

/// The scheme replaces separators in values and not in names: one odd name could swallow others.
#[test]
fn a_parameter_that_hides_others_in_its_name_is_refused() {
    let provider = vonage(SIGNED);
    let receipt = sms_receipt("failed", "9");
    let find = |name: &str| {
        receipt
            .iter()
            .find(|(known, _)| known == name)
            .unwrap()
            .1
            .clone()
    };
    let odd = format!(
        "err-code=9&message-timestamp={}&messageId",
        find("message-timestamp")
    );
    let hidden = ["err-code", "message-timestamp", "messageId"];
    let mut forged: Vec<_> = receipt
        .iter()
        .filter(|(name, _)| !hidden.contains(&name.as_str()))
        .cloned()
        .collect();
    forged.push((odd, find("messageId")));
    let separator = ("the name of a parameter holds a separator".to_owned(), 403);
    assert_eq!(why(&provider, &get(&forged)), separator);
}

/// What the scheme cannot notice; the crate's page says so.
#[test]
fn separators_in_values_can_be_swapped() {
    let provider = vonage(SIGNED);
    let mut texted = with_sig(&[
        ("msisdn", "14155550123"),
        ("to", "14155550100"),
        ("messageId", "I1"),
        ("text", "a&b"),
    ]);
    texted[3].1 = "a=b".to_owned();
    assert_eq!(events(&provider, &get(&texted)).unwrap().len(), 1);
    texted[3].1 = "a+b".to_owned();
    refused(&provider, &get(&texted));
}

#[test]
fn our_own_path_stands_in_where_the_account_signs_nothing() {
    let bare: Vec<_> = sms_receipt("delivered", "0")
        .into_iter()
        .filter(|(name, _)| name != "sig")
        .collect();
    let here = |call: WebhookCall, path: &str| {
        let query = call.query_text().to_owned();
        let query = if query.is_empty() {
            query
        } else {
            format!("?{query}")
        };
        call.with_url(format!("https://example.org{path}{query}"))
    };
    let provider = vonage(&format!("webhook_path_secret = '{PATH}'"));
    let (inside, outside) = (format!("/hooks/{PATH}/vonage"), "/hooks/vonage");
    for call in [
        get(&bare),
        form(&bare),
        json_call(&bare),
        get(&sms_receipt("delivered", "0")),
    ] {
        assert_eq!(
            events(&provider, &here(call.clone(), &inside))
                .unwrap()
                .len(),
            1
        );
        let lacks = ("its path lacks the webhook_path_secret".to_owned(), 403);
        assert_eq!(why(&provider, &here(call.clone(), outside)), lacks);
        let in_query = call.with_url(format!(
            "https://example.org{outside}?x=/{PATH}/&{}",
            encoded(&bare)
        ));
        assert_eq!(why(&provider, &in_query), lacks);
    }
    // With a method, the signature is wanted as well: a call cannot do without by leaving it out.
    let both = vonage(&format!("{SIGNED}\nwebhook_path_secret = '{PATH}'"));
    assert_eq!(
        why(&both, &here(get(&bare), &inside)),
        ("it has no parameter sig".to_owned(), 503)
    );
    let signed_receipt = get(&sms_receipt("delivered", "0"));
    assert_eq!(
        events(&both, &here(signed_receipt.clone(), &inside))
            .unwrap()
            .len(),
        1
    );
    refused(&both, &here(signed_receipt, outside));
    refused(&both, &signed(&short_report()));
    assert_eq!(
        events(&both, &here(signed(&short_report()), &inside))
            .unwrap()
            .len(),
        1
    );
    // With neither, nobody is believed.
    let neither = (
        "no signature_method or webhook_path_secret is configured to check it with".to_owned(),
        403,
    );
    for lines in ["", "webhook_secret = 's1gnature-s3cr3t'"] {
        assert_eq!(
            why(&vonage(lines), &get(&sms_receipt("delivered", "0"))),
            neither
        );
    }
}

#[test]
fn refusals_show_no_secret() {
    let provider = vonage(&format!("{SIGNED}\nwebhook_path_secret = '{PATH}'"));
    for call in [
        signed(&short_report()),
        get(&[]),
        get(&sms_receipt("failed", "9")),
    ] {
        let shown = format!("{:?}", refused(&provider, &call));
        assert!(
            !shown.contains(PATH)
                && !shown.contains(SIGNATURE_SECRET)
                && !shown.contains("14155550123")
        );
    }
}
