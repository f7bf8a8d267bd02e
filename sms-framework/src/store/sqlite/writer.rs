//! The one thread that writes.
//!
//! It takes what waits, up to [`GROUP`] jobs, into one transaction, and answers all after the
//! commit: the one sync to disk that each commit costs is shared by the whole group.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use diesel::prelude::*;
use diesel::result::{Error as DieselError, QueryResult};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::oneshot;

use super::claim::Leased;
use super::job::{Done, Job};
use super::lost::Lost;
use super::{failure, transaction};
use crate::error::{Error, ErrorKind};

/// The most jobs of one transaction.
const GROUP: usize = 256;
/// The most jobs that may wait; beyond, a job is refused at once instead of eating memory.
const WAITING: usize = 65_536;

type Answer = Result<Done, Error>;

struct Waiting {
    job: Job,
    /// Where nobody waits for the answer, a failure is counted as lost.
    answer: Option<oneshot::Sender<Answer>>,
}

impl Waiting {
    /// A claim is for its caller alone: if that one has gone, nothing is leased.
    fn run(&self, connection: &mut SqliteConnection, holder: &str) -> QueryResult<Done> {
        match (&self.job, &self.answer) {
            (Job::Claim { .. }, Some(answer)) if answer.is_closed() => Ok(Done::Written),
            (job, _) => job.run(connection, holder),
        }
    }
}

/// The handle to the thread. Dropping it returns when all that was handed over is written.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Waiting>>,
    thread: Option<JoinHandle<()>>,
    lost: Arc<Lost>,
}

impl Writer {
    /// Starts the thread on a connection of its own.
    pub(super) fn start(
        connection: SqliteConnection,
        path: PathBuf,
        holder: String,
        lost: Arc<Lost>,
    ) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let thread = Thread {
            connection,
            path,
            holder,
            lost: Arc::clone(&lost),
        };
        let thread = std::thread::Builder::new()
            .name("sms-store".to_owned())
            .spawn(move || thread.run(waiting))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            lost,
        })
    }

    /// Hands a job over and waits until it is on disk.
    pub(super) async fn write(&self, job: Job) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.hand_over(job, Some(answer))?;
        let mut listener = Listener {
            writer: self,
            answered,
        };
        let answer = (&mut listener.answered).await;
        answer.unwrap_or_else(|_| Err(stopped()))
    }

    /// Hands a job over for which nobody waits.
    pub(super) fn write_soon(&self, job: Job) {
        if let Err(error) = self.hand_over(job, None) {
            self.lost.count(&error);
        }
    }

    fn hand_over(&self, job: Job, answer: Option<oneshot::Sender<Answer>>) -> Result<(), Error> {
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.try_send(Waiting { job, answer })
            .map_err(|error| match error {
                TrySendError::Full(_) => overloaded(),
                TrySendError::Closed(_) => stopped(),
            })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer of the message store panicked");
        }
    }
}

/// Somebody who waits for an answer, and may go away when it was given but not yet heard.
struct Listener<'a> {
    writer: &'a Writer,
    answered: oneshot::Receiver<Answer>,
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        // An answer that comes after this goes back to the thread.
        self.answered.close();
        if let Ok(Ok(Done::Claimed(rows))) = self.answered.try_recv() {
            self.writer.write_soon(Job::Release(rows));
        }
    }
}

struct Thread {
    connection: SqliteConnection,
    path: PathBuf,
    holder: String,
    lost: Arc<Lost>,
}

impl Thread {
    /// Ends when the handle is dropped and nothing waits any more.
    fn run(mut self, mut waiting: mpsc::Receiver<Waiting>) {
        let mut group = Vec::with_capacity(GROUP);
        while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
            let results = self.write(&group);
            for (waiting, result) in group.drain(..).zip(results) {
                self.answer(waiting, result);
            }
        }
    }

    /// Writes the group as if every job would succeed; if one fails by its own fault, again with
    /// a savepoint around each, so that it does not undo its neighbours.
    fn write(&mut self, group: &[Waiting]) -> Vec<QueryResult<Done>> {
        let holder = self.holder.as_str();
        let together = transaction::immediate(&mut self.connection, |connection| {
            group
                .iter()
                .map(|waiting| waiting.run(connection, holder))
                .collect::<QueryResult<Vec<_>>>()
        });
        match together {
            Ok(done) => done.into_iter().map(Ok).collect(),
            Err(error) if group.len() > 1 && failure::is_the_jobs_own(&error) => {
                self.write_apart(group)
            }
            Err(error) => repeat(error, group.len()),
        }
    }

    fn write_apart(&mut self, group: &[Waiting]) -> Vec<QueryResult<Done>> {
        let holder = self.holder.as_str();
        let apart = transaction::immediate(&mut self.connection, |connection| {
            group
                .iter()
                .map(|waiting| {
                    let result = transaction::apart(connection, |connection| {
                        waiting.run(connection, holder)
                    });
                    match result {
                        Err(error) if !failure::is_the_jobs_own(&error) => Err(error),
                        own => Ok(own),
                    }
                })
                .collect::<QueryResult<Vec<_>>>()
        });
        apart.unwrap_or_else(|error| repeat(error, group.len()))
    }

    fn answer(&mut self, waiting: Waiting, result: QueryResult<Done>) {
        let Waiting { job, answer } = waiting;
        let result = result.map_err(|error| job.explain(&self.path, &error));
        let unheard = match answer {
            Some(answer) => match answer.send(result) {
                Ok(()) => return,
                Err(result) => result,
            },
            None => result,
        };
        match unheard {
            Ok(Done::Claimed(rows)) => self.release(rows),
            Ok(_) => self.lost.written(),
            // The message's own fault: nothing that belongs in the log is missing there.
            Err(error) if error.kind() == ErrorKind::InvalidMessage => {}
            Err(error) => self.lost.count(&error),
        }
    }

    /// Before anything else is answered, so that whoever asks next finds the rows due.
    fn release(&mut self, rows: Vec<Leased>) {
        let release = Waiting {
            job: Job::Release(rows),
            answer: None,
        };
        if let Some(result) = self.write(std::slice::from_ref(&release)).pop() {
            self.answer(release, result);
        }
    }
}

/// The same failure for every job of a group: none of them was written.
fn repeat(error: DieselError, count: usize) -> Vec<QueryResult<Done>> {
    let said = error.to_string();
    let same = || DieselError::QueryBuilderError(said.clone().into());
    let mut all: Vec<_> = (1..count).map(|_| Err(same())).collect();
    all.push(Err(error));
    all
}

fn overloaded() -> Error {
    Error::new(
        ErrorKind::Storage,
        format!("{WAITING} writes already wait for the message store"),
    )
    .with_help("send fewer messages at a time, or give the database a faster disk")
}

fn stopped() -> Error {
    Error::new(
        ErrorKind::Storage,
        "the writer of the message store has stopped",
    )
    .with_help("restart the program; the log tells why it stopped")
}
