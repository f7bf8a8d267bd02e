//! A process that ends at once, at every point at which it writes or calls.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use sms_framework::store::DynStore;
use sms_framework::testkit::{HookedStore, Moment};
use sms_framework::{Message, MessageState};

use crate::vendor::{Call, Vendor, client, open, rows, taken};

/// Four at a time (see `client`), so that there are four claims whatever the threads do.
const MESSAGES: usize = 16;

/// Which process is meant to end where: `FOLDER|POINT|COUNT`.
const PLAN: &str = "SMS_TEST_ENDS_AT";

/// The points: each write before and after, and the call.
const POINTS: [&str; 13] = [
    "before begin",
    "after begin",
    "before claim",
    "after claim",
    "before hand_over",
    "after hand_over",
    "call begun",
    "call taken",
    "before record",
    "before settle",
    "after settle",
    "before take_proof",
    "after take_proof",
];

struct Plan {
    folder: PathBuf,
    point: String,
    /// At the how manieth time.
    count: usize,
}

impl Plan {
    fn of_this_process() -> Option<Self> {
        let plan = std::env::var(PLAN).ok()?;
        let mut parts = plan.split('|');
        Some(Self {
            folder: parts.next()?.into(),
            point: parts.next()?.to_owned(),
            count: parts.next()?.parse().ok()?,
        })
    }
}

/// Ends the process as SIGKILL does: nothing is dropped, nothing is flushed.
fn end_at(point: String, count: usize) -> impl Fn(&str) + Send + Sync {
    let seen = AtomicUsize::new(0);
    move |here| {
        if here == point && seen.fetch_add(1, Ordering::SeqCst) + 1 == count {
            std::process::abort();
        }
    }
}

fn named(moment: Moment) -> String {
    match moment {
        Moment::Before(name) => format!("before {name}"),
        Moment::After(name) => format!("after {name}"),
    }
}

/// The process that ends: a run of this test alone, which does nothing in any other.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(plan) = Plan::of_this_process() else {
        return;
    };
    let end = std::sync::Arc::new(end_at(plan.point, plan.count));
    let at_call = std::sync::Arc::clone(&end);
    let vendor = Vendor::new(&plan.folder, move |call| {
        at_call(match call {
            Call::Begun => "call begun",
            Call::Taken => "call taken",
        });
        Ok(())
    });
    let hooked = HookedStore::new(open(&plan.folder), move |moment| {
        end(&named(moment));
        Ok(())
    });
    let hooked: DynStore = std::sync::Arc::new(hooked);
    let client = client(&hooked, &vendor, 0);
    for number in 0..MESSAGES {
        let message = Message::new("+14155550123", format!("message {number}"));
        // The same key again after a restart: it is enqueued once.
        let message = message.idempotency_key(format!("message-{number}"));
        client.enqueue(message).await.unwrap();
    }
    client
        .work_until_idle(std::future::pending())
        .await
        .unwrap();
}

fn run_child(folder: &Path, point: &str, count: usize) -> bool {
    let plan = format!("{}|{point}|{count}", folder.display());
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "ended::child", "--nocapture"])
        .env(PLAN, plan)
        .output()
        .unwrap();
    ran.status.success()
}

/// After a process ended at `point`, others finish the work: each message was taken once and the store
/// knows, or it is held as unknown with its reason, and was taken once or not at all.
async fn survives(point: &str, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let ended = !run_child(folder.path(), point, count);
    // Whoever comes next enqueues what had not been enqueued, under the same keys.
    let store = open(folder.path());
    let vendor = Vendor::new(folder.path(), |_| Ok(()));
    let next = client(&store, &vendor, 0);
    for number in 0..MESSAGES {
        let message = Message::new("+14155550123", format!("message {number}"));
        let message = message.idempotency_key(format!("message-{number}"));
        next.enqueue(message).await.unwrap();
    }
    // An hour later every lease has run out; and a while after that questions are asked.
    for hours in 1..=3 {
        let later = client(&store, &vendor, hours * 3600);
        later.work_until_idle(std::future::pending()).await.unwrap();
    }
    let taken = taken(folder.path());
    let rows = rows(&store).await;
    assert_eq!(rows.len(), MESSAGES, "{point}: none lost, none twice");
    for row in rows {
        let times = taken.iter().filter(|id| **id == row.id.to_string()).count();
        match row.status {
            MessageState::Accepted => assert_eq!(times, 1, "{point}"),
            MessageState::Unknown => {
                assert!(times <= 1, "{point}: doubled");
                assert!(row.error.is_some(), "{point}: held without a reason");
            }
            other => panic!("{point}: {} is {other}, taken {times} times", row.id),
        }
        // What the vendor took, it can be asked about: only what it does not list stays unknown.
        assert!(
            row.status != MessageState::Unknown || times == 0,
            "{point}: {row:?}"
        );
    }
    // Nothing asks about proof where nothing is in doubt.
    let may_not_come = point.contains("take_proof");
    assert!(ended || may_not_come, "{point} ({count}) never came");
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_process_ends_nothing_is_lost_and_nothing_doubled() {
    for point in POINTS {
        for count in [1, 4] {
            survives(point, count).await;
        }
    }
}

/// A poison message ends every process that sends it: it is tried once, and then it is held.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_ends_every_process_is_held_and_the_others_go() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!run_child(folder.path(), "call begun", 1));
    survives_in(folder.path()).await;
}

async fn survives_in(folder: &Path) {
    let store = open(folder);
    let vendor = Vendor::new(folder, |_| Ok(()));
    for hours in 1..=3 {
        let later = client(&store, &vendor, hours * 3600);
        later.work_until_idle(std::future::pending()).await.unwrap();
    }
    let standing: Vec<_> = rows(&store).await.iter().map(|row| row.status).collect();
    let held = standing
        .iter()
        .filter(|state| **state == MessageState::Unknown)
        .count();
    // Those under way side by side with it are in doubt, too.
    assert!((1..=4).contains(&held), "{standing:?}");
    let sent = standing.iter().filter(|state| state.is_sent()).count();
    assert_eq!(sent + held, standing.len(), "{standing:?}");
}
