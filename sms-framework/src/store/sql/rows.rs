//! Rows of `sms_messages`: written from a message, read back as a record or as a message to send.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::result::QueryResult;

use super::backend::Db;
use super::schema::sms_messages;
use crate::message::{MessageState, Outbound, PhoneNumber, Segments, sha256};
use crate::store::id::Id;
use crate::store::names::{self, unreadable};
use crate::store::{Claimed, Doubt, ErrorNote, Lease, MessageRecord, NewMessage, lane};

/// What is written when a message begins. `None` is written as NULL and not left to the default,
/// so that the statement is always the same text and is prepared once.
#[derive(Insertable)]
#[diesel(table_name = sms_messages, treat_none_as_default_value = false)]
pub(super) struct NewMessageRow<'a> {
    pub(super) id: Id,
    state: &'static str,
    provider: &'a str,
    simulated: bool,
    recipient: &'a str,
    sender: Option<String>,
    body: &'a str,
    body_hash: Option<String>,
    segments: i32,
    encoding: &'static str,
    owner: Option<&'a str>,
    message_type: Option<&'a str>,
    tags: Option<String>,
    media: Option<String>,
    valid_for_ms: Option<i64>,
    attempts: i32,
    rounds: i32,
    next_attempt_at: Option<i64>,
    holder: Option<&'a str>,
    created_at: i64,
    updated_at: i64,
    sender_is_chosen: bool,
    priority: i32,
    lane: String,
    send_at: Option<i64>,
    broadcast: Option<Id>,
    pub(super) fence: i64,
}

impl<'a> NewMessageRow<'a> {
    pub(super) fn new(new: &'a NewMessage, holder: &'a str) -> Self {
        let message = &*new.message;
        let created_at = message.created_at.as_millisecond();
        let later = message.send_at.filter(|at| *at > message.created_at);
        let (state, next_attempt_at) = match (new.lease_until, later) {
            (Some(end), _) => (MessageState::Sending, Some(end)),
            (None, Some(later)) => (MessageState::Scheduled, Some(later)),
            (None, None) => (MessageState::Queued, None),
        };
        let is_leased = new.lease_until.is_some();
        Self {
            id: message.id.into(),
            state: state.as_str(),
            provider: &new.provider,
            simulated: new.simulated,
            recipient: message.to.as_str(),
            sender: message.from.as_ref().map(ToString::to_string),
            body: &message.body,
            body_hash: new.hash_body.then(|| sha256(&message.body)),
            segments: names::count(message.segments.count),
            encoding: names::encoding(message.segments.encoding),
            owner: message.owner.as_deref(),
            message_type: message.message_type.as_deref(),
            tags: (!message.tags.is_empty()).then(|| json(&message.tags)),
            media: (!message.media.is_empty()).then(|| json(&message.media)),
            valid_for_ms: message.valid_for.map(names::milliseconds),
            attempts: 0,
            rounds: 0,
            next_attempt_at: next_attempt_at.map(|at| at.as_millisecond()),
            holder: is_leased.then_some(holder),
            created_at,
            updated_at: created_at,
            sender_is_chosen: message.sender_is_chosen,
            priority: i32::from(message.priority.rank()),
            lane: lane::of(message),
            send_at: message.send_at.map(|at| at.as_millisecond()),
            broadcast: message.broadcast.map(Id::from),
            fence: i64::from(is_leased),
        }
    }
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("maps and lists of strings can be written as JSON")
}

/// A whole row as it stands.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sms_messages, check_for_backend(Db))]
pub(super) struct MessageRow {
    id: Id,
    state: String,
    provider: String,
    provider_message_id: Option<String>,
    provider_status: Option<String>,
    simulated: bool,
    recipient: String,
    sender: Option<String>,
    body: Option<String>,
    body_hash: Option<String>,
    segments: i32,
    encoding: String,
    owner: Option<String>,
    message_type: Option<String>,
    tags: Option<String>,
    media: Option<String>,
    valid_for_ms: Option<i64>,
    attempts: i32,
    rounds: i32,
    doubt: Option<String>,
    error_code: Option<String>,
    error_message: Option<String>,
    error_certainty: Option<String>,
    error_provider_code: Option<String>,
    next_attempt_at: Option<i64>,
    holder: Option<String>,
    created_at: i64,
    updated_at: i64,
    sender_is_chosen: bool,
    priority: i32,
    send_at: Option<i64>,
    broadcast: Option<Id>,
    replayed_at: Option<i64>,
}

impl MessageRow {
    pub(super) fn into_record(self) -> QueryResult<MessageRecord> {
        Ok(MessageRecord {
            id: self.id.into(),
            status: self.state()?,
            segments: names::read_count("segments", self.segments)?,
            encoding: names::read_encoding(&self.encoding)?,
            tags: names::read_json("tags", self.tags.as_deref())?,
            attempts: names::read_count("attempts", self.attempts)?,
            rounds: names::read_count("rounds", self.rounds)?,
            doubt: self.doubt()?,
            next_attempt_at: self.next_attempt_at.map(names::read_time).transpose()?,
            priority: names::read_priority(self.priority)?,
            send_at: self.send_at.map(names::read_time).transpose()?,
            broadcast: self.broadcast.map(Into::into),
            created_at: names::read_time(self.created_at)?,
            updated_at: names::read_time(self.updated_at)?,
            error: error_note(
                self.error_code,
                self.error_message,
                self.error_certainty,
                self.error_provider_code,
            )?,
            provider: self.provider,
            provider_message_id: self.provider_message_id,
            provider_status: self.provider_status,
            simulated: self.simulated,
            to: self.recipient,
            from: self.sender,
            body: self.body,
            body_hash: self.body_hash,
            owner: self.owner,
            message_type: self.message_type,
            holder: self.holder,
        })
    }

    /// The message as it goes to a worker; the fence comes with the lease.
    pub(super) fn into_claimed(self) -> QueryResult<Claimed> {
        let state = self.state()?;
        let doubt = self.doubt()?;
        let attempts = names::read_count("attempts", self.attempts)?;
        let rounds = names::read_count("rounds", self.rounds)?;
        let provider = self.provider.clone();
        let replayed_at = self.replayed_at.map(names::read_time).transpose()?;
        let message = Arc::new(self.into_outbound()?);
        Ok(Claimed {
            lease: Lease {
                id: message.id(),
                fence: 0,
            },
            waits_since: replayed_at.unwrap_or_else(|| message.due_at()),
            message,
            provider,
            state,
            doubt,
            attempts,
            rounds,
        })
    }

    fn into_outbound(self) -> QueryResult<Outbound> {
        let body = self.body.as_deref().ok_or_else(|| unreadable("body"))?;
        let sender = self.sender.as_deref().map(str::parse).transpose();
        let valid_for = self.valid_for_ms.map(u64::try_from).transpose();
        Ok(Outbound {
            sender_is_chosen: self.sender_is_chosen,
            id: self.id.into(),
            to: PhoneNumber::parse(&self.recipient).map_err(|_| unreadable("recipient"))?,
            from: sender.map_err(|_| unreadable("sender"))?,
            segments: Segments::of(body),
            tags: names::read_json("tags", self.tags.as_deref())?,
            media: names::read_json("media", self.media.as_deref())?,
            valid_for: valid_for
                .map_err(|_| unreadable("valid_for_ms"))?
                .map(Duration::from_millis),
            created_at: names::read_time(self.created_at)?,
            send_at: self.send_at.map(names::read_time).transpose()?,
            priority: names::read_priority(self.priority)?,
            broadcast: self.broadcast.map(Into::into),
            idempotency_key: None,
            owner: self.owner,
            message_type: self.message_type,
            body: self.body.unwrap_or_default(),
        })
    }

    fn state(&self) -> QueryResult<MessageState> {
        self.state.parse().map_err(|_| unreadable("state"))
    }

    fn doubt(&self) -> QueryResult<Option<Doubt>> {
        self.doubt.as_deref().map(names::read_doubt).transpose()
    }
}

/// The four columns of an error; no code is no error.
pub(super) fn error_note(
    code: Option<String>,
    message: Option<String>,
    certainty: Option<String>,
    provider_code: Option<String>,
) -> QueryResult<Option<ErrorNote>> {
    let Some(code) = code else { return Ok(None) };
    let certainty = certainty.ok_or_else(|| unreadable("error_certainty"))?;
    Ok(Some(ErrorNote {
        code,
        message: message.unwrap_or_default(),
        certainty: names::read_certainty(&certainty)?,
        provider_code,
    }))
}
