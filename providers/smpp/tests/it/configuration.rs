//! The table: what is read, and what is wrong in words.

use sms_framework::provider::BuildError;

use crate::support::{build, built, table};

fn wrong(table: &str) -> String {
    match build(table) {
        Err(BuildError::Refused(error)) => error.to_string(),
        Err(BuildError::Table(error)) => error.to_string(),
        Ok(_) => panic!("it is taken: {table}"),
    }
}

fn wrong_with(more: &str) -> String {
    wrong(&table("smpp://127.0.0.1", more))
}

#[test]
fn what_is_missing() {
    assert_eq!(
        wrong(""),
        "`providers.smsc.url`: it is missing; set SMPP_URL"
    );
    let url = "url = 'smpp://127.0.0.1'";
    assert_eq!(
        wrong(url),
        "`providers.smsc.system_id`: it is missing; set SMPP_SYSTEM_ID"
    );
    let no_password = format!("{url}\nsystem_id = 'acme'");
    assert_eq!(
        wrong(&no_password),
        "`providers.smsc.password`: it is missing; set SMPP_PASSWORD"
    );
    let empty = format!("{no_password}\npassword = ''");
    assert_eq!(
        wrong(&empty),
        "`providers.smsc.password`: it is missing; set SMPP_PASSWORD"
    );
}

#[test]
fn urls() {
    let with = |url: &str| {
        wrong(&format!(
            "url = '{url}'\nsystem_id = 'acme'\npassword = 'x'"
        ))
    };
    let form = "`providers.smsc.url`: write it like smpp://host:2775, or smpps://host:port for TLS";
    for url in [
        "smsc.example",
        "http://smsc.example",
        "smpp:smsc",
        "SMPP://x",
    ] {
        assert_eq!(with(url), form);
    }
    let says = |url: &str, why: &str| assert_eq!(with(url), format!("`providers.smsc.url`: {why}"));
    says(
        "smpp://acme:x@smsc",
        "it holds a user or a password; credentials have keys of their own",
    );
    says("smpp://smsc/path", "it has a path, a query or a fragment");
    says("smpp://smsc?x=1", "it has a path, a query or a fragment");
    says("smpp://", "it names no host");
    says("smpp://:2775", "it names no host");
    for port in ["0", "65536", "x", ""] {
        says(
            &format!("smpp://smsc:{port}"),
            "its port is no number from 1 to 65535",
        );
    }
    says(
        "smpps://smsc",
        "TLS has no customary port; write the server's own, as in smpps://host:3550",
    );
    says("smpps://not_a host:1", "it names no host");
    says("smpps://-:1", "its host is no name and no address");
}

#[test]
fn fields_of_the_bind_have_lengths() {
    let with = |id: &str, password: &str, more: &str| {
        let table = format!(
            "url = 'smpp://127.0.0.1'\nsystem_id = '{id}'\npassword = '{password}'\n{more}"
        );
        match build(&table) {
            Ok(_) => String::new(),
            Err(_) => wrong(&table),
        }
    };
    assert_eq!(
        with(
            &"a".repeat(15),
            &"p".repeat(8),
            "system_type = '123456789012'\nservice_type = '12345'"
        ),
        ""
    );
    let most = |key: &str, most: u32| {
        format!("`providers.smsc.{key}`: it has to be ASCII, {most} characters at most")
    };
    assert_eq!(with(&"a".repeat(16), "x", ""), most("system_id", 15));
    // Nine characters, which are not in the words.
    assert_eq!(with("acme", "s3cr3t-90", ""), most("password", 8));
    assert_eq!(with("acme", "pässwor", ""), most("password", 8));
    assert_eq!(
        with("acme", "x", "system_type = '1234567890123'"),
        most("system_type", 12)
    );
    assert_eq!(
        with("acme", "x", "service_type = '123456'"),
        most("service_type", 5)
    );
}

#[test]
fn numbers_and_times() {
    let says = |more: &str, key: &str, why: &str| {
        assert_eq!(wrong_with(more), format!("`providers.smsc.{key}`: {why}"));
    };
    for window in ["0", "1001"] {
        says(
            &format!("window = {window}"),
            "window",
            "it must be from 1 to 1000",
        );
    }
    says(
        "short_code_ton = 7",
        "short_code_ton",
        "it must be from 0 to 6",
    );
    says(
        "short_code_npi = 19",
        "short_code_npi",
        "it must be from 0 to 18",
    );
    for key in [
        "throttle_pause",
        "enquire_link",
        "enquire_link_timeout",
        "reconnect_min",
        "reconnect_max",
        "connect_timeout",
        "timeout",
    ] {
        says(&format!("{key} = '0s'"), key, "it must be longer than zero");
        says(&format!("{key} = '25h'"), key, "it must be a day at most");
    }
    says(
        "reconnect_min = '2s'\nreconnect_max = '1s'",
        "reconnect_min",
        "it is longer than `reconnect_max`",
    );
}

#[test]
fn words() {
    for (more, key) in [
        ("bind = 'both'", "bind"),
        ("default_alphabet = 'utf8'", "default_alphabet"),
        ("receipt_id = 'guess'", "receipt_id"),
        ("acceptd = 'maybe'", "acceptd"),
        ("colour = 'red'", "colour"),
    ] {
        let error = wrong_with(more);
        assert!(error.contains(key), "{error}");
    }
    assert_eq!(
        wrong_with("codes = ['0x0401 account']"),
        "`providers.smsc.codes`: `0x0401 account` is no `status: meaning`; write it like \"0x0401: account\""
    );
    assert_eq!(
        wrong_with("from = 'service:s-1'"),
        "`providers.smsc.from`: SMPP has no messaging services; write a number, a name or a short code"
    );
}

#[test]
fn authorities() {
    let file = |name: &str| format!("{}/tests/it/tls/{name}", env!("CARGO_MANIFEST_DIR"));
    let with = |url: &str, file: &str| {
        wrong(&format!(
            "url = '{url}'\nsystem_id = 'acme'\npassword = 'x'\nca_file = '{file}'"
        ))
    };
    let missing = with("smpps://localhost:1", &file("nothing.pem"));
    assert!(
        missing.starts_with("`providers.smsc.ca_file`: it cannot be read: "),
        "{missing}"
    );
    assert_eq!(
        with(
            "smpps://localhost:1",
            &format!("{}/Cargo.toml", env!("CARGO_MANIFEST_DIR"))
        ),
        "`providers.smsc.ca_file`: there is no certificate in it"
    );
    assert_eq!(
        with("smpp://localhost:1", &file("ca.pem")),
        "`providers.smsc.ca_file`: it is only used with TLS: write smpps:// in `url`"
    );
}

#[test]
fn defaults_are_those_of_the_keys() {
    let defaults = sms_provider_smpp::SmppConfig::default();
    let keys = sms_provider_smpp::ENTRY.keys;
    let with_every_default: String = keys
        .iter()
        .filter_map(|key| Some(format!("{} = {}\n", key.name, key.default?)))
        .collect();
    let read: sms_provider_smpp::SmppConfig = figment::Figment::from(
        <figment::providers::Toml as figment::providers::Format>::string(&with_every_default),
    )
    .extract()
    .unwrap();
    assert_eq!(format!("{read:?}"), format!("{defaults:?}"));
}

#[test]
fn every_key_has_a_place_in_the_table() {
    for key in sms_provider_smpp::ENTRY.keys {
        // A sample, or what the key has to be, is taken as far as its name goes.
        let sample = key.sample.or(key.default).unwrap_or("'s3cr3t'");
        let table = format!("{} = {sample}", key.name);
        if let Err(BuildError::Table(error)) = build(&table) {
            panic!("{}: {error}", key.name);
        }
    }
}

#[test]
fn nothing_secret_is_shown() {
    let provider = built(&table("smpp://127.0.0.1:2775", ""));
    let shown = format!("{provider:?}");
    assert_eq!(
        shown,
        "Smpp { url: \"smpp://127.0.0.1:2775\", from: Some(Phone(PhoneNumber(+1415***0100))), pair: false, .. }"
    );
    let config: sms_provider_smpp::SmppConfig = figment::Figment::from(
        <figment::providers::Toml as figment::providers::Format>::string("password = 's3cr3t'"),
    )
    .extract()
    .unwrap();
    assert!(!format!("{config:?}").contains("s3cr3t"));
}
