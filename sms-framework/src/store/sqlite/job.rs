//! What the writer is asked to do: plain data, so that a job can be run again.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError, QueryResult};
use jiff::Timestamp;
use std::path::Path;

use super::attempts::NewAttemptRow;
use super::claim::Leased;
use super::rows::NewMessageRow;
use super::schema::{sms_attempts, sms_messages};
use super::{claim, failure, proof, settle};
use crate::error::Error;
use crate::message::MessageId;
use crate::store::{Attempt, NewMessage, Settlement, begun_before};

#[derive(Debug)]
pub(super) enum Job {
    Begin(NewMessage),
    /// The attempt and its place in the order of attempts.
    Record(Attempt, i64),
    Settle(Settlement),
    HandOver {
        id: MessageId,
        provider: String,
        sender: Option<String>,
        sender_is_chosen: bool,
    },
    TakeProof {
        id: MessageId,
        provider: String,
        provider_message_ids: Vec<String>,
    },
    Claim {
        providers: Vec<String>,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    },
    /// Gives back what a claim leased for somebody who went away.
    Release(Vec<Leased>),
    /// Nothing: answered once everything before it is on disk.
    Flush,
}

#[derive(Debug)]
pub(super) enum Done {
    Written,
    /// Whether the row was changed.
    Settled(bool),
    /// Whether the provider's ids are the message's.
    Proven(bool),
    Claimed(Vec<Leased>),
}

impl Job {
    /// Runs inside the writer's transaction.
    pub(super) fn run(&self, connection: &mut SqliteConnection, holder: &str) -> QueryResult<Done> {
        match self {
            Self::Begin(message) => {
                diesel::insert_into(sms_messages::table)
                    .values(NewMessageRow::new(message, holder))
                    .execute(connection)?;
                Ok(Done::Written)
            }
            Self::Record(attempt, seq) => {
                diesel::insert_into(sms_attempts::table)
                    .values(NewAttemptRow::new(attempt, *seq))
                    .execute(connection)?;
                Ok(Done::Written)
            }
            Self::Settle(settlement) => {
                settle::settle(connection, settlement, holder).map(Done::Settled)
            }
            Self::HandOver {
                id,
                provider,
                sender,
                sender_is_chosen,
            } => {
                let sender = (sender.as_deref(), *sender_is_chosen);
                claim::hand_over(connection, *id, holder, provider, sender).map(Done::Settled)
            }
            Self::TakeProof {
                id,
                provider,
                provider_message_ids,
            } => proof::take(connection, *id, provider, provider_message_ids).map(Done::Proven),
            Self::Claim {
                providers,
                now,
                lease_until,
                limit,
            } => claim::claim(connection, holder, providers, *now, *lease_until, *limit)
                .map(Done::Claimed),
            Self::Release(rows) => {
                claim::release(connection, holder, rows)?;
                Ok(Done::Written)
            }
            Self::Flush => Ok(Done::Written),
        }
    }

    /// What the caller is told when it failed.
    pub(super) fn explain(&self, path: &Path, error: &DieselError) -> Error {
        match (self, error) {
            (
                Self::Begin(new),
                DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _),
            ) => begun_before(new.message.id()),
            _ => failure::storage(path, error),
        }
    }
}
