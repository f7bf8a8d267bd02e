//! What the writer is asked to do: plain data, so that a job can be run again.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError, QueryResult};
use jiff::Timestamp;

use super::attempts::NewAttemptRow;
use super::backend::Conn;
use super::begin::{self, Written};
use super::schema::sms_attempts;
use super::{backend, claim, proof, settle};
use crate::error::Error;
use crate::message::{MessageId, Outbound};
use crate::store::{Attempt, Claim, Claims, Lease, NewMessage, Settlement, begun_before};

/// Work that is rare enough to be a closure. It may run twice, and what it did the first time is undone
/// then.
pub(super) type Work = Box<dyn Fn(&mut Conn) -> QueryResult<Box<dyn Any + Send>> + Send>;

pub(super) enum Job {
    Begin(NewMessage),
    /// The attempt and its place in the order of attempts.
    Record(Attempt, i64),
    Settle(Settlement),
    HandOver {
        lease: Lease,
        message: Arc<Outbound>,
        provider: String,
    },
    Renew(Lease, Timestamp),
    TakeProof {
        id: MessageId,
        provider: String,
        provider_message_ids: Vec<String>,
    },
    Claim(Claim),
    /// Gives back what was leased: by a claim of somebody who went away, or for nothing.
    Release(Vec<Lease>),
    /// Something rare.
    Work(Work),
    /// Nothing: answered once everything before it is on disk.
    Flush,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Begin(_) => "Begin",
            Self::Record(..) => "Record",
            Self::Settle(_) => "Settle",
            Self::HandOver { .. } => "HandOver",
            Self::Renew(..) => "Renew",
            Self::TakeProof { .. } => "TakeProof",
            Self::Claim(_) => "Claim",
            Self::Release(_) => "Release",
            Self::Work(_) => "Work",
            Self::Flush => "Flush",
        })
    }
}

pub(super) enum Done {
    Written,
    Begun(Written),
    /// Whether it could be done.
    Told(bool),
    Claimed(Claims),
    Worked(Box<dyn Any + Send>),
}

impl Job {
    /// Runs inside the writer's transaction.
    pub(super) fn run(&self, connection: &mut Conn, holder: &str) -> QueryResult<Done> {
        match self {
            Self::Begin(message) => begin::begin(connection, message, holder).map(Done::Begun),
            Self::Record(attempt, seq) => {
                diesel::insert_into(sms_attempts::table)
                    .values(NewAttemptRow::new(attempt, *seq))
                    .execute(connection)?;
                Ok(Done::Written)
            }
            Self::Settle(settlement) => settle::settle(connection, settlement).map(Done::Told),
            Self::HandOver {
                lease,
                message,
                provider,
            } => claim::hand_over(connection, *lease, message, provider).map(Done::Told),
            Self::Renew(lease, until) => claim::renew(connection, *lease, *until).map(Done::Told),
            Self::TakeProof {
                id,
                provider,
                provider_message_ids,
            } => proof::take(connection, *id, provider, provider_message_ids).map(Done::Told),
            Self::Claim(claim) => claim::claim(connection, claim).map(Done::Claimed),
            Self::Release(leases) => {
                claim::release(connection, leases)?;
                Ok(Done::Written)
            }
            Self::Work(work) => work(connection).map(Done::Worked),
            Self::Flush => Ok(Done::Written),
        }
    }

    /// What the caller is told when it failed.
    pub(super) fn explain(&self, place: &str, error: &DieselError) -> Error {
        match (self, error) {
            (
                Self::Begin(new),
                DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _),
            ) => begun_before(new.message.id()),
            _ => backend::explain(place, error),
        }
    }
}
