//! What the tests share.

use std::sync::Arc;

use async_trait::async_trait;
use figment::Figment;
use figment::providers::{Format, Toml};
use sms_framework::provider::{
    BuildError, DeliveryReceipt, DynProvider, Event, EventSink, Inbound,
};
use sms_framework::testkit::outbound;
use sms_framework::{Acceptance, Error, Message, Outbound};
use tokio::sync::{Semaphore, mpsc};

use crate::smsc::{Line, Smsc};

pub(crate) const TO: &str = "+14155550123";
pub(crate) const TO_DIGITS: &str = "14155550123";

/// The table of a provider for the server at `url`; `more` goes before the rest.
pub(crate) fn table(url: &str, more: &str) -> String {
    let mut table = format!("{more}\nurl = '{url}'\nsystem_id = 'acme'\npassword = 's3cr3t'\n");
    for (key, value) in [
        ("from", "+14155550100"),
        ("reconnect_min", "10ms"),
        ("reconnect_max", "20ms"),
        ("throttle_pause", "30ms"),
    ] {
        if !more.contains(key) {
            table.push_str(&format!("{key} = '{value}'\n"));
        }
    }
    table
}

pub(crate) fn built(table: &str) -> DynProvider {
    match build(table) {
        Ok(provider) => provider,
        Err(error) => panic!("{error:?}"),
    }
}

pub(crate) fn build(table: &str) -> Result<DynProvider, BuildError> {
    sms_provider_smpp::ENTRY.build("smsc", &Figment::from(Toml::string(table)))
}

pub(crate) async fn server() -> (Smsc, DynProvider) {
    server_with("").await
}

pub(crate) async fn server_with(more: &str) -> (Smsc, DynProvider) {
    let smsc = Smsc::listen().await;
    let provider = built(&table(&smsc.url(), more));
    (smsc, provider)
}

pub(crate) fn message(text: &str) -> Outbound {
    outbound(Message::new(TO, text))
}

pub(crate) type Sent = tokio::task::JoinHandle<Result<Acceptance, Error>>;

/// Sends in a task of its own, so that the test can play the server meanwhile.
pub(crate) fn send(provider: &DynProvider, message: Outbound) -> Sent {
    let provider = Arc::clone(provider);
    tokio::spawn(async move { provider.send(&message).await })
}

/// A connection that is bound, with one message accepted.
pub(crate) async fn warm(smsc: &Smsc, provider: &DynProvider) -> Line {
    let sent = send(provider, message("warm up"));
    let mut line = smsc.bound().await;
    let (sequence, _) = line.submit().await;
    line.accept(sequence, "warm").await;
    sent.await.unwrap().unwrap();
    line
}

/// Takes events, one for each permit.
pub(crate) struct Sink {
    events: mpsc::UnboundedSender<(String, Event)>,
    permits: Semaphore,
    refuses: bool,
}

pub(crate) type Events = mpsc::UnboundedReceiver<(String, Event)>;

impl Sink {
    pub(crate) fn open() -> (Arc<Self>, Events) {
        Self::with(Semaphore::MAX_PERMITS, false)
    }

    /// Takes nothing until it is let.
    pub(crate) fn closed() -> (Arc<Self>, Events) {
        Self::with(0, false)
    }

    /// Cannot keep anything.
    pub(crate) fn full() -> (Arc<Self>, Events) {
        Self::with(Semaphore::MAX_PERMITS, true)
    }

    fn with(permits: usize, refuses: bool) -> (Arc<Self>, Events) {
        let (events, taken) = mpsc::unbounded_channel();
        (
            Arc::new(Self {
                events,
                permits: Semaphore::new(permits),
                refuses,
            }),
            taken,
        )
    }

    pub(crate) fn let_one(&self) {
        self.permits.add_permits(1);
    }
}

#[async_trait]
impl EventSink for Sink {
    async fn take(&self, provider: &str, event: Event) -> Result<(), Error> {
        self.events.send((provider.to_owned(), event)).unwrap();
        self.permits.acquire().await.unwrap().forget();
        if self.refuses {
            return Err(Error::new(
                sms_framework::ErrorKind::Storage,
                "the disk is full",
            ));
        }
        Ok(())
    }
}

pub(crate) async fn receipt(events: &mut Events) -> DeliveryReceipt {
    match event(events).await {
        Event::Receipt(receipt) => receipt,
        other => panic!("no receipt: {other:?}"),
    }
}

pub(crate) async fn inbound(events: &mut Events) -> Inbound {
    match event(events).await {
        Event::Inbound(inbound) => inbound,
        other => panic!("no message: {other:?}"),
    }
}

async fn event(events: &mut Events) -> Event {
    let patience = std::time::Duration::from_secs(10);
    let (provider, event) = tokio::time::timeout(patience, events.recv())
        .await
        .expect("no event comes")
        .unwrap();
    assert_eq!(provider, "smsc");
    event
}

/// The body of a deliver_sm.
pub(crate) struct Deliver {
    pub(crate) source: (u8, &'static str),
    pub(crate) destination: (u8, &'static str),
    pub(crate) esm_class: u8,
    pub(crate) data_coding: u8,
    pub(crate) octets: Vec<u8>,
    pub(crate) options: Vec<(u16, Vec<u8>)>,
}

impl Deliver {
    pub(crate) fn receipt(text: &str) -> Self {
        Self {
            esm_class: 0x04,
            ..Self::text(text.as_bytes())
        }
    }

    pub(crate) fn text(octets: &[u8]) -> Self {
        Self {
            source: (1, TO_DIGITS),
            destination: (1, "14155550100"),
            esm_class: 0x00,
            data_coding: 0x00,
            octets: octets.to_vec(),
            options: Vec::new(),
        }
    }

    pub(crate) fn option(mut self, tag: u16, value: &[u8]) -> Self {
        self.options.push((tag, value.to_vec()));
        self
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        let mut body = vec![0];
        for (ton, address) in [self.source, self.destination] {
            body.extend([ton, 1]);
            body.extend(address.as_bytes());
            body.push(0);
        }
        body.extend([self.esm_class, 0, 0, 0, 0, 0, 0, self.data_coding, 0]);
        body.push(u8::try_from(self.octets.len()).unwrap());
        body.extend(&self.octets);
        for (tag, value) in &self.options {
            body.extend(tag.to_be_bytes());
            body.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
            body.extend(value);
        }
        body
    }
}
