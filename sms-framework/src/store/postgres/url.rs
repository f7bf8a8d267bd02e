//! Reading a database URL, without ever repeating it: it may hold a password.

use std::path::PathBuf;
use std::time::Duration;

use super::options::{PostgresOptions, Server, SslMode};
use crate::error::{Error, ErrorKind};

const DEFAULT_PORT: u16 = 5432;
const PARAMETERS: &str = "sslmode, sslrootcert, connect_timeout, application_name, target_session_attrs, channel_binding, host and port";

pub(super) fn parse(url: &str) -> Result<PostgresOptions, Error> {
    let rest = without_scheme(url.trim())?;
    let (address, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = address.split_once('/').unwrap_or((address, ""));
    if path.contains('@') || parameters.contains('@') {
        return Err(refused(
            "a `/`, `?`, `#` or `@` in the user or password of the database URL has to be written as %2F, %3F, %23 or %40",
        ));
    }
    let (credentials, hosts) = match authority.rsplit_once('@') {
        Some((credentials, hosts)) => (Some(credentials), hosts),
        None => (None, authority),
    };
    let database = decoded(path, "database")?;
    let mut options = PostgresOptions::new(servers(hosts)?, database);
    if let Some(credentials) = credentials {
        log_in(&mut options, credentials)?;
    }
    apply(&mut options, parameters)?;
    complete(options)
}

fn without_scheme(url: &str) -> Result<&str, Error> {
    let known = |scheme: &str| matches!(scheme, "postgres" | "postgresql");
    match url.split_once("://") {
        Some((scheme, rest)) if known(&scheme.to_ascii_lowercase()) => Ok(rest),
        _ => Err(refused(
            "the database URL begins with neither `postgres://` nor `postgresql://`",
        )),
    }
}

fn log_in(options: &mut PostgresOptions, credentials: &str) -> Result<(), Error> {
    let (user, password) = match credentials.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (credentials, None),
    };
    let user = decoded(user, "user")?;
    options.user = (!user.is_empty()).then_some(user);
    if let Some(password) = password {
        options.password = Some(decoded(password, "password")?.into());
    }
    Ok(())
}

/// Hosts with commas between; none at all where a parameter is to name one.
fn servers(hosts: &str) -> Result<Vec<Server>, Error> {
    if hosts.is_empty() {
        return Ok(Vec::new());
    }
    hosts.split(',').map(server).collect()
}

fn server(text: &str) -> Result<Server, Error> {
    let (host, port) = match text.strip_prefix('[') {
        Some(v6) => {
            let (host, rest) = v6
                .split_once(']')
                .ok_or_else(|| refused("an IPv6 address in the database URL lacks its `]`"))?;
            match rest.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if rest.is_empty() => (host, None),
                None => {
                    return Err(refused(
                        "after `]` in the database URL only a port may follow",
                    ));
                }
            }
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let host = decoded(host, "host")?;
    if host.is_empty() {
        return Err(refused("a host in the database URL is empty"));
    }
    let port = port.map_or(Ok(DEFAULT_PORT), port_of)?;
    Ok(Server { host, port })
}

fn port_of(text: &str) -> Result<u16, Error> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(refused(
            "the port in the database URL is not a number from 1 to 65535 (a `:` or `@` in the password has to be written as %3A or %40)",
        )),
    }
}

fn apply(options: &mut PostgresOptions, parameters: &str) -> Result<(), Error> {
    let mut port = None;
    for parameter in parameters.split('&').filter(|text| !text.is_empty()) {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = decoded(value, "parameters")?;
        match key {
            "sslmode" => options.ssl_mode = ssl_mode(&value)?,
            "sslrootcert" if value == "system" => options.ssl_root_cert = None,
            "sslrootcert" => options.ssl_root_cert = Some(PathBuf::from(value)),
            "connect_timeout" => options.connect_timeout = seconds(&value)?,
            "application_name" => options.application_name = value,
            "host" if options.servers.is_empty() => options.servers = vec![named(value)?],
            "host" => return Err(refused("the database URL names its host twice")),
            "port" => port = Some(port_of(&value)?),
            // With several hosts it is what is done anyway, with one there is no choice.
            "target_session_attrs" if matches!(&*value, "any" | "primary" | "read-write") => {}
            "channel_binding" if matches!(&*value, "disable" | "prefer") => {}
            "target_session_attrs" | "channel_binding" => {
                return Err(refused(&format!(
                    "the database URL asks for a `{key}` that is not supported; leave it out"
                )));
            }
            _ => return Err(unknown(key)),
        }
    }
    if let (Some(port), [server]) = (port, options.servers.as_mut_slice()) {
        server.port = port;
    }
    Ok(())
}

/// What reads like the name of a parameter is named; anything else may be part of a password.
fn unknown(key: &str) -> Error {
    let is_name = key
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let which = if is_name && key.len() <= 32 {
        format!("the parameter `{key}` of the database URL")
    } else {
        "a parameter of the database URL".to_owned()
    };
    refused(&format!("{which} is unknown; known are {PARAMETERS}"))
}

/// The host of a parameter: the folder of a Unix socket, or a name.
fn named(host: String) -> Result<Server, Error> {
    if host.is_empty() {
        return Err(refused("a host in the database URL is empty"));
    }
    Ok(Server {
        host,
        port: DEFAULT_PORT,
    })
}

fn ssl_mode(word: &str) -> Result<SslMode, Error> {
    let known = SslMode::ALL.iter().find(|mode| mode.as_str() == word);
    known.copied().ok_or_else(|| {
        let words: Vec<_> = SslMode::ALL.iter().map(|mode| mode.as_str()).collect();
        refused(&format!(
            "`sslmode` in the database URL is none of {}",
            words.join(", ")
        ))
    })
}

fn seconds(text: &str) -> Result<Duration, Error> {
    match text.parse::<u32>() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds.into())),
        _ => Err(refused(
            "`connect_timeout` in the database URL is not a number of seconds above 0",
        )),
    }
}

fn complete(options: PostgresOptions) -> Result<PostgresOptions, Error> {
    if options.servers.is_empty() {
        return Err(refused("the database URL names no host"));
    }
    if options.database.is_empty() {
        return Err(refused("the database URL names no database"));
    }
    if options.ssl_mode == SslMode::VerifyCa && options.ssl_root_cert.is_none() {
        return Err(refused(
            "`sslmode=verify-ca` needs `sslrootcert` (any authority of the system could vouch for any host); `verify-full` does not",
        ));
    }
    Ok(options)
}

/// `%40` and its like undone. A `+` stays a plus: this is no form.
fn decoded(text: &str, part: &str) -> Result<String, Error> {
    let wrong = || {
        refused(&format!(
            "the {part} in the database URL has a `%` that is not followed by two hexadecimal digits (a `%` itself is written as %25), or is not UTF-8"
        ))
    };
    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let (high, low) = (digit(bytes.next()), digit(bytes.next()));
        let value = high.zip(low).map(|(high, low)| high * 16 + low);
        decoded.push(
            value
                .and_then(|value| u8::try_from(value).ok())
                .ok_or_else(wrong)?,
        );
    }
    if decoded.contains(&0) {
        return Err(refused("the database URL holds a NUL character"));
    }
    String::from_utf8(decoded).map_err(|_| wrong())
}

fn refused(why: &str) -> Error {
    Error::new(
        ErrorKind::Config,
        format!("{why}; a PostgreSQL URL looks like `postgres://user:password@host:5432/database`"),
    )
    .with_help("set it with database.url in the configuration or with DATABASE_URL")
}
