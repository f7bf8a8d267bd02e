//! Calls of vendors, through the client: the sink gets the events, a plugin that panics takes nothing
//! down.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use sms_framework::provider::{
    Capabilities, DeliveryReceipt, Event, EventSink, Feed, Lookup, Provider, Reply, WebhookCall,
    Webhooks,
};
use sms_framework::testkit::MemoryStore;
use sms_framework::{Acceptance, Error, ErrorKind, Outbound, Sender, SmsClient};

use super::support::{load, registry};

/// A vendor whose calls say what is to happen, and which hears on a connection of its own as well.
#[derive(Debug, Default)]
struct Talker;

#[async_trait]
impl Provider for Talker {
    async fn send(&self, _message: &Outbound) -> Result<Acceptance, Error> {
        Ok(Acceptance::new("t-1"))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new().with_receipts()
    }

    fn default_sender(&self) -> Option<Sender> {
        None
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }

    fn feed(&self) -> Option<&dyn Feed> {
        Some(self)
    }
}

#[async_trait]
impl Webhooks for Talker {
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        match call.raw_body() {
            b"panic" => panic!("by script"),
            b"forged" => Err(Error::new(
                ErrorKind::WebhookRefused,
                "the signature is wrong",
            )),
            b"spoilt" => Err(Error::new(ErrorKind::BadWebhook, "no status")),
            b"unsigned" => {
                Err(Error::new(ErrorKind::WebhookRefused, "unsigned").with_http_status(503))
            }
            _ => Ok(vec![Event::Receipt(
                DeliveryReceipt::new("delivered").id("t-1"),
            )]),
        }
    }

    fn reply(&self) -> Reply {
        Reply::text(200, "text/plain", "ACK")
    }
}

impl Feed for Talker {
    fn start(&self, sink: Arc<dyn EventSink>) {
        tokio::spawn(async move {
            let event = Event::Receipt(DeliveryReceipt::new("from the feed"));
            let _kept = sink.take("talker", event).await;
        });
    }
}

#[derive(Default)]
struct Kept {
    words: Mutex<Vec<String>>,
    full: bool,
}

#[async_trait]
impl EventSink for Kept {
    async fn take(&self, provider: &str, event: Event) -> Result<(), Error> {
        if self.full {
            return Err(Error::new(ErrorKind::Storage, "full"));
        }
        let Event::Receipt(receipt) = event else {
            panic!("only receipts here");
        };
        let words = format!("{provider}: {}", receipt.provider_status);
        self.words.lock().unwrap().push(words);
        Ok(())
    }
}

fn client(kept: &Arc<Kept>) -> SmsClient {
    SmsClient::builder(load("").unwrap())
        .registry(registry())
        .provider("talker", Arc::new(Talker))
        .store(Arc::new(MemoryStore::new()))
        .events(Arc::clone(kept) as _)
        .build()
        .unwrap()
}

fn call(body: &str) -> WebhookCall {
    WebhookCall::new("POST", "https://example.org/hooks/talker").body(body)
}

#[tokio::test]
async fn events_reach_the_sink_and_the_vendor_gets_its_answer() {
    let kept = Arc::new(Kept::default());
    let sms = client(&kept);
    tokio::task::yield_now().await;
    let (events, reply) = sms.webhook("talker", &call("ok")).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!((reply.status, reply.body.as_str()), (200, "ACK"));
    assert_eq!(
        *kept.words.lock().unwrap(),
        ["talker: from the feed", "talker: delivered"]
    );
}

#[tokio::test]
async fn what_is_refused_tells_what_to_answer() {
    let kept = Arc::new(Kept::default());
    let sms = client(&kept);
    for (body, code, status) in [
        ("forged", "WEBHOOK_REFUSED", 403),
        ("spoilt", "BAD_WEBHOOK", 400),
        ("unsigned", "WEBHOOK_REFUSED", 503),
        ("panic", "PROVIDER_FAULT", 503),
    ] {
        let error = sms.webhook("talker", &call(body)).await.unwrap_err();
        assert_eq!(
            (error.code(), Reply::for_error(&error).status),
            (code, status),
            "{body}"
        );
    }
    let error = sms.webhook("talker", &call("panic")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "talker: the provider plugin `talker` panicked at a webhook call"
    );
    let error = sms.webhook("nobody", &call("ok")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`nobody` is no provider in use that has webhooks"
    );
    assert_eq!(Reply::for_error(&error).status, 404);
}

#[tokio::test]
async fn an_event_that_could_not_be_kept_is_asked_for_again() {
    let kept = Arc::new(Kept {
        full: true,
        ..Kept::default()
    });
    let error = client(&kept)
        .webhook("talker", &call("ok"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), Reply::for_error(&error).status),
        ("STORAGE", 503)
    );
}
