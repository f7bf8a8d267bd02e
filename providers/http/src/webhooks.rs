//! The power to read what a gateway calls us with.

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::Value;
use sms_framework::provider::{Event, Reply, WebhookCall, Webhooks};
use sms_framework::{Error, ErrorKind};

use crate::call::{CallAuth, Named, Reader};
use crate::inbound::Inbounds;
use crate::receipt::Receipts;

/// `[receipt]` and `[inbound]`: at least one of them.
pub(crate) struct Calls {
    pub(crate) receipts: Option<Receipts>,
    pub(crate) inbound: Option<Inbounds>,
    pub(crate) path_secret: Option<SecretString>,
}

/// What of a call is of one sort.
enum Sort {
    /// The call is of this sort.
    Is(Value),
    /// It may be, by its secret, and is not, by what it says.
    IsNot,
}

#[async_trait]
impl Webhooks for Calls {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        let mut refusal = None;
        let mut unreadable = None;
        let mut by_when = false;
        if let Some(receipts) = &self.receipts {
            match self.sort(call, &receipts.auth, &receipts.reader, &receipts.status) {
                Ok(Sort::Is(document)) => {
                    let items = receipts.reader.items(&document)?;
                    let receipt =
                        |item: &Vec<&Value>| Ok(Event::Receipt(receipts.receipt(call, item)?));
                    return items.iter().map(receipt).collect();
                }
                Ok(Sort::IsNot) => by_when |= receipts.reader.has_when(),
                Err(error) => keep(error, &mut refusal, &mut unreadable),
            }
        }
        if let Some(inbound) = &self.inbound {
            match self.sort(call, &inbound.auth, &inbound.reader, &inbound.text) {
                Ok(Sort::Is(document)) => {
                    let items = inbound.reader.items(&document)?;
                    let message = |item: &Vec<&Value>| Ok(Event::Inbound(inbound.message(item)?));
                    return items.iter().map(message).collect();
                }
                Ok(Sort::IsNot) => by_when |= inbound.reader.has_when(),
                Err(error) => keep(error, &mut refusal, &mut unreadable),
            }
        }
        match unreadable.or(refusal) {
            // A call of another kind, as `when` tells.
            _ if by_when => Ok(Vec::new()),
            Some(error) => Err(error),
            None => Ok(Vec::new()),
        }
    }

    fn reply(&self) -> Reply {
        match &self.receipts {
            Some(receipts) => receipts.reply.clone(),
            None => Reply::empty(200),
        }
    }
}

impl Calls {
    /// Whether a call is believed by a header or a token alone, whatever its body says.
    pub(crate) fn believes_any_body(&self) -> bool {
        let receipts = self.receipts.iter().map(|receipts| &receipts.auth);
        let mut all = receipts.chain(self.inbound.iter().map(|inbound| &inbound.auth));
        self.path_secret.is_none() && all.any(|auth| !matches!(auth, CallAuth::UrlSecret))
    }

    /// Whether the call is of a sort: by its `when` where it has one, else by the field that every
    /// call of the sort has. A sort that is alone is judged by its secret only.
    fn sort(
        &self,
        call: &WebhookCall,
        auth: &CallAuth,
        reader: &Reader,
        field: &Named,
    ) -> Result<Sort, Error> {
        auth.check(call, self.path_secret.as_ref())?;
        let document = reader.document(call)?;
        if !reader.applies(&document) {
            return Ok(Sort::IsNot);
        }
        let alone = self.receipts.is_none() || self.inbound.is_none();
        if !reader.has_when() && !alone {
            for item in reader.items(&document)? {
                field.promised(&item)?;
            }
        }
        Ok(Sort::Is(document))
    }
}

fn keep(error: Error, refusal: &mut Option<Error>, unreadable: &mut Option<Error>) {
    let slot = match error.kind() {
        ErrorKind::WebhookRefused => refusal,
        _ => unreadable,
    };
    slot.get_or_insert(error);
}
