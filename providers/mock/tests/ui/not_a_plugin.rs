//! A type that does not describe itself as a plugin.

struct Pigeon;

sms_framework::register_provider!(Pigeon);

fn main() {}
