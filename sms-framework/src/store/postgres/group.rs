//! A group of jobs in one transaction: a few statements for all of them, and one commit.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::result::{Error as DieselError, QueryResult};

use super::job::{Done, Job};
use super::link::{Conn, Link};
use super::writer::{Waiting, repeat};
use super::{bell, failure, hot};
use crate::error::Error;

/// How long a server that went away is waited for, before those who wait are told.
const PATIENCE: Duration = Duration::from_secs(10);
const LEAST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Writes the group. Where the connection breaks, it is written again on another, for as long as
/// [`PATIENCE`] lasts: what was carried out the first time is recognised. Where one job is at fault, each
/// is written by itself.
pub(super) fn write(link: &mut Link, group: &[Waiting], holder: &str) -> Vec<QueryResult<Done>> {
    let until = Instant::now() + PATIENCE;
    let mut pause = LEAST_PAUSE;
    let mut again = false;
    loop {
        let error = match attempt(link, group, holder, again) {
            Ok(done) => return done.into_iter().map(Ok).collect(),
            Err(error) => error,
        };
        let failed = failure::storage(&link.place(), &error);
        let alive = link.clear();
        if alive && failed.is_the_statements_own() {
            return match group {
                [_] => repeat(error, 1),
                several => each(link, several, holder),
            };
        }
        let in_vain = !failed.is_contention() && alive && !failed.is_the_connections();
        if in_vain || Instant::now() + pause > until {
            return repeat(error, group.len());
        }
        again |= !failed.is_contention();
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn each(link: &mut Link, group: &[Waiting], holder: &str) -> Vec<QueryResult<Done>> {
    let one = |job| write(link, std::slice::from_ref(job), holder);
    group.iter().flat_map(one).collect()
}

/// One transaction. `again` says that an earlier one may have been carried out, for all we know.
fn attempt(
    link: &mut Link,
    group: &[Waiting],
    holder: &str,
    again: bool,
) -> QueryResult<Vec<Done>> {
    let notifies = link.notifies();
    let connection = link.connection().map_err(carried)?;
    connection.batch_execute("BEGIN")?;
    let done = hot::run(connection, group, holder, again)?;
    if notifies && group.iter().any(|waiting| frees(&waiting.job)) {
        notify(connection)?;
    }
    connection.batch_execute("COMMIT")?;
    Ok(done)
}

/// Whether a worker may have something to do after it.
fn frees(job: &Job) -> bool {
    match job {
        Job::Begin(message) => message.lease_until.is_none(),
        Job::Release(_) | Job::Work(_) => true,
        _ => false,
    }
}

pub(super) fn notify(connection: &mut Conn) -> QueryResult<()> {
    connection.batch_execute(&format!("NOTIFY {}", bell::CHANNEL))
}

/// Our error through diesel's, whose kinds have no place for it.
fn carried(error: Error) -> DieselError {
    DieselError::QueryBuilderError(Box::new(error))
}
