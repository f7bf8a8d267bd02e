//! The kit itself: a server leaves nothing behind.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sms_framework::testkit::postgres::PostgresServer;

use crate::support::{own_server, server};

#[test]
fn databases_are_apart_and_have_our_tables() {
    let server = server!();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (one, two) = (server.database(), server.database());
    let put = "INSERT INTO sms_rate_limits VALUES ('twilio', 1)";
    runtime.block_on(one.query(put));
    let count = "SELECT count(*) FROM sms_rate_limits";
    assert_eq!(runtime.block_on(one.value(count)), "1");
    assert_eq!(runtime.block_on(two.value(count)), "0");
}

#[test]
fn a_dropped_server_is_gone() {
    let server = own_server!();
    let (port, folder) = (server.port(), server.folder().to_owned());
    assert!(folder.exists());
    drop(server);
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    assert!(!folder.exists());
}

#[test]
fn a_server_syncs_where_a_test_asks_for_it() {
    let Some(server) = PostgresServer::start_with(&["max_connections = 20"]) else {
        return;
    };
    let database = server.empty_database();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    assert_eq!(runtime.block_on(database.value("SHOW fsync")), "on");
    assert_eq!(
        runtime.block_on(database.value("SHOW max_connections")),
        "20"
    );
}

/// The test starts itself once more, as a process that stops where it has a server.
#[test]
fn a_server_goes_away_with_a_process_that_is_killed() {
    const CHILD: &str = "SMS_TEST_KEEPS_A_SERVER";
    const NAME: &str = "kit::a_server_goes_away_with_a_process_that_is_killed";
    if std::env::var_os(CHILD).is_some() {
        let server = PostgresServer::start();
        let shown = server
            .as_ref()
            .map(|server| server.folder().display().to_string());
        println!("folder={}", shown.unwrap_or_default());
        let mut forever = String::new();
        std::io::stdin().read_line(&mut forever).unwrap();
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(CHILD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap());
    let folder = said
        .lines()
        .find_map(|line| Some(line.unwrap().split_once("folder=")?.1.to_owned()))
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !folder.is_empty() && Path::new(&folder).exists() {
        assert!(Instant::now() < deadline, "`{folder}` is left behind");
        std::thread::sleep(Duration::from_millis(10));
    }
}
