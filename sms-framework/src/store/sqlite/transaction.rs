//! Transactions of the writer.
//!
//! SQLite ends a transaction by itself when the disk is full or fails. diesel's own transactions
//! take the rollback that then fails for a broken connection and refuse all further work on it; here
//! such a rollback is simply one that was done already.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::QueryResult;

use super::failure::is_locked;

/// What the writer writes on.
pub(super) struct Link {
    pub(super) connection: SqliteConnection,
    /// How long it waits for another process that writes.
    pub(super) busy_timeout: Duration,
}

/// Runs `work` with the write lock held from the start: all of it is committed, or nothing.
pub(super) fn immediate<T>(
    link: &mut Link,
    work: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    begin(link)?;
    let connection = &mut link.connection;
    let result = work(connection).and_then(|done| {
        connection.batch_execute("COMMIT")?;
        Ok(done)
    });
    if result.is_err() {
        let _ = connection.batch_execute("ROLLBACK");
    }
    result
}

/// Takes the write lock, as soon as another process lets go of it.
///
/// SQLite's own wait sleeps up to a tenth of a second between two tries. A process that writes
/// without a pause leaves the lock free for a fraction of a millisecond: whoever looks that rarely
/// would starve beside it.
fn begin(link: &mut Link) -> QueryResult<()> {
    const PAUSE: Duration = Duration::from_micros(200);
    /// After a second it is no writer between two transactions, but somebody who keeps the lock.
    const LONG: Duration = Duration::from_secs(1);
    let began = Instant::now();
    loop {
        match link.connection.batch_execute("BEGIN IMMEDIATE") {
            Err(error) if is_locked(&error) && began.elapsed() < link.busy_timeout => {
                let is_long = began.elapsed() > LONG;
                thread::sleep(if is_long { PAUSE * 10 } else { PAUSE });
            }
            begun => return begun,
        }
    }
}

/// Runs `work` inside a transaction so that its failure undoes nothing but itself.
pub(super) fn apart<T>(
    connection: &mut SqliteConnection,
    work: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    connection.batch_execute("SAVEPOINT sms_job")?;
    let result = work(connection);
    if result.is_err() {
        let _ = connection.batch_execute("ROLLBACK TO sms_job; RELEASE sms_job");
        return result;
    }
    connection.batch_execute("RELEASE sms_job")?;
    result
}
