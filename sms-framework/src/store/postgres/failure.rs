//! What a person is told when PostgreSQL says no, and what the program may do about it.

use diesel::result::{DatabaseErrorKind as Kind, Error as DieselError};

use crate::error::{Error, ErrorKind};

/// A statement that failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// What to say.
    pub(super) error: Error,
    fault: Fault,
}

/// Whose fault it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The connection broke, or the server is going down: another connection may do. Whether the
    /// last statement was carried out, nobody knows.
    Connection,
    /// Others were in the way: nothing was done, and the same may be tried at once.
    Contention,
    /// The server cannot do it for anybody just now, or at all.
    Server,
    /// This statement's own: others would have succeeded.
    Statement,
}

impl Failure {
    /// True where the connection broke. What the statement did is then unknown: only what may be
    /// done twice may be done again.
    pub(super) fn is_the_connections(&self) -> bool {
        self.fault == Fault::Connection
    }

    /// True where the same, tried again at once, may succeed: nothing was done.
    pub(super) fn is_contention(&self) -> bool {
        self.fault == Fault::Contention
    }

    /// True where one statement is to blame and not the database, so that others may succeed.
    pub(super) fn is_the_statements_own(&self) -> bool {
        self.fault == Fault::Statement
    }
}

/// What PostgreSQL said, as an error that names the place, the cause and the cure.
///
/// diesel-async keeps no code of most errors. The texts below are English; in another language
/// the text is passed on as it is, and whether the connection is alive is asked of the connection.
pub(super) fn storage(place: &str, error: &DieselError) -> Failure {
    let (kind, said) = match error {
        DieselError::DatabaseError(kind, said) => (kind, said.message()),
        DieselError::BrokenTransactionManager => return lost(place, error),
        _ => return explained(place, Fault::Statement, &error.to_string(), None),
    };
    match kind {
        Kind::UnableToSendCommand | Kind::ClosedConnection => lost(place, error),
        Kind::SerializationFailure => explained(place, Fault::Contention, said, None),
        Kind::ReadOnlyTransaction => explained(
            place,
            Fault::Server,
            said,
            Some(
                "it is a replica or set read-only: name the primary in database.url or DATABASE_URL",
            ),
        ),
        Kind::Unknown if GOING.iter().any(|text| said.contains(text)) => lost(place, error),
        Kind::Unknown => by_text(place, said),
        _ => explained(place, Fault::Statement, said, None),
    }
}

/// The connection is gone, whatever was said last.
pub(super) fn lost(place: &str, error: &DieselError) -> Failure {
    Failure {
        error: Error::new(
            ErrorKind::Storage,
            format!("the connection to `{place}` broke ({error})"),
        )
        .with_help("see whether the server runs; the next call connects anew"),
        fault: Fault::Connection,
    }
}

/// What the server says before it ends a connection.
const GOING: &[&str] = &[
    "terminating connection",
    "is shutting down",
    "is starting up",
];

/// What the server says where diesel knows no kind of it.
const TEXTS: &[(&str, Fault, Option<&str>)] = &[
    ("deadlock detected", Fault::Contention, None),
    (
        "due to lock timeout",
        Fault::Contention,
        Some("somebody else holds a lock for long: see pg_stat_activity"),
    ),
    (
        "due to statement timeout",
        Fault::Server,
        Some(
            "the server is slow or overloaded: see pg_stat_activity, or raise database.statement_timeout",
        ),
    ),
    (
        "No space left",
        Fault::Server,
        Some("free some space on the server's disk; what was written before is safe"),
    ),
    (
        "permission denied",
        Fault::Server,
        Some("grant the user what it needs: it has to own the tables, or be allowed to make them"),
    ),
    (
        "does not exist",
        Fault::Server,
        Some("the tables are missing or out of date: run `sms migrate`"),
    ),
    ("out of memory", Fault::Server, None),
    ("out of shared memory", Fault::Server, None),
    ("remaining connection slots", Fault::Server, None),
    ("too many clients", Fault::Server, None),
];

fn by_text(place: &str, said: &str) -> Failure {
    let known = TEXTS.iter().find(|(text, ..)| said.contains(text));
    match known {
        Some(&(_, fault, help)) => explained(place, fault, said, help),
        None => explained(place, Fault::Statement, said, None),
    }
}

fn explained(place: &str, fault: Fault, said: &str, help: Option<&str>) -> Failure {
    let error = Error::new(
        ErrorKind::Storage,
        format!("`{place}` failed (PostgreSQL: {said})"),
    );
    Failure {
        error: match help {
            Some(help) => error.with_help(help),
            None => error,
        },
        fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: Kind, text: &str) -> Failure {
        let error = DieselError::DatabaseError(kind, Box::new(text.to_owned()));
        storage("postgres://db/sms", &error)
    }

    #[test]
    fn a_broken_connection_is_nobodys_fault() {
        for text in [
            "terminating connection due to administrator command",
            "the database system is shutting down",
        ] {
            assert!(said(Kind::Unknown, text).is_the_connections(), "{text}");
        }
        assert!(said(Kind::UnableToSendCommand, "connection closed").is_the_connections());
    }

    #[test]
    fn what_may_be_tried_again_is_no_statements_fault() {
        for text in [
            "deadlock detected",
            "canceling statement due to lock timeout",
        ] {
            assert!(said(Kind::Unknown, text).is_contention(), "{text}");
        }
        let slow = said(
            Kind::Unknown,
            "canceling statement due to statement timeout",
        );
        assert!(!slow.is_contention() && !slow.is_the_statements_own());
    }

    #[test]
    fn a_violation_is_the_statements_own() {
        let twice = said(Kind::UniqueViolation, "duplicate key value");
        assert!(twice.is_the_statements_own());
        assert_eq!(
            twice.error.to_string(),
            "`postgres://db/sms` failed (PostgreSQL: duplicate key value)"
        );
    }
}
