//! Ids as the databases keep them: SQLite as text, PostgreSQL as a type of its own.

use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{Output, ToSql};
use uuid::Uuid;

use crate::message::{BroadcastId, MessageId};

/// The id of a message or a broadcast in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromSqlRow, AsExpression)]
#[cfg_attr(feature = "sqlite", diesel(sql_type = diesel::sql_types::Text))]
#[cfg_attr(feature = "postgres", diesel(sql_type = diesel::sql_types::Uuid))]
pub(crate) struct Id(Uuid);

impl Id {
    /// Before every other.
    pub(crate) const FIRST: Self = Self(Uuid::nil());
}

impl From<MessageId> for Id {
    fn from(id: MessageId) -> Self {
        Self(id.uuid())
    }
}

impl From<BroadcastId> for Id {
    fn from(id: BroadcastId) -> Self {
        Self(id.uuid())
    }
}

impl From<Id> for MessageId {
    fn from(id: Id) -> Self {
        Self::from_uuid(id.0)
    }
}

impl From<Id> for BroadcastId {
    fn from(id: Id) -> Self {
        Self::from_uuid(id.0)
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use diesel::serialize::IsNull;
    use diesel::sql_types::Text;
    use diesel::sqlite::Sqlite;

    use super::{FromSql, Id, Output, ToSql};

    impl ToSql<Text, Sqlite> for Id {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> diesel::serialize::Result {
            out.set_value(self.0.to_string());
            Ok(IsNull::No)
        }
    }

    impl FromSql<Text, Sqlite> for Id {
        fn from_sql(
            bytes: <Sqlite as diesel::backend::Backend>::RawValue<'_>,
        ) -> diesel::deserialize::Result<Self> {
            let text = <String as FromSql<Text, Sqlite>>::from_sql(bytes)?;
            let id = text.parse().map_err(|_| "its id cannot be read")?;
            Ok(Self(id))
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::io::Write;

    use diesel::pg::{Pg, PgValue};
    use diesel::serialize::IsNull;
    use diesel::sql_types::Uuid as SqlUuid;

    use super::{FromSql, Id, Output, ToSql, Uuid};

    impl ToSql<SqlUuid, Pg> for Id {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
            out.write_all(self.0.as_bytes())?;
            Ok(IsNull::No)
        }
    }

    impl FromSql<SqlUuid, Pg> for Id {
        fn from_sql(value: PgValue<'_>) -> diesel::deserialize::Result<Self> {
            Ok(Self(Uuid::from_slice(value.as_bytes())?))
        }
    }
}
