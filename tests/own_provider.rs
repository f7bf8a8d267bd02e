//! A provider from outside this repository: the example's, and one that was written just now.
//!
//! Each is a cargo workspace of its own, built with this workspace's versions, profile and target
//! folder, so that most of what they depend on is compiled already.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::Place;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder under the target folder, empty.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A workspace with the versions of this one.
struct Elsewhere {
    manifest: PathBuf,
}

impl Elsewhere {
    fn at(folder: &Path) -> Self {
        std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        Self {
            manifest: folder.join("Cargo.toml"),
        }
    }

    /// Runs cargo on it in `folder`: without the network, unless it cannot do without.
    #[track_caller]
    fn cargo(&self, subcommand: &str, arguments: &[&str], folder: &Path) -> String {
        let mut output = self.try_cargo(subcommand, &["--offline"], arguments, folder);
        let err = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() && err.contains("--offline") {
            output = self.try_cargo(subcommand, &[], arguments, folder);
        }
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{out}{err}");
        out
    }

    fn try_cargo(
        &self,
        subcommand: &str,
        options: &[&str],
        arguments: &[&str],
        folder: &Path,
    ) -> Output {
        // What cargo sets for this test would make build scripts of the other workspace run anew,
        // and then those of this one; what a person set for `sms` is not for this test.
        let foreign = |name: &str| {
            let of_a_package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "SMS_"];
            of_a_package.iter().any(|start| name.starts_with(start))
                || ["USE_MOCKS", "ENVIRONMENT", "DATABASE_URL"].contains(&name)
        };
        let mut command = Command::new(env!("CARGO"));
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(foreign) {
                command.env_remove(name);
            }
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        command
            .arg(subcommand)
            .args(options)
            // As [profile.dev] of this workspace has it.
            .args(["--config", "profile.dev.debug='line-tables-only'"])
            .args(["--config", "profile.dev.package.'*'.debug=false"])
            .arg("--manifest-path")
            .arg(&self.manifest)
            .args(arguments)
            .env("CARGO_TARGET_DIR", target)
            .current_dir(folder)
            .output()
            .unwrap()
    }
}

#[test]
fn the_example_sends_by_its_own_provider() {
    let example = root().join("examples/own-provider");
    let here = scratch("own-provider");
    let elsewhere = Elsewhere::at(&example);
    let out = elsewhere.cargo("run", &["--", "providers", "pigeon"], &here);
    assert!(
        out.starts_with("pigeon: Carrier pigeons, for the patient\n\nNeeds loft.\n"),
        "{out}"
    );

    let config = example.join("my-sms/sms.toml");
    let arguments = [
        "--",
        "send",
        "--json",
        "--config",
        config.to_str().unwrap(),
        "--to",
        "+14155550123",
        "Doors open at eight.",
    ];
    let out = elsewhere.cargo("run", &arguments, &here);
    let receipt: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&receipt["provider"], &receipt["from"]),
        (&"pigeon".into(), &"Loft North".into()),
        "{out}"
    );
    let id = receipt["provider_message_id"].as_str().unwrap();
    let letter = std::fs::read_to_string(here.join("loft").join(format!("{id}.letter"))).unwrap();
    assert_eq!(
        letter,
        r#"{"from":"Loft North","text":"Doors open at eight.","to":"+14155550123"}"#
    );

    let arguments = ["-p", "pigeon", "--test", "conformance"];
    let out = elsewhere.cargo("test", &arguments, &here);
    assert!(
        out.contains("test conformance::every_case_is_run ... ok"),
        "{out}"
    );
}

#[test]
fn a_new_provider_compiles_and_passes_its_suite() {
    let folder = scratch("new-provider");
    let made = folder.join("sms-provider-acme");
    let (made, framework) = (made.to_str().unwrap(), root().to_str().unwrap());
    Place::new()
        .run(&[
            "providers",
            "new",
            "acme",
            "--dir",
            made,
            "--framework",
            framework,
        ])
        .code(0);
    std::fs::write(
        folder.join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\nmembers = [\"sms-provider-acme\"]\n",
    )
    .unwrap();
    let out = Elsewhere::at(&folder).cargo("test", &["-p", "sms-provider-acme"], &folder);
    assert!(
        out.contains("test conformance::every_case_is_run ... ok"),
        "{out}"
    );
}
