//! A description as the framework reads it: from files, with secrets from variables.

use std::io::Write;

use sms_framework::Error;
use sms_framework::config::Sources;
use sms_framework::provider::{DynProvider, Registry};
use sms_provider_http::ENTRY;

use crate::support::{PATH_SECRET, examples};

const DESCRIPTION: &str = "
provider = 'acme'
[providers.acme]
kind = 'http'
base_url = 'https://api.example'
secrets = ['key']
[providers.acme.request]
path = '/send'
auth = { bearer = '{secret.key}' }
fields = { to = '{to}', text = '{text}' }
[providers.acme.accept]
id = 'id'
";

fn load(sources: Sources) -> Result<DynProvider, Error> {
    let registry = Registry::new().with(ENTRY)?;
    let settings = sources.load_with(&registry)?;
    settings.build_provider(&settings.choose(&registry)?.provider, &registry)
}

fn described() -> Sources {
    Sources::new().toml(DESCRIPTION)
}

#[test]
fn a_secret_comes_from_a_variable_or_from_a_file_that_one_names() {
    load(described().variable("SMS_PROVIDERS__ACME__SECRET__KEY", "s3cr3t")).unwrap();

    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "s3cr3t").unwrap();
    load(described().variable("SMS_PROVIDERS__ACME__SECRET__KEY_FILE", file.path())).unwrap();

    let error = load(described()).unwrap_err();
    assert!(
        error
            .message()
            .contains("set SMS_PROVIDERS__ACME__SECRET__KEY, or"),
        "{error}"
    );

    let in_file = DESCRIPTION.replace(
        "secrets = ['key']",
        "secrets = ['key']\nsecret = { key = 'x' }",
    );
    let error = load(Sources::new().toml(in_file)).unwrap_err();
    assert!(
        error
            .message()
            .contains("is a secret and may not stand in a file"),
        "{error}"
    );
}

#[test]
fn variables_reach_into_the_tables() {
    let sources = described()
        .variable("SMS_PROVIDERS__ACME__SECRET__KEY", "s3cr3t")
        .variable("SMS_PROVIDERS__ACME__REQUEST__MAX_SEGMENTS", "3")
        .variable("SMS_PROVIDERS__ACME__FROM", "72345");
    let provider = load(sources).unwrap();
    assert_eq!(provider.capabilities().max_segments, Some(3));
    assert_eq!(provider.default_sender().unwrap().to_string(), "72345");
}

#[test]
fn a_description_without_its_tables_names_them() {
    let error = load(Sources::new().toml("provider = 'acme'\n[providers.acme]\nkind = 'http'"))
        .unwrap_err();
    assert!(
        error.message().contains("`providers.acme.request`"),
        "{error}"
    );
}

/// Each shipped file is whole: with its secrets set, it starts.
#[test]
fn every_shipped_description_loads() {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(examples()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut sources = Sources::new().path(&path);
        // The variables are those that the head of the file names.
        for line in text
            .lines()
            .take_while(|line| !line.starts_with("provider"))
        {
            let words = line.split_whitespace().nth(1).unwrap_or_default();
            if words.starts_with("SMS_PROVIDERS__") {
                sources = sources.variable(words, PATH_SECRET);
            }
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let provider = load(sources.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!format!("{provider:?}").contains(PATH_SECRET));

        let error = load(Sources::new().path(&path)).unwrap_err();
        assert!(
            error.message().contains(&format!("providers.{name}.")),
            "{error}"
        );
        names.push(name);
    }
    names.sort();
    assert_eq!(
        names,
        [
            "africastalking",
            "clickatell",
            "clicksend",
            "elks",
            "gatewayapi",
            "jasmin",
            "kavenegar",
            "msg91",
            "seven",
            "smsapi",
            "yo"
        ]
    );
}
