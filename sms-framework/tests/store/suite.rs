//! The store suite, on a file and in memory.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use diesel::connection::SimpleConnection;
use sms_framework::store::DynStore;
use sms_framework::testkit::MemoryStore;
use sms_framework::testkit::store_suite::Bench;
use tempfile::TempDir;

use crate::support::{Place, raw};

/// A file of its own.
struct File {
    _folder: TempDir,
    path: PathBuf,
}

#[async_trait]
impl Bench for File {
    async fn store(&self) -> Result<DynStore, &'static str> {
        Ok(Arc::new(Place::open_at(&self.path)))
    }

    async fn another(&self) -> Result<DynStore, &'static str> {
        self.store().await
    }

    async fn meddle(&self, sql: &str) {
        raw(&self.path).batch_execute(sql).unwrap();
    }
}

mod file {
    use super::*;

    fn file() -> File {
        let Place { folder, path } = Place::new();
        File {
            _folder: folder,
            path,
        }
    }

    sms_framework::store_suite!(file);
}

/// A store that is its own database.
struct Memory(MemoryStore);

#[async_trait]
impl Bench for Memory {
    async fn store(&self) -> Result<DynStore, &'static str> {
        Ok(Arc::new(self.0.clone()))
    }

    async fn another(&self) -> Result<DynStore, &'static str> {
        Err("nobody else sees a database in memory")
    }

    async fn meddle(&self, sql: &str) {
        self.0.meddle(sql);
    }
}

mod memory {
    use super::*;

    fn memory() -> Memory {
        Memory(MemoryStore::new())
    }

    sms_framework::store_suite!(memory);
}
