//! The one thread that writes.
//!
//! It takes what waits, up to [`GROUP`] jobs, into one transaction, and answers all after the
//! commit: the one sync to disk that each commit costs is shared by the whole group.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use diesel::result::{Error as DieselError, QueryResult};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::oneshot;

use super::backend::{Conn, Link};
use super::group;
use super::job::{Done, Job};
use crate::error::{Error, ErrorKind};
use crate::store::lost::Lost;
use crate::store::{Claims, Lease};

/// The most jobs of one transaction.
pub(super) const GROUP: usize = 256;
/// The most jobs that may wait; beyond, a job is refused at once instead of eating memory.
const WAITING: usize = 65_536;

type Answer = Result<Done, Error>;

pub(super) struct Waiting {
    pub(super) job: Job,
    /// Where nobody waits for the answer, a failure is counted as lost.
    answer: Option<oneshot::Sender<Answer>>,
}

impl Waiting {
    /// A claim is for its caller alone: if that one has gone, nothing is leased.
    pub(super) fn run(&self, connection: &mut Conn, holder: &str) -> QueryResult<Done> {
        match (&self.job, &self.answer) {
            (Job::Claim(_), Some(answer)) if answer.is_closed() => Ok(Done::Written),
            (job, _) => job.run(connection, holder),
        }
    }
}

/// The handle to what writes. Dropping it returns when all that was handed over is written.
#[derive(Debug)]
pub(super) struct Writer(Way);

#[derive(Debug)]
enum Way {
    /// A thread of its own.
    Thread {
        jobs: Option<mpsc::Sender<Waiting>>,
        thread: Option<JoinHandle<()>>,
        lost: Arc<Lost>,
    },
    /// Whoever calls: for tests whose time stands still while nothing runs.
    #[allow(dead_code, reason = "SQLite in memory writes so")]
    Caller(Arc<Mutex<Desk>>),
}

impl Writer {
    /// Starts a thread on a connection of its own.
    pub(super) fn start(desk: Desk) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let lost = Arc::clone(&desk.lost);
        let thread = std::thread::Builder::new()
            .name("sms-store".to_owned())
            .spawn(move || desk.run(waiting))?;
        Ok(Self(Way::Thread {
            jobs: Some(jobs),
            thread: Some(thread),
            lost,
        }))
    }

    /// Writes on the thread of whoever calls.
    #[allow(dead_code, reason = "SQLite in memory writes so")]
    pub(super) fn on_the_callers_thread(desk: Arc<Mutex<Desk>>) -> Self {
        Self(Way::Caller(desk))
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

    /// Runs something rare in a transaction, and waits until it is on disk.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, Error> {
        let work = move |connection: &mut Conn| {
            work(connection).map(|done| Box::new(done) as Box<dyn Any + Send>)
        };
        match self.write(Job::Work(Box::new(work))).await? {
            Done::Worked(done) => done.downcast().map(|done| *done).map_err(|_| stopped()),
            _ => Err(stopped()),
        }
    }

    /// Hands a job over for which nobody waits.
    pub(super) fn write_soon(&self, job: Job) {
        if let Err(error) = self.hand_over(job, None) {
            self.lost(&error);
        }
    }

    fn lost(&self, error: &Error) {
        match &self.0 {
            Way::Thread { lost, .. } => lost.count(error),
            Way::Caller(desk) => lock(desk).lost.count(error),
        }
    }

    fn hand_over(&self, job: Job, answer: Option<oneshot::Sender<Answer>>) -> Result<(), Error> {
        let waiting = Waiting { job, answer };
        let jobs = match &self.0 {
            Way::Thread { jobs, .. } => jobs.as_ref().ok_or_else(stopped)?,
            Way::Caller(desk) => {
                lock(desk).serve(&mut vec![waiting]);
                return Ok(());
            }
        };
        jobs.try_send(waiting).map_err(|error| match error {
            TrySendError::Full(_) => overloaded(),
            TrySendError::Closed(_) => stopped(),
        })
    }
}

pub(super) fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Writer {
    fn drop(&mut self) {
        let Way::Thread { jobs, thread, .. } = &mut self.0 else {
            return;
        };
        *jobs = None;
        if let Some(thread) = thread.take()
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
        if let Ok(Ok(Done::Claimed(claims))) = self.answered.try_recv() {
            self.writer.write_soon(Job::Release(leases(&claims)));
        }
    }
}

fn leases(claims: &Claims) -> Vec<Lease> {
    claims
        .messages
        .iter()
        .map(|claimed| claimed.lease)
        .collect()
}

/// Where jobs are carried out.
pub(super) struct Desk {
    pub(super) link: Link,
    /// Where the database is, for people.
    place: String,
    /// Who holds what is sent at once.
    holder: String,
    lost: Arc<Lost>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Desk {
    pub(super) fn new(link: Link, place: String, lost: &Arc<Lost>) -> Self {
        Self {
            link,
            place,
            holder: uuid::Uuid::now_v7().simple().to_string(),
            lost: Arc::clone(lost),
        }
    }

    /// Ends when the handle is dropped and nothing waits any more.
    fn run(mut self, mut waiting: mpsc::Receiver<Waiting>) {
        let mut group = Vec::with_capacity(GROUP);
        while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
            self.serve(&mut group);
        }
    }

    fn serve(&mut self, group: &mut Vec<Waiting>) {
        let results = group::write(&mut self.link, group, &self.holder);
        for (waiting, result) in group.drain(..).zip(results) {
            self.answer(waiting, result);
        }
    }

    fn answer(&mut self, waiting: Waiting, result: QueryResult<Done>) {
        let Waiting { job, answer } = waiting;
        let result = result.map_err(|error| job.explain(&self.place, &error));
        let unheard = match answer {
            Some(answer) => match answer.send(result) {
                Ok(()) => return,
                Err(result) => result,
            },
            None => result,
        };
        match unheard {
            Ok(Done::Claimed(claims)) => self.release(leases(&claims)),
            Ok(_) => self.lost.written(),
            // The message's own fault: nothing that belongs in the log is missing there.
            Err(error) if error.kind() == ErrorKind::InvalidMessage => {}
            Err(error) => self.lost.count(&error),
        }
    }

    /// Before anything else is answered, so that whoever asks next finds the rows due.
    fn release(&mut self, leases: Vec<Lease>) {
        let release = Waiting {
            job: Job::Release(leases),
            answer: None,
        };
        let written =
            group::write(&mut self.link, std::slice::from_ref(&release), &self.holder).pop();
        if let Some(result) = written {
            self.answer(release, result);
        }
    }
}

/// The same failure for every job of a group: none of them was written.
pub(super) fn repeat(error: DieselError, count: usize) -> Vec<QueryResult<Done>> {
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
