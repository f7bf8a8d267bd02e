//! Whose a message is, and for how long.

use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{ErrorKind, MessageState};

use super::support::{UNPACED, World, fails, fails_for, message, millis, minutes, seconds};

/// Nothing is slow for a lease.
const PATIENT: &str = "send = { deadline = '20m', attempt_timeout = '10m' }\n";

#[tokio::test(start_paused = true)]
async fn a_slow_call_keeps_its_lease_and_nobody_else_takes_it_up() {
    let slow = Act::Accept.after(minutes(5));
    let toml = format!("{UNPACED}{PATIENT}queue.lease = '30s'");
    let world = World::new(ScriptedProvider::new().otherwise(slow).lookup([]), &toml);
    let id = world.enqueue(message()).await;
    let first = world.start();
    tokio::time::sleep(seconds(1)).await;
    let second = world.another(&toml).start();
    for _ in 0..28 {
        tokio::time::sleep(seconds(10)).await;
        let row = world.row(id);
        assert_eq!(row.status, MessageState::Sending);
        let left = world.due_in(id).expect("its lease has run out");
        assert!(left >= seconds(19), "{left:?}");
    }
    tokio::time::sleep(minutes(1)).await;
    assert_eq!(world.status(id), MessageState::Accepted);
    assert_eq!((world.calls(), world.provider.lookups()), (1, 0));
    assert_eq!(first.stop().await.accepted, 1);
    assert_eq!(second.stop().await.processed, 0);
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_for_a_slot_keeps_its_lease() {
    let toml = format!(
        "{PATIENT}queue.lease = '30s'\nrate_limit = {{ rate = 0.005, burst = 1, initial = 0, max_wait = '10m' }}"
    );
    let world = World::new(ScriptedProvider::new(), &toml);
    let id = world.enqueue(message()).await;
    let (first, second) = (world.start(), world.another(&toml).start());
    tokio::time::sleep(seconds(190)).await;
    assert_eq!(world.status(id), MessageState::Queued);
    assert!(world.row(id).holder.is_some());
    tokio::time::sleep(seconds(60)).await;
    assert_eq!(
        (world.status(id), world.calls()),
        (MessageState::Accepted, 1)
    );
    let (first, second) = (first.stop().await, second.stop().await);
    assert_eq!(
        first.processed + second.processed,
        1,
        "it never changed hands"
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_send_at_once_keeps_its_lease_too() {
    let slow = Act::Accept.after(minutes(5));
    let toml = format!("{UNPACED}{PATIENT}queue.lease = '30s'");
    let world = World::new(ScriptedProvider::new().otherwise(slow).lookup([]), &toml);
    let worker = world.another(&toml).start();
    let receipt = world.sms.send(message()).await.unwrap();
    assert_eq!(world.status(receipt.id), MessageState::Accepted);
    assert_eq!(worker.stop().await.processed, 0);
    assert_eq!((world.calls(), world.provider.lookups()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_over_before_the_call_is_not_called() {
    let toml = "rate_limit = { rate = 1, burst = 1, initial = 0 }";
    let world = World::new(ScriptedProvider::new(), toml);
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(millis(500)).await;
    world.store.take_over(id);
    let taken = world.row(id);
    tokio::time::sleep(seconds(10)).await;
    assert_eq!((world.calls(), world.row(id)), (0, taken));
    assert_eq!(worker.stop().await.processed, 0, "it is another's to count");
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_over_between_calls_is_called_no_more_and_not_overwritten() {
    let toml = format!("{UNPACED}queue.lease = '30s'");
    let again = fails_for(ErrorKind::Connect, seconds(60));
    let world = World::new(ScriptedProvider::new().script([again]), &toml);
    let id = world.enqueue(message()).await;
    let worker = world.start();
    tokio::time::sleep(seconds(1)).await;
    assert_eq!(world.calls(), 1);
    world.store.take_over(id);
    let taken = world.row(id);
    // The lease of the other runs out by itself; until then nothing may happen to the row.
    tokio::time::sleep(seconds(25)).await;
    assert_eq!(world.row(id), taken);
    tokio::time::sleep(minutes(5)).await;
    assert_eq!(world.calls(), 1);
    let _report = worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_lease_overwrites_nothing_but_with_the_providers_word() {
    for (answer, end) in [
        (fails(ErrorKind::Connect), MessageState::Sending),
        (fails(ErrorKind::OptedOut), MessageState::Sending),
        (fails(ErrorKind::NoAnswer), MessageState::Sending),
        (Act::Accept, MessageState::Accepted),
    ] {
        let provider = ScriptedProvider::new().script([answer.after(seconds(10))]);
        let toml = format!("{UNPACED}retry.max_attempts = 1");
        let world = World::new(provider, &toml);
        let id = world.enqueue(message()).await;
        let worker = world.start();
        tokio::time::sleep(seconds(1)).await;
        world.store.take_over(id);
        tokio::time::sleep(seconds(20)).await;
        assert_eq!((world.status(id), world.calls()), (end, 1));
        let _report = worker.stop().await;
    }
}

/// A machine that slept wakes up in the middle of a back-off that is long over, and so is its lease.
#[tokio::test(start_paused = true)]
async fn a_process_that_stood_still_asks_whose_it_is_before_it_calls() {
    for taken_over in [true, false] {
        let toml = format!("{UNPACED}{PATIENT}queue.lease = '30s'");
        let again = fails_for(ErrorKind::Connect, seconds(60));
        let world = World::new(ScriptedProvider::new().script([again]), &toml);
        let id = world.enqueue(message()).await;
        let work = world.work();
        let mut work = std::pin::pin!(work);
        let began = tokio::time::timeout(millis(100), &mut work).await;
        assert!(began.is_err(), "it backs off");
        if taken_over {
            world.store.take_over(id);
        }
        let stood = world.row(id);
        // Nothing ran meanwhile: no lease was renewed, and the back-off is over.
        tokio::time::advance(minutes(2)).await;
        let _report = work.await;
        if taken_over {
            let row = world.row(id);
            assert_eq!(row.attempts, stood.attempts, "nothing was settled by it");
            assert_eq!((row.status, world.calls()), (MessageState::Unknown, 1));
        } else {
            assert_eq!(
                (world.status(id), world.calls()),
                (MessageState::Accepted, 2)
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_worker_that_died_had_claimed_goes_again_without_a_doubt() {
    let world = World::new(ScriptedProvider::new(), UNPACED);
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.enqueue(message()).await);
    }
    world.claimed_by_another(3).await;
    let worker = world.start();
    tokio::time::sleep(seconds(59)).await;
    assert_eq!(
        world.calls_for(&ids),
        [0, 0, 0, 1, 1],
        "three are the dead one's"
    );
    tokio::time::sleep(seconds(2)).await;
    assert_eq!(world.calls_for(&ids), [1; 5]);
    for id in ids {
        let row = world.row(id);
        assert_eq!((row.status, row.doubt), (MessageState::Accepted, None));
    }
    assert_eq!(worker.stop().await.accepted, 5);
}
