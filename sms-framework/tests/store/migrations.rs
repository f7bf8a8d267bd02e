//! Our tables beside an application's own in the same file.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use sms_framework::ErrorKind;
use sms_framework::store::Store;
use sms_framework::store::sqlite::SqliteStore;

use crate::support::{Place, begun, hello};

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

const BOTH: [&str; 4] = [
    "0000sms0001",
    "0000sms0002",
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
    assert_eq!(versions(&place), BOTH[..3]);
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
        assert_eq!(versions(&place), BOTH[..2]);
    }
}

#[tokio::test]
async fn opening_again_finds_everything() {
    let place = Place::new();
    let id = begun(&place.open(), hello()).await;
    let store = place.open();
    assert!(store.message(id).await.unwrap().is_some());
}
