//! A group of jobs in one transaction: the one sync to disk that each commit costs is shared.

use diesel::result::QueryResult;

use super::failure;
use super::job::Done;
use super::transaction::{self, Link};
use super::writer::{Waiting, repeat};

/// Writes the group as if every job would succeed; if one fails by its own fault, again with a
/// savepoint around each, so that it does not undo its neighbours.
pub(super) fn write(link: &mut Link, group: &[Waiting], holder: &str) -> Vec<QueryResult<Done>> {
    let together = transaction::immediate(link, |connection| {
        group
            .iter()
            .map(|waiting| waiting.run(connection, holder))
            .collect::<QueryResult<Vec<_>>>()
    });
    match together {
        Ok(done) => done.into_iter().map(Ok).collect(),
        Err(error) if group.len() > 1 && failure::is_the_jobs_own(&error) => {
            write_apart(link, group, holder)
        }
        Err(error) => repeat(error, group.len()),
    }
}

fn write_apart(link: &mut Link, group: &[Waiting], holder: &str) -> Vec<QueryResult<Done>> {
    let apart = transaction::immediate(link, |connection| {
        group
            .iter()
            .map(|waiting| {
                let result =
                    transaction::apart(connection, |connection| waiting.run(connection, holder));
                match result {
                    Err(error) if !failure::is_the_jobs_own(&error) => Err(error),
                    own => Ok(own),
                }
            })
            .collect::<QueryResult<Vec<_>>>()
    });
    apart.unwrap_or_else(|error| repeat(error, group.len()))
}
