//! Messages from phones.

use figment::value::Value as Toml;
use secrecy::SecretString;
use serde_json::Value;
use sms_framework::Error;
use sms_framework::provider::Inbound;

use crate::call::{CallAuth, Named, Reader};
use crate::tables::InboundTable;
use crate::template::Names;

/// `[inbound]`
pub(crate) struct Inbounds {
    pub(crate) reader: Reader,
    pub(crate) auth: CallAuth,
    id: Option<Named>,
    sender: Named,
    to: Named,
    pub(crate) text: Named,
    at: Option<Named>,
}

impl Inbounds {
    /// Reads the table.
    pub(crate) fn read(
        names: &Names<'_>,
        table: &Toml,
        secret: Option<&SecretString>,
    ) -> Result<Self, Error> {
        let table: InboundTable = names.check.read("inbound", table)?;
        Ok(Self {
            reader: Reader::read(
                names,
                "inbound",
                &table.from,
                table.each.as_deref(),
                &table.when,
            )?,
            auth: CallAuth::read(names, "inbound.auth", table.auth.as_ref(), secret.is_some())?,
            id: Named::maybe(names, "inbound.id", table.id.as_ref())?,
            sender: Named::read(names, "inbound.sender", &table.sender)?,
            to: Named::read(names, "inbound.to", &table.to)?,
            text: Named::read(names, "inbound.text", &table.text)?,
            at: Named::maybe(names, "inbound.at", table.at.as_ref())?,
        })
    }

    /// The message in one item of a call.
    pub(crate) fn message(&self, item: &[&Value]) -> Result<Inbound, Error> {
        let (sender, to) = (self.sender.promised(item)?, self.to.promised(item)?);
        let at = self.at.as_ref().and_then(|at| at.time(item));
        let message = Inbound::new(&sender, &to, self.text.promised(item)?).at(at);
        let id = self.id.as_ref().and_then(|id| id.find(item));
        Ok(match id.filter(|id| !id.is_empty()) {
            Some(id) => message.id(id),
            None => message,
        })
    }
}
