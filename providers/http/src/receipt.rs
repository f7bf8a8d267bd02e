//! Delivery receipts.

use std::collections::BTreeMap;

use figment::value::Value as Toml;
use secrecy::SecretString;
use serde_json::Value;
use sms_framework::message::PhoneNumber;
use sms_framework::provider::{DeliveryReceipt, Reply, WebhookCall};
use sms_framework::{Error, MessageId, MessageState};

use crate::call::{CallAuth, Named, Reader};
use crate::check::{no_word, shown};
use crate::meaning::Meaning;
use crate::tables::ReceiptTable;
use crate::template::Names;

/// The states that a gateway can report; the others are ours.
const STATES: &[MessageState] = &[
    MessageState::Scheduled,
    MessageState::Accepted,
    MessageState::Sent,
    MessageState::Delivered,
    MessageState::Undelivered,
    MessageState::Failed,
    MessageState::Canceled,
    MessageState::Expired,
    MessageState::Rejected,
];

/// `[receipt]`
pub(crate) struct Receipts {
    pub(crate) reader: Reader,
    pub(crate) auth: CallAuth,
    pub(crate) reply: Reply,
    id: Option<Named>,
    message_id: Option<Named>,
    pub(crate) status: Named,
    to: Option<Named>,
    at: Option<Named>,
    error: Option<Named>,
    states: BTreeMap<String, MessageState>,
    codes: BTreeMap<String, Meaning>,
}

impl Receipts {
    /// Reads the table. `has_receipt_url` says whether our id is in the URL that the gateway calls.
    pub(crate) fn read(
        names: &Names<'_>,
        table: &Toml,
        secret: Option<&SecretString>,
        has_receipt_url: bool,
    ) -> Result<Self, Error> {
        let check = &names.check;
        let table: ReceiptTable = check.read("receipt", table)?;
        if table.id.is_none() && table.message_id.is_none() && !has_receipt_url {
            let why = "nothing in it says which message is meant; set `id` or `message_id`, or put `{receipt_url}` into the request";
            return Err(check.wrong("receipt", why));
        }
        if table.error.is_none() && !table.codes.is_empty() {
            let why = "nothing says where the code is; set `receipt.error`";
            return Err(check.wrong("receipt.codes", why));
        }
        let reply = table.reply.unwrap_or_default();
        if !(200..300).contains(&reply.status) {
            let why = "it takes a status from 200 to 299; others are for calls that are refused";
            return Err(check.wrong("receipt.reply.status", why));
        }
        let maybe = |key: &str, text: &Option<String>| {
            Named::maybe(names, &format!("receipt.{key}"), text.as_ref())
        };
        Ok(Self {
            reader: Reader::read(
                names,
                "receipt",
                &table.from,
                table.each.as_deref(),
                &table.when,
            )?,
            auth: CallAuth::read(names, "receipt.auth", table.auth.as_ref(), secret.is_some())?,
            reply: if reply.body.is_empty() {
                Reply::empty(reply.status)
            } else {
                Reply::text(reply.status, reply.content_type, reply.body)
            },
            id: maybe("id", &table.id)?,
            message_id: maybe("message_id", &table.message_id)?,
            status: Named::read(names, "receipt.status", &table.status)?,
            to: maybe("to", &table.to)?,
            at: maybe("at", &table.at)?,
            error: maybe("error", &table.error)?,
            states: states(names, &table.states)?,
            codes: Meaning::table(check, "receipt.codes", &table.codes)?,
        })
    }

    /// The receipt of one item of a call.
    pub(crate) fn receipt(
        &self,
        call: &WebhookCall,
        item: &[&Value],
    ) -> Result<DeliveryReceipt, Error> {
        let status = self.status.promised(item)?;
        let find = |named: &Option<Named>| named.as_ref().and_then(|named| named.find(item));
        let ours: Option<MessageId> = find(&self.message_id).and_then(|id| id.parse().ok());
        let ours = ours.or_else(|| call.message_id());
        let id = find(&self.id).filter(|id| !id.is_empty());
        if let (Some(named), None, None) = (&self.id, &id, ours) {
            named.promised(item)?;
        }
        let code = find(&self.error);
        let mut receipt = DeliveryReceipt::new(status.clone())
            .message_id(ours)
            .to(find(&self.to).and_then(|to| PhoneNumber::from_vendor(&to)))
            .state(self.states.get(&status).copied())
            .reason(&[], code.as_deref(), call.received_at())
            .at(self.at.as_ref().and_then(|at| at.time(item)));
        receipt.provider_message_id = id;
        let known = code.and_then(|code| Some((self.codes.get(&code)?, code)));
        Ok(match known {
            Some((meaning, code)) => {
                let said = meaning.words.as_deref();
                let said = said.unwrap_or_else(|| meaning.word.sentence());
                receipt.error(meaning.word.error(said).with_provider_code(code))
            }
            None => receipt,
        })
    }
}

fn states(
    names: &Names<'_>,
    table: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, MessageState>, Error> {
    let words = STATES.iter().map(|state| state.as_str());
    let state = |(word, state): (&String, &String)| {
        let known = STATES.iter().find(|known| known.as_str() == state);
        match known {
            Some(known) => Ok((word.clone(), *known)),
            None => {
                let key = format!("receipt.states.{}", shown(word));
                Err(names.check.wrong(&key, &no_word(state, words.clone())))
            }
        }
    };
    table.iter().map(state).collect()
}
