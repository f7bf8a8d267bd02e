use std::collections::BTreeMap;

use sms_framework::message::BookingConfirmation;
use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{
    Broadcast, Certainty, Error, ErrorKind, Message, MessageState, MockSmsService, SmsService,
};
use tokio::time::Instant;

use super::support::{BODY, TO, World, fails, message, millis};

#[tokio::test(start_paused = true)]
async fn a_receipt_says_who_took_what() {
    let world = World::new(ScriptedProvider::new());
    let message = message()
        .owner("artist-17")
        .message_type("reminder")
        .tag("gig", "4711");
    let id = message.id;
    let receipt = world.sms.send(message).await.unwrap();
    assert_eq!((receipt.id, receipt.status), (id, MessageState::Accepted));
    assert_eq!(receipt.provider, "fake");
    assert_eq!(receipt.provider_message_id.as_deref(), Some("fake-1"));
    assert_eq!(
        (receipt.segments, receipt.attempts, receipt.simulated),
        (1, 1, false)
    );
    let row = world.row(id);
    assert_eq!(
        (row.status, row.attempts, row.rounds),
        (MessageState::Accepted, 1, 0)
    );
    assert_eq!(row.owner.as_deref(), Some("artist-17"));
    assert_eq!(row.message_type.as_deref(), Some("reminder"));
    assert_eq!(row.tags["gig"], "4711");
    assert_eq!(row.next_attempt_at, None);
}

#[tokio::test(start_paused = true)]
async fn fifteen_messages_take_at_least_1400_ms() {
    let world = World::new(ScriptedProvider::new());
    let began = Instant::now();
    let sends = (0..15).map(|_| world.sms.send(message()));
    let sent = futures_util::future::join_all(sends).await;
    assert!(sent.iter().all(Result::is_ok));
    assert_eq!(began.elapsed(), millis(1400));
}

#[tokio::test(start_paused = true)]
async fn an_invalid_message_is_refused_without_a_row() {
    let world = World::new(ScriptedProvider::new());
    let delivery = world.sms.deliver(Message::new("nobody", BODY)).await;
    assert_eq!(
        (delivery.status, delivery.attempts),
        (MessageState::Rejected, 0)
    );
    assert_eq!(delivery.to, "nobody");
    assert_eq!(delivery.error.unwrap().code(), "INVALID_PHONE");
    let error = world
        .sms
        .send(Message::new(TO, "x".repeat(1601)))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "MESSAGE_TOO_LONG");
    assert!(world.store.records().is_empty());
    assert_eq!(world.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_provider_is_final() {
    let world = World::new(ScriptedProvider::new().otherwise(fails(ErrorKind::OptedOut)));
    let message = message();
    let id = message.id;
    let error = world.sms.send(message).await.unwrap_err();
    assert_eq!(
        (error.code(), error.certainty()),
        ("OPTED_OUT", Certainty::Rejected)
    );
    assert!(!error.is_queued());
    let row = world.row(id);
    assert_eq!(row.status, MessageState::Rejected);
    assert_eq!(row.error.unwrap().code, "OPTED_OUT");
}

#[tokio::test(start_paused = true)]
async fn our_own_limit_leaves_the_message_in_the_queue() {
    let world = World::with(ScriptedProvider::new(), "rate_limit.max_wait = \"0s\"");
    world.sms.send(message()).await.unwrap();
    let error = world.sms.send(message()).await.unwrap_err();
    assert_eq!(
        (error.code(), error.certainty()),
        ("RATE_LIMITED", Certainty::NotSent)
    );
    assert_eq!(error.retry_after(), Some(millis(100)));
    assert!(error.is_queued());
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_store_nothing_is_queued() {
    let provider = ScriptedProvider::new().otherwise(fails(ErrorKind::Connect));
    let sms = sms_framework::SmsClient::builder(super::support::settings(
        "database.url = \"/nowhere/at/all/sms.db\"",
    ))
    .provider("fake", std::sync::Arc::new(provider))
    .clock(sms_framework::testkit::TokioClock::new())
    .build()
    .unwrap();
    let delivery = sms.deliver(message()).await;
    assert_eq!(delivery.status, MessageState::Failed);
    let error = delivery.error.unwrap();
    assert!(!error.is_queued());
    assert_eq!(error.certainty(), Certainty::NotSent);
    let no_store = sms.process_queue().await.unwrap_err();
    assert_eq!(no_store.code(), "STORAGE");
}

#[tokio::test(start_paused = true)]
async fn the_booking_confirmation_reads_as_agreed() {
    let world = World::new(ScriptedProvider::new());
    let booking = BookingConfirmation {
        gig_title: "Jazz Night".to_owned(),
        date: "2026-12-01".to_owned(),
        location: "Blue Note".to_owned(),
        rate: "$500".to_owned(),
    };
    world
        .sms
        .send_booking_confirmation(TO, &booking)
        .await
        .unwrap();
    let call = &world.provider.calls()[0];
    assert_eq!(call.message.message_type(), Some("booking_confirmation"));
    let text = call.message.body();
    assert_eq!(text, booking.render(world.sms.templates()).unwrap());
    for part in ["Jazz Night", "2026-12-01", "Blue Note", "$500"] {
        assert!(text.contains(part), "`{text}` lacks {part}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_can_come_from_a_template() {
    let world = World::new(ScriptedProvider::new());
    let all = ["gig_title", "date", "location", "rate"];
    let variables: BTreeMap<_, _> = all.map(|name| (name.to_owned(), "x".to_owned())).into();
    let message = world
        .sms
        .from_template(TO, "booking_confirmation", &variables)
        .unwrap();
    assert_eq!(
        message.message_type.as_deref(),
        Some("booking_confirmation")
    );
    let unknown = world
        .sms
        .from_template(TO, "nothing", &variables)
        .unwrap_err();
    assert_eq!(unknown.code(), "TEMPLATE");
    let missing = world
        .sms
        .from_template(TO, "booking_confirmation", &BTreeMap::new());
    assert_eq!(missing.unwrap_err().code(), "TEMPLATE");
}

#[tokio::test(start_paused = true)]
async fn statistics_are_by_owner() {
    let world = World::new(ScriptedProvider::new().script([
        Act::Accept,
        fails(ErrorKind::OptedOut),
        Act::Accept,
    ]));
    let _sent = world.sms.send(message().owner("a")).await;
    let _refused = world.sms.send(message().owner("a")).await;
    let _others = world.sms.send(message().owner("b")).await;
    let stats = world.sms.delivery_stats("a", 30).await.unwrap();
    assert_eq!(
        (stats.total_sent, stats.successes, stats.failures),
        (2, 1, 1)
    );
    assert_eq!((stats.days, stats.owner.as_deref()), (30, Some("a")));
    assert_eq!(stats.by_error[0].code, "OPTED_OUT");
    assert_eq!(world.sms.stats(None, 30).await.unwrap().successes, 2);
}

#[tokio::test]
async fn applications_can_put_a_mock_in_its_place() {
    async fn remind(sms: &dyn SmsService) -> Result<usize, Error> {
        let deliveries = sms.broadcast(Broadcast::new([TO], BODY)).await;
        sms.send(message()).await?;
        Ok(deliveries.len())
    }
    let mut sms = MockSmsService::new();
    sms.expect_broadcast().returning(|_| Vec::new());
    sms.expect_send()
        .withf(|message| message.to == TO)
        .returning(|_| Err(Error::new(ErrorKind::Connect, "no line")));
    assert_eq!(remind(&sms).await.unwrap_err().code(), "CONNECT");

    let world = World::new(ScriptedProvider::new());
    assert_eq!(remind(&world.sms).await.unwrap(), 1);
}
