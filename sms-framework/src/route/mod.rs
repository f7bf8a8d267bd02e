//! Which provider a message goes through: rules, shares, health, and when to go on to the next.
//!
//! Pure decisions on injected time and state; nothing here sends. The delivery room calls the
//! providers in the order that a [`Plan`] gives, asks their [`Health`] first, and reads
//! [`goes_on`](goes_on()) after each failure.

mod failover;
mod health;
mod leave;
mod plan;
mod schedule;

use failover::Blame;
pub(crate) use failover::{Left, blame, goes_on};
use health::Admission;
pub(crate) use health::Health;
pub use health::{HealthReport, HealthState};
pub(crate) use leave::Leave;
pub(crate) use plan::{Plan, Stops};
