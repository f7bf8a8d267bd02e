//! A server that goes away and comes back.

use sms_framework::store::postgres::Database;

use crate::support::{bounded, own_server, refused_with, server};

#[tokio::test]
async fn after_a_restart_nothing_that_broke_is_used_again() {
    let server = own_server!();
    let database = server.database();
    let open = bounded(Database::open(database.options())).await.unwrap();
    bounded(open.check()).await.unwrap();
    server.restart();
    // At most one call meets the old connection; no sleep is needed for the next.
    if let Err(error) = bounded(open.check()).await {
        assert!(error.is_transient());
        assert!(error.to_string().contains("broke"), "{error}");
    }
    bounded(open.check()).await.unwrap();
}

#[tokio::test]
async fn a_killed_server_fails_its_statements_and_is_found_again() {
    let server = own_server!();
    let database = server.database();
    let open = bounded(Database::open(database.options())).await.unwrap();
    bounded(open.run("CREATE TABLE note (n INTEGER)"))
        .await
        .unwrap();
    server.kill();
    let error = bounded(open.run("INSERT INTO note VALUES (1)"))
        .await
        .unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    let error = bounded(open.check()).await.unwrap_err();
    assert!(
        error.to_string().starts_with("no PostgreSQL answers"),
        "{error}"
    );
    server.resume();
    bounded(open.run("INSERT INTO note VALUES (2)"))
        .await
        .unwrap();
    assert_eq!(database.value("SELECT count(*) FROM note").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_under_way_when_the_server_stops_is_told_so() {
    let server = own_server!();
    let database = server.database();
    let open = bounded(Database::open(database.options())).await.unwrap();
    let waits = tokio::spawn(async move {
        let sql = "SELECT pg_advisory_lock(7, 7); SELECT pg_sleep(60)";
        open.run(sql).await
    });
    // Until it is under way.
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7";
    bounded(async { while database.value(held).await != "1" {} }).await;
    server.stop();
    let said = bounded(waits).await.unwrap().unwrap_err().to_string();
    assert!(said.contains("broke"), "{said}");
}

#[tokio::test]
async fn a_connection_that_an_administrator_ends_is_replaced() {
    let server = server!();
    let database = server.database();
    let open = bounded(Database::open(database.options())).await.unwrap();
    bounded(open.check()).await.unwrap();
    let ended = bounded(open.run("SELECT pg_terminate_backend(pg_backend_pid())")).await;
    let said = ended.unwrap_err().to_string();
    assert!(said.contains("broke"), "{said}");
    bounded(open.check()).await.unwrap();
}

#[tokio::test]
async fn a_stopped_server_is_said_to_be_down() {
    let server = own_server!();
    let database = server.database();
    server.stop();
    let error = refused_with(database.options()).await;
    assert!(
        error.to_string().starts_with("no PostgreSQL answers"),
        "{error}"
    );
    assert!(error.is_transient());
}
