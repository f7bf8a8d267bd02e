//! Transactions of the writer.
//!
//! SQLite ends a transaction by itself when the disk is full or fails. diesel's own transactions
//! take the rollback that then fails for a broken connection and refuse all further work on it; here
//! such a rollback is simply one that was done already.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::QueryResult;

/// Runs `work` with the write lock held from the start: all of it is committed, or nothing.
pub(super) fn immediate<T>(
    connection: &mut SqliteConnection,
    work: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    connection.batch_execute("BEGIN IMMEDIATE")?;
    let result = work(connection).and_then(|done| {
        connection.batch_execute("COMMIT")?;
        Ok(done)
    });
    if result.is_err() {
        let _ = connection.batch_execute("ROLLBACK");
    }
    result
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
