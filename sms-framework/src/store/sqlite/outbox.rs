//! Writing a message's row on a connection of the application's.

use std::path::Path;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::Text;

use super::begin::{self, Written};
use super::failure;
use crate::error::{Error, ErrorKind};
use crate::store::{Begun, NewMessage, StoreInfo};

/// Writes the row in whatever transaction the connection is in; a failure undoes nothing but itself.
///
/// # Errors
/// `CONFIG`: the connection is to another database than the store's. Else as
/// [`begin`](crate::store::Store::begin).
pub(crate) fn enqueue_in(
    connection: &mut SqliteConnection,
    store: &StoreInfo,
    row: &NewMessage,
) -> Result<Begun, Error> {
    let place = Path::new(&store.location);
    same_database(connection, place, store)?;
    let written = connection.transaction(|connection| begin::begin(connection, row, ""));
    let written = match written {
        Ok(written) => written,
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Written::Twice,
        Err(error) => return Err(failure::storage(place, &error)),
    };
    written.told(row.message.id(), row.message.broadcast())
}

fn same_database(
    connection: &mut SqliteConnection,
    place: &Path,
    store: &StoreInfo,
) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct File {
        #[diesel(sql_type = Text)]
        file: String,
    }
    let query = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let theirs: File = diesel::sql_query(query)
        .get_result(connection)
        .map_err(|error| failure::storage(place, &error))?;
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let ours = real(place).filter(|_| store.kind == "sqlite");
    if ours.is_some() && ours == real(Path::new(&theirs.file)) {
        return Ok(());
    }
    let shown = if theirs.file.is_empty() {
        "a database in memory"
    } else {
        &theirs.file
    };
    let message = format!(
        "the connection is to {shown}, and messages are kept in {} ({}): no worker would see this one",
        store.location, store.kind
    );
    Err(Error::new(ErrorKind::Config, message)
        .with_help("give database.url the database of the application, or use enqueue()"))
}
