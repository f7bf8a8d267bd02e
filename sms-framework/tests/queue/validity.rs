//! What is not worth sending any more is not sent, and who is to hold it is told for how long.

use sms_framework::testkit::Act;
use sms_framework::{ErrorKind, MessageState};

use super::support::{ONE_A_SECOND, UNPACED, World, fails_for, holding, message, minutes, seconds};

#[tokio::test(start_paused = true)]
async fn what_waited_too_long_is_expired_and_never_sent() {
    let world = World::new(holding(1), UNPACED);
    let id = world.enqueue(message().valid_for(seconds(60))).await;
    tokio::time::advance(seconds(61)).await;
    let report = world.work().await;
    assert_eq!((report.processed, report.expired), (1, 1));
    let row = world.row(id);
    assert_eq!(
        (row.status, row.next_attempt_at),
        (MessageState::Expired, None)
    );
    assert_eq!(row.error.unwrap().code, "EXPIRED");
    assert_eq!(world.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_runs_out_while_it_waits_for_its_slot_is_not_sent() {
    let world = World::new(holding(1), ONE_A_SECOND);
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(world.enqueue(message().valid_for(millis_of_slot(2))).await);
    }
    let report = world.work().await;
    assert_eq!((report.accepted, report.expired), (3, 1));
    assert_eq!(
        world.calls_for(&ids),
        [1, 1, 1, 0],
        "slots at 0, 1, 2 and 3 s"
    );
    let row = world.row(ids[3]);
    assert_eq!((row.status, row.attempts), (MessageState::Expired, 0));
    assert_eq!(row.error.unwrap().code, "EXPIRED");
}

/// Until half a second after that slot.
fn millis_of_slot(slot: u64) -> std::time::Duration {
    super::support::millis(1000 * slot + 500)
}

#[tokio::test(start_paused = true)]
async fn a_send_whose_time_runs_out_while_it_waits_for_its_slot_is_not_sent() {
    let world = World::new(holding(1), ONE_A_SECOND);
    world.sms.send(message()).await.unwrap();
    let late = message().valid_for(super::support::millis(500));
    assert_eq!(
        world.sms.send(late.clone()).await.unwrap_err().code(),
        "UNSUPPORTED"
    );
    let late = message().valid_for(seconds(1));
    world.sms.send(message()).await.unwrap();
    let (waits, runs_out) = tokio::join!(world.sms.send(message()), world.sms.send(late));
    assert!(waits.is_ok());
    assert_eq!(runs_out.unwrap_err().code(), "EXPIRED");
    assert_eq!(world.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_provider_is_told_what_is_left_at_each_try() {
    let down = fails_for(ErrorKind::Connect, seconds(30));
    let world = World::new(holding(1).script([down, Act::Accept]), UNPACED);
    let id = world.enqueue(message().valid_for(minutes(5))).await;
    tokio::time::advance(seconds(20)).await;
    assert_eq!(world.work().await.accepted, 1);
    let told = world.provider.calls();
    let told: Vec<_> = told.iter().map(|call| call.message.valid_for()).collect();
    assert_eq!(told, [Some(seconds(280)), Some(seconds(250))]);
    assert_eq!(world.status(id), MessageState::Accepted);
}

#[tokio::test(start_paused = true)]
async fn the_provider_is_told_no_less_than_it_takes() {
    let world = World::new(holding(30), UNPACED);
    world.enqueue(message().valid_for(seconds(60))).await;
    tokio::time::advance(seconds(50)).await;
    assert_eq!(world.work().await.accepted, 1);
    let told = world.provider.calls()[0].message.valid_for();
    assert_eq!(told, Some(seconds(30)));
}

#[tokio::test(start_paused = true)]
async fn what_is_for_later_is_worth_sending_from_then_on() {
    let world = World::new(holding(1), UNPACED);
    let later = message()
        .send_at(world.now() + minutes(60))
        .valid_for(seconds(60));
    let id = world.enqueue(later).await;
    tokio::time::advance(minutes(60) + seconds(10)).await;
    assert_eq!(world.work().await.accepted, 1);
    let told = world.provider.calls()[0].message.valid_for();
    assert_eq!(
        (told, world.status(id)),
        (Some(seconds(50)), MessageState::Accepted)
    );
}
