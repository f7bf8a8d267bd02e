//! The crash storm, as a drizzle: the example runs, and nothing is lost or doubled.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

#[test]
fn killed_again_and_again_the_queue_loses_nothing_and_doubles_nothing() {
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
