//! Which provider a message goes through: rules, shares, health, and when to go on to the next.
//!
//! Pure decisions on injected time and state; nothing here sends. The delivery room calls the
//! providers in the order that a [`Plan`] gives, asks their [`Health`] first, and reads
//! [`goes_on`](goes_on()) after each failure.

mod failover;
mod health;
mod plan;
mod schedule;

pub(crate) use failover::{Blame, Left, blame, goes_on};
pub(crate) use health::{Admission, Health};
pub use health::{HealthReport, HealthState};
pub(crate) use plan::Plan;
