//! The operator's questions: what was sent, what waits, what is configured, and why.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::Place;

const TWILIO: [(&str, &str); 3] = [
    ("USE_MOCKS", "false"),
    ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef"),
    ("TWILIO_AUTH_TOKEN", "a-secret-nobody-may-see"),
];

fn with_twilio() -> Place {
    TWILIO
        .iter()
        .fold(Place::new(), |place, (name, value)| place.with(name, value))
}

#[test]
fn messages_are_listed_newest_first_and_filtered() {
    let place = Place::new()
        .in_a_hurry()
        .with_script("+14155550199: opted_out");
    for (to, owner) in [
        ("+14155550101", "ada"),
        ("+14155550199", "ada"),
        ("+14155550102", "bob"),
    ] {
        place.run(&["send", "--to", to, "--owner", owner, "Hi"]);
    }
    let to = |arguments: &[&str]| {
        let arguments = [&["messages", "list", "--json"], arguments].concat();
        let objects = place.run(&arguments).code(0).objects();
        objects
            .iter()
            .map(|message| message["to"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(to(&[]), ["+14155550102", "+14155550199", "+14155550101"]);
    assert_eq!(to(&["--owner", "ada"]), ["+14155550199", "+14155550101"]);
    assert_eq!(to(&["--status", "rejected"]), ["+14155550199"]);
    assert_eq!(to(&["--to", "+14155550101"]), ["+14155550101"]);
    assert_eq!(to(&["--limit", "1"]), ["+14155550102"]);
    let newest = place
        .run(&["messages", "list", "--json", "--limit", "1"])
        .object();
    assert_eq!(
        to(&["--before", newest["id"].as_str().unwrap()]),
        ["+14155550199", "+14155550101"]
    );

    let table = place.run(&["messages", "list"]).code(0);
    assert!(table.out.starts_with("WHEN "), "{}", table.out);
    assert!(
        table.out.contains("mock (SIMULATED)  OPTED_OUT"),
        "{}",
        table.out
    );
    let ran = place
        .run(&["messages", "list", "--status", "rejectd"])
        .code(2);
    assert!(
        ran.err
            .contains("`rejectd` is not a message state; the states are "),
        "{}",
        ran.err
    );
}

#[test]
fn a_message_is_shown_with_its_attempts_and_what_comes_next() {
    let place = Place::new()
        .in_a_hurry()
        .with_script("*: server_error")
        .with("SMS_PROVIDERS__MOCK__LOOKUP", "false")
        .with("SMS_RETRY__AFTER_SERVER_ERROR", "resend");
    let sent = place
        .run(&["send", "--json", "--to", "+14155550101", "Hi"])
        .code(1)
        .object();
    let id = sent["id"].as_str().unwrap();
    let ran = place.run(&["messages", "show", id]).code(0);
    let mut lines = ran.out.lines();
    assert_eq!(lines.next().unwrap(), format!("{id} queued"));
    assert!(lines.next().unwrap().contains("a worker (`sms work`) asks the provider whether it has it, and tries again if not; due in "), "{}", ran.out);
    assert!(
        ran.out.contains("\nATTEMPT  PROVIDER  WHEN "),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("failed   500   SERVER_ERROR: mock: "),
        "{}",
        ran.out
    );
    let object = place
        .run(&["messages", "show", "--json", id])
        .code(0)
        .object();
    assert_eq!(object["status"], "queued");
    assert_eq!(object["log"][0]["outcome"], "failed");
    assert_eq!(object["log"][0]["error"]["certainty"], "MaybeSent");

    let nobody = "01a208ba-0000-7000-8000-000000000000";
    let ran = place.run(&["messages", "show", nobody]).code(1);
    assert!(
        ran.err.starts_with(&format!(
            "error[INVALID_MESSAGE]: there is no message {nobody}\n  help: "
        )),
        "{}",
        ran.err
    );
    let ran = place.run(&["messages", "show", "17"]).code(2);
    assert!(ran.err.contains("`17` is not a message id"), "{}", ran.err);
}

#[test]
fn a_message_is_shown_with_what_the_provider_reported() {
    use sms_framework::MessageState;
    use sms_framework::store::Report;
    use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};

    let place = Place::new().in_a_hurry();
    let sent = place
        .run(&["send", "--json", "--to", "+14155550101", "Hi"])
        .code(0)
        .object();
    let id = sent["id"].as_str().unwrap();
    let database = place.path("sms.db");
    let options = SqliteOptions::from_url(database.to_str().unwrap()).unwrap();
    let report = Report {
        provider: "mock".to_owned(),
        provider_message_id: sent["provider_message_id"].as_str().map(str::to_owned),
        message_id: None,
        to: None,
        state: Some(MessageState::Delivered),
        provider_status: "arrived".to_owned(),
        error: None,
        part: 0,
        parts: 0,
        segments: None,
        at: None,
        received_at: "2026-11-25T12:00:00Z".parse().unwrap(),
        drop_body: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let store = SqliteStore::open(options).unwrap();
    let received = async { sms_framework::store::Store::receive(&store, report).await };
    runtime.block_on(received).unwrap();

    let ran = place.run(&["messages", "show", id]).code(0);
    assert!(
        ran.out.starts_with(&format!("{id} delivered\n")),
        "{}",
        ran.out
    );
    let lines: Vec<Vec<_>> = ran
        .out
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let head = [
        "RECEIPT", "PROVIDER", "WHEN", "PART", "STATE", "ERROR", "EFFECT",
    ];
    let row = lines.iter().position(|line| *line == head).unwrap() + 1;
    assert_eq!(
        lines[row],
        [
            "arrived",
            "mock",
            "2026-11-25",
            "12:00:00",
            "UTC",
            "-",
            "delivered",
            "-",
            "applied"
        ]
    );
    let object = place.run(&["messages", "show", "--json", id]).object();
    assert_eq!(object["receipts"][0]["provider_status"], "arrived");
    assert_eq!(object["receipts"][0]["verdict"], "applied");
}

#[test]
fn simulated_messages_are_counted_apart() {
    let place = Place::new().in_a_hurry();
    place
        .run(&["send", "--to", "+14155550101", "--owner", "ada", "Hi"])
        .code(0);
    let stats = place
        .run(&["stats", "--json", "--owner", "ada"])
        .code(0)
        .object();
    assert_eq!(stats["owner"], "ada");
    assert_eq!(stats["days"], 30);
    assert_eq!(stats["total_sent"], 0);
    assert_eq!(stats["simulated"], 1);
    assert_eq!(
        place.run(&["stats", "--json", "--owner", "bob"]).object()["simulated"],
        0
    );
    let ran = place.run(&["stats", "--days", "7"]).code(0);
    assert!(
        ran.out
            .starts_with("Messages of all owners, last 7 days\n  sent         0\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("  SIMULATED    1 (not counted above)\n"),
        "{}",
        ran.out
    );
}

#[test]
fn the_status_says_which_provider_and_why() {
    let ran = Place::new().run(&["status"]).code(0);
    assert!(
        ran.out.starts_with(
            "MOCK: nothing is really sent\n  environment  development\n  provider     mock\n  because      USE_MOCKS is not set and no provider is configured\n"
        ),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("  database     sms.db (sqlite, healthy)\n"),
        "{}",
        ran.out
    );
    let status = with_twilio().run(&["status", "--json"]).code(0).object();
    assert_eq!(status["mock_mode"], false);
    assert_eq!(status["mode"], "real");
    assert_eq!(status["provider"], "twilio");
    assert_eq!(status["database"]["healthy"], true);
    let fallen = Place::new()
        .with("USE_MOCKS", "false")
        .run(&["status"])
        .code(0);
    assert!(
        fallen
            .out
            .contains("  FALLBACK     provider `twilio` lacks "),
        "{}",
        fallen.out
    );
}

#[test]
fn the_configuration_is_shown_with_its_origins_and_without_its_secrets() {
    let place = with_twilio();
    place.write("config/default.toml", "# ours\n[rate_limit]\nburst = 3\n");
    let ran = place.run(&["config", "show"]).code(0);
    let line = |key: &str| {
        let line = ran.out.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        line("rate_limit.burst "),
        "rate_limit.burst 3 config/default.toml, line 3"
    );
    assert_eq!(
        line("rate_limit.rate "),
        "rate_limit.rate 10.0 built-in default"
    );
    assert_eq!(line("use_mocks "), "use_mocks \"false\" variable USE_MOCKS");
    assert_eq!(
        line("providers.twilio.auth_token "),
        "providers.twilio.auth_token \"********\" variable TWILIO_AUTH_TOKEN"
    );
    let json = place.run(&["config", "show", "--json"]).code(0);
    assert!(json.objects().contains(
        &json!({"key": "rate_limit.burst", "value": "3", "origin": "config/default.toml, line 3"})
    ));
    for shown in [&ran, &json] {
        assert!(!format!("{}{}", shown.out, shown.err).contains("nobody-may-see"));
    }
}

#[test]
fn a_check_says_which_provider_would_be_used_and_makes_nothing() {
    let place = Place::new();
    let ran = place.run(&["config", "check"]).code(0);
    assert!(
        ran.out
            .starts_with("OK: messages would be SIMULATED: nothing is really sent\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("  database     sms.db (does not exist yet: the first send makes it)\n"),
        "{}",
        ran.out
    );
    assert!(!place.has("sms.db"));
    let real = with_twilio();
    let ran = real.run(&["config", "check"]).code(0);
    assert!(
        ran.out
            .starts_with("OK: messages would really be sent by `twilio`\n"),
        "{}",
        ran.out
    );
    assert!(!real.has("sms.db"));
    place.run(&["migrate"]).code(0);
    let object = place.run(&["config", "check", "--json"]).code(0).object();
    assert_eq!(
        (&object["ok"], &object["database_state"]),
        (&json!(true), &json!("current"))
    );
}

#[test]
fn a_check_fails_where_the_mock_would_stand_in_and_names_every_missing_key() {
    let place = Place::new().with("USE_MOCKS", "false");
    let ran = place.run(&["config", "check", "--json"]).code(2);
    assert_eq!(ran.object()["ok"], false);
    assert_eq!(ran.object()["error"]["code"], "CONFIG");
    for name in [
        "providers.twilio.account_sid",
        "TWILIO_ACCOUNT_SID",
        "providers.twilio.auth_token",
        "TWILIO_AUTH_TOKEN",
    ] {
        assert!(ran.err.contains(name), "{}", ran.err);
    }
    let misspelt = Place::new();
    misspelt.write("config/default.toml", "[rate_limit]\nbrust = 3\n");
    let ran = misspelt.run(&["config", "check"]).code(2);
    assert_eq!(
        ran.err,
        "error[CONFIG]: unknown key `rate_limit.brust`: did you mean `rate_limit.burst`? (config/default.toml, line 2)\n"
    );
}

#[test]
fn a_check_sees_a_database_that_cannot_be_used() {
    let place = Place::new();
    place.write(
        "sms.db",
        "this is a letter, not a database, and long enough to be read as one\n".repeat(20),
    );
    let ran = place.run(&["config", "check"]).code(2);
    assert!(ran.err.starts_with("error[STORAGE]: "), "{}", ran.err);
}

#[test]
fn migrate_says_what_it_did() {
    let place = Place::new();
    assert_eq!(
        place.run(&["migrate"]).code(0).out,
        "Made sms.db with its tables.\n"
    );
    assert_eq!(
        place.run(&["migrate"]).code(0).out,
        "Nothing to do: the tables in sms.db are up to date.\n"
    );
    let place = Place::new().with("DATABASE_URL", "postgres://u:hidden@127.0.0.1:1/db");
    let ran = place.run(&["migrate"]).code(2);
    let why = if cfg!(feature = "postgres") {
        "error[STORAGE]: no PostgreSQL answers at `127.0.0.1:1`"
    } else {
        "PostgreSQL is not supported by this build"
    };
    assert!(ran.err.contains(why), "{}", ran.err);
    assert!(!ran.err.contains("hidden"), "{}", ran.err);
}

#[test]
fn an_empty_file_is_brought_up_to_date() {
    let place = Place::new();
    place.write("sms.db", "");
    let ran = place.run(&["config", "check"]).code(0);
    assert!(
        ran.out.contains(
            "sms.db (its tables are missing or out of date: the first send updates them)"
        ),
        "{}",
        ran.out
    );
    assert_eq!(
        place.run(&["migrate"]).code(0).out,
        "Brought the tables in sms.db up to date.\n"
    );
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = place.run(&["completions", shell]).code(0);
        assert!(ran.out.contains("broadcast"), "{shell}");
    }
    assert!(place.run(&["man"]).code(0).out.contains(".TH sms 1"));
    place.run(&["man", "--dir", "man/man1"]).code(0);
    for page in ["sms.1", "sms-send.1", "sms-messages-show.1"] {
        assert!(place.has(&format!("man/man1/{page}")), "{page}");
    }
    assert!(!place.has("sms.db"));
}

#[test]
fn a_configuration_in_a_file_that_sms_config_names_is_read() {
    let place = Place::new().with("SMS_CONFIG", "mine.toml");
    place.write("mine.toml", "[database]\nurl = \"mine.db\"\n");
    place.run(&["migrate"]).code(0);
    assert!(place.has("mine.db"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file_is_found_by_the_check() {
    // Not even root makes files there.
    let place = Place::new().with("DATABASE_URL", "/proc/sms.db");
    let ran = place.run(&["config", "check"]).code(2);
    assert!(
        ran.err.contains("`/proc/sms.db` cannot be made: "),
        "{}",
        ran.err
    );
    assert!(
        ran.err
            .contains("choose another file with database.url or DATABASE_URL"),
        "{}",
        ran.err
    );
}

#[test]
fn the_check_leaves_nothing_behind() {
    let place = Place::new();
    place.run(&["config", "check"]).code(0);
    let left: Vec<_> = std::fs::read_dir(place.path(".")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
