//! A server that belongs to the tests of one process.

use std::fmt;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::PostgresDatabase;
use super::client::{query, wait_for};
use super::janitor::Janitor;
use super::programs::{self, Programs, finish};
use super::tls::{self, TlsFiles};
use crate::store::postgres::{Database, PostgresOptions};

const TEMPLATE: &str = "sms_template";

/// A PostgreSQL server on loopback. Dropping it stops it and deletes its files.
#[derive(Debug)]
pub struct PostgresServer {
    programs: Programs,
    janitor: Janitor,
    address: Arc<Address>,
    settings: Vec<String>,
    template: OnceLock<()>,
    databases: AtomicU32,
}

/// Where a server listens, and to whom.
pub(super) struct Address {
    port: u16,
    password: String,
}

impl Address {
    pub(super) fn url(&self, database: &str) -> String {
        let Self { port, password } = self;
        format!("postgres://sms:{password}@127.0.0.1:{port}/{database}")
    }

    pub(super) fn answers(&self) -> bool {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok()
    }
}

/// Shows no password: others on the machine could use it.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "127.0.0.1:{}", self.port)
    }
}

impl PostgresServer {
    /// The server that all tests of this process share, started by the first who asks; `None`
    /// where there is no PostgreSQL. It does not sync to disk: nothing here is to survive.
    ///
    /// # Panics
    /// It cannot be started, or there is none and `SMS_REQUIRE_POSTGRES` is 1.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<PostgresServer>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A server for one test, which may stop it.
    ///
    /// # Panics
    /// As [`shared`](Self::shared).
    pub fn start() -> Option<Self> {
        Self::start_with(&["fsync = off", "full_page_writes = off", "autovacuum = off"])
    }

    /// A server with these lines in its `postgresql.conf`, and nothing else that is unusual: it
    /// syncs to disk.
    ///
    /// # Panics
    /// As [`shared`](Self::shared).
    pub fn start_with(settings: &[&str]) -> Option<Self> {
        match Programs::find() {
            Ok(programs) => Some(Self::set_up(programs, settings).unwrap_or_else(|why| {
                panic!("a PostgreSQL server for the tests cannot be started: {why}")
            })),
            Err(why) => {
                programs::absent(&why);
                None
            }
        }
    }

    fn set_up(programs: Programs, settings: &[&str]) -> Result<Self, String> {
        let janitor = Janitor::start(&programs)?;
        let password = format!("{:032x}", fastrand::u128(..));
        let mut server = Self {
            address: Arc::new(Address { port: 0, password }),
            programs,
            janitor,
            settings: settings.iter().map(ToString::to_string).collect(),
            template: OnceLock::new(),
            databases: AtomicU32::new(0),
        };
        server.initialize()?;
        server.listen_somewhere()?;
        Ok(server)
    }

    fn initialize(&self) -> Result<(), String> {
        let password_file = self.janitor.folder().join("password");
        fs::write(&password_file, &self.address.password).map_err(|error| error.to_string())?;
        let mut initdb = self.command("initdb");
        initdb
            .args(["-U", "sms", "-A", "scram-sha-256", "-E", "UTF8"])
            .args(["--locale=C", "-N", "--pwfile"])
            .arg(password_file)
            .arg("-D")
            .arg(self.data());
        finish(&mut initdb).map(drop)
    }

    /// Somebody else may take a free port before the server does.
    fn listen_somewhere(&mut self) -> Result<(), String> {
        let mut tries = 5;
        loop {
            self.address = Arc::new(Address {
                port: free_port()?,
                password: self.address.password.clone(),
            });
            self.configure(&[])?;
            match self.launch() {
                Err(why) if why.contains("already in use") && tries > 1 => tries -= 1,
                done => return done,
            }
        }
    }

    /// A database with our tables in it and no rows.
    ///
    /// # Panics
    /// The server does not answer.
    pub fn database(&self) -> PostgresDatabase {
        self.template.get_or_init(|| {
            self.tell(&format!("CREATE DATABASE {TEMPLATE}"));
            let url = self.address.url(TEMPLATE);
            let migrated =
                wait_for(async { Database::open(PostgresOptions::from_url(&url)?).await });
            if let Err(error) = migrated {
                panic!("the tables cannot be made: {error:?}");
            }
        });
        self.make_database(&format!("TEMPLATE {TEMPLATE}"))
    }

    /// A database with nothing in it.
    ///
    /// # Panics
    /// The server does not answer.
    pub fn empty_database(&self) -> PostgresDatabase {
        self.make_database("")
    }

    fn make_database(&self, how: &str) -> PostgresDatabase {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("sms_test_{number}");
        self.tell(&format!("CREATE DATABASE {name} {how}"));
        PostgresDatabase::new(&self.address, name)
    }

    /// Ends the server as an administrator does: connections are told, and closed.
    ///
    /// # Panics
    /// It does not end.
    pub fn stop(&self) {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "-w", "-m", "fast", "-D"])
            .arg(self.data());
        must(finish(&mut stop));
    }

    /// Starts the server that was stopped or killed, where it was.
    ///
    /// # Panics
    /// It does not start.
    pub fn resume(&self) {
        must(self.launch());
    }

    /// [`stop`](Self::stop) and [`resume`](Self::resume).
    ///
    /// # Panics
    /// It does not end or start.
    pub fn restart(&self) {
        self.stop();
        self.resume();
    }

    /// Ends the server and all its processes with SIGKILL: nobody is told anything. When this
    /// returns, its port is closed.
    ///
    /// # Panics
    /// It does not run.
    pub fn kill(&self) {
        let pid_file = self.data().join("postmaster.pid");
        let pids = must(fs::read_to_string(&pid_file).map_err(|error| error.to_string()));
        let pid = pids.lines().next().unwrap_or_default();
        must(finish(
            Command::new("kill")
                .args(["-9", pid])
                .args(children_of(pid)),
        ));
        must(self.wait_until_gone());
        // Where nobody buries the dead process, the next one would take it for alive.
        must(fs::remove_file(&pid_file).map_err(|error| error.to_string()));
    }

    /// Restarts the server with TLS for who wants it. Its certificate is for `localhost` and not
    /// for `127.0.0.1`.
    ///
    /// # Panics
    /// There is no `openssl` program, or the server does not start.
    pub fn turn_tls_on(&self) -> TlsFiles {
        let files = must(tls::make(&self.programs, self.janitor.folder()));
        let certificate = format!("ssl_cert_file = '{}'", files.certificate.display());
        let key = format!("ssl_key_file = '{}'", files.key.display());
        must(self.configure(&["ssl = on", &certificate, &key]));
        self.restart();
        files
    }

    /// Restarts the server so that it lets nobody in without TLS.
    ///
    /// # Panics
    /// The server does not start.
    pub fn demand_tls(&self) {
        let rule = "hostssl all all all scram-sha-256\n";
        let file = self.data().join("pg_hba.conf");
        must(fs::write(file, rule).map_err(|error| error.to_string()));
        self.restart();
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port
    }

    /// Where its files are, while it is there.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.janitor.folder()
    }

    fn configure(&self, more: &[&str]) -> Result<(), String> {
        let mut lines = vec![
            "listen_addresses = '127.0.0.1'".to_owned(),
            format!("port = {}", self.address.port),
            // Its lock would outlive a server that is killed.
            "unix_socket_directories = ''".to_owned(),
            "max_connections = 200".to_owned(),
        ];
        lines.extend(self.settings.iter().cloned());
        lines.extend(more.iter().map(ToString::to_string));
        let file = self.data().join("postgresql.auto.conf");
        fs::write(file, lines.join("\n") + "\n").map_err(|error| error.to_string())
    }

    fn launch(&self) -> Result<(), String> {
        let log = self.janitor.folder().join("log");
        let mut start = self.command("pg_ctl");
        start
            .args(["start", "-w", "-t", "60", "-D"])
            .arg(self.data())
            .arg("-l")
            .arg(&log);
        finish(&mut start).map(drop).map_err(|why| {
            let log = fs::read_to_string(log).unwrap_or_default();
            format!("{why}\n{log}")
        })
    }

    fn wait_until_gone(&self) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.address.answers() {
            if Instant::now() > deadline {
                return Err("the server outlives SIGKILL".to_owned());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    fn tell(&self, sql: &str) {
        wait_for(query(&self.address.url("postgres"), sql));
    }

    fn command(&self, program: &str) -> Command {
        let path = self.programs.path(program);
        self.programs.command(path, self.janitor.folder())
    }

    fn data(&self) -> PathBuf {
        self.janitor.folder().join("data")
    }
}

/// The processes that `pid` started, as `/proc` tells.
fn children_of(pid: &str) -> Vec<String> {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let is_child = |process: &String| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // The name, in parentheses, may hold anything; state and parent follow it.
        let after = stat.rsplit(')').next().unwrap_or_default();
        after.split_whitespace().nth(1) == Some(pid)
    };
    processes
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(is_child)
        .collect()
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("there is no free port: {error}"))
}

fn must<T>(done: Result<T, String>) -> T {
    done.unwrap_or_else(|why| panic!("the test's PostgreSQL server: {why}"))
}
