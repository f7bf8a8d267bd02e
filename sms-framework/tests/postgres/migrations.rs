//! Making the tables, once, whoever comes first.

use std::path::Path;

use sms_framework::store::postgres::Database;
use sms_framework::{Class, Error};

use crate::support::{bounded, refused_with, server};

const VERSIONS: &str =
    "SELECT count(*) FROM __diesel_schema_migrations WHERE version LIKE '0000sms%'";

#[tokio::test(flavor = "multi_thread")]
async fn six_that_start_at_once_make_the_tables_once() {
    let server = server!();
    for _ in 0..5 {
        let database = server.empty_database();
        let opening: Vec<_> = (0..6)
            .map(|_| tokio::spawn(Database::open(database.options())))
            .collect();
        for opened in opening {
            let open = bounded(opened).await.unwrap().unwrap();
            bounded(open.check()).await.unwrap();
        }
        assert_eq!(database.value(VERSIONS).await, "1");
        let weeks = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'sms_messages'::regclass";
        assert_eq!(
            database.value(weeks).await,
            "10",
            "nine weeks and the default"
        );
    }
}

#[tokio::test]
async fn looking_changes_nothing() {
    let server = server!();
    let database = server.empty_database();
    let current = bounded(Database::is_current(database.options())).await;
    assert!(!current.unwrap());
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(database.value(tables).await, "0");
    bounded(Database::open(database.options())).await.unwrap();
    let current = bounded(Database::is_current(database.options())).await;
    assert!(current.unwrap());
}

#[tokio::test]
async fn what_may_not_be_migrated_says_how_to() {
    let server = server!();
    let database = server.empty_database();
    let mut options = database.options();
    options.migrate = false;
    let error = refused_with(options).await;
    let said = error.to_string();
    assert!(said.ends_with("are missing or out of date"), "{said}");
    assert_eq!(error.help(), Some("run `sms migrate`"));
    assert_eq!(error.class(), Class::Account);
}

#[tokio::test]
async fn tables_of_a_newer_program_are_left_alone() {
    let server = server!();
    let database = server.database();
    database
        .query("INSERT INTO __diesel_schema_migrations (version) VALUES ('0000sms9999')")
        .await;
    let said = refused_with(database.options()).await.to_string();
    assert!(said.contains("newer version of this program"), "{said}");
    let looked: Result<bool, Error> = bounded(Database::is_current(database.options())).await;
    assert!(looked.unwrap_err().to_string().contains("newer version"));
}

#[tokio::test]
async fn an_application_keeps_its_own_migrations_beside_ours() {
    let server = server!();
    let database = server.empty_database();
    database
        .query(
            "CREATE TABLE __diesel_schema_migrations (
                 version VARCHAR(50) PRIMARY KEY NOT NULL,
                 run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
             INSERT INTO __diesel_schema_migrations (version) VALUES ('20260101000000')",
        )
        .await;
    bounded(Database::open(database.options())).await.unwrap();
    let last = "SELECT max(version) FROM __diesel_schema_migrations";
    assert_eq!(
        database.value(last).await,
        "20260101000000",
        "it reverts its own first"
    );
    assert_eq!(database.value(VERSIONS).await, "1");
}

#[tokio::test]
async fn a_user_who_may_make_no_table_is_told() {
    let server = server!();
    let database = server.empty_database();
    let guest = format!("guest_{}", database.name());
    database
        .query(&format!(
            "CREATE ROLE {guest} LOGIN PASSWORD 'guest';
             REVOKE CREATE ON SCHEMA public FROM PUBLIC"
        ))
        .await;
    let url = format!(
        "postgres://{guest}:guest@127.0.0.1:{}/{}",
        server.port(),
        database.name()
    );
    let error = crate::support::refused(&url).await;
    assert!(error.to_string().contains("permission denied"), "{error}");
    assert!(error.help().unwrap().contains("grant"), "{error:?}");
}

#[tokio::test]
async fn down_takes_all_away_that_up_made() {
    let server = server!();
    let database = server.database();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut folders: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    for folder in folders.iter().rev() {
        let down = std::fs::read_to_string(folder.join("down.sql")).unwrap();
        database.query(&down).await;
    }
    let left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'sms%'";
    assert_eq!(database.value(left).await, "0");
}
