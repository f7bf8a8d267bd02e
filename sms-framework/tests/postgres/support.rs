//! What these tests share.

use std::future::Future;
use std::time::Duration;

use sms_framework::Error;
use sms_framework::store::postgres::{Database, PostgresOptions};

/// The server of this process, or the end of the test.
macro_rules! server {
    () => {
        match sms_framework::testkit::postgres::PostgresServer::shared() {
            Some(server) => server,
            None => return,
        }
    };
}
/// A server of the test's own, or the end of the test.
macro_rules! own_server {
    () => {
        match sms_framework::testkit::postgres::PostgresServer::start() {
            Some(server) => server,
            None => return,
        }
    };
}
pub(crate) use {own_server, server};

/// Nothing here may hang.
pub(crate) async fn bounded<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future)
        .await
        .expect("it hangs")
}

/// Why a URL's database cannot be opened.
pub(crate) async fn refused(url: &str) -> Error {
    refused_with(PostgresOptions::from_url(url).unwrap()).await
}

pub(crate) async fn refused_with(options: PostgresOptions) -> Error {
    bounded(Database::open(options)).await.unwrap_err()
}
