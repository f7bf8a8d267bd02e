//! The processes that are killed: two workers, and one that enqueues until it is through.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Failure;

/// The first argument of a child: what follows is a command line of `sms`.
pub(crate) const ROLE: &str = "sms";

pub(crate) struct Children {
    program: PathBuf,
    folder: PathBuf,
    /// It may hold a password, which no file may.
    database: String,
    list: PathBuf,
    enqueuer: Option<Child>,
    enqueued: bool,
    workers: [Option<Child>; 2],
}

impl Children {
    pub(crate) fn new(
        folder: &Path,
        database: &str,
        port: u16,
        list: &Path,
    ) -> Result<Self, Failure> {
        // Leases as short as they may be, and questions soon: a storm has no time.
        let config = format!(
            "provider = \"storm\"\n\
             fallback = \"error\"\n\
             [providers.storm]\n\
             port = {port}\n\
             [rate_limit]\n\
             enabled = false\n\
             [retry]\n\
             max_attempts = 1\n\
             [send]\n\
             attempt_timeout = \"2s\"\n\
             [queue]\n\
             lease = \"3s\"\n\
             grace = \"1s\"\n\
             base = \"1s\"\n\
             cap = \"2s\"\n\
             max_attempts = 4\n"
        );
        std::fs::write(folder.join("sms.toml"), config)?;
        Ok(Self {
            program: std::env::current_exe()?,
            folder: folder.to_owned(),
            database: database.to_owned(),
            list: list.to_owned(),
            enqueuer: None,
            enqueued: false,
            workers: [None, None],
        })
    }

    fn spawn(&self, arguments: &[&str]) -> std::io::Result<Child> {
        let errors = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join("stderr.txt"))?;
        Command::new(&self.program)
            .arg(ROLE)
            .args(["--config", "sms.toml", "--quiet"])
            .args(arguments)
            .env("DATABASE_URL", &self.database)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
    }

    /// Starts again what was killed; what enqueues begins from the start, under the same keys.
    pub(crate) fn keep_running(&mut self) -> Result<(), Failure> {
        if let Some(enqueuer) = &mut self.enqueuer
            && let Some(status) = enqueuer.try_wait()?
        {
            self.enqueuer = None;
            if !status.success() {
                return Err(self.complaint("sms enqueue"));
            }
            self.enqueued = true;
        }
        if self.enqueuer.is_none() && !self.enqueued {
            let list = self.list.display().to_string();
            self.enqueuer = Some(self.spawn(&["enqueue", "--jsonl", &list])?);
        }
        for place in 0..self.workers.len() {
            if let Some(worker) = &mut self.workers[place]
                && worker.try_wait()?.is_some()
            {
                return Err(self.complaint("sms work"));
            }
            if self.workers[place].is_none() {
                // Two workers of one name: nothing is decided by it.
                self.workers[place] = Some(self.spawn(&["work", "--name", "storm"])?);
            }
        }
        Ok(())
    }

    /// Kills one of them, whichever.
    pub(crate) fn kill_one(&mut self) {
        let victim = match fastrand::usize(0..3) {
            0 if self.enqueuer.is_some() => &mut self.enqueuer,
            1 => &mut self.workers[1],
            _ => &mut self.workers[0],
        };
        // Rust's kill is SIGKILL.
        if let Some(mut child) = victim.take() {
            let _gone = child.kill().and_then(|()| child.wait());
        }
    }

    /// Lets what enqueues come through, then works until nothing is left to be done.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        while !self.enqueued {
            self.keep_running()?;
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        for worker in &mut self.workers {
            if let Some(mut child) = worker.take() {
                let _gone = child.kill().and_then(|()| child.wait());
            }
        }
        // What is unknown is asked about a few times before it is held.
        for _ in 0..6 {
            let mut worker = self.spawn(&["work", "--until-idle"])?;
            // 1 says that some are unknown, which is what this is about.
            if !matches!(worker.wait()?.code(), Some(0 | 1)) {
                return Err(self.complaint("sms work --until-idle"));
            }
            std::thread::sleep(std::time::Duration::from_secs(2));
        }
        Ok(())
    }

    fn complaint(&self, what: &str) -> Failure {
        let said = std::fs::read_to_string(self.folder.join("stderr.txt")).unwrap_or_default();
        let last: Vec<_> = said.lines().rev().take(5).collect();
        let last: Vec<_> = last.into_iter().rev().collect();
        format!("{what} ended by itself:\n{}", last.join("\n")).into()
    }
}
