//! Who goes first.

use sms_framework::testkit::ScriptedProvider;
use sms_framework::{Message, Priority};

use super::support::{ONE_A_SECOND, TO, UNPACED, World, message, millis, minutes};

fn bodies(world: &World) -> Vec<String> {
    let calls = world.provider.calls();
    let body = |call: &sms_framework::testkit::Call| call.message.body().to_owned();
    calls.iter().map(body).collect()
}

#[tokio::test(start_paused = true)]
async fn the_most_urgent_go_first() {
    let world = World::new(ScriptedProvider::new(), ONE_A_SECOND);
    for priority in [Priority::Bulk, Priority::Normal, Priority::Urgent] {
        for _ in 0..2 {
            let message = Message::new(TO, priority.to_string()).priority(priority);
            world.enqueue(message).await;
        }
    }
    assert_eq!(world.work().await.accepted, 6);
    assert_eq!(
        bodies(&world),
        ["urgent", "urgent", "normal", "normal", "bulk", "bulk"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_urgent_one_waits_for_one_slot_and_not_for_what_is_claimed_already() {
    let world = World::new(ScriptedProvider::new(), ONE_A_SECOND);
    for nth in 0..30 {
        let bulk = Message::new(TO, format!("bulk {nth}")).priority(Priority::Bulk);
        world.enqueue(bulk).await;
    }
    let worker = world.start();
    tokio::time::sleep(millis(2500)).await;
    let began = tokio::time::Instant::now();
    let code = Message::new(TO, "code").priority(Priority::Urgent);
    let id = world.enqueue(code).await;
    tokio::time::sleep(minutes(2)).await;
    let calls = world.provider.calls();
    let place = calls
        .iter()
        .position(|call| call.message.id() == id)
        .unwrap();
    assert_eq!(place, 4, "three were out, and one had its slot");
    assert_eq!(calls[place].at.duration_since(began), millis(1500));
    assert_eq!(worker.stop().await.accepted, 31);
}

#[tokio::test(start_paused = true)]
async fn owners_take_turns() {
    for concurrency in [1, 16] {
        let toml = format!("{UNPACED}queue.concurrency = {concurrency}");
        let world = World::new(ScriptedProvider::new(), &toml);
        for owner in ["ann", "ann", "ann", "ann", "bob", "bob", "cleo"] {
            world.enqueue(Message::new(TO, owner).owner(owner)).await;
        }
        assert_eq!(world.work().await.accepted, 7);
        assert_eq!(
            bodies(&world),
            ["ann", "bob", "cleo", "ann", "bob", "ann", "ann"],
            "{concurrency} at once"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_owner_is_served_first_come_first_served() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    for nth in 0..40 {
        world.enqueue(Message::new(TO, nth.to_string())).await;
    }
    assert_eq!(world.work().await.accepted, 40);
    let in_order: Vec<_> = (0..40).map(|nth| nth.to_string()).collect();
    assert_eq!(bodies(&world), in_order);
}

#[tokio::test(start_paused = true)]
async fn who_is_sent_at_once_does_not_wait_for_the_queue() {
    let world = World::new(ScriptedProvider::new(), ONE_A_SECOND);
    for _ in 0..30 {
        world.enqueue(message()).await;
    }
    let worker = world.start();
    tokio::time::sleep(millis(2500)).await;
    let began = tokio::time::Instant::now();
    world.sms.send(message()).await.unwrap();
    assert_eq!(began.elapsed(), millis(1500), "one has the slot before it");
    let _report = worker.stop().await;
}
