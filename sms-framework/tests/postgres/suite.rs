//! The store suite on PostgreSQL, where the machine has one.

use std::sync::Arc;

use async_trait::async_trait;
use sms_framework::store::DynStore;
use sms_framework::store::postgres::PostgresStore;
use sms_framework::testkit::postgres::{PostgresDatabase, PostgresServer};
use sms_framework::testkit::store_suite::Bench;

/// A database of its own on the server that the tests share.
struct Server(Option<PostgresDatabase>);

#[async_trait]
impl Bench for Server {
    async fn store(&self) -> Result<DynStore, &'static str> {
        let database = self.0.as_ref().ok_or("this machine has no PostgreSQL")?;
        Ok(Arc::new(PostgresStore::open(database.options()).unwrap()))
    }

    async fn another(&self) -> Result<DynStore, &'static str> {
        self.store().await
    }

    async fn meddle(&self, sql: &str) {
        self.0.as_ref().unwrap().query(sql).await;
    }
}

fn server() -> Server {
    Server(PostgresServer::shared().map(PostgresServer::database))
}

sms_framework::store_suite!(server);
