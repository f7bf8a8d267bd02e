//! `sms providers new`: the crate it writes, and what it refuses.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::Place;

const FILES: [&str; 7] = [
    "Cargo.toml",
    "src/lib.rs",
    "src/config.rs",
    "src/send.rs",
    "src/codes.rs",
    "src/webhooks.rs",
    "tests/conformance.rs",
];

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("no {}", path.as_ref().display()))
}

/// A place that looks like a checkout of the framework.
fn checkout() -> Place {
    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[workspace]\nmembers = ['sms-framework', 'providers/*']\n\
             [workspace.dependencies]\nsms-framework = { path = 'sms-framework' }\n",
        )
        .write("LICENSE-MIT", "Do what you like.\n")
        .write(
            "sms-framework/Cargo.toml",
            "[package]\nname = 'sms-framework'\n",
        )
        .write(
            "providers/mock/Cargo.toml",
            "[package]\nname = 'sms-provider-mock'\n",
        );
    place
}

#[test]
fn a_new_provider_is_the_template_under_another_name() {
    let place = Place::new();
    let ran = place.run(&["providers", "new", "acme_2go"]).code(0);
    assert!(
        ran.out.starts_with(
            "Made sms-provider-acme_2go in sms-provider-acme_2go: it compiles and passes its suite, \
             for a vendor that does not exist.\n\nFill in, in this order:\n  src/config.rs  "
        ),
        "{}",
        ran.out
    );
    for line in [
        "sms-framework 0.1.0 is on no registry yet: in Cargo.toml, put `path = \"PATH\"` of a checkout's \
         sms-framework in place of its version, or make the crate with `--framework PATH`.\n",
        "  cd sms-provider-acme_2go\n  cargo test -p sms-provider-acme_2go\n",
        "  src/main.rs                 use sms_provider_acme_2go as _;\n",
        "/docs/writing-a-provider.md\n",
    ] {
        assert!(ran.out.contains(line), "{line}{}", ran.out);
    }
    for file in FILES {
        let text = read(place.path("sms-provider-acme_2go").join(file));
        assert!(
            !text.to_lowercase().contains("template"),
            "{file} names the template"
        );
    }
    let send = read(place.path("sms-provider-acme_2go/src/send.rs"));
    for text in [
        "pub struct Acme2go {",
        "const KIND: &'static str = \"acme_2go\";",
        "\"ACME_2GO_API_KEY\"",
    ] {
        assert!(send.contains(text), "{text}");
    }
    let manifest = read(place.path("sms-provider-acme_2go/Cargo.toml"));
    assert!(!manifest.contains("workspace"), "{manifest}");
    assert!(
        manifest.contains("\nsms-framework = { version = \"0.1.0\", default-features = false,"),
        "{manifest}"
    );
}

#[test]
fn under_the_templates_own_name_it_is_the_template() {
    let place = Place::new();
    place.run(&["providers", "new", "template"]).code(0);
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("providers/template");
    for file in &FILES[1..] {
        let made = read(place.path("sms-provider-template").join(file));
        assert!(made == read(template.join(file)), "{file} differs");
    }
}

#[test]
fn a_new_provider_is_told_as_json_too() {
    let place = Place::new();
    let ran = place
        .run(&["providers", "new", "acme", "--dir", "a/b", "--json"])
        .code(0);
    let made = ran.object();
    assert_eq!(made["kind"], "acme");
    assert_eq!(made["crate"], "sms-provider-acme");
    assert_eq!(made["files"], serde_json::json!(FILES));
    let dir = Path::new(made["dir"].as_str().unwrap());
    assert!(dir.is_absolute() && dir.ends_with("a/b"), "{}", ran.out);
    assert_eq!(made["fill_in"][1]["file"], "src/send.rs");
    assert_eq!(made["commands"][1], "cargo test -p sms-provider-acme");
    assert_eq!(made["link"][1]["line"], "use sms_provider_acme as _;");
}

#[test]
fn inside_the_workspace_it_becomes_a_member() {
    let place = checkout();
    let mut command = place.command(&["providers", "new", "acme"]);
    let ran = command.current_dir(place.path("providers/mock")).output();
    let out = String::from_utf8(ran.unwrap().stdout).unwrap();
    for line in [
        "  cargo test -p sms-provider-acme\n",
        "sms-provider-acme = { workspace = true, optional = true }\n",
        "#[cfg(feature = \"acme\")] use sms_provider_acme as _;\n",
        "`UPDATE=1 cargo test --test generated` writes its part of docs/providers.md",
    ] {
        assert!(out.contains(line), "{line}{out}");
    }
    let manifest = read(place.path("providers/acme/Cargo.toml"));
    assert!(
        manifest.starts_with("[package]\nname = \"sms-provider-acme\"\n")
            && manifest.contains("\njiff.workspace = true\n")
            && !manifest.contains("publish"),
        "{manifest}"
    );
    let licence = read(place.path("providers/acme/LICENSE-MIT"));
    assert_eq!(licence, "Do what you like.\n");
}

#[test]
fn elsewhere_the_framework_may_be_a_path() {
    let place = checkout();
    let absolute = place.path("sms-framework").canonicalize().unwrap();
    for (dir, given, written) in [
        ("x/acme", ".", "../../sms-framework"),
        ("acme", "sms-framework", "../sms-framework"),
        (
            "y/acme",
            absolute.to_str().unwrap(),
            absolute.to_str().unwrap(),
        ),
    ] {
        let ran = place
            .run(&[
                "providers",
                "new",
                "acme",
                "--dir",
                dir,
                "--framework",
                given,
            ])
            .code(0);
        let manifest = read(place.path(dir).join("Cargo.toml"));
        let line = format!(
            "\nsms-framework = {{ path = \"{written}\", default-features = false, features = [\"http\"] }}\n"
        );
        assert!(manifest.contains(&line), "{line}{manifest}");
        assert!(!ran.out.contains("registry"), "{}", ran.out);
        assert!(
            ran.out.contains("\nIt lies in the workspace of ")
                && ran
                    .out
                    .contains("Cargo.toml: name it among the `members` there, or in `exclude`.\n"),
            "{}",
            ran.out
        );
    }
}

#[test]
fn what_cannot_be_a_name_is_refused_with_what_to_write() {
    const RULE: &str = "it takes a to z, 0 to 9 and single _, and starts with a letter";
    let place = Place::new();
    for (name, why, help) in [
        ("acme-sms", RULE, "write `sms providers new acme_sms`"),
        ("Acme", RULE, "write `sms providers new acme`"),
        ("acme__sms", RULE, "write `sms providers new acme_sms`"),
        ("acme_", RULE, "write `sms providers new acme`"),
        ("../acme", RULE, "write `sms providers new acme`"),
        ("2factor", RULE, "choose one such as `acme`"),
        ("", RULE, "choose one such as `acme`"),
        ("новый", RULE, "choose one such as `acme`"),
        (
            "new",
            "`sms providers new` is a command",
            "choose another name, such as `new_api`",
        ),
        (
            "sms_hub",
            "variables that begin with SMS_ are the framework's own",
            "choose another name, such as `hub_api`",
        ),
        (
            "sender",
            "its type would be `Sender`, which the crate has already",
            "choose another name, such as `sender_api`",
        ),
    ] {
        let ran = place.run(&["providers", "new", name]).code(2);
        let expected = format!(
            "error[CONFIG]: `{name}` cannot be the name of a provider: {why}\n  help: {help}\n"
        );
        assert_eq!(ran.err, expected);
        assert_eq!(ran.out, "");
    }
    let ran = place.run(&["providers", "new", "twilio"]).code(2);
    assert_eq!(
        ran.err,
        "error[CONFIG]: a provider of kind `twilio` is linked into this program already \
         (\"Twilio Programmable Messaging\")\n  help: a program links one of a kind: choose another \
         name, such as `twilio_api`\n"
    );
    let ran = place.run(&["providers", "new"]).code(2);
    assert!(ran.err.contains("<NAME>"), "{}", ran.err);
    assert_eq!(std::fs::read_dir(place.path(".")).unwrap().count(), 0);
}

#[test]
fn nothing_that_is_there_is_written_over() {
    let place = Place::new();
    place.write("sms-provider-acme/notes.txt", "mine");
    place.write("file", "mine");
    const HELP: &str = "  help: choose another place with `--dir PATH`, or make room there\n";
    let ran = place.run(&["providers", "new", "acme"]).code(2);
    let full = "error[CONFIG]: sms-provider-acme exists and is not empty\n";
    assert_eq!(ran.err, format!("{full}{HELP}"));
    let ran = place
        .run(&["providers", "new", "acme", "--dir", "file"])
        .code(2);
    assert_eq!(ran.err, format!("error[CONFIG]: file is a file\n{HELP}"));
    assert_eq!(read(place.path("file")), "mine");
    let entries = std::fs::read_dir(place.path("sms-provider-acme")).unwrap();
    assert_eq!(entries.count(), 1);
}

#[test]
fn a_framework_that_is_not_there_is_refused() {
    let place = Place::new();
    let ran = place
        .run(&["providers", "new", "acme", "--framework", "nowhere"])
        .code(2);
    assert_eq!(
        ran.err,
        "error[CONFIG]: nowhere holds no sms-framework\n  help: give `--framework` the folder of a \
         checkout, or the folder sms-framework in it\n"
    );
    assert!(!place.has("sms-provider-acme"));
}

#[test]
fn a_place_that_cannot_be_written_to_is_refused() {
    let place = Place::new();
    place.write("file", "mine");
    let ran = place
        .run(&["providers", "new", "acme", "--dir", "file/a/acme"])
        .code(2);
    assert!(
        ran.err.starts_with("error[CONFIG]: ") && ran.err.contains("file/a/acme"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.ends_with("with `--dir PATH`, or make room there\n"),
        "{}",
        ran.err
    );
}

/// The disk is full half-way: files may have 4 KiB here, which one of them exceeds.
#[cfg(target_os = "linux")]
#[test]
fn nothing_half_written_is_left_behind() {
    let place = Place::new();
    std::fs::create_dir(place.path("empty")).unwrap();
    for dir in ["deep/down/acme", "empty"] {
        let sms = env!("CARGO_BIN_EXE_sms");
        let script =
            format!("trap '' XFSZ; ulimit -f 4; exec '{sms}' providers new acme --dir {dir}");
        let mut command = std::process::Command::new("bash");
        let ran = command
            .args(["-c", &script])
            .current_dir(place.path("."))
            .output()
            .unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{err}");
        let folder = place.path(dir);
        let what = format!(
            "{}/src/send.rs: File too large",
            folder.file_name().unwrap().display()
        );
        assert!(
            err.starts_with("error[CONFIG]: cannot write ") && err.contains(&what),
            "{err}"
        );
        assert!(
            err.ends_with("\n  help: nothing was left behind; choose a place that takes it with `--dir PATH`\n"),
            "{err}"
        );
    }
    assert!(!place.has("deep"));
    assert_eq!(std::fs::read_dir(place.path("empty")).unwrap().count(), 0);
}

#[test]
fn the_help_says_how() {
    let place = Place::new();
    let ran = place.run(&["providers", "--help"]).code(0);
    assert!(
        ran.out
            .contains("Usage: sms providers [OPTIONS] [KIND]\n       sms providers <COMMAND>")
            && ran.out.contains(
                "Examples:\n  sms providers\n  sms providers twilio\n  sms providers twilio --codes\n  sms providers new acme"
            ),
        "{}",
        ran.out
    );
    let ran = place.run(&["providers", "new", "--help"]).code(0);
    assert!(
        ran.out.contains("Examples:\n  sms providers new acme\n"),
        "{}",
        ran.out
    );
}

#[test]
fn the_linked_providers_describe_themselves() {
    let place = Place::new();
    let ran = place.run(&["providers"]).code(0);
    assert!(
        ran.out.contains("[providers.mock]") && ran.out.contains("[providers.twilio]"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("Needs account_sid + auth_token, or account_sid + api_key + api_key_secret."),
        "{}",
        ran.out
    );
    let token = ran
        .out
        .lines()
        .find(|line| line.starts_with("auth_token "))
        .unwrap();
    assert!(
        token.contains("text, secret")
            && token.contains("TWILIO_AUTH_TOKEN, SMS_PROVIDERS__TWILIO__AUTH_TOKEN"),
        "{token}"
    );
    let one = place
        .run(&["providers", "--json", "twilio"])
        .code(0)
        .object();
    assert_eq!(one["kind"], "twilio");
    let secret: Vec<_> = one["keys"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|key| key["secret"] == true)
        .map(|key| key["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        secret,
        ["auth_token", "api_key_secret", "previous_auth_token"]
    );
    assert_eq!(one["capabilities"]["media"], true);
    assert_eq!(one["capabilities"]["validity"]["longest"]["secs"], 36_000);
    let ran = place.run(&["providers", "twilio"]).code(0);
    assert!(
        ran.out.contains(
            "Can, besides sending texts: media, validity period (1s to 10h, in seconds; longer is refused), messaging service, our id (in the callback URL), lookup, receipts, inbound."
        ),
        "{}",
        ran.out
    );
    let ran = place.run(&["providers", "mock", "--codes"]).code(0);
    assert_eq!(
        ran.out,
        "No table of error codes: its crate's page or its configuration says what is what.\n"
    );
    let ran = place.run(&["providers", "twilio", "--codes"]).code(0);
    let opted_out = ran.out.lines().find(|line| line.starts_with("21610 "));
    let cells: Vec<_> = opted_out.unwrap().split_whitespace().take(5).collect();
    assert_eq!(
        cells,
        ["21610", "request", "OPTED_OUT", "Rejected", "permanent"]
    );
    let codes = place
        .run(&["providers", "twilio", "--codes", "--json"])
        .code(0)
        .objects();
    assert!(codes.len() > 100 && codes.iter().all(|code| code["source"] != ""));
    let ran = place.run(&["providers", "twilo"]).code(2);
    assert!(ran.err.contains("did you mean `twilio`?"), "{}", ran.err);
    assert!(!place.has("sms.db"));
}
