//! The framework's own settings, typed.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{SenderSettings, duration};
use crate::error::Error;
use crate::message::{NumberPolicy, NumberRule, Region};

/// What happens when the chosen provider cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// The mock takes its place, with an error-level log line and the reason in `status()`.
    #[default]
    Mock,
    /// Start-up fails and names everything that is missing.
    Error,
}

/// `[validate]`: what is checked before anything else happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ValidateSettings {
    /// How strict phone numbers are taken. Default `e164`.
    pub numbers: NumberRule,
    /// The region (ISO 3166-1 alpha-2) of numbers written without `+`. Default none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_region: Option<String>,
    /// The longest body, in characters (Unicode scalar values). Default 1600.
    pub max_characters: usize,
}

impl Default for ValidateSettings {
    fn default() -> Self {
        Self {
            numbers: NumberRule::default(),
            default_region: None,
            max_characters: 1600,
        }
    }
}

impl ValidateSettings {
    /// How numbers are read under these settings.
    ///
    /// # Errors
    /// `CONFIG`: there is no such region, or this build cannot judge by numbering plans.
    pub fn number_policy(&self) -> Result<NumberPolicy, Error> {
        let region = self
            .default_region
            .as_deref()
            .map(Region::parse)
            .transpose()?;
        NumberPolicy::new(self.numbers, region)
    }
}

/// What one slot of the limiter pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// One slot a message.
    #[default]
    Message,
    /// One slot a segment, as carriers count.
    Segment,
}

/// Whose sends a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Those of this process: *n* processes send *n* times the rate.
    #[default]
    Process,
    /// Those of all processes on one database together.
    Shared,
}

/// `[rate_limit]`: our limit, for each pair of provider and sender.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RateLimitSettings {
    /// Off means that nothing paces the sends. Default on.
    pub enabled: bool,
    /// Slots a second. Default 10.
    pub rate: f64,
    /// The most slots that may be taken at once after a pause. Default 10.
    pub burst: u32,
    /// The slots there are at start-up. Default 1, so that a restart loop cannot burst.
    pub initial: u32,
    /// How long a send may wait for its slot. Default 30 s.
    #[serde(with = "duration")]
    pub max_wait: Duration,
    /// What a slot pays for. Default `message`.
    pub unit: Unit,
    /// Whose sends are counted. Default `process`.
    pub scope: Scope,
}

impl Default for RateLimitSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            rate: 10.0,
            burst: 10,
            initial: 1,
            max_wait: Duration::from_secs(30),
            unit: Unit::Message,
            scope: Scope::Process,
        }
    }
}

/// What follows a 5xx *answer*: the provider says that something failed, not what became of the
/// message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterServerError {
    /// The provider is asked; where it does not list the message, it is sent again. Where it cannot
    /// be asked, it is held as `unknown`.
    #[default]
    Ask,
    /// The same, but where it cannot be asked, it is sent again: a double is better than a gap.
    Resend,
    /// It is held as `unknown` for a person, unless the provider lists it.
    Hold,
}

impl AfterServerError {
    /// Whether the message may be sent again where nobody found it; `can_ask` says whether anybody
    /// could be asked.
    #[must_use]
    pub const fn allows(self, can_ask: bool) -> bool {
        match self {
            Self::Ask => can_ask,
            Self::Resend => true,
            Self::Hold => false,
        }
    }
}

/// `[retry]`: tries within one send, seconds apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RetrySettings {
    /// The most calls to the provider for one send, the first included. Default 3.
    pub max_attempts: u32,
    /// The longest wait before the second try; doubled for each further one. Default 500 ms.
    #[serde(with = "duration")]
    pub base: Duration,
    /// The longest wait before any try. Default 10 s.
    #[serde(with = "duration")]
    pub cap: Duration,
    /// What follows a 5xx answer. Default `ask`.
    pub after_server_error: AfterServerError,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(10),
            after_server_error: AfterServerError::Ask,
        }
    }
}

/// `[send]`: how long one send may take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SendSettings {
    /// How long one call to the provider may take before it counts as unanswered. Default 35 s.
    #[serde(with = "duration")]
    pub attempt_timeout: Duration,
    /// No new try starts after this time from the start of the send. Default 90 s.
    #[serde(with = "duration")]
    pub deadline: Duration,
}

impl Default for SendSettings {
    fn default() -> Self {
        Self {
            attempt_timeout: Duration::from_secs(35),
            deadline: Duration::from_secs(90),
        }
    }
}

/// What is kept of a body once its message is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyLog {
    /// The whole text.
    #[default]
    Full,
    /// Its SHA-256, as hexadecimal digits.
    Hash,
    /// Nothing.
    None,
}

/// `[log]`: what is kept of a message.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LogSettings {
    /// What is kept of the body; a message that still waits keeps all of it. Default `full`.
    pub body: BodyLog,
}

/// `[health]`: when a route leaves a provider out, and how it comes back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HealthSettings {
    /// Over how long failures are counted. Default 1 min.
    #[serde(with = "duration")]
    pub window: Duration,
    /// To how many different recipients sends must have failed. Default 5.
    pub min_failures: u32,
    /// The share of sends that must have failed, from 0 to 1. Default 0.5.
    pub open_above: f64,
    /// How long it is left out before one message tries it. Default 30 s.
    #[serde(with = "duration")]
    pub cooldown: Duration,
    /// The longest such time, for each failed try doubles it. Default 5 min.
    #[serde(with = "duration")]
    pub cooldown_cap: Duration,
}

impl Default for HealthSettings {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(60),
            min_failures: 5,
            open_above: 0.5,
            cooldown: Duration::from_secs(30),
            cooldown_cap: Duration::from_secs(300),
        }
    }
}

/// `[broadcast]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct BroadcastSettings {
    /// How many messages are under way at once. Default 16.
    pub concurrency: usize,
}

impl Default for BroadcastSettings {
    fn default() -> Self {
        Self { concurrency: 16 }
    }
}

/// `[templates]`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TemplateSettings {
    /// A folder of `*.txt` and `*.j2` templates. Default none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dir: Option<PathBuf>,
}

/// The settings of the stack around one provider: the global ones under its own overrides.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct StackSettings {
    /// `[validate]`
    pub validate: ValidateSettings,
    /// `[rate_limit]`
    pub rate_limit: RateLimitSettings,
    /// `[retry]`
    pub retry: RetrySettings,
    /// `[send]`
    pub send: SendSettings,
    /// `[log]`
    pub log: LogSettings,
    /// `[health]`
    pub health: HealthSettings,
    /// `[senders]`
    pub senders: SenderSettings,
}
