//! Whose number a message comes from that names no sender.

use sha2::{Digest, Sha256};

use crate::config::SenderSettings;
use crate::message::{PhoneNumber, Place, Sender};

/// Chooses the sender of messages that name none: by the recipient's prefix or country, else the
/// provider's own.
///
/// From a pool each recipient always gets the same sender, on every machine and after every restart;
/// a pool that gains or loses a sender moves only the recipients of that one. Each sender has a limit
/// of its own.
#[derive(Debug, Clone, Default)]
pub struct SenderChoice {
    pools: Vec<(Place, Vec<Sender>)>,
    default: Option<Sender>,
}

impl SenderChoice {
    /// The pools of `settings`, and who sends to everywhere else.
    #[must_use]
    pub fn new(settings: &SenderSettings, default: Option<Sender>) -> Self {
        Self {
            pools: settings.pools(),
            default,
        }
    }

    /// The sender of a message to `number`.
    #[must_use]
    pub fn sender_for(&self, number: &PhoneNumber) -> Option<&Sender> {
        let holding = self.pools.iter().filter(|(place, _)| place.holds(number));
        match holding.max_by_key(|(place, _)| place.rank()) {
            Some((_, pool)) => pool.iter().max_by_key(|sender| affinity(sender, number)),
            None => self.default.as_ref(),
        }
    }
}

/// How much a recipient is a sender's: the highest of a pool is the one (rendezvous hashing).
fn affinity(sender: &Sender, number: &PhoneNumber) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(sender.to_string());
    hash.update([0]);
    hash.update(number.as_str());
    hash.finalize().into()
}
