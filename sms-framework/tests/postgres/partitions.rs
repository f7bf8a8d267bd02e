//! Weeks: made ahead, dropped when they are old, never with a message that waits.

use jiff::{SignedDuration, Timestamp};
use sms_framework::store::postgres::{Database, Partition};
use sms_framework::testkit::postgres::PostgresDatabase;

use crate::support::{bounded, server};

const TABLES: [&str; 3] = ["sms_messages", "sms_part_ids", "sms_attempts"];

async fn open(database: &PostgresDatabase) -> Database {
    bounded(Database::open(database.options())).await.unwrap()
}

fn weeks(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count * 7 * 24)
}

/// The least id of a message of that time: what stands in a UUIDv7 first.
fn id(time: Timestamp) -> String {
    let time = format!("{:012x}", time.as_millisecond());
    format!("{}-{}-7000-8000-000000000000", &time[..8], &time[8..])
}

async fn put(database: &PostgresDatabase, time: Timestamp, state: &str) {
    let (id, at) = (id(time), time.as_millisecond());
    let due = if matches!(state, "sending" | "unknown") {
        "1"
    } else {
        "NULL"
    };
    database
        .query(&format!(
            "INSERT INTO sms_messages (id, state, provider, simulated, recipient, segments, encoding,
                 attempts, rounds, next_attempt_at, created_at, updated_at)
             VALUES ('{id}', '{state}', 'mock', false, '+14155550123', 1, 'gsm7', 0, 0, {due}, {at}, {at});
             INSERT INTO sms_attempts (message_id, seq, number, provider, started_at, duration_us, outcome, simulated)
             VALUES ('{id}', 1, 1, 'mock', {at}, 1, 'accepted', false);
             INSERT INTO sms_part_ids VALUES ('part', 'mock', '{id}')"
        ))
        .await;
}

async fn rows(database: &PostgresDatabase, table: &str) -> String {
    database
        .value(&format!("SELECT count(*) FROM {table}"))
        .await
}

fn of<'a>(all: &'a [Partition], table: &str) -> Vec<&'a Partition> {
    all.iter()
        .filter(|partition| partition.table == table)
        .collect()
}

#[tokio::test]
async fn from_now_on_there_is_a_partition_for_eight_weeks() {
    let server = server!();
    let database = server.database();
    let open = open(&database).await;
    let now = Timestamp::now();
    assert_eq!(
        bounded(open.ensure_partitions(now)).await.unwrap(),
        0,
        "made when it was opened"
    );
    let all = bounded(open.partitions()).await.unwrap();
    for table in TABLES {
        let partitions = of(&all, table);
        assert!(
            partitions.is_sorted_by(|a, b| a.until == b.from),
            "{partitions:?}"
        );
        assert!(partitions[0].from <= now);
        assert!(partitions.last().unwrap().until > now + weeks(8));
    }
    put(&database, now, "accepted").await;
    let found = format!(
        "{}_w{}",
        TABLES[0],
        of(&all, TABLES[0])[0].from.strftime("%Y%m%d")
    );
    assert_eq!(rows(&database, &found).await, "1");
}

#[tokio::test]
async fn a_partition_has_the_indexes_of_its_table() {
    let server = server!();
    let database = server.database();
    let open = open(&database).await;
    let all = bounded(open.partitions()).await.unwrap();
    let indexes = |table: String| {
        let sql = format!("SELECT count(*) FROM pg_index WHERE indrelid = '{table}'::regclass");
        let database = &database;
        async move { database.value(&sql).await }
    };
    for partition in all {
        let expected = indexes(partition.table).await;
        assert_eq!(
            indexes(partition.name.clone()).await,
            expected,
            "{}",
            partition.name
        );
    }
    let valid =
        "SELECT bool_and(indisvalid)::text FROM pg_index WHERE indrelid = 'sms_messages'::regclass";
    assert_eq!(database.value(valid).await, "true");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_make_them_at_once_make_them_once() {
    let server = server!();
    let database = server.database();
    let open = std::sync::Arc::new(open(&database).await);
    let later = Timestamp::now() + weeks(30);
    let making: Vec<_> = (0..4)
        .map(|_| {
            let open = std::sync::Arc::clone(&open);
            tokio::spawn(async move { open.ensure_partitions(later).await })
        })
        .collect();
    let mut made = 0;
    for made_here in making {
        made += bounded(made_here).await.unwrap().unwrap();
    }
    assert_eq!(made, 3 * 9);
}

#[tokio::test]
async fn rows_of_the_default_partition_stay_where_they_are() {
    let server = server!();
    let database = server.database();
    let open = open(&database).await;
    let later = Timestamp::now() + weeks(20);
    put(&database, later, "accepted").await;
    assert_eq!(rows(&database, "sms_messages_default").await, "1");
    // One week of each of the three tables cannot be made.
    assert_eq!(bounded(open.ensure_partitions(later)).await.unwrap(), 3 * 8);
    assert_eq!(bounded(open.ensure_partitions(later)).await.unwrap(), 0);
    assert_eq!(rows(&database, "sms_messages_default").await, "1");
    assert_eq!(rows(&database, "sms_messages").await, "1");
    put(
        &database,
        later + SignedDuration::from_millis(1),
        "accepted",
    )
    .await;
    assert_eq!(rows(&database, "sms_messages_default").await, "2");
}

#[tokio::test]
async fn a_partition_that_was_detached_is_not_in_the_way() {
    let server = server!();
    let database = server.database();
    let open = open(&database).await;
    let all = bounded(open.partitions()).await.unwrap();
    let kept = &of(&all, "sms_attempts")[3].name;
    database
        .query(&format!("ALTER TABLE sms_attempts DETACH PARTITION {kept}"))
        .await;
    assert_eq!(
        bounded(open.ensure_partitions(Timestamp::now()))
            .await
            .unwrap(),
        0
    );
    assert_eq!(rows(&database, kept).await, "0");
}

#[tokio::test]
async fn what_is_wholly_older_goes_unless_a_message_waits() {
    let server = server!();
    let database = server.database();
    let open = open(&database).await;
    let now = Timestamp::now();
    let ago = |count| now - weeks(count);
    bounded(open.ensure_partitions(ago(30))).await.unwrap();
    for (count, state) in [
        (30, "accepted"),
        (29, "queued"),
        (28, "failed"),
        (27, "sending"),
        (26, "unknown"),
        (25, "scheduled"),
        (24, "delivered"),
    ] {
        put(&database, ago(count), state).await;
    }
    let before = ago(24);
    let dropped = bounded(open.drop_partitions(before)).await.unwrap();
    assert!(dropped.iter().all(|partition| partition.until <= before));
    assert_eq!(dropped.len(), 3 * 2, "{dropped:?}");
    for table in TABLES {
        assert_eq!(rows(&database, table).await, "5", "{table}");
    }
    let again = bounded(open.drop_partitions(before)).await.unwrap();
    assert_eq!(again, [], "what waits still waits");
    database
        .query("UPDATE sms_messages SET state = 'failed', next_attempt_at = NULL")
        .await;
    let dropped = bounded(open.drop_partitions(before)).await.unwrap();
    assert_eq!(dropped.len(), 3 * 4);
    assert_eq!(rows(&database, "sms_messages").await, "1");
}

#[tokio::test]
async fn a_writer_who_has_not_committed_is_not_waited_for() {
    let server = server!();
    let database = server.database();
    let (writer, maker) = (open(&database).await, open(&database).await);
    // The transaction stays open in the writer's session.
    let write = "BEGIN; INSERT INTO sms_part_ids
        SELECT 'part', 'mock', id::uuid FROM (VALUES ('IDS')) AS ids (id)";
    let write = write.replace("IDS", &id(Timestamp::now()));
    bounded(writer.run(&write)).await.unwrap();
    let later = Timestamp::now() + weeks(40);
    assert_eq!(
        bounded(maker.ensure_partitions(later)).await.unwrap(),
        3 * 9
    );
}
