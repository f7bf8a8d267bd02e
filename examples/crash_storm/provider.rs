//! The provider that calls the vendor of the storm.

use async_trait::async_trait;
use serde::Deserialize;
use sms_framework::provider::{
    Capabilities, ConfigKey, KeyType, Lookup, Plugin, Provider, Reference,
};
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(Debug)]
pub(crate) struct Storm {
    port: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StormConfig {
    port: u16,
}

impl Plugin for Storm {
    const KIND: &'static str = "storm";
    const SUMMARY: &'static str = "The vendor of the crash storm";
    const KEYS: &'static [ConfigKey] =
        &[
            ConfigKey::new("port", KeyType::Integer, "Where it listens on loopback.")
                .sample("4711"),
        ];
    const CREDENTIALS: &'static [&'static [&'static str]] = &[&["port"]];
    const CAPABILITIES: Capabilities = Capabilities::new()
        .with_lookup()
        .with_reference(Reference::Echoed);
    type Config = StormConfig;

    fn build(_id: &str, config: StormConfig) -> Result<Self, Error> {
        Ok(Self { port: config.port })
    }
}

impl Storm {
    async fn ask(&self, question: String) -> Result<String, Error> {
        let connected = TcpStream::connect(("127.0.0.1", self.port)).await;
        let mut vendor = connected
            .map_err(|error| Error::new(ErrorKind::Connect, format!("no connection: {error}")))?;
        let silent =
            |error: std::io::Error| Error::new(ErrorKind::NoAnswer, format!("no answer: {error}"));
        vendor
            .write_all(question.as_bytes())
            .await
            .map_err(silent)?;
        let mut answer = String::new();
        vendor.read_to_string(&mut answer).await.map_err(silent)?;
        Ok(answer.trim_end().to_owned())
    }
}

#[async_trait]
impl Provider for Storm {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        let answer = self.ask(format!("SEND {}\n", message.id())).await?;
        match answer.split_once(' ') {
            Some(("OK", number)) => Ok(Acceptance::new(number)),
            _ if answer == "ERROR" => Err(Error::new(ErrorKind::ServerError, "it answered ERROR")),
            _ => Err(Error::new(
                ErrorKind::NoAnswer,
                "it closed without an answer",
            )),
        }
    }

    fn capabilities(&self) -> Capabilities {
        Self::CAPABILITIES
    }

    fn default_sender(&self) -> Option<Sender> {
        None
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }
}

#[async_trait]
impl Lookup for Storm {
    async fn find(
        &self,
        message: &Outbound,
        _since: jiff::Timestamp,
    ) -> Result<Vec<Acceptance>, Error> {
        let answer = self.ask(format!("FIND {}\n", message.id())).await?;
        match answer.split_once(' ') {
            Some(("FOUND", number)) => Ok(vec![Acceptance::new(number)]),
            _ if answer == "NONE" => Ok(Vec::new()),
            _ => Err(Error::new(ErrorKind::NoAnswer, "it did not say")),
        }
    }
}

sms_framework::register_provider!(Storm);
