//! From the global options to settings, a client or a store.

use sms_framework::config::Sources;
use sms_framework::store::DynStore;
use sms_framework::{Error, Settings, SmsClient};

use super::Global;

impl Global {
    /// The configuration that `--config`, `SMS_CONFIG` or the folder `config` holds.
    pub(super) fn settings(&self) -> Result<Settings, Error> {
        match &self.config {
            Some(path) => Sources::new().process_variables().path(path).load(),
            None => Sources::from_env().load(),
        }
    }

    /// A client, for commands that send.
    pub(super) fn client(&self) -> Result<SmsClient, Error> {
        SmsClient::from_config(self.settings()?)
    }
}

/// The store alone: reading what was sent needs no provider and no credentials.
pub(super) fn store(settings: &Settings) -> Result<DynStore, Error> {
    sms_framework::store::open(settings.database())
}

/// A runtime for commands that do one thing at a time.
pub(super) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// A runtime for commands that do many things at a time.
pub(super) fn runtime_of_threads() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}
