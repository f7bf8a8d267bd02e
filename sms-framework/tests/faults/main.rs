//! Faults that end a process, stop it, or cut its power: nothing is lost, nothing doubled.
#![allow(clippy::unwrap_used)]

mod ended;
mod power;
mod stopped;
mod vendor;
