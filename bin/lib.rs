//! The `sms` command.
mod providers;
