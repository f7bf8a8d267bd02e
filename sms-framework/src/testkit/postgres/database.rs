//! A database of one test.

use std::sync::Arc;

use super::client::{query, try_query, wait_for};
use super::server::Address;
use crate::store::postgres::PostgresOptions;

/// A database of one test, which goes away when this is dropped.
#[derive(Debug)]
pub struct PostgresDatabase {
    server: Arc<Address>,
    name: String,
    url: String,
}

impl PostgresDatabase {
    pub(super) fn new(server: &Arc<Address>, name: String) -> Self {
        Self {
            url: server.url(&name),
            server: Arc::clone(server),
            name,
        }
    }

    /// Its URL, with user and password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How to open it.
    #[must_use]
    pub fn options(&self) -> PostgresOptions {
        PostgresOptions::from_url(&self.url).expect("the kit writes URLs that can be read")
    }

    /// Runs statements and gives their rows, each value as the server writes it.
    ///
    /// # Panics
    /// The server refuses them.
    pub async fn query(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        query(&self.url, sql).await
    }

    /// The one value that a statement gives.
    ///
    /// # Panics
    /// The server refuses it, or it gives no row, or NULL.
    pub async fn value(&self, sql: &str) -> String {
        let value = self.query(sql).await.into_iter().flatten().next().flatten();
        value.unwrap_or_else(|| panic!("`{sql}` gives no value"))
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        // The server may be stopped by now, or may want TLS: then it goes with the server's folder.
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = wait_for(try_query(&self.server.url("postgres"), &sql));
    }
}
