//! A worker that stands still for longer than its lease, and then goes on.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sms_framework::{Error, ErrorKind, Message, MessageState};

use crate::vendor::{Call, Vendor, client, open, rows, taken};

/// The folder of the process that is stopped, and what its vendor answers.
const PLAN: &str = "SMS_TEST_IS_STOPPED";

/// The process that is stopped in mid-call: a run of this test alone.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Ok(plan) = std::env::var(PLAN) else {
        return;
    };
    let (folder, answer) = plan.split_once('|').unwrap();
    let folder = PathBuf::from(folder);
    let refuses = answer == "refuses";
    let place = folder.clone();
    let vendor = Vendor::new(&folder, move |call| {
        let moment = if refuses { Call::Begun } else { Call::Taken };
        if call == moment {
            std::fs::write(place.join("called"), "").unwrap();
            wait_for(&place.join("answer"));
        }
        if refuses {
            return Err(Error::new(ErrorKind::Refused, "no such number"));
        }
        Ok(())
    });
    let client = client(&open(&folder), &vendor, 0);
    client
        .work_until_idle(std::future::pending())
        .await
        .unwrap();
}

fn wait_for(file: &Path) {
    let until = Instant::now() + Duration::from_secs(60);
    while !file.exists() {
        assert!(Instant::now() < until, "{} never came", file.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn signal(child: &Child, signal: &str) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Stops a worker in mid-call, lets another take its message over, and lets it go on.
async fn taken_over(answer: &str) -> (tempfile::TempDir, MessageState, MessageState) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let vendor = Vendor::new(folder.path(), |_| Ok(()));
    let here = client(&store, &vendor, 0);
    here.enqueue(Message::new("+14155550123", "Hello"))
        .await
        .unwrap();

    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "stopped::child", "--nocapture"])
        .env(PLAN, format!("{}|{answer}", folder.path().display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tokio::task::block_in_place(|| wait_for(&folder.path().join("called")));
    signal(&child, "-STOP");

    // Ten minutes later its lease has run out.
    for minutes in [10, 20] {
        let other = client(&store, &vendor, minutes * 60);
        other.work_until_idle(std::future::pending()).await.unwrap();
    }
    let meanwhile = rows(&store).await[0].status;
    std::fs::write(folder.path().join("answer"), "").unwrap();
    signal(&child, "-CONT");
    assert!(child.wait().unwrap().success());
    let in_the_end = rows(&store).await[0].status;
    (folder, meanwhile, in_the_end)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_stopped_can_no_longer_settle_what_another_took_over() {
    let (folder, meanwhile, in_the_end) = taken_over("refuses").await;
    assert_eq!(meanwhile, MessageState::Unknown);
    assert_eq!(
        in_the_end,
        MessageState::Unknown,
        "its refusal counts no more"
    );
    assert!(taken(folder.path()).is_empty());
}

/// The other one asked, and the vendor had it: it was found before its worker went on.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_stopped_worker_had_sent_is_found_by_another_and_not_sent_again() {
    let (folder, meanwhile, in_the_end) = taken_over("takes").await;
    assert_eq!(
        (meanwhile, in_the_end),
        (MessageState::Accepted, MessageState::Accepted)
    );
    assert_eq!(taken(folder.path()).len(), 1);
}
