//! What a provider reports moves messages on, whatever they wait for.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use sms_framework::provider::{
    Capabilities, DeliveryReceipt, Event, EventSink, Feed, Inbound, Lookup, Provider, Reply,
    WebhookCall, Webhooks,
};
use sms_framework::store::{Received, Store};
use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{
    Acceptance, Error, ErrorKind, MessageId, MessageState, Outbound, PhoneNumber, Sender,
};

use super::support::{TO, UNPACED, World, error, fails, fails_for, message, minutes, seconds};

/// A provider by script whose vendor also calls back, and reports on a connection of its own.
#[derive(Clone)]
struct CallsBack(ScriptedProvider, Arc<OnceLock<Arc<dyn EventSink>>>);

impl std::fmt::Debug for CallsBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallsBack")
    }
}

impl CallsBack {
    fn new(provider: &ScriptedProvider) -> Self {
        Self(provider.clone(), Arc::default())
    }
}

impl Feed for CallsBack {
    fn start(&self, sink: Arc<dyn EventSink>) {
        assert!(self.1.set(sink).is_ok(), "it is started once");
    }
}

#[async_trait]
impl Provider for CallsBack {
    async fn send(&self, message: &Outbound) -> Result<Acceptance, Error> {
        self.0.send(message).await
    }

    fn capabilities(&self) -> Capabilities {
        Provider::capabilities(&self.0).with_receipts()
    }

    fn default_sender(&self) -> Option<Sender> {
        self.0.default_sender()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Provider::lookup(&self.0)
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }

    fn feed(&self) -> Option<&dyn Feed> {
        Some(self)
    }
}

#[async_trait]
impl Webhooks for CallsBack {
    /// The body is the state, the vendor's id and ours; `-` for none.
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error> {
        let body = String::from_utf8(call.raw_body().to_vec()).unwrap();
        let words: Vec<_> = body.split(' ').collect();
        let [state, theirs, ours] = words[..] else {
            return Err(Error::new(
                ErrorKind::BadWebhook,
                "it is not what it should be",
            ));
        };
        let receipt = DeliveryReceipt::new(state)
            .state(state.parse::<MessageState>().ok())
            .message_id(ours.parse().ok())
            .to(PhoneNumber::parse(TO).ok());
        let receipt = match theirs {
            "-" => receipt,
            id => receipt.id(id),
        };
        Ok(vec![Event::Receipt(receipt)])
    }

    fn reply(&self) -> Reply {
        Reply::text(200, "text/plain", "")
    }
}

fn world(provider: ScriptedProvider, toml: &str) -> World {
    let seen = Arc::new(CallsBack::new(&provider));
    World::around(provider, seen, &format!("{UNPACED}{toml}"))
}

/// The vendor calls.
async fn hears(world: &World, state: &str, theirs: &str, ours: Option<MessageId>) {
    let ours = ours.map_or("-".to_owned(), |id| id.to_string());
    let call = WebhookCall::new("POST", "https://example.org/hooks/fake")
        .body(format!("{state} {theirs} {ours}"));
    let (events, reply) = world.sms.webhook("fake", &call).await.unwrap();
    assert_eq!((events.len(), reply.status), (1, 200));
}

#[tokio::test(start_paused = true)]
async fn a_call_of_the_vendor_moves_the_row() {
    let world = world(ScriptedProvider::new(), "");
    let id = world.enqueue(message()).await;
    world.work().await;
    for state in ["sent", "delivered", "sent"] {
        hears(&world, state, "fake-1", None).await;
    }
    let row = world.row(id);
    assert_eq!(row.status, MessageState::Delivered, "never back");
    assert_eq!(row.provider_status.as_deref(), Some("delivered"));
    let reports = world.store.reports(id).await.unwrap();
    let verdicts: Vec<_> = reports.iter().map(|report| report.verdict).collect();
    assert_eq!(verdicts.len(), 2, "the same again is kept once");
    assert!(verdicts.iter().all(|verdict| *verdict == Received::Applied));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_be_kept_is_asked_for_again() {
    let world = world(ScriptedProvider::new(), "");
    world.store.break_down(true);
    let call = WebhookCall::new("POST", "https://example.org/").body("sent fake-1 -");
    let failed = world.sms.webhook("fake", &call).await.unwrap_err();
    assert_eq!(failed.code(), "STORAGE");
    assert_eq!(Reply::for_error(&failed).status, 503);
}

#[tokio::test(start_paused = true)]
async fn one_with_our_id_settles_what_is_unknown() {
    let world = world(
        ScriptedProvider::new().script([fails(ErrorKind::NoAnswer)]),
        "",
    );
    let id = world.enqueue(message()).await;
    assert_eq!(world.work().await.unknown, 1);
    hears(&world, "sent", "SM1", Some(id)).await;
    let row = world.row(id);
    assert_eq!((row.status, row.doubt), (MessageState::Sent, None));
    assert_eq!(row.provider_message_id.as_deref(), Some("SM1"));
    assert_eq!((row.error, row.next_attempt_at), (None, None));
    hears(&world, "delivered", "SM1", None).await;
    assert_eq!(world.status(id), MessageState::Delivered);
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_with_our_id_ends_the_wait_for_another_try() {
    let provider = ScriptedProvider::new().script([ErrorKind::ServerError; 3].map(fails));
    let world = world(provider, "retry.after_server_error = 'resend'");
    let id = world.enqueue(message()).await;
    assert_eq!(world.work().await.requeued, 1);
    hears(&world, "accepted", "SM1", Some(id)).await;
    assert_eq!(world.status(id), MessageState::Accepted);
    tokio::time::advance(minutes(600)).await;
    assert_eq!(world.work().await.processed, 0);
    assert_eq!(world.calls(), 3, "it is not sent again");
}

#[tokio::test(start_paused = true)]
async fn one_that_comes_between_two_calls_stops_the_second() {
    let script = [fails_for(ErrorKind::ServerError, seconds(30))];
    let world = world(
        ScriptedProvider::new().script(script),
        "retry.after_server_error = 'resend'",
    );
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(seconds(5)).await;
    hears(&world, "delivered", "SM1", Some(id)).await;
    tokio::time::sleep(minutes(2)).await;
    let row = world.row(id);
    assert_eq!((row.status, world.calls()), (MessageState::Delivered, 1));
    let _report = worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn one_that_comes_before_the_answer_is_applied_with_it() {
    let answer = Act::AcceptAs(Acceptance::new("SM1")).after(seconds(5));
    let world = world(ScriptedProvider::new().script([answer]), "");
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(seconds(1)).await;
    hears(&world, "delivered", "SM1", None).await;
    assert_eq!(
        world.status(id),
        MessageState::Sending,
        "whose it is, nobody knows"
    );
    tokio::time::sleep(seconds(10)).await;
    let row = world.row(id);
    assert_eq!(row.status, MessageState::Delivered);
    assert_eq!(row.provider_message_id.as_deref(), Some("SM1"));
    assert_eq!(worker.stop().await.accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn one_that_comes_while_it_is_called_is_not_undone_by_the_answer() {
    for answer in [
        Act::AcceptAs(Acceptance::new("SM1")),
        Act::AcceptThenFail(error(ErrorKind::NoAnswer)),
        fails(ErrorKind::Connect),
    ] {
        let provider = ScriptedProvider::new().script([answer.after(seconds(5))]);
        let world = world(provider, "queue.on_unknown = 'resend'");
        let id = world.enqueue(message()).await;
        let worker = world.start();
        tokio::time::sleep(seconds(1)).await;
        hears(&world, "delivered", "SM1", Some(id)).await;
        tokio::time::sleep(minutes(2)).await;
        let row = world.row(id);
        assert_eq!(
            (row.status, row.next_attempt_at),
            (MessageState::Delivered, None)
        );
        assert_eq!(row.provider_message_id.as_deref(), Some("SM1"));
        assert_eq!(world.calls(), 1);
        let _report = worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_send_at_once_is_moved_on_as_well() {
    let world = world(ScriptedProvider::new(), "");
    let receipt = world.sms.send(message()).await.unwrap();
    let theirs = receipt.provider_message_id.unwrap();
    hears(&world, "undelivered", &theirs, None).await;
    assert_eq!(world.status(receipt.id), MessageState::Undelivered);
}

#[tokio::test(start_paused = true)]
async fn what_comes_on_a_connection_of_the_vendors_moves_the_row_too() {
    let provider = ScriptedProvider::new();
    let seen = CallsBack::new(&provider);
    let world = World::around(provider, Arc::new(seen.clone()), UNPACED);
    let id = world.enqueue(message()).await;
    world.work().await;
    let feed = seen.1.get().unwrap();
    let delivered = || {
        let receipt = DeliveryReceipt::new("DELIVRD").id("fake-1");
        Event::Receipt(receipt.state(MessageState::Delivered))
    };
    world.store.break_down(true);
    let failed = feed.take("fake", delivered()).await.unwrap_err();
    assert_eq!(failed.code(), "STORAGE", "the vendor is to repeat it");
    world.store.break_down(false);
    feed.take("fake", delivered()).await.unwrap();
    assert_eq!(world.status(id), MessageState::Delivered);
    let inbound = Event::Inbound(Inbound::new(TO, "+15550006789", "STOP"));
    let left = feed.take("fake", inbound).await.unwrap_err();
    assert_eq!(left.code(), "UNSUPPORTED", "nobody here takes it");
}
