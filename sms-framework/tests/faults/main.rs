//! Faults that end a process, stop it, cut its power, or take its disk away: nothing is lost, nothing doubled.
#![allow(clippy::unwrap_used)]

mod disk;
mod ended;
mod power;
mod stopped;
mod vendor;
