//! The weeks that the big tables are cut into: made ahead of time, dropped when they are old.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError, QueryResult};
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::migrate;
use super::weeks::{self, Week};

/// How far ahead partitions are made.
const AHEAD: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);

const MESSAGES: &str = "sms_messages";
/// The tables that are partitioned by the id of the message. The messages themselves come first:
/// what belongs to them goes when they are gone.
const TABLES: [&str; 3] = [MESSAGES, "sms_part_ids", "sms_attempts"];

/// One partition of one table: what belongs to the messages that were made in its time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partition {
    /// The table that it is a part of, such as `sms_messages`.
    pub table: String,
    /// Its own name, such as `sms_messages_w20261123`.
    pub name: String,
    /// From when.
    pub from: Timestamp,
    /// Until when; that moment is not part of it any more.
    pub until: Timestamp,
}

impl Partition {
    fn overlaps(&self, from: Timestamp, until: Timestamp) -> bool {
        self.from < until && from < self.until
    }
}

/// All partitions but the default ones, oldest first, table by table.
pub(super) async fn list(connection: &mut AsyncPgConnection) -> QueryResult<Vec<Partition>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        table_name: String,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Nullable<Text>)]
        bounds: Option<String>,
    }
    let query = "SELECT parent.relname::text AS table_name, child.relname::text AS name,
            pg_get_expr(child.relpartbound, child.oid) AS bounds
        FROM pg_inherits
            JOIN pg_class parent ON parent.oid = inhparent
            JOIN pg_class child ON child.oid = inhrelid
        WHERE inhparent = $1::regclass
        ORDER BY name";
    let mut all = Vec::new();
    for table in TABLES {
        let rows: Vec<Row> = diesel::sql_query(query)
            .bind::<Text, _>(table)
            .load(connection)
            .await?;
        let partitions = rows.into_iter().filter_map(|row| {
            let (from, until) = bounds(&row.bounds?)?;
            Some(Partition {
                table: row.table_name,
                name: row.name,
                from,
                until,
            })
        });
        let first = all.len();
        all.extend(partitions);
        all[first..].sort_by_key(|partition: &Partition| partition.from);
    }
    Ok(all)
}

/// Reads `FOR VALUES FROM ('…') TO ('…')`; `None` for the default partition.
fn bounds(text: &str) -> Option<(Timestamp, Timestamp)> {
    let (from, until) = text
        .strip_prefix("FOR VALUES FROM (")?
        .split_once(") TO (")?;
    let time = |bound: &str| match bound.trim_matches(|c| c == '\'' || c == ')') {
        "MINVALUE" => Some(Timestamp::MIN),
        "MAXVALUE" => Some(Timestamp::MAX),
        id => id.parse::<Uuid>().ok().map(weeks::time_of),
    };
    Some((time(from)?, time(until)?))
}

/// What came of making partitions.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// How many are new.
    pub(super) partitions: usize,
    /// Those that could not be made, because the default partition holds rows of their time, or
    /// because there is a table of their name that is no partition.
    pub(super) left_out: Vec<String>,
}

/// Makes the partitions of the weeks from `now` on that are missing. Two may do so at once: one
/// waits for the other.
pub(super) async fn ensure(
    connection: &mut AsyncPgConnection,
    now: Timestamp,
) -> QueryResult<Made> {
    if missing(&list(connection).await?, now).is_empty() {
        return Ok(Made::default());
    }
    connection
        .transaction(async |connection| {
            migrate::lock(connection).await?;
            let mut made = Made::default();
            for (table, week) in missing(&list(connection).await?, now) {
                let name = format!("{table}_w{}", week.name());
                if make(connection, table, &name, week).await? {
                    made.partitions += 1;
                } else {
                    made.left_out.push(name);
                }
            }
            Ok(made)
        })
        .await
}

/// The weeks no part of which is in a partition. Where somebody made other ranges by hand, what
/// they leave open goes to the default partition.
fn missing(existing: &[Partition], now: Timestamp) -> Vec<(&'static str, Week)> {
    let covered = |table: &str, week: Week| {
        existing.iter().any(|partition| {
            partition.table == table && partition.overlaps(week.from(), week.until())
        })
    };
    let of_table = |table| {
        weeks::ahead(now, AHEAD)
            .filter(move |week| !covered(table, *week))
            .map(move |week| (table, week))
    };
    TABLES.into_iter().flat_map(of_table).collect()
}

/// Makes one partition; false where it cannot be.
///
/// It is made beside the table and then attached, which locks the default partition but not the
/// table: whoever writes goes on writing.
async fn make(
    connection: &mut AsyncPgConnection,
    table: &'static str,
    name: &str,
    week: Week,
) -> QueryResult<bool> {
    let Some(schema) = room_for(connection, table, name).await? else {
        return Ok(false);
    };
    let sql = format!(
        "CREATE TABLE {schema}.{name} (LIKE {schema}.{table} INCLUDING ALL);
         ALTER TABLE {schema}.{table} ATTACH PARTITION {schema}.{name}
             FOR VALUES FROM ('{}') TO ('{}')",
        weeks::first_id(week.from()),
        weeks::first_id(week.until()),
    );
    let attached: QueryResult<()> = connection
        .transaction(async |connection| connection.batch_execute(&sql).await)
        .await;
    match attached {
        Ok(()) => Ok(true),
        // The default partition holds rows of that week, and nobody moves them.
        Err(DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, _)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The schema that `table` is in, quoted; `None` where a table called `name` is there already,
/// such as a partition that somebody detached to keep it.
async fn room_for(
    connection: &mut AsyncPgConnection,
    table: &str,
    name: &str,
) -> QueryResult<Option<String>> {
    #[derive(QueryableByName)]
    struct Schema {
        #[diesel(sql_type = Text)]
        schema: String,
    }
    let query = "SELECT quote_ident(nspname) AS schema
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE pg_class.oid = $1::regclass AND NOT EXISTS (
            SELECT FROM pg_class other
            WHERE other.relname = $2 AND other.relnamespace = pg_namespace.oid)";
    let found: Option<Schema> = diesel::sql_query(query)
        .bind::<Text, _>(table)
        .bind::<Text, _>(name)
        .get_result(connection)
        .await
        .optional()?;
    Ok(found.map(|row| row.schema))
}

/// What came of dropping old partitions.
#[derive(Debug, Default)]
pub(super) struct Dropped {
    /// Those that are gone.
    pub(super) partitions: Vec<Partition>,
    /// Those that hold a message that still waits.
    pub(super) kept: Vec<Partition>,
}

/// Drops what is wholly older than `before`: the weeks of messages of which none waits any more,
/// and then what belonged to them.
pub(super) async fn drop_older(
    connection: &mut AsyncPgConnection,
    before: Timestamp,
) -> QueryResult<Dropped> {
    let mut dropped = Dropped::default();
    for partition in old(&list(connection).await?, before) {
        let is_dropped = if partition.table == MESSAGES {
            drop_messages(connection, &partition).await?
        } else if dropped.keeps(&partition) {
            false
        } else {
            drop_partition(connection, &partition).await?;
            true
        };
        if is_dropped {
            dropped.partitions.push(partition);
        } else {
            dropped.kept.push(partition);
        }
    }
    Ok(dropped)
}

impl Dropped {
    /// Whether messages that were kept may own some of the rows in `partition`.
    fn keeps(&self, partition: &Partition) -> bool {
        self.kept
            .iter()
            .filter(|kept| kept.table == MESSAGES)
            .any(|kept| kept.overlaps(partition.from, partition.until))
    }
}

fn old(all: &[Partition], before: Timestamp) -> Vec<Partition> {
    all.iter()
        .filter(|partition| partition.until <= before)
        .cloned()
        .collect()
}

/// Drops a partition of messages, unless one of them waits.
///
/// Asked twice: without a lock, however long it takes, and then in the moment in which nobody else
/// can write, by what the indexes know.
async fn drop_messages(
    connection: &mut AsyncPgConnection,
    partition: &Partition,
) -> QueryResult<bool> {
    let name = quoted(&partition.name);
    let all = format!(
        "SELECT EXISTS (SELECT FROM {name}
            WHERE state IN ('scheduled', 'queued', 'sending', 'unknown')) AS found"
    );
    if finds(connection, &all).await? {
        return Ok(false);
    }
    let indexed = format!(
        "SELECT EXISTS (SELECT FROM {name} WHERE next_attempt_at IS NOT NULL)
             OR EXISTS (SELECT FROM {name} WHERE state = 'queued')
             OR EXISTS (SELECT FROM {name} WHERE state = 'scheduled')
             OR EXISTS (SELECT FROM {name} WHERE state = 'unknown') AS found"
    );
    connection
        .transaction(async |connection| {
            // The table before its partition, as everybody takes them.
            let lock = format!("LOCK TABLE ONLY {MESSAGES} IN ACCESS EXCLUSIVE MODE");
            connection.batch_execute(&lock).await?;
            if finds(connection, &indexed).await? {
                return Ok(false);
            }
            drop_partition(connection, partition).await?;
            Ok(true)
        })
        .await
}

async fn drop_partition(
    connection: &mut AsyncPgConnection,
    partition: &Partition,
) -> QueryResult<()> {
    let sql = format!("DROP TABLE IF EXISTS {}", quoted(&partition.name));
    connection.batch_execute(&sql).await
}

async fn finds(connection: &mut AsyncPgConnection, query: &str) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    let Answer { found } = diesel::sql_query(query).get_result(connection).await?;
    Ok(found)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_as_the_server_writes_them() {
        let week = Week::of("2026-11-25T12:00:00Z".parse().unwrap());
        let text = format!(
            "FOR VALUES FROM ('{}') TO ('{}')",
            weeks::first_id(week.from()),
            weeks::first_id(week.until())
        );
        assert_eq!(bounds(&text), Some((week.from(), week.until())));
        assert_eq!(
            bounds("FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"),
            Some((Timestamp::MIN, Timestamp::MAX))
        );
        assert_eq!(bounds("DEFAULT"), None);
    }

    #[test]
    fn a_week_that_somebody_covered_in_part_is_left_to_the_default_partition() {
        let now: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let by_hand = Partition {
            table: MESSAGES.to_owned(),
            name: "by_hand".to_owned(),
            from: "2026-11-24T00:00:00Z".parse().unwrap(),
            until: "2026-12-02T00:00:00Z".parse().unwrap(),
        };
        let missing = missing(&[by_hand], now);
        assert_eq!(missing.len(), 3 * 9 - 2);
    }
}
