//! What a person is told when a connection cannot be had.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use rustls::CertificateError;
use tokio_postgres::error::SqlState;

use super::options::{PostgresOptions, Server};
use crate::error::{Class, Error, ErrorKind};

const CHECK_URL: &str = "check database.url or DATABASE_URL";

/// Why `server` could not be connected to: the cause, not the layer that saw it.
pub(super) fn explained(
    options: &PostgresOptions,
    server: &Server,
    error: &tokio_postgres::Error,
) -> Error {
    if let Some(said) = error.as_db_error() {
        return refused(options, server, said);
    }
    let source = error.source();
    if let Some(io) = source.and_then(|source| source.downcast_ref::<io::Error>()) {
        return match tls_failure(io) {
            Some(failure) => untrusted(options, server, failure),
            None => unreachable(server, io),
        };
    }
    let why = source.map_or_else(|| error.to_string(), ToString::to_string);
    match &*why {
        "server does not support TLS" => of_settings(
            format!(
                "PostgreSQL at `{server}` does not speak TLS, which sslmode={} asks for",
                options.ssl_mode
            ),
            "turn TLS on there (`ssl = on`), or choose sslmode=prefer or sslmode=disable in database.url where nobody can listen in",
        ),
        "password missing" => of_settings(
            format!("PostgreSQL at `{server}` asks for a password and the database URL has none"),
            "set it in database.url or DATABASE_URL: postgres://user:password@host/database",
        ),
        _ => failed(
            format!("PostgreSQL at `{server}` cannot be connected to: {why}"),
            CHECK_URL,
        ),
    }
}

/// Nothing was heard within the time allowed.
pub(super) fn silent(server: &Server, patience: Duration) -> Error {
    failed(
        format!("nothing was heard from PostgreSQL at `{server}` within {patience:?}"),
        "see whether it runs, and whether a firewall lies between",
    )
}

/// The server answered, and said no.
fn refused(
    options: &PostgresOptions,
    server: &Server,
    said: &tokio_postgres::error::DbError,
) -> Error {
    let user = options.user.as_deref().unwrap_or("of this process");
    let database = &options.database;
    let code = said.code();
    if *code == SqlState::INVALID_PASSWORD {
        return of_settings(
            format!("PostgreSQL at `{server}` refuses the password of user `{user}`"),
            "check user and password in database.url or DATABASE_URL; a `%`, `@`, `:` or `/` in them is written as %25, %40, %3A or %2F",
        );
    }
    if *code == SqlState::INVALID_CATALOG_NAME {
        return of_settings(
            format!("PostgreSQL at `{server}` has no database `{database}`"),
            "make it (`createdb`), or name another one in database.url or DATABASE_URL",
        );
    }
    if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        return not_let_in(server, user, said.message());
    }
    if *code == SqlState::TOO_MANY_CONNECTIONS {
        return failed(
            format!(
                "PostgreSQL at `{server}` has no connection left ({})",
                said.message()
            ),
            "allow fewer connections here, or raise its max_connections",
        );
    }
    if *code == SqlState::CANNOT_CONNECT_NOW || *code == SqlState::ADMIN_SHUTDOWN {
        return failed(
            format!(
                "PostgreSQL at `{server}` does not take connections now: {}",
                said.message()
            ),
            "wait until it has started",
        );
    }
    failed(
        format!(
            "PostgreSQL at `{server}` refuses the connection: {}",
            said.message()
        ),
        CHECK_URL,
    )
}

/// `pg_hba.conf` decides by the user, the address and the encryption.
fn not_let_in(server: &Server, user: &str, said: &str) -> Error {
    let in_the_clear = said.contains("no encryption") || said.contains("SSL off");
    let help = if in_the_clear {
        "it may want TLS: choose sslmode=verify-full or sslmode=require in database.url; else add a line to its pg_hba.conf"
    } else {
        "check the user in database.url, and the lines of the server's pg_hba.conf"
    };
    of_settings(
        format!("PostgreSQL at `{server}` does not let user `{user}` in: {said}"),
        help,
    )
}

fn tls_failure(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref::<rustls::Error>()
}

fn untrusted(options: &PostgresOptions, server: &Server, failure: &rustls::Error) -> Error {
    let (why, help) = match failure {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => (
            match &options.ssl_root_cert {
                Some(file) => format!(
                    "is signed by no authority in `{}` (sslrootcert)",
                    file.display()
                ),
                None => "is signed by no authority that this system trusts".to_owned(),
            },
            "name a PEM file with the authority's certificate with sslrootcert in database.url",
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => (
            format!("is not for the host `{}`", server.host),
            "name the host as its certificate does, or choose sslmode=verify-ca with sslrootcert",
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => ("has expired".to_owned(), "renew it on the server"),
        other => {
            return of_settings(
                format!("TLS with PostgreSQL at `{server}` failed: {other}"),
                "check the server's certificate, and sslmode and sslrootcert in database.url",
            );
        }
    };
    of_settings(
        format!("the certificate of PostgreSQL at `{server}` {why}"),
        help,
    )
}

fn unreachable(server: &Server, error: &io::Error) -> Error {
    let said = error.to_string();
    if said.contains("failed to lookup address") {
        return failed(
            format!("the host `{}` is not known", server.host),
            CHECK_URL,
        );
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => failed(
            format!("no PostgreSQL answers at `{server}` ({said})"),
            "start it, or check host and port in database.url or DATABASE_URL",
        ),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => failed(
            format!(
                "what answers at `{server}` hangs up ({said}): it is no PostgreSQL, or is shutting down"
            ),
            CHECK_URL,
        ),
        _ => failed(
            format!("PostgreSQL at `{server}` cannot be reached: {said}"),
            CHECK_URL,
        ),
    }
}

fn failed(message: String, help: &str) -> Error {
    Error::new(ErrorKind::Storage, message).with_help(help)
}

/// No time cures it: a person has to change something.
fn of_settings(message: String, help: &str) -> Error {
    failed(message, help).with_class(Class::Account)
}
