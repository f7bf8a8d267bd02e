//! Machines whose clocks do not agree with the database's.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sms_framework::SmsClient;
use sms_framework::config::Sources;
use sms_framework::store::DynStore;
use sms_framework::store::postgres::PostgresStore;
use sms_framework::testkit::ScriptedProvider;
use sms_framework::testkit::postgres::PostgresDatabase;

use crate::support::{bounded, server};

/// What the status says on a machine whose clock is ahead by so many seconds.
async fn said(database: &PostgresDatabase, ahead: i64) -> Option<String> {
    let store: DynStore = Arc::new(PostgresStore::open(database.options()).unwrap());
    let settings = Sources::new().toml("").load().unwrap();
    let client = SmsClient::builder(settings)
        .provider("fake", Arc::new(ScriptedProvider::new()))
        .store(store)
        .wall_clock(move || Timestamp::now() + SignedDuration::from_secs(ahead))
        .build()
        .unwrap();
    bounded(client.status()).await.database.clock
}

#[tokio::test]
async fn a_clock_that_others_would_take_messages_by_is_told() {
    let database = server!().database();
    assert_eq!(said(&database, 0).await, None);
    assert_eq!(said(&database, 3).await, None, "leases of a minute bear it");
    for (ahead, side) in [(3_650, "ahead of"), (-3_650, "behind")] {
        let told = said(&database, ahead).await.unwrap();
        let (begin, end) = told.split_once(side).unwrap();
        // How long the question took is left out.
        assert!(begin.starts_with("this machine's clock is 1h "), "{told}");
        assert_eq!(
            end,
            " the database's, and leases go by it: have both set by NTP, or workers take up what others are at"
        );
    }
}
