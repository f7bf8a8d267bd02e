//! Leases go by the clock of whoever takes them: those of all machines have to agree.

use std::time::Duration;

use super::Ledger;
use crate::config::duration;
use crate::store::DynStore;

/// What is wrong with this machine's clock beside the database's; `None` where they agree within a
/// tenth of `queue.lease`, or the database does not answer.
pub(crate) async fn disagreement(ledger: &Ledger, store: &DynStore) -> Option<String> {
    let asked = ledger.now();
    let theirs = store.clock().await.ok()?;
    let heard = ledger.now();
    // How long the question took is nobody's fault.
    let (apart, side) = if theirs < asked {
        (asked.duration_since(theirs), "ahead of")
    } else {
        (theirs.duration_since(heard), "behind")
    };
    let apart = Duration::try_from(apart).unwrap_or_default();
    let seconds = duration::format(Duration::from_secs(apart.as_secs()));
    (apart > ledger.policy().queue.lease / 10).then(|| {
        format!(
            "this machine's clock is {seconds} {side} the database's, and leases go by it: have both set by NTP, or workers take up what others are at"
        )
    })
}
