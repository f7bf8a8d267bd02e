//! A disk that takes no more, and a file that another process locks.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use sms_framework::store::DynStore;
use sms_framework::store::sqlite::{SqliteOptions, SqliteStore};
use sms_framework::{Message, MessageState};

use crate::vendor::{Call, Vendor, client, open, rows, taken};

/// The folder of the process whose disk is full.
const FOLDER: &str = "SMS_TEST_DISK_IS_FULL";
const COUNT: usize = 300;

fn hello() -> Message {
    Message::new("+14155550123", "Hello")
}

/// The process whose disk is full: a run of this test alone. It ends as soon as it is told so.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let vendor = Vendor::new(&folder, |_| Ok(()));
    let client = client(&open(&folder), &vendor, 0);
    let worker = client.clone();
    tokio::spawn(async move { worker.work(std::future::pending()).await });
    until(async || !taken(&folder).is_empty()).await;
    loop {
        if let Err(full) = client.enqueue(hello()).await {
            std::fs::write(folder.join("full"), full.to_string()).unwrap();
            // What the worker does meanwhile, it does on a full disk.
            tokio::time::sleep(Duration::from_millis(300)).await;
            std::process::exit(0);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Runs it where no file may grow beyond half a megabyte.
fn run_child(folder: &Path) -> bool {
    let limited = r#"trap "" XFSZ; ulimit -f 1024; exec "$0" --exact disk::child"#;
    let ran = Command::new("sh")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder)
        .output()
        .unwrap();
    ran.status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_on_a_full_disk_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let vendor = Vendor::new(folder.path(), |_| Ok(()));
    let before = client(&store, &vendor, 0);
    for _ in 0..COUNT {
        before.enqueue(hello()).await.unwrap();
    }
    // Nobody else writes, or keeps the write-ahead log.
    drop((before, store));
    tokio::task::block_in_place(|| assert!(run_child(folder.path())));
    let told = std::fs::read_to_string(folder.path().join("full")).unwrap();
    assert!(told.contains("sms.db"), "{told}");
    let by_then = taken(folder.path()).len();
    assert!(
        0 < by_then && by_then < COUNT,
        "{by_then} were sent by then"
    );

    let store = open(folder.path());
    // Leases run out, and what is in doubt is asked about.
    for minutes in [10, 20, 30] {
        let afterwards = client(&store, &vendor, minutes * 60);
        afterwards
            .work_until_idle(std::future::pending())
            .await
            .unwrap();
    }
    let rows = rows(&store).await;
    assert!(rows.len() >= COUNT);
    let mut sent = taken(folder.path());
    sent.sort();
    let mut ids: Vec<_> = rows.iter().map(|row| row.id.to_string()).collect();
    ids.sort();
    assert_eq!(sent, ids, "each once");
    for row in rows {
        assert_eq!(row.status, MessageState::Accepted, "{row:#?}");
    }
}

/// A vendor that answers when there is a file named `answer`.
fn slow(folder: &Path) -> Arc<Vendor> {
    let answer = folder.join("answer");
    Vendor::new(folder, move |call| {
        while call == Call::Taken && !answer.exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_while_another_process_locks_the_file_is_written_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sms.db");
    let mut options = SqliteOptions::new(&path);
    options.busy_timeout = Duration::from_millis(20);
    let store: DynStore = Arc::new(SqliteStore::open(options).unwrap());
    let client = client(&store, &slow(folder.path()), 0);
    client.enqueue(hello()).await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = {
        let client = client.clone();
        tokio::spawn(async move { client.work(async { drop(stopped.await) }).await.unwrap() })
    };
    until(async || taken(folder.path()).len() == 1).await;

    let mut another = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    another
        .batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE")
        .unwrap();
    std::fs::write(folder.path().join("answer"), "").unwrap();
    for _ in 0..3 {
        let refused = client.enqueue(hello()).await.unwrap_err().to_string();
        let told = "is locked by another process that did not finish writing in time";
        assert!(refused.contains(told), "{refused}");
    }
    assert_eq!(rows(&store).await[0].status, MessageState::Sending);
    another.batch_execute("ROLLBACK").unwrap();

    until(async || rows(&store).await[0].status == MessageState::Accepted).await;
    stop.send(()).unwrap();
    assert_eq!(worker.await.unwrap().accepted, 1);
    assert_eq!(taken(folder.path()).len(), 1);
}

async fn until(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting)
        .await
        .unwrap();
}
