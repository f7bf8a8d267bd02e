//! The store suite: what every store has to get right, one named case each.
//!
//! A store says once how it is made, as a [`Bench`], and calls [`store_suite!`](crate::store_suite):
//! each case becomes a test of its own name, whose name is the promise. A case that cannot be tried
//! (a store in memory has no second process) says so in the test's output.
//!
//! ```text
//! use sms_framework::store::DynStore;
//! use sms_framework::testkit::store_suite::Bench;
//!
//! struct File { … }
//!
//! #[async_trait::async_trait]
//! impl Bench for File {
//!     async fn store(&self) -> Result<DynStore, &'static str> { … }
//!     async fn another(&self) -> Result<DynStore, &'static str> { self.store().await }
//!     async fn meddle(&self, sql: &str) { … }
//! }
//!
//! fn file() -> File { … }
//!
//! sms_framework::store_suite!(file);
//! ```

mod begin;
mod broadcasts;
mod claim;
mod decide;
mod dropped;
mod facts;
mod forget;
mod idle;
mod keys;
mod leases;
mod list;
mod orders;
mod proof;
mod prune;
mod reports;
mod rows;
mod settle;
mod states;
mod stats;
mod subject;
mod turns;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use self::subject::Subject;
use crate::store::DynStore;

/// One database, made for one case.
#[async_trait]
pub trait Bench: Send + Sync + 'static {
    /// A store on the database, which is empty; asked for once, before anything else.
    ///
    /// # Errors
    /// Why there can be none on this machine: the case is not tried.
    async fn store(&self) -> Result<DynStore, &'static str>;

    /// Another store on the same database, as another process has one.
    ///
    /// # Errors
    /// Why there can be none: the cases that need one are not tried.
    async fn another(&self) -> Result<DynStore, &'static str>;

    /// Does something to the rows that no program of ours would do. Tables and columns have the names
    /// that they have in `migrations/`, ids are quoted like texts.
    async fn meddle(&self, sql: &str);
}

/// Makes a test of every case, for the [`Bench`](crate::testkit::store_suite::Bench) that this
/// function returns.
#[macro_export]
macro_rules! store_suite {
    ($bench:path) => {
        $crate::store_cases! { [$crate::store_tests] [$bench] }
    };
}

/// A test of each.
#[doc(hidden)]
#[macro_export]
macro_rules! store_tests {
    ([$bench:path] $($room:ident { $($name:ident)* })*) => {
        $(
            mod $room {
                use super::*;

                $(
                    #[test]
                    fn $name() {
                        let case = concat!(stringify!($room), "::", stringify!($name));
                        $crate::testkit::store_suite::run($bench(), case);
                    }
                )*
            }
        )*
    };
}

type Case = fn(Subject) -> BoxFuture<'static, ()>;

/// Each by its name.
macro_rules! table {
    ([] $($room:ident { $($name:ident)* })*) => {
        const CASES: &[(&str, Case)] = &[$($((
            concat!(stringify!($room), "::", stringify!($name)),
            |subject| Box::pin($room::$name(subject)),
        ),)*)*];
    };
}

crate::store_cases! { [table] [] }

/// Runs one case, by its name.
///
/// # Panics
/// The store breaks the promise; the message says how. There is no such case.
pub fn run(bench: impl Bench, case: &'static str) {
    let known = CASES.iter().find(|(name, _)| *name == case);
    let (_, promise) = known.expect("a case of the suite");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        if let Some(subject) = Subject::new(Arc::new(bench), case).await {
            promise(subject).await;
        }
    });
}
