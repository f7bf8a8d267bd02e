//! What happens by itself: workers are woken, and weeks are made ahead of time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::Database;
use super::connect::{Connector, Limits};
use crate::error::Error;

/// The channel on which whoever enqueues tells the workers.
pub(super) const CHANNEL: &str = "sms_queue";

const LEAST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Rings the bell whenever somebody notifies; where the database cannot, workers look by themselves.
pub(super) async fn listen(connector: Connector, bell: Arc<Notify>, notifies: Arc<AtomicBool>) {
    let mut pause = LEAST_PAUSE;
    let mut said = false;
    loop {
        match subscribed(&connector).await {
            Ok(mut connection) => {
                notifies.store(true, Ordering::Relaxed);
                pause = LEAST_PAUSE;
                // What came before nobody heard of.
                bell.notify_waiters();
                let mut notifications = std::pin::pin!(connection.notifications_stream());
                while let Some(Ok(_)) = notifications.next().await {
                    bell.notify_waiters();
                }
            }
            Err(error) if !said => {
                said = true;
                tracing::info!("the database does not notify; workers look by themselves: {error}");
            }
            Err(_) => {}
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn subscribed(connector: &Connector) -> Result<AsyncPgConnection, Error> {
    let mut connection = connector
        .connect(Limits::of_work(connector.options()))
        .await?;
    let listen = format!("LISTEN {CHANNEL}");
    connection.batch_execute(&listen).await.map_err(|error| {
        let location = connector.options().location();
        super::failure::storage(&location, &error).error
    })?;
    Ok(connection)
}

/// Makes the partitions of the weeks to come, for as long as the database is in use.
pub(super) async fn keep_weeks(database: Weak<Database>) {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    loop {
        tokio::time::sleep(DAY).await;
        let Some(database) = database.upgrade() else {
            return;
        };
        if let Err(error) = database.ensure_partitions(Timestamp::now()).await {
            tracing::warn!("the partitions of the weeks to come could not be made: {error}");
        }
    }
}
