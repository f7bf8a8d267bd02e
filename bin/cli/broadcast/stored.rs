//! `sms broadcast --enqueue`: stored first, then sent by workers.

use std::future::Future;

use serde::Serialize;
use sms_framework::store::BroadcastRecord;
use sms_framework::{Added, BroadcastId, Error, Message, OpenBroadcast, SmsClient};

use super::super::Ended;
use super::super::broadcasts::there_is_none;
use super::super::failure::Failure;
use super::super::filling::{AT_ONCE, Filled, Filling, Taken, Tally};
use super::super::interrupt::Interrupt;
use super::super::output::{Output, Paint};
use super::super::reading::Source;
use super::super::wording::{Facts, grouped, printable_line};

/// Which broadcast is stored.
pub(super) struct Store {
    pub(super) resume: Option<BroadcastId>,
    pub(super) name: Option<String>,
    pub(super) owner: Option<String>,
}

/// The end, as JSON.
#[derive(Serialize)]
struct End<'a> {
    #[serde(flatten)]
    broadcast: &'a BroadcastRecord,
    repeated: u64,
    refused: u64,
}

impl Store {
    /// Adds everybody, then has workers send it. Stopped before the end, it sends nothing.
    pub(super) async fn fill(self, client: &SmsClient, source: Source, output: &Output) -> Ended {
        let open = self.open(client).await?;
        announce(client, &open, output).await?;
        let stopping = "stopping: nothing more is added (again to exit at once)";
        let at_once =
            "stopped at once: nothing of the broadcast is sent before --resume stored the rest";
        let interrupt = Interrupt::listen(*output, stopping, at_once)?;
        let mut reading = source.start(AT_ONCE)?;
        let filling = Filling::new(interrupt, *output, false);
        let filled = filling
            .run(&mut reading, |message| add(&open, message))
            .await;
        if !filled.stopped {
            open.start().await?;
        }
        let broadcast = record(client, &open).await?;
        conclude(filled, &broadcast, output)
    }

    async fn open(self, client: &SmsClient) -> Result<OpenBroadcast, Failure> {
        if let Some(id) = self.resume
            && client.store()?.broadcast(id).await?.is_none()
        {
            return Err(there_is_none(id));
        }
        Ok(client
            .open_broadcast(self.owner, self.name, self.resume)
            .await?)
    }
}

async fn record(client: &SmsClient, open: &OpenBroadcast) -> Result<BroadcastRecord, Failure> {
    let record = client.store()?.broadcast(open.id()).await?;
    record.ok_or_else(|| there_is_none(open.id()))
}

/// The id comes first: whoever is cut off here can go on.
async fn announce(
    client: &SmsClient,
    open: &OpenBroadcast,
    output: &Output,
) -> Result<(), Failure> {
    if output.json {
        output.object(&record(client, open).await?)?;
    } else if !output.quiet {
        let id = open.id();
        output.text(format!(
            "Broadcast {id} is being stored (cut off? --resume {id})\n"
        ))?;
    }
    Ok(())
}

fn add(
    open: &OpenBroadcast,
    message: Message,
) -> impl Future<Output = Result<Taken, Error>> + use<> {
    let adding = open.add(message);
    async {
        match adding.await? {
            Added::Waiting(enqueued) => Ok(Taken::Enqueued(enqueued)),
            Added::Refused(refused) => Err(refused.error),
            _ => Ok(Taken::Repeated),
        }
    }
}

fn conclude(filled: Filled, broadcast: &BroadcastRecord, output: &Output) -> Ended {
    if output.json {
        output.object(&End {
            broadcast,
            repeated: filled.tally.repeated,
            refused: filled.tally.refused,
        })?;
    }
    let stopped = filled.stopped;
    filled.conclude(|tally, paint| text(tally, broadcast, stopped, paint))
}

fn text(tally: &Tally, broadcast: &BroadcastRecord, stopped: bool, paint: Paint) -> String {
    let id = broadcast.id;
    let mut facts = Facts::new();
    facts.add_some("name", broadcast.name.as_deref().map(printable_line));
    facts.add("recipients", grouped(broadcast.total()));
    let mut some = |name: &str, number: u64, remark: &str| {
        if number > 0 {
            facts.add(name, format!("{} ({remark})", grouped(number)));
        }
    };
    some("left out", tally.repeated, "the same recipient again");
    some("refused", tally.refused, "they get nothing");
    facts.add("took", tally.pace());
    let head = if stopped {
        format!(
            "{}: nothing of it is sent. Go on with the same command and --resume {id}, or `sms broadcasts cancel {id}`",
            paint.bad("STOPPED")
        )
    } else {
        let line = format!("Broadcast {id} is {}: `sms work` sends it", broadcast.state);
        if tally.refused == 0 {
            paint.good(line)
        } else {
            paint.warn(line)
        }
    };
    format!("{head}\n{facts}")
}
