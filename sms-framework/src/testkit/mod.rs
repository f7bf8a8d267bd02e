//! For tests: what only the framework itself can make.

mod outbound;

pub use outbound::{outbound, outbound_at};
