//! What the tests of the command share: a folder of their own and a clean environment.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder in which the command runs, with nothing of this machine in its environment.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run of the command left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    /// The same with a variable set for every command.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The mock goes by these rules; see the page of its crate.
    pub fn with_script(self, rules: &str) -> Self {
        self.with("SMS_PROVIDERS__MOCK__SCRIPT", rules)
    }

    /// One try for each send, and nothing paces them.
    pub fn in_a_hurry(self) -> Self {
        self.with("SMS_RETRY__MAX_ATTEMPTS", "1")
            .with("SMS_RATE_LIMIT__ENABLED", "false")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The command, ready to run here.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sms"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Runs the command with `input` on its standard input.
    #[track_caller]
    pub fn feed(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Ran {
        let mut command = assert_cmd::Command::from_std(self.command(arguments));
        Ran::of(command.write_stdin(input.as_ref()).output().unwrap())
    }
}

impl Ran {
    fn of(output: std::process::Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Fails the test where the exit code is another.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.out, self.err
        );
        self
    }

    /// Fails the test where neither stdout nor stderr says that.
    #[track_caller]
    pub fn says(&self, what: &str) {
        assert!(
            self.out.contains(what) || self.err.contains(what),
            "{what:?}\nstdout: {}\nstderr: {}",
            self.out,
            self.err
        );
    }

    /// The one JSON object on stdout.
    #[track_caller]
    pub fn object(&self) -> Value {
        let objects = self.objects();
        assert_eq!(objects.len(), 1, "{}", self.out);
        objects.into_iter().next().unwrap()
    }

    /// The JSON objects on stdout, one a line.
    #[track_caller]
    pub fn objects(&self) -> Vec<Value> {
        let object = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line:?}"));
        self.out.lines().map(object).collect()
    }
}
