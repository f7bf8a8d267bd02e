//! A decision about messages that are named: what it did to each, or why it could not.

use std::io;
use std::process::ExitCode;

use jiff::Timestamp;
use serde::Serialize;
use sms_framework::store::{BroadcastState, Decision, DynStore, MessageRecord};
use sms_framework::{Error, ErrorKind, MessageId, MessageState};

use super::super::output::Output;
use super::super::{Ended, Global, INCOMPLETE, messages, sources};
use super::selection::just;

/// What became of one message.
#[derive(Debug, Serialize)]
struct Told<'a> {
    id: MessageId,
    changed: bool,
    status: Option<MessageState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Error>,
}

/// Carries a decision out on each message.
pub(super) fn decide(
    decision: Decision,
    ids: &[MessageId],
    global: &Global,
    output: &Output,
) -> Ended {
    let store = sources::store(&global.settings()?)?;
    let mut complete = true;
    sources::runtime()?.block_on(async {
        for id in ids {
            let result = decide_one(&store, decision, *id).await?;
            complete &= result.is_ok();
            tell(*id, decision, result, output)?;
        }
        Ok::<_, super::super::failure::Failure>(())
    })?;
    Ok(ExitCode::from(if complete { 0 } else { INCOMPLETE }))
}

/// A message that could not be changed, and why.
type Unchanged = (Option<MessageState>, Error);

async fn decide_one(
    store: &DynStore,
    decision: Decision,
    id: MessageId,
) -> Result<Result<MessageState, Unchanged>, Error> {
    let before = store.message(id).await?;
    let decided = store.decide(decision, just(id), Timestamp::now()).await?;
    if decided.changed > 0 {
        return Ok(Ok(match decision {
            Decision::FoundSent => MessageState::Accepted,
            Decision::SendAgain | Decision::Replay => MessageState::Queued,
            Decision::Cancel => MessageState::Canceled,
        }));
    }
    let Some(message) = before else {
        return Ok(Err((None, messages::missing(id))));
    };
    let broadcast = match message.broadcast {
        Some(id) => store.broadcast(id).await?,
        None => None,
    };
    let error = unable(
        decision,
        &message,
        broadcast.map(|broadcast| broadcast.state),
    );
    Ok(Err((Some(message.status), error)))
}

fn unable(decision: Decision, message: &MessageRecord, broadcast: Option<BroadcastState>) -> Error {
    let (id, stands) = (message.id, message.status);
    let able = decision.applies_to();
    let why = if !able.contains(&stands) {
        let able: Vec<_> = able.iter().map(|state| state.as_str()).collect();
        let what = match decision {
            Decision::FoundSent | Decision::SendAgain => "resolved",
            Decision::Replay => "tried again",
            Decision::Cancel => "canceled",
        };
        format!(
            "is {stands}: only what is {} can be {what}",
            able.join(" or ")
        )
    } else if message.body.is_none() && decision != Decision::FoundSent {
        format!("is {stands}, and its text is not kept any more: hand it over anew")
    } else if broadcast == Some(BroadcastState::Canceled) && decision != Decision::FoundSent {
        format!("is {stands}, and its broadcast was canceled: send it by itself")
    } else if decision == Decision::Replay {
        format!("is {stands}, yet the provider had it: sending it again could double it")
    } else {
        "changed at this moment: look again".to_owned()
    };
    Error::new(ErrorKind::WrongState, format!("message {id} {why}"))
}

fn tell(
    id: MessageId,
    decision: Decision,
    result: Result<MessageState, Unchanged>,
    output: &Output,
) -> io::Result<()> {
    let (status, error) = match &result {
        Ok(status) => (Some(*status), None),
        Err((status, error)) => (*status, Some(error)),
    };
    if output.json {
        output.object(&Told {
            id,
            changed: error.is_none(),
            status,
            error,
        })?;
    }
    match error {
        Some(error) => output.error(error),
        None if output.json || output.quiet => {}
        None => output.text(format!("{id} {}\n", what_it_did(decision)))?,
    }
    Ok(())
}

fn what_it_did(decision: Decision) -> &'static str {
    match decision {
        Decision::FoundSent => "is accepted now: it counts as sent",
        Decision::SendAgain | Decision::Replay => "is queued now: a worker (`sms work`) sends it",
        Decision::Cancel => "is canceled now: it will not be sent",
    }
}
