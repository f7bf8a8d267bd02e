//! The command on PostgreSQL: the same as on a file.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

use sms_framework::testkit::postgres::{PostgresDatabase, PostgresServer};

fn sms(database: &PostgresDatabase, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_sms"))
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", database.url())
        .current_dir(folder.path())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_fresh_database_is_migrated_enqueued_into_and_worked_off() {
    let Some(server) = PostgresServer::shared() else {
        return;
    };
    let database = server.empty_database();
    let check = sms(&database, &["config", "check"]);
    assert!(check.status.success(), "{}", said(&check));
    assert!(
        said(&check).contains("missing or out of date"),
        "{}",
        said(&check)
    );
    let migrate = sms(&database, &["migrate"]);
    assert!(
        said(&migrate).starts_with("Brought the tables in "),
        "{}",
        said(&migrate)
    );
    let again = sms(&database, &["migrate"]);
    assert!(
        said(&again).starts_with("Nothing to do: "),
        "{}",
        said(&again)
    );

    let enqueue = sms(
        &database,
        &["enqueue", "--to", "+14155550123", "Doors open at eight."],
    );
    assert!(enqueue.status.success(), "{}", said(&enqueue));
    let list = sms(&database, &["queue", "list", "--json"]);
    assert!(
        said(&list).contains("\"status\":\"queued\""),
        "{}",
        said(&list)
    );
    let work = sms(&database, &["work", "--until-idle", "--json"]);
    assert!(work.status.success(), "{}", said(&work));
    let status = sms(&database, &["status", "--json"]);
    assert!(
        said(&status).contains("\"kind\":\"postgres\""),
        "{}",
        said(&status)
    );
    let sent = sms(&database, &["messages", "list", "--json"]);
    assert!(
        said(&sent).contains("\"status\":\"accepted\""),
        "{}",
        said(&sent)
    );
    // Whatever is shown, the password is not.
    for output in [&check, &migrate, &status] {
        let url = database.url();
        let password = url
            .split_once(':')
            .and_then(|(_, rest)| rest.split_once(':'));
        if let Some((password, _)) = password.and_then(|(_, rest)| rest.split_once('@')) {
            assert!(!said(output).contains(password));
        }
    }
}

#[test]
fn a_server_that_is_not_there_is_said_to_be_so() {
    let output = Command::new(env!("CARGO_BIN_EXE_sms"))
        .args(["migrate"])
        .env_clear()
        .env("DATABASE_URL", "postgres://sms:geheim@127.0.0.1:1/sms")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = said(&output);
    assert!(said.contains("no PostgreSQL answers"), "{said}");
    assert!(!said.contains("geheim"), "{said}");
}
