//! Asking the server directly, for what tests set up and look at.

use std::error::Error;
use std::future::Future;

use tokio_postgres::{NoTls, SimpleQueryMessage, SimpleQueryRow};

/// The rows that `sql` (one statement, or several) gives, each value as the server writes it.
///
/// Panics where the server refuses it.
pub(super) async fn query(url: &str, sql: &str) -> Vec<Vec<Option<String>>> {
    try_query(url, sql).await.unwrap_or_else(|error| {
        let why = error
            .source()
            .map_or(String::new(), |why| format!(": {why}"));
        panic!("PostgreSQL refuses `{sql}`: {error}{why}")
    })
}

/// The same, or why not.
pub(super) async fn try_query(
    url: &str,
    sql: &str,
) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let running = tokio::spawn(connection);
    let answer = client.simple_query(sql).await;
    drop(client);
    // Over only when the socket is closed.
    let _ = running.await;
    let rows = answer?.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let values = |row: SimpleQueryRow| {
        let value = |column| row.get(column).map(str::to_owned);
        (0..row.len()).map(value).collect()
    };
    Ok(rows.map(values).collect())
}

/// Runs a future to its end on a thread of its own, so that it may be called from anywhere.
pub(super) fn wait_for<T: Send>(future: impl Future<Output = T> + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime of one thread needs nothing that can be missing");
        runtime.block_on(future)
    };
    let done = std::thread::scope(|scope| scope.spawn(run).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
