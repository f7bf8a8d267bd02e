//! A program of ten lines sends what a TOML file says.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use wiremock::matchers::{basic_auth, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const SID: &str = "AC00000000000000000000000000000000";

/// Built here, for a run of this test alone builds no examples; after a whole build it is there already.
fn embed(config: &str, variables: &[(&str, &str)]) -> Output {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--example", "embed"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built.unwrap().success());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sms.toml"), config).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_sms"))
        .with_file_name("examples")
        .join("embed");
    Command::new(program)
        .args(["sms.toml", "+14155550123", "Hello"])
        .env_clear()
        .envs(variables.iter().copied())
        .current_dir(folder.path())
        .output()
        .unwrap()
}

#[test]
fn with_nothing_configured_the_mock_takes_it() {
    let output = embed("", &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with("mock took it: Some(\"mock-"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_twilio_configured_twilio_takes_it() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/2010-04-01/Accounts/{SID}/Messages.json")))
        .and(basic_auth(SID, "a-token"))
        .respond_with(
            ResponseTemplate::new(201)
                .set_body_json(serde_json::json!({"sid": "SM1", "status": "queued"})),
        )
        .expect(1)
        .mount(&server)
        .await;
    let config = format!(
        "provider = \"twilio\"\n[providers.twilio]\naccount_sid = \"{SID}\"\nfrom = \"+14155550100\"\nbase_url = \"{}\"",
        server.uri()
    );
    let output =
        tokio::task::spawn_blocking(move || embed(&config, &[("TWILIO_AUTH_TOKEN", "a-token")]))
            .await
            .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        text,
        "twilio took it: Some(\"SM1\")\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
