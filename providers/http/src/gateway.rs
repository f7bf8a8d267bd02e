//! A gateway as its description says.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use figment::value::Value as Toml;
use secrecy::{ExposeSecret, SecretString};
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::{HttpClient, callback_for, is_private, with_path_secret};
use sms_framework::provider::{
    Capabilities, ConfigKey, Lookup, Plugin, Provider, Reference, Validity, Webhooks,
};
use sms_framework::{Acceptance, Error, Outbound, Sender};

use crate::check::{Check, hint, shown};
use crate::config::{self, HttpConfig};
use crate::escape;
use crate::inbound::Inbounds;
use crate::judge::Judge;
use crate::receipt::Receipts;
use crate::request::Plan;
use crate::secrets::Secrets;
use crate::template::{Names, Placeholder};
use crate::values::Values;
use crate::webhooks::Calls;

/// The provider: see the [crate's page](crate).
pub struct Http {
    client: HttpClient,
    base: Url,
    plan: Plan,
    judge: Judge,
    secrets: Secrets,
    from: Option<Sender>,
    receipt_url: Option<Url>,
    calls: Option<Calls>,
    capabilities: Capabilities,
}

impl Plugin for Http {
    const KIND: &'static str = "http";
    const SUMMARY: &'static str = "Any HTTP gateway, described by TOML alone";
    const KEYS: &'static [ConfigKey] = config::KEYS;
    const CREDENTIALS: &'static [&'static [&'static str]] = config::CREDENTIALS;
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_validity(Validity::seconds(1, u32::MAX as u64))
        .with_reference(Reference::Idempotent)
        .with_receipts()
        .with_inbound();
    type Config = HttpConfig;

    fn build(id: &str, config: HttpConfig) -> Result<Self, Error> {
        let check = Check::new(id);
        check
            .table()
            .timeouts(config.connect_timeout, config.timeout)?;
        let base = base_url(&check, &config)?;
        let secrets = Secrets::read(&check, id, &config.secrets, &config.secret)?;
        let callback = check
            .table()
            .callback("callback_url", config.callback_url.as_deref())?;
        let path_secret = check
            .table()
            .path_secret("webhook_path_secret", &config.webhook_path_secret)?;
        let path_secret = path_secret.as_ref();
        if let Some(Sender::MessagingService(_)) = &config.from {
            let why = "a gateway has no messaging services; write a number or a sender ID";
            return Err(check.wrong("from", why));
        }
        let names = Names {
            check,
            secrets: &secrets,
            config: &config.config,
            has_callback: callback.is_some(),
            used: RefCell::new(BTreeSet::new()),
        };
        let plan = Plan::read(&names, &base, table(&check, "request", &config.request)?)?;
        let accept = table(&check, "accept", &config.accept)?;
        let judge = Judge::read(&check, accept, config.reject.as_ref())?;
        let calls = calls(&names, &config, path_secret, callback.is_some(), &plan)?;
        all_is_used(&names, &config)?;
        warn(id, &judge, calls.as_ref());
        let mut capabilities = plan.capabilities(callback.is_some());
        capabilities.receipts = calls.as_ref().is_some_and(|calls| calls.receipts.is_some());
        capabilities.inbound = calls.as_ref().is_some_and(|calls| calls.inbound.is_some());
        Ok(Self {
            client: HttpClient::new(config.connect_timeout, config.timeout)?,
            base,
            plan,
            judge,
            receipt_url: callback.map(|url| with_path_secret(url, path_secret)),
            secrets,
            from: config.from,
            calls,
            capabilities,
        })
    }
}

#[async_trait]
impl Provider for Http {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let url = self.receipt_url.as_ref();
        let values = Values::new(
            message,
            message.from().or(self.from.as_ref()),
            &self.secrets,
            self.plan.forms,
            url.map(|url| callback_for(url, message.id())),
        );
        let request = self.plan.request(&self.client, &values)?;
        let answer = self.client.execute(request).await?;
        let hidden = self.hidden(message);
        let hidden: Vec<_> = hidden.iter().map(String::as_str).collect();
        self.judge.judge(&answer, &hidden)
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn default_sender(&self) -> Option<Sender> {
        self.from.clone()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        self.calls.as_ref().map(|calls| calls as _)
    }
}

impl Http {
    /// Everything of a request that an answer may repeat and nobody may read in an error.
    fn hidden(&self, message: &Outbound) -> Vec<String> {
        let mut hidden = self.secrets.forms();
        let calls = self.calls.as_ref();
        let path_secret = calls.and_then(|calls| calls.path_secret.as_ref());
        hidden.extend(path_secret.map(|secret| secret.expose_secret().to_owned()));
        let text = message.body();
        let form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        hidden.extend([
            text.to_owned(),
            escape::percent(text),
            form,
            escape::hex_utf16be(text),
            message.to().as_str()[1..].to_owned(),
        ]);
        let tags = self.plan.tags();
        hidden.extend(
            tags.iter()
                .filter_map(|tag| message.tags().get(tag))
                .cloned(),
        );
        hidden
    }
}

fn table<'t>(check: &Check<'_>, key: &str, table: &'t Option<Toml>) -> Result<&'t Toml, Error> {
    let missing = || check.wrong(key, "it is missing; write the table");
    table.as_ref().ok_or_else(missing)
}

fn base_url(check: &Check<'_>, config: &HttpConfig) -> Result<Url, Error> {
    let read = |key: &str, text: &str| {
        let url = check.table().base_url(key, text)?;
        if !is_private(&url) && !config.allow_plain_http {
            let why = "without TLS everybody on the way can read credentials and texts; write https, or set `allow_plain_http = true`";
            return Err(check.wrong(key, why));
        }
        Ok(url)
    };
    let mut regions = Vec::new();
    for (name, text) in &config.regions {
        regions.push((name.as_str(), read(&format!("regions.{name}"), text)?));
    }
    let base = config.base_url.as_deref();
    let base = base.map(|text| read("base_url", text)).transpose()?;
    match &config.region {
        Some(region) => {
            let names = regions.iter().map(|(name, _)| *name);
            let why = format!(
                "`{}` is not in `regions`; {}",
                shown(region),
                hint(region, names.clone())
            );
            let found = regions.iter().find(|(name, _)| name == region);
            found
                .map(|(_, url)| url.clone())
                .ok_or_else(|| check.wrong("region", &why))
        }
        None => base
            .ok_or_else(|| check.wrong("base_url", "it is missing; write it, or pick a `region`")),
    }
}

fn calls(
    names: &Names<'_>,
    config: &HttpConfig,
    path_secret: Option<&SecretString>,
    has_callback: bool,
    plan: &Plan,
) -> Result<Option<Calls>, Error> {
    let check = &names.check;
    let uses_url = plan.uses(&Placeholder::ReceiptUrl);
    if has_callback && !uses_url {
        let why = "nothing in the request holds it; put `{receipt_url?}` into a field, or leave it out where the URL is set at the gateway";
        return Err(check.wrong("callback_url", why));
    }
    if has_callback && config.receipt.is_none() {
        let why = "the gateway is given it, and nothing says how its calls are read; write the table `receipt`";
        return Err(check.wrong("callback_url", why));
    }
    let receipt = config.receipt.as_ref();
    let receipts = receipt
        .map(|table| Receipts::read(names, table, path_secret, has_callback && uses_url))
        .transpose()?;
    let inbound = config.inbound.as_ref();
    let inbound = inbound
        .map(|table| Inbounds::read(names, table, path_secret))
        .transpose()?;
    if receipts.is_none() && inbound.is_none() {
        if path_secret.is_some() {
            let why = "it guards nothing; write a table `receipt` or `inbound`, or unset it";
            return Err(check.wrong("webhook_path_secret", why));
        }
        return Ok(None);
    }
    Ok(Some(Calls {
        receipts,
        inbound,
        path_secret: path_secret.cloned(),
    }))
}

/// A credential or a value that nothing names is a mistake in one of the two places.
fn all_is_used(names: &Names<'_>, config: &HttpConfig) -> Result<(), Error> {
    let used = names.used.borrow();
    for name in names.secrets.names() {
        if !used.contains(&format!("secret.{name}")) {
            let why = format!(
                "`{name}` is used nowhere; put `{{secret.{name}}}` where it belongs, or take it out"
            );
            return Err(names.check.wrong("secrets", &why));
        }
    }
    for name in config.config.keys() {
        if !used.contains(&format!("config.{name}")) {
            let why = format!(
                "it is used nowhere; put `{{config.{name}}}` where it belongs, or take it out"
            );
            return Err(names.check.wrong(&format!("config.{name}"), &why));
        }
    }
    Ok(())
}

fn warn(id: &str, judge: &Judge, calls: Option<&Calls>) {
    if judge.takes_silence_for_success() {
        tracing::warn!(
            provider = id,
            "accept asks nothing of the body: a gateway that tells errors with a 2xx is taken at its status; set `accept.id` or `accept.where`"
        );
    }
    if calls.is_some_and(Calls::believes_any_body) {
        tracing::warn!(
            provider = id,
            "the header or token that a gateway's calls are told by does not cover their bodies: set `webhook_path_secret` besides"
        );
    }
}

/// Shows no secret.
impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("base_url", &self.base.as_str())
            .field("from", &self.from)
            .field("secrets", &self.secrets)
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}
