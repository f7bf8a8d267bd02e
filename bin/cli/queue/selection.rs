//! Which messages are meant: by id, or by what they have in common.

use jiff::Timestamp;
use sms_framework::store::Selection;
use sms_framework::{MessageId, MessageState};

use super::super::failure::Failure;
use super::super::{input, misuse};

/// What messages have in common.
#[derive(Debug, clap::Args)]
pub(super) struct Filters {
    /// Only this owner's
    #[arg(long, conflicts_with = "ids")]
    owner: Option<String>,
    /// Only of this type
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "ids")]
    message_type: Option<String>,
    /// Only with this error code, such as UNAUTHORIZED
    #[arg(long, value_name = "CODE", conflicts_with = "ids")]
    error: Option<String>,
    /// Only of this provider; of a route those that wait are at route:NAME
    #[arg(long, value_name = "ID", conflicts_with = "ids")]
    provider: Option<String>,
    /// Only those handed over since: a time such as 2026-12-24T18:00:00+01:00, or a duration ago such as 2h
    #[arg(long, value_name = "TIME", value_parser = input::earlier, conflicts_with = "ids")]
    since: Option<Timestamp>,
    /// Only those handed over before
    #[arg(long, value_name = "TIME", value_parser = input::earlier, conflicts_with = "ids")]
    until: Option<Timestamp>,
    /// Every message in these states, whatever else it is
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

impl Filters {
    /// The messages meant, where no ids are given.
    ///
    /// # Errors
    /// Nothing narrows them down: what was forgotten must not hit everything.
    pub(super) fn selection(
        self,
        states: Vec<MessageState>,
        command: &str,
    ) -> Result<Selection, Failure> {
        let Self {
            owner,
            message_type,
            error,
            provider,
            since,
            until,
            all,
        } = self;
        let texts = [&owner, &message_type, &error, &provider];
        let times = [since, until];
        let narrowed = texts.iter().any(|text| text.is_some())
            || times.iter().any(Option::is_some)
            || !states.is_empty();
        if !narrowed && !all {
            let what = "which messages? Name their ids, or say what they have in common (--owner, --since, …), or --all";
            return Err(misuse(&["queue", command], what));
        }
        Ok(Selection {
            states,
            owner,
            message_type,
            error_code: error,
            provider,
            since,
            until,
            ..Selection::default()
        })
    }
}

/// One message.
pub(super) fn just(id: MessageId) -> Selection {
    Selection {
        ids: vec![id],
        ..Selection::default()
    }
}
