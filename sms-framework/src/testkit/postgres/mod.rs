//! A PostgreSQL server of the tests' own, features `testkit` and `postgres`, on Unix.
//!
//! It listens on loopback alone, keeps its files in a temporary folder, and goes away with the
//! test's process, however that ends. Where the machine has no PostgreSQL and the process may
//! install packages (root, and `apt-get`), Debian's is installed. Where there is none even so, what
//! would start it gives `None` and says so: a test then has nothing to do. With
//! `SMS_REQUIRE_POSTGRES=1` that is a failure.
//!
//! # Examples
//! ```no_run
//! use sms_framework::testkit::postgres::PostgresServer;
//!
//! let Some(server) = PostgresServer::shared() else {
//!     return;
//! };
//! let database = server.database(); // our tables, no rows; gone when it is dropped
//! println!("{}", database.url());
//! ```

mod client;
mod database;
mod janitor;
mod programs;
mod server;
mod tls;

pub use database::PostgresDatabase;
pub use server::PostgresServer;
pub use tls::TlsFiles;
