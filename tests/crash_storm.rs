//! The crash storm, as a drizzle: the example runs, and nothing is lost or doubled.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use sms_framework::testkit::postgres::PostgresServer;

/// Kills children twelve times, and sees that the counts are right.
fn drizzle(arguments: &[&str]) {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--example", "crash_storm"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built.unwrap().success());
    let program = Path::new(env!("CARGO_BIN_EXE_sms"))
        .with_file_name("examples")
        .join("crash_storm");
    let mut storm = Command::new(program);
    storm.args(["--messages", "400", "--kills", "12"]);
    storm.args(arguments);
    // Who runs the tests may have settings, or what asks for a server: none is the storm's.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SMS_") {
            storm.env_remove(name);
        }
    }
    let output = storm.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    for nothing in ["doubled                  0", "lost                     0"] {
        assert!(said.contains(nothing), "{said}");
    }
}

#[test]
fn killed_again_and_again_the_queue_loses_nothing_and_doubles_nothing() {
    drizzle(&[]);
}

#[test]
fn nor_does_it_on_postgres() {
    let Some(server) = PostgresServer::shared() else {
        return;
    };
    drizzle(&["--database", server.empty_database().url()]);
}
