//! The `sms` command.
