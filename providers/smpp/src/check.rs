//! Checks of the table, and what is wrong with a value in words.

use std::time::Duration;

use rusmpp::types::COctetString;
use secrecy::{ExposeSecret, SecretString};
use sms_framework::{Error, ErrorKind};

use crate::config::SmppConfig;
use crate::endpoint::Endpoint;

/// Checks of the table `providers.{id}`.
pub(crate) struct Check<'a>(pub(crate) &'a str);

impl Check<'_> {
    pub(crate) fn wrong(&self, key: &str, why: &str) -> Error {
        Error::new(
            ErrorKind::Config,
            format!("`providers.{}.{key}`: {why}", self.0),
        )
    }

    pub(crate) fn endpoint(&self, config: &SmppConfig) -> Result<Endpoint, Error> {
        if config.url.is_empty() {
            return Err(self.wrong("url", "it is missing; set SMPP_URL"));
        }
        let read = |path: &String| {
            std::fs::read_to_string(path)
                .map_err(|error| self.wrong("ca_file", &format!("it cannot be read: {error}")))
        };
        let roots = config.ca_file.as_ref().map(read).transpose()?;
        Endpoint::read(&config.url, roots.as_deref()).map_err(|(key, why)| self.wrong(key, &why))
    }

    pub(crate) fn name(&self, name: &str) -> Result<COctetString<1, 16>, Error> {
        if name.is_empty() {
            return Err(self.wrong("system_id", "it is missing; set SMPP_SYSTEM_ID"));
        }
        self.text("system_id", name)
    }

    /// Never shows the password.
    pub(crate) fn password(&self, password: Option<&SecretString>) -> Result<SecretString, Error> {
        let set = password.filter(|password| !password.expose_secret().is_empty());
        let Some(password) = set else {
            return Err(self.wrong("password", "it is missing; set SMPP_PASSWORD"));
        };
        self.text::<9>("password", password.expose_secret())?;
        Ok(password.clone())
    }

    /// Text of a field that holds at most so many octets, with the zero at its end.
    pub(crate) fn text<const MOST: usize>(
        &self,
        key: &str,
        text: &str,
    ) -> Result<COctetString<1, MOST>, Error> {
        text.parse().map_err(|_| {
            let why = format!("it has to be ASCII, {} characters at most", MOST - 1);
            self.wrong(key, &why)
        })
    }

    pub(crate) fn times(&self, config: &SmppConfig) -> Result<(), Error> {
        let times = [
            ("throttle_pause", config.throttle_pause),
            ("enquire_link", config.enquire_link),
            ("enquire_link_timeout", config.enquire_link_timeout),
            ("reconnect_min", config.reconnect_min),
            ("reconnect_max", config.reconnect_max),
            ("connect_timeout", config.connect_timeout),
            ("timeout", config.timeout),
        ];
        // Beyond a day an instant in the future could not be written any more.
        const DAY: Duration = Duration::from_secs(24 * 3600);
        for (key, time) in times {
            if time.is_zero() {
                return Err(self.wrong(key, "it must be longer than zero"));
            }
            if time > DAY {
                return Err(self.wrong(key, "it must be a day at most"));
            }
        }
        if config.reconnect_min > config.reconnect_max {
            return Err(self.wrong("reconnect_min", "it is longer than `reconnect_max`"));
        }
        Ok(())
    }

    pub(crate) fn numbers(&self, config: &SmppConfig) -> Result<(), Error> {
        if !(1..=1000).contains(&config.window) {
            return Err(self.wrong("window", "it must be from 1 to 1000"));
        }
        if config.short_code_ton > 6 {
            return Err(self.wrong("short_code_ton", "it must be from 0 to 6"));
        }
        if config.short_code_npi > 18 {
            return Err(self.wrong("short_code_npi", "it must be from 0 to 18"));
        }
        Ok(())
    }
}
