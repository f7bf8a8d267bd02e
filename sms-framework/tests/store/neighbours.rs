//! Other processes that write to the same file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;

use crate::support::{Place, begun, hello};

/// SQLite's own way of waiting looks ever more rarely, up to ten times a second: with it this takes
/// hundreds of transactions of the other's.
#[tokio::test]
async fn a_process_that_writes_without_a_pause_starves_nobody() {
    const WRITES: usize = 10;
    let place = Place::new();
    let store = place.open();
    let (stop, transactions) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let neighbour = {
        let (stop, transactions) = (Arc::clone(&stop), Arc::clone(&transactions));
        let mut connection = place.raw();
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                connection.batch_execute("BEGIN IMMEDIATE").unwrap();
                std::thread::sleep(Duration::from_millis(5));
                connection.batch_execute("COMMIT").unwrap();
                transactions.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_micros(100));
            }
        })
    };
    while transactions.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let before = transactions.load(Ordering::Relaxed);
    for _ in 0..WRITES {
        begun(&store, hello()).await;
    }
    let waited_for = transactions.load(Ordering::Relaxed) - before;
    stop.store(true, Ordering::Relaxed);
    neighbour.join().unwrap();
    assert!(
        waited_for < 10 * WRITES,
        "{WRITES} writes waited for {waited_for} transactions of another process"
    );
}
