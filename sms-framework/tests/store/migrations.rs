//! Our tables beside an application's own in the same file.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::Sqlite;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use sms_framework::message::Priority;
use sms_framework::store::sqlite::SqliteStore;
use sms_framework::store::{NewMessage, Store};
use sms_framework::{ErrorKind, Message, MessageId, MessageState};

use crate::support::{Place, at, begun, claimed, hello, new, queued, settled, wish};

/// An application that keeps two migrations of its own, stamped as diesel's command stamps them.
struct Application(FileBasedMigrations);

impl Application {
    fn new(place: &Place) -> Self {
        let folder = place.folder.path().join("migrations");
        for (stamp, table) in [
            ("2024-01-02-030405_artists", "artists"),
            ("2025-06-07-080910_gigs", "gigs"),
        ] {
            let step = folder.join(stamp);
            std::fs::create_dir_all(&step).unwrap();
            let up = format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, name TEXT);");
            std::fs::write(step.join("up.sql"), up).unwrap();
            std::fs::write(step.join("down.sql"), format!("DROP TABLE {table};")).unwrap();
        }
        Self(FileBasedMigrations::from_path(folder).unwrap())
    }

    fn migrate(&self, place: &Place) -> usize {
        let mut connection = place.raw();
        connection.run_pending_migrations(self).unwrap().len()
    }
}

impl MigrationSource<Sqlite> for &Application {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Sqlite>>>> {
        MigrationSource::<Sqlite>::migrations(&self.0)
    }
}

fn versions(place: &Place) -> Vec<String> {
    let mut applied = place.raw().applied_migrations().unwrap();
    applied.sort();
    applied.iter().map(MigrationVersion::to_string).collect()
}

const BOTH: [&str; 5] = [
    "0000sms0001",
    "0000sms0002",
    "0000sms0003",
    "20240102030405",
    "20250607080910",
];

#[tokio::test]
async fn the_application_comes_first() {
    let place = Place::new();
    let application = Application::new(&place);
    assert_eq!(application.migrate(&place), 2);
    let store = place.open();
    begun(&store, hello()).await;
    assert_eq!(versions(&place), BOTH);
    assert_eq!(application.migrate(&place), 0);
}

#[tokio::test]
async fn the_application_comes_second() {
    let place = Place::new();
    let store = place.open();
    begun(&store, hello()).await;
    let application = Application::new(&place);
    assert_eq!(application.migrate(&place), 2);
    assert_eq!(versions(&place), BOTH);
    place.open();
}

#[test]
fn an_application_that_reverts_its_latest_migration_reverts_its_own() {
    let place = Place::new();
    let application = Application::new(&place);
    application.migrate(&place);
    place.open();
    let reverted = place.raw().revert_last_migration(&application).unwrap();
    assert_eq!(reverted.to_string(), "20250607080910");
    assert_eq!(versions(&place), BOTH[..4]);
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[test]
fn everything_we_make_starts_with_sms() {
    let place = Place::new();
    drop(place.open());
    let made = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name";
    let names: Vec<Name> = diesel::sql_query(made).load(&mut place.raw()).unwrap();
    let foreign: Vec<_> = names
        .iter()
        .filter(|made| !made.name.starts_with("sms_"))
        .collect();
    let foreign: Vec<_> = foreign.iter().map(|made| made.name.as_str()).collect();
    assert_eq!(foreign, ["__diesel_schema_migrations"]);
}

#[test]
fn a_newer_schema_is_refused_and_left_as_it_is() {
    let place = Place::new();
    drop(place.open());
    place
        .raw()
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('0000sms9999')")
        .unwrap();
    let before = std::fs::read(&place.path).unwrap();
    let error = SqliteStore::open(place.options()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` was written by a newer version of this program; it was left as it is",
            place.path.display()
        )
    );
    assert_eq!(
        error.help(),
        Some("update this program, or choose another file with database.url or DATABASE_URL")
    );
    assert_eq!(std::fs::read(&place.path).unwrap(), before);
}

#[test]
fn without_leave_to_migrate_an_empty_file_is_refused_and_nothing_is_made() {
    let place = Place::new();
    let mut options = place.options();
    options.migrate = false;
    let error = SqliteStore::open(options.clone()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the tables in `{}` are missing or out of date",
            place.path.display()
        )
    );
    assert_eq!(error.help(), Some("run `sms migrate`"));
    drop(place.open());
    SqliteStore::open(options).unwrap();
}

#[test]
fn many_that_open_a_new_file_at_once_migrate_it_once() {
    for _ in 0..5 {
        let place = Place::new();
        let opened: Vec<_> = std::thread::scope(|scope| {
            let open = || SqliteStore::open(place.options());
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        for store in opened {
            store.unwrap();
        }
        assert_eq!(versions(&place), BOTH[..3]);
    }
}

#[tokio::test]
async fn opening_again_finds_everything() {
    let place = Place::new();
    let id = begun(&place.open(), hello()).await.id;
    let store = place.open();
    assert!(store.message(id).await.unwrap().is_some());
}

/// The tables as the program before this one left them.
fn before_the_queue(place: &Place) -> FileBasedMigrations {
    let ours = FileBasedMigrations::from_path("migrations/sqlite").unwrap();
    let mut all = MigrationSource::<Sqlite>::migrations(&ours).unwrap();
    all.sort_by_key(|migration| migration.name().version().to_string());
    let mut connection = place.raw();
    // Asked for, the harness makes its own table.
    assert!(connection.applied_migrations().unwrap().is_empty());
    for migration in &all[..2] {
        connection.run_migration(migration).unwrap();
    }
    ours
}

/// Where rows stand: id, state and when they are due.
fn standing(place: &Place) -> Vec<(String, String, Option<i64>)> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        id: String,
        #[diesel(sql_type = Text)]
        state: String,
        #[diesel(sql_type = Nullable<BigInt>)]
        next_attempt_at: Option<i64>,
    }
    let rows: Vec<Row> =
        diesel::sql_query("SELECT id, state, next_attempt_at FROM sms_messages ORDER BY id")
            .load(&mut place.raw())
            .unwrap();
    let row = |row: Row| (row.id, row.state, row.next_attempt_at);
    rows.into_iter().map(row).collect()
}

fn names(place: &Place) -> Vec<String> {
    let made = "SELECT name FROM sqlite_master WHERE name LIKE 'sms_%'
        UNION ALL SELECT 'sms_messages.' || name FROM pragma_table_info('sms_messages') ORDER BY 1";
    let names: Vec<Name> = diesel::sql_query(made).load(&mut place.raw()).unwrap();
    names.into_iter().map(|made| made.name).collect()
}

#[tokio::test]
async fn what_an_older_program_left_waiting_is_sent_by_this_one() {
    let place = Place::new();
    before_the_queue(&place);
    let ids: Vec<_> = (0..5).map(|_| MessageId::new()).collect();
    let rows = [
        ("queued", "NULL", "'ann'", Some(at(50))),
        ("sending", "'a process'", "NULL", Some(at(60))),
        ("unknown", "NULL", "NULL", Some(at(70))),
        ("unknown", "NULL", "NULL", None),
        ("accepted", "NULL", "'ann'", None),
    ];
    for (id, (state, holder, owner, due)) in ids.iter().zip(rows) {
        let due = due.map_or("NULL".to_owned(), |due| due.as_millisecond().to_string());
        let row = format!(
            "INSERT INTO sms_messages (id, state, provider, simulated, recipient, body, segments,
                encoding, owner, attempts, rounds, next_attempt_at, holder, created_at, updated_at)
             VALUES ('{id}', '{state}', 'twilio', 0, '+14155550123', 'Hello', 1,
                'GSM-7', {owner}, 1, 0, {due}, {holder}, {now}, {now})",
            now = at(0).as_millisecond(),
        );
        place.raw().batch_execute(&row).unwrap();
    }

    let store = place.open();
    assert_eq!(claimed(&store, 49).await, []);
    let first = store.claim(wish(50)).await.unwrap().messages;
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].lease.id, ids[0]);
    assert_eq!(first[0].message.owner(), Some("ann"));
    assert_eq!(first[0].message.priority(), Priority::Normal);
    let accepted = settled(first[0].lease, MessageState::Accepted);
    assert!(store.settle(accepted).await.unwrap());
    // What was being sent is in doubt, and asked about after the grace.
    assert_eq!(claimed(&store, 69).await, []);
    assert_eq!(claimed(&store, 70).await, [ids[2]]);
    assert_eq!(claimed(&store, 79).await, [ids[1]]);
}

#[tokio::test]
async fn what_this_program_left_waiting_is_there_for_an_older_one() {
    let place = Place::new();
    let ours = before_the_queue(&place);
    let older = names(&place);
    let store = place.open();
    let waits = begun_waiting(&store, hello().owner("ann")).await;
    let later = begun_waiting(&store, hello().send_at(at(500))).await;
    let leased = begun(&store, hello()).await.id;
    let tried = begun(&store, hello()).await;
    assert!(store.settle(queued(tried, at(90))).await.unwrap());
    drop(store);

    let mut connection = place.raw();
    let reverted = connection.revert_last_migration(ours);
    assert_eq!(reverted.unwrap().to_string(), "0000sms0003");
    assert_eq!(names(&place), older, "nothing is left of it");
    let row = |id: MessageId, state: &str, due| (id.to_string(), state.to_owned(), Some(due));
    let ms = |seconds| at(seconds).as_millisecond();
    let mut expected = vec![
        row(waits, "queued", ms(0)),
        row(later, "queued", ms(500)),
        row(leased, "sending", ms(60)),
        row(tried.id, "queued", ms(90)),
    ];
    expected.sort();
    assert_eq!(standing(&place), expected);

    // And back again.
    let store = place.open();
    assert_eq!(claimed(&store, 10).await, [waits]);
    // In turns between those of nobody and ann's, whose lease ran out.
    assert_eq!(claimed(&store, 500).await, [later, waits, tried.id]);
}

async fn begun_waiting(store: &SqliteStore, message: Message) -> MessageId {
    let row = NewMessage {
        lease_until: None,
        ..new(message)
    };
    let id = row.message.id();
    store.begin(row).await.unwrap();
    id
}
