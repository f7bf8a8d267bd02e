//! What is sent, to whom, from whom, and how long it is.

pub mod phone;
pub mod segment;
pub mod sender;
