//! Somebody sets the clock of the machine while a worker works.

use sms_framework::testkit::{Act, ScriptedProvider};
use sms_framework::{ErrorKind, MessageState};

use super::support::{ONE_A_SECOND, UNPACED, World, fails_for, message, minutes, seconds};

const HOUR: i64 = 3600;

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_doubled_or_stuck() {
    for jump in [HOUR, -HOUR] {
        let slow = Act::Accept.after(seconds(5));
        let provider = ScriptedProvider::new().otherwise(slow).lookup([]);
        let world = World::new(provider, ONE_A_SECOND);
        let mut ids = Vec::new();
        for _ in 0..40 {
            ids.push(world.enqueue(message()).await);
        }
        let worker = world.start();
        // Some are sent, some are being called, some wait for a slot, some are not claimed yet.
        tokio::time::sleep(seconds(10)).await;
        world.time().set(jump);
        tokio::time::sleep(minutes(3)).await;
        assert_eq!(world.calls_for(&ids), [1; 40], "set by {jump} s");
        for id in &ids {
            let row = world.row(*id);
            assert_eq!((row.status, row.doubt), (MessageState::Accepted, None));
            assert_eq!(row.next_attempt_at, None);
        }
        let _report = worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_in_a_call_meanwhile_is_tried_again() {
    for jump in [HOUR, -HOUR] {
        let down = fails_for(ErrorKind::Connect, seconds(1)).after(seconds(5));
        let provider = ScriptedProvider::new().script([down.clone(), down]);
        let world = World::new(provider, UNPACED);
        let ids = [
            world.enqueue(message()).await,
            world.enqueue(message()).await,
        ];
        let worker = world.start();
        tokio::time::sleep(seconds(2)).await;
        world.time().set(jump);
        tokio::time::sleep(minutes(5)).await;
        for id in &ids {
            let row = world.row(*id);
            assert_eq!(
                row.status,
                MessageState::Accepted,
                "set by {jump} s: {row:?}"
            );
        }
        assert_eq!(world.calls_for(&ids), [2; 2]);
        let _report = worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_backs_off_goes_at_the_latest_when_the_clock_has_caught_up() {
    for jump in [HOUR, -HOUR] {
        let down = [ErrorKind::Connect; 3].map(super::support::fails);
        let world = World::new(ScriptedProvider::new().script(down), UNPACED);
        let id = world.enqueue(message()).await;
        assert_eq!(world.work().await.requeued, 1);
        world.time().set(jump);
        world.work_on().await;
        assert_eq!(
            (world.status(id), world.calls()),
            (MessageState::Accepted, 4)
        );
    }
}
