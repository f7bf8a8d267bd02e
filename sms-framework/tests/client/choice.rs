//! Which provider is used, end to end, with a registry filled by hand.

use std::sync::Arc;

use sms_framework::config::Sources;
use sms_framework::provider::Registry;
use sms_framework::testkit::MemoryStore;
use sms_framework::{Error, Mode, SmsClient};

use super::support::message;

mod mock {
    use serde::Deserialize;
    use sms_framework::provider::{Capabilities, ConfigKey, Lookup, Plugin, Provider};
    use sms_framework::{Acceptance, Error, Outbound, Sender};

    #[derive(Debug)]
    struct Mock;

    #[derive(Deserialize)]
    struct Nothing {}

    #[async_trait::async_trait]
    impl Provider for Mock {
        async fn send(&self, _message: &Outbound) -> Result<Acceptance, Error> {
            Ok(Acceptance::new("mock-1"))
        }
        fn capabilities(&self) -> Capabilities {
            Capabilities::new().with_simulated()
        }
        fn default_sender(&self) -> Option<Sender> {
            "+15550000000".parse().ok()
        }
        fn lookup(&self) -> Option<&dyn Lookup> {
            None
        }
    }

    impl Plugin for Mock {
        const KIND: &'static str = "mock";
        const SUMMARY: &'static str = "Sends nothing";
        const KEYS: &'static [ConfigKey] = &[];
        const CREDENTIALS: &'static [&'static [&'static str]] = &[];
        const CAPABILITIES: sms_framework::provider::Capabilities =
            sms_framework::provider::Capabilities::new();
        type Config = Nothing;
        fn build(_id: &str, _config: Nothing) -> Result<Self, Error> {
            Ok(Self)
        }
    }

    pub(super) const ENTRY: sms_framework::provider::ProviderEntry =
        sms_framework::provider::ProviderEntry::of::<Mock>();
}

mod twilio {
    use serde::Deserialize;
    use sms_framework::provider::{Capabilities, ConfigKey, KeyType, Lookup, Plugin, Provider};
    use sms_framework::{Acceptance, Error, Outbound, Sender};

    #[derive(Debug)]
    struct Real(Sender);

    #[derive(Deserialize)]
    struct Table {
        #[expect(dead_code, reason = "only its presence is asked for")]
        account_sid: String,
        #[expect(dead_code, reason = "only its presence is asked for")]
        auth_token: String,
        from: Option<Sender>,
    }

    #[async_trait::async_trait]
    impl Provider for Real {
        async fn send(&self, _message: &Outbound) -> Result<Acceptance, Error> {
            Ok(Acceptance::new("SM1"))
        }
        fn capabilities(&self) -> Capabilities {
            Capabilities::new()
        }
        fn default_sender(&self) -> Option<Sender> {
            Some(self.0.clone())
        }
        fn lookup(&self) -> Option<&dyn Lookup> {
            None
        }
    }

    impl Plugin for Real {
        const KIND: &'static str = "twilio";
        const SUMMARY: &'static str = "Sends";
        const KEYS: &'static [ConfigKey] = &[
            ConfigKey::new("account_sid", KeyType::Text, "The account.")
                .env(&["TWILIO_ACCOUNT_SID"]),
            ConfigKey::new("auth_token", KeyType::Text, "Its token.")
                .env(&["TWILIO_AUTH_TOKEN"])
                .secret(),
            ConfigKey::new("from", KeyType::Text, "The sender.").env(&["TWILIO_FROM_PHONE"]),
        ];
        const CREDENTIALS: &'static [&'static [&'static str]] = &[&["account_sid", "auth_token"]];
        const CAPABILITIES: sms_framework::provider::Capabilities =
            sms_framework::provider::Capabilities::new();
        type Config = Table;
        fn build(_id: &str, config: Table) -> Result<Self, Error> {
            let default = "+15555551234".parse()?;
            Ok(Self(config.from.unwrap_or(default)))
        }
    }

    pub(super) const ENTRY: sms_framework::provider::ProviderEntry =
        sms_framework::provider::ProviderEntry::of::<Real>();
}

const CREDENTIALS: [(&str, &str); 2] = [
    ("TWILIO_ACCOUNT_SID", "AC0123456789"),
    ("TWILIO_AUTH_TOKEN", "s3cr3t-t0ken"),
];

fn both() -> Registry {
    let registry = Registry::new().with(mock::ENTRY).unwrap();
    registry.with(twilio::ENTRY).unwrap()
}

fn build(
    registry: Registry,
    toml: &str,
    variables: &[(&str, &str)],
    store: bool,
) -> Result<SmsClient, Error> {
    let sources = variables
        .iter()
        .fold(Sources::new().toml(toml), |sources, (name, value)| {
            sources.variable(*name, *value)
        });
    let builder = SmsClient::builder(sources.load_with(&registry)?).registry(registry);
    let builder = if store {
        builder.store(Arc::new(MemoryStore::new()))
    } else {
        builder
    };
    builder.build()
}

fn chosen(toml: &str, variables: &[(&str, &str)]) -> SmsClient {
    build(both(), toml, variables, true).unwrap()
}

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [more, &CREDENTIALS].concat()
}

#[tokio::test]
async fn mock_by_default_and_where_use_mocks_is_unset_or_true() {
    for (toml, variables, reason) in [
        (
            "",
            with(&[]),
            "USE_MOCKS is not set and no provider is configured",
        ),
        (
            "provider = \"twilio\"",
            with(&[("USE_MOCKS", "true")]),
            "use_mocks = true (variable USE_MOCKS)",
        ),
    ] {
        let status = chosen(toml, &variables).status().await;
        assert!(status.mock_mode);
        assert_eq!(
            (status.mode, status.provider.as_str()),
            (Mode::Mock, "mock")
        );
        assert_eq!((status.reason.as_str(), status.fallback), (reason, None));
    }
}

#[tokio::test]
async fn real_when_configured() {
    for (toml, variables) in [
        ("", with(&[("USE_MOCKS", "false")])),
        ("provider = \"twilio\"", with(&[("USE_MOCKS", "false")])),
        ("provider = \"twilio\"", with(&[])),
        (
            "provider = \"main\"\n[providers.main]\nkind = \"twilio\"",
            with(&[
                ("SMS_PROVIDERS__MAIN__ACCOUNT_SID", "AC1"),
                ("SMS_PROVIDERS__MAIN__AUTH_TOKEN", "s3cr3t"),
            ]),
        ),
    ] {
        let sms = chosen(toml, &variables);
        let status = sms.status().await;
        assert!(!status.mock_mode, "{toml}: {}", status.reason);
        assert_eq!((status.mode, status.kind.as_str()), (Mode::Real, "twilio"));
        assert_eq!(status.fallback, None);
        let receipt = sms.send(message()).await.unwrap();
        assert!(!receipt.simulated);
    }
}

#[tokio::test]
async fn the_default_sender_is_the_providers() {
    let sender = |variables: &[(&str, &str)]| {
        let sms = chosen("", variables);
        async move { sms.status().await.sender.unwrap().to_string() }
    };
    assert_eq!(
        sender(&with(&[("USE_MOCKS", "false")])).await,
        "+15555551234"
    );
    let own = with(&[
        ("USE_MOCKS", "false"),
        ("TWILIO_FROM_PHONE", "+14155550100"),
    ]);
    assert_eq!(sender(&own).await, "+14155550100");
}

#[tokio::test]
async fn both_sid_and_token_are_needed_else_the_mock_takes_over() {
    for given in [&CREDENTIALS[..1], &CREDENTIALS[1..], &[]] {
        let variables = [&[("USE_MOCKS", "false")], given].concat();
        let sms = chosen("", &variables);
        let status = sms.status().await;
        assert!(status.mock_mode);
        assert_eq!(status.provider, "mock");
        let why = status.fallback.unwrap();
        for (name, _) in CREDENTIALS {
            let missing = !given.iter().any(|(given, _)| *given == name);
            assert_eq!(why.contains(name), missing, "{why}");
        }
        assert_eq!(
            status.reason,
            "use_mocks = false (variable USE_MOCKS) and no provider is configured, so twilio; it cannot be used"
        );
    }
}

#[tokio::test]
async fn what_the_fallback_simulates_never_counts_as_sent() {
    let sms = chosen("", &[("USE_MOCKS", "false")]);
    let receipt = sms.send(message().owner("artist-17")).await.unwrap();
    assert!(receipt.simulated);
    let counts = sms.status().await.counts;
    assert_eq!((counts.sent, counts.simulated), (0, 1));
    let stats = sms.delivery_stats("artist-17", 30).await.unwrap();
    assert_eq!(
        (stats.total_sent, stats.successes, stats.simulated),
        (0, 0, 1)
    );
}

#[tokio::test]
async fn without_a_database_the_mock_takes_over() {
    let toml = "database.url = \"/nowhere/at/all/sms.db\"";
    let sms = build(both(), toml, &with(&[("USE_MOCKS", "false")]), false).unwrap();
    let status = sms.status().await;
    assert!(status.mock_mode);
    assert!(status.fallback.unwrap().contains("/nowhere/at/all/sms.db"));
    assert_eq!(
        (status.database.kind, status.database.healthy),
        ("none", false)
    );
    assert!(status.queue.is_none());
    assert!(sms.send(message()).await.unwrap().simulated);
}

#[test]
fn a_strict_fallback_names_every_missing_key_and_its_variables() {
    let error = build(
        both(),
        "fallback = \"error\"",
        &[("USE_MOCKS", "false")],
        true,
    )
    .unwrap_err();
    assert_eq!(error.code(), "CONFIG");
    assert_eq!(
        error.to_string(),
        "provider `twilio` lacks `providers.twilio.account_sid` (set TWILIO_ACCOUNT_SID or \
         SMS_PROVIDERS__TWILIO__ACCOUNT_SID) and `providers.twilio.auth_token` (set \
         TWILIO_AUTH_TOKEN or SMS_PROVIDERS__TWILIO__AUTH_TOKEN)"
    );
    assert_eq!(
        error.help(),
        Some("fallback = \"error\" asks for this; \"mock\" would simulate instead")
    );
}

#[test]
fn a_strict_fallback_names_a_missing_database_beside_missing_keys() {
    let toml = "fallback = \"error\"\ndatabase.url = \"/nowhere/at/all/sms.db\"";
    let error = build(both(), toml, &[("USE_MOCKS", "false")], false).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("TWILIO_AUTH_TOKEN") && text.contains("/nowhere/at/all/sms.db"),
        "{text}"
    );
}

#[test]
fn without_a_mock_to_take_over_it_fails_and_says_both() {
    let registry = Registry::new().with(twilio::ENTRY).unwrap();
    let error = build(registry, "", &[("USE_MOCKS", "false")], true).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("lacks `providers.twilio.account_sid`")
            && text.contains(
                "; and the mock cannot take its place: no provider of kind `mock` is linked"
            ),
        "{text}"
    );
    assert!(
        error
            .help()
            .unwrap()
            .contains("use sms_provider_mock as _;")
    );
}

#[tokio::test]
async fn the_choice_is_logged_once_with_its_reason_and_without_secrets() {
    let (log, subscriber) = super::quiet::captured();
    let _guard = tracing::subscriber::set_default(subscriber);
    let sms = chosen("", &with(&[("USE_MOCKS", "false")]));
    let _receipt = sms.send(message()).await.unwrap();
    let said = "sms: using provider `twilio`: use_mocks = false (variable USE_MOCKS) and no provider is configured, so twilio";
    assert_eq!(log.text().matches(said).count(), 1);

    let _fallen_back = chosen("", &[("USE_MOCKS", "false"), CREDENTIALS[1]]);
    let text = log.text();
    assert!(
        text.contains("ERROR")
            && text.contains("sms: NOTHING IS REALLY SENT: provider `twilio` lacks"),
        "{text}"
    );
    assert!(!text.contains("s3cr3t-t0ken"));
}
