//! Connecting, and what is said where it fails: the cause, and what to do.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use sms_framework::store::Store;
use sms_framework::store::postgres::{Database, PostgresOptions, PostgresStore};
use sms_framework::{Class, ErrorKind, MessageId};

use crate::support::{bounded, refused, refused_with, server};

#[tokio::test]
async fn an_open_database_answers_and_says_where_it_is() {
    let server = server!();
    let database = server.database();
    let open = bounded(Database::open(database.options())).await.unwrap();
    bounded(open.check()).await.unwrap();
    assert_eq!(
        open.location(),
        format!(
            "postgres://sms@127.0.0.1:{}/{}",
            server.port(),
            database.name()
        )
    );
}

#[tokio::test]
async fn where_nobody_listens_that_is_said() {
    let error = refused("postgres://sms:hunter2@127.0.0.1:1/sms").await;
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.is_transient());
    let said = error.to_string();
    assert!(
        said.starts_with("no PostgreSQL answers at `127.0.0.1:1`"),
        "{said}"
    );
    assert!(error.help().unwrap().contains("start it"));
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_host_that_is_not_known_is_named() {
    let error = refused("postgres://sms@no-such-host.invalid/sms").await;
    assert_eq!(
        error.to_string(),
        "the host `no-such-host.invalid` is not known"
    );
}

#[tokio::test]
async fn a_socket_that_is_not_there_is_named() {
    let error = refused("postgres://sms@%2Fno%2Fsuch%2Ffolder/sms").await;
    let said = error.to_string();
    assert!(
        said.starts_with("no PostgreSQL answers at `/no/such/folder:5432`"),
        "{said}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_said_and_not_shown() {
    let server = server!();
    let url = format!(
        "postgres://sms:hunter2@127.0.0.1:{}/postgres",
        server.port()
    );
    let error = refused(&url).await;
    assert_eq!(
        error.to_string(),
        format!(
            "PostgreSQL at `127.0.0.1:{}` refuses the password of user `sms`",
            server.port()
        )
    );
    assert_eq!(error.class(), Class::Account);
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_missing_password_is_asked_for() {
    let server = server!();
    let error = refused(&format!(
        "postgres://sms@127.0.0.1:{}/postgres",
        server.port()
    ))
    .await;
    assert!(error.to_string().contains("asks for a password"), "{error}");
}

#[tokio::test]
async fn a_database_that_does_not_exist_is_named() {
    let server = server!();
    let database = server.empty_database();
    let url = database.url().replace(database.name(), "no_such_database");
    let error = refused(&url).await;
    assert!(
        error
            .to_string()
            .ends_with("has no database `no_such_database`"),
        "{error}"
    );
    assert!(error.help().unwrap().contains("createdb"));
}

#[tokio::test]
async fn a_server_without_tls_is_no_answer_to_who_asks_for_it() {
    let server = server!();
    let database = server.empty_database();
    let error = refused(&format!("{}?sslmode=require", database.url())).await;
    let said = error.to_string();
    assert!(
        said.ends_with("does not speak TLS, which sslmode=require asks for"),
        "{said}"
    );
    // Preferred, it is done without.
    let options = PostgresOptions::from_url(&format!("{}?sslmode=prefer", database.url()));
    bounded(Database::open(options.unwrap())).await.unwrap();
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_in_time() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut options =
        PostgresOptions::from_url(&format!("postgres://sms@127.0.0.1:{port}/sms")).unwrap();
    options.connect_timeout = Duration::from_millis(100);
    let began = Instant::now();
    let error = refused_with(options).await;
    assert!(began.elapsed() < Duration::from_secs(10));
    let said = error.to_string();
    assert!(
        said.starts_with("nothing was heard from PostgreSQL"),
        "{said}"
    );
}

#[tokio::test]
async fn the_next_host_is_tried_where_one_is_down() {
    let server = server!();
    let database = server.database();
    let url = database
        .url()
        .replace("@127.0.0.1", "@127.0.0.1:1,127.0.0.1");
    let open = bounded(Database::open(PostgresOptions::from_url(&url).unwrap())).await;
    bounded(open.unwrap().check()).await.unwrap();
}

#[tokio::test]
async fn a_session_has_its_limits_and_its_name() {
    let server = server!();
    let database = server.database();
    database
        .query(&format!(
            "ALTER DATABASE {} SET synchronous_commit = off",
            database.name()
        ))
        .await;
    let mut options = database.options();
    options.application_name = "web-1".to_owned();
    options.statement_timeout = Duration::from_millis(1_500);
    let open = bounded(Database::open(options)).await.unwrap();
    let note = "CREATE TABLE note AS SELECT name, setting FROM pg_settings";
    bounded(open.run(note)).await.unwrap();
    for (name, setting) in [
        ("application_name", "web-1"),
        ("statement_timeout", "1500"),
        ("lock_timeout", "10000"),
        ("idle_in_transaction_session_timeout", "60000"),
        ("default_transaction_isolation", "read committed"),
        ("synchronous_commit", "on"),
    ] {
        let sql = format!("SELECT setting FROM note WHERE name = '{name}'");
        assert_eq!(database.value(&sql).await, setting, "{name}");
    }
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_by_the_server() {
    let server = server!();
    let database = server.database();
    let mut options = database.options();
    options.statement_timeout = Duration::from_millis(50);
    let open = bounded(Database::open(options)).await.unwrap();
    let error = bounded(open.run("SELECT pg_sleep(60)")).await.unwrap_err();
    assert!(
        error.to_string().contains("due to statement timeout"),
        "{error}"
    );
    assert!(error.help().unwrap().contains("slow or overloaded"));
    // The connection is as good as before.
    bounded(open.check()).await.unwrap();
}

#[tokio::test]
async fn a_pool_that_is_in_use_makes_the_next_wait_and_then_says_so() {
    let server = server!();
    let database = server.database();
    let mut options = database.options();
    options.connections = 1;
    options.acquire_timeout = Duration::from_millis(100);
    let open = bounded(Database::open(options)).await.unwrap();
    let busy = open.run("SELECT pg_sleep(1)");
    // Polled in order: the first has the connection before the second asks.
    let (first, second) = bounded(async { tokio::join!(busy, open.check()) }).await;
    first.unwrap();
    let said = second.unwrap_err().to_string();
    assert_eq!(
        said,
        "all 1 connections to the database were in use for 100ms"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_are_all_busy_make_the_next_wait_and_then_say_so() {
    let database = server!().database();
    let mut options = database.options();
    options.connections = 1;
    options.acquire_timeout = Duration::from_millis(100);
    let store = PostgresStore::open(options).unwrap();
    let mut another = AsyncPgConnection::establish(database.url()).await.unwrap();
    let lock = "BEGIN; LOCK TABLE sms_messages IN ACCESS EXCLUSIVE MODE";
    another.batch_execute(lock).await.unwrap();
    let busy = store.message(MessageId::new());
    // Polled in order: the first has the connection before the second asks.
    let second = async {
        let refused = store.message(MessageId::new()).await.unwrap_err();
        another.batch_execute("ROLLBACK").await.unwrap();
        refused
    };
    let (first, refused) = bounded(async { tokio::join!(busy, second) }).await;
    assert_eq!(first.unwrap(), None);
    assert_eq!(
        refused.to_string(),
        "all 1 connections to the database were in use for 100ms"
    );
    assert_eq!(
        bounded(store.message(MessageId::new())).await.unwrap(),
        None
    );
}
