//! What a URL says, and what is said about a wrong one.

use std::path::Path;
use std::time::Duration;

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use sms_framework::config::Sources;
use sms_framework::store::postgres::{PostgresOptions, SslMode};
use sms_framework::{ErrorKind, MessageId};

use crate::support::{bounded, server};

fn read(url: &str) -> PostgresOptions {
    PostgresOptions::from_url(url).unwrap()
}

fn location(url: &str) -> String {
    read(url).location()
}

#[test]
fn a_url_names_user_host_port_and_database() {
    let sms = "postgres://sms@db.example.com:5432/messages";
    assert_eq!(
        location("postgres://sms:secret@db.example.com/messages"),
        sms
    );
    assert_eq!(
        location(" PostgreSQL://sms:secret@db.example.com:5432/messages "),
        sms
    );
    assert_eq!(
        location("postgres://localhost:5433/sms"),
        "postgres://localhost:5433/sms"
    );
    assert_eq!(
        location("postgres://sms@[::1]:5433/sms"),
        "postgres://sms@[::1]:5433/sms"
    );
    assert_eq!(
        location("postgres://sms@[::1]/sms"),
        "postgres://sms@[::1]:5432/sms"
    );
}

#[test]
fn several_hosts_are_kept_in_their_order() {
    assert_eq!(
        location("postgres://sms@one:5433,two/sms?target_session_attrs=read-write"),
        "postgres://sms@one:5433,two:5432/sms"
    );
}

#[test]
fn percent_signs_are_undone_and_a_plus_is_a_plus() {
    assert_eq!(
        location("postgres://s%40m+s@db/m%C3%A4x"),
        "postgres://s@m+s@db:5432/mäx"
    );
    assert_eq!(
        read("postgres://db/sms?application_name=a+b%20c").application_name,
        "a+b c"
    );
}

#[test]
fn a_unix_socket_is_named_by_its_folder() {
    let socket = "postgres:///run/postgresql:5433/sms";
    let socket = socket.replacen(":///", "://sms@/", 1);
    assert_eq!(
        location("postgres://sms@%2Frun%2Fpostgresql:5433/sms"),
        socket
    );
    assert_eq!(
        location("postgres://sms@/sms?host=/run/postgresql&port=5433"),
        socket
    );
}

#[test]
fn parameters_say_how() {
    let options = read(
        "postgres://db/sms?sslmode=verify-ca&sslrootcert=/etc/ca%2Bb.pem&connect_timeout=3&application_name=web",
    );
    assert_eq!(options.ssl_mode, SslMode::VerifyCa);
    assert_eq!(
        options.ssl_root_cert.as_deref(),
        Some(Path::new("/etc/ca+b.pem"))
    );
    assert_eq!(options.connect_timeout, Duration::from_secs(3));
    assert_eq!(options.application_name, "web");
}

#[test]
fn what_is_not_said_has_a_default() {
    let options = read("postgres://db/sms");
    assert_eq!(options.ssl_mode, SslMode::Prefer);
    assert_eq!(options.connections, 8);
    assert_eq!(options.connect_timeout, Duration::from_secs(10));
    assert_eq!(options.statement_timeout, Duration::from_secs(30));
    assert!(options.migrate);
}

#[test]
fn no_password_is_shown() {
    let options = read("postgres://sms:hunter2@db/sms");
    let shown = format!("{options:?} {options:#?} {}", options.location());
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("postgres://sms@db:5432/sms"));
}

#[test]
fn a_wrong_url_is_explained_and_never_repeated() {
    for (url, why) in [
        (
            "mysql://u:hunter2@db/sms",
            "begins with neither `postgres://`",
        ),
        ("u:hunter2@db/sms", "begins with neither `postgres://`"),
        ("postgres://u:hunter2@/sms", "names no host"),
        ("postgres://u:hunter2@db", "names no database"),
        (
            "postgres://u:hunter2@db/?sslmode=require",
            "names no database",
        ),
        (
            "postgres://u:hunter2@db:port/sms",
            "port in the database URL",
        ),
        ("postgres://u:hunter2@db:0/sms", "port in the database URL"),
        (
            "postgres://u:hunter2@db:65536/sms",
            "port in the database URL",
        ),
        (
            "postgres://u:hunter2@a,,b/sms",
            "host in the database URL is empty",
        ),
        ("postgres://u:hunter2@[::1/sms", "lacks its `]`"),
        ("postgres://u:hunter2@[::1]5/sms", "only a port may follow"),
        (
            "postgres://u:hunter2%4@db/sms",
            "password in the database URL has a `%`",
        ),
        (
            "postgres://u:hunter2%@db/sms",
            "password in the database URL has a `%`",
        ),
        ("postgres://u:hunter2%FF@db/sms", "not UTF-8"),
        ("postgres://u:hunter2%00@db/sms", "NUL"),
        ("postgres://u:hun/ter2@db/sms", "%2F"),
        ("postgres://u:hun?ter2@db/sms", "%3F"),
        (
            "postgres://u:hunter2@db/sms?sslmode=on",
            "none of disable, prefer, require",
        ),
        (
            "postgres://u:hunter2@db/sms?sslmode=allow",
            "none of disable, prefer, require",
        ),
        (
            "postgres://u:hunter2@db/sms?sslmode=verify-ca",
            "needs `sslrootcert`",
        ),
        (
            "postgres://u:hunter2@db/sms?connect_timeout=soon",
            "number of seconds",
        ),
        (
            "postgres://u:hunter2@db/sms?connect_timeout=0",
            "number of seconds",
        ),
        (
            "postgres://u@db/sms?password=hunter2",
            "the parameter `password`",
        ),
        (
            "postgres://u@db/sms?hunter2",
            "a parameter of the database URL is unknown",
        ),
        ("postgres://u@db/sms?host=/run", "names its host twice"),
        (
            "postgres://u@db/sms?channel_binding=require",
            "not supported",
        ),
    ] {
        let error = PostgresOptions::from_url(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{url}");
        let shown = format!("{error:?}");
        assert!(shown.contains(why), "{url}: {shown}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("ter2"),
            "{url}: {shown}"
        );
        assert!(error.help().is_some(), "{url}");
    }
}

#[tokio::test]
async fn what_the_configuration_says_is_how_it_is_opened() {
    let database = server!().database();
    let settings = Sources::new()
        .toml("database = { connections = 3, statement_timeout = '50ms' }")
        .variable("DATABASE_URL", database.url())
        .load()
        .unwrap();
    let options = PostgresOptions::of(settings.database()).unwrap();
    assert_eq!(options.connections, 3);
    let store = sms_framework::store::open(settings.database()).unwrap();
    let mut another = AsyncPgConnection::establish(database.url()).await.unwrap();
    let lock = "BEGIN; LOCK TABLE sms_messages IN ACCESS EXCLUSIVE MODE";
    another.batch_execute(lock).await.unwrap();
    let refused = bounded(store.message(MessageId::new())).await.unwrap_err();
    assert!(
        refused.to_string().contains("due to statement timeout"),
        "{refused}"
    );
    assert_eq!(
        refused.help(),
        Some(
            "the server is slow or overloaded: see pg_stat_activity, or raise database.statement_timeout"
        )
    );
}
