//! `[routes.*]`: which providers a message may go through, and in which order.

mod graph;
mod read;

use std::fmt;

use serde::Serialize;

pub(super) use graph::{beyond, providers_of};
pub(super) use read::read;

use crate::message::Place;
use crate::provider::Capabilities;

/// One route: providers to choose from, and rules for messages that go elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteSettings {
    /// How one of the targets is chosen.
    pub strategy: Strategy,
    /// The targets, most preferred first.
    pub targets: Vec<Target>,
    /// What every target has to be able to do; others are left out.
    pub needs: Vec<Need>,
    /// The rules, in their order.
    pub rules: Vec<RuleSettings>,
}

/// A provider, or another route, with its share of the messages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The id of a provider's table, or the name of a route.
    pub name: String,
    /// Its share, 1 to 1000. Default 1.
    pub weight: u32,
}

/// How one of several targets is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The first that takes messages; the others stand by, in their order.
    #[default]
    Failover,
    /// Each gets its share by weight.
    Weighted,
    /// Each gets its share by weight, less the more of its sends fail.
    Health,
}

/// A rule: messages that it matches go to its own targets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleSettings {
    /// Where the recipient is; anywhere where empty.
    pub to: Vec<Place>,
    /// What sort of message; any where empty.
    pub message_type: Vec<String>,
    /// Whose message; anybody's where empty.
    pub owner: Vec<String>,
    /// The targets, most preferred first.
    pub targets: Vec<Target>,
    /// What every target has to be able to do; others are left out.
    pub needs: Vec<Need>,
}

/// A capability that a route or a rule needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Media.
    Media,
    /// A validity period.
    Validity,
    /// Messaging services as senders.
    MessagingService,
    /// Finding a message again.
    Lookup,
    /// Delivery receipts.
    Receipts,
    /// Messages from phones.
    Inbound,
}

impl Need {
    const ALL: [(&'static str, Self); 6] = [
        ("media", Self::Media),
        ("validity", Self::Validity),
        ("messaging_service", Self::MessagingService),
        ("lookup", Self::Lookup),
        ("receipts", Self::Receipts),
        ("inbound", Self::Inbound),
    ];

    /// True where a provider with these capabilities has it.
    #[must_use]
    pub fn is_met_by(self, capabilities: &Capabilities) -> bool {
        match self {
            Self::Media => capabilities.media,
            Self::Validity => capabilities.validity.is_some(),
            Self::MessagingService => capabilities.messaging_service,
            Self::Lookup => capabilities.lookup,
            Self::Receipts => capabilities.receipts,
            Self::Inbound => capabilities.inbound,
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::ALL.iter().find(|(_, need)| need == self);
        f.pad(named.map_or("", |(name, _)| name))
    }
}
