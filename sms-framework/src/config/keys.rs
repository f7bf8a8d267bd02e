//! Every key of the framework, described once: the checks, `sms config show`, the README's table
//! and `config/default.toml` are all made from this list.

use crate::provider::{ConfigKey, KeyType};

use KeyType::{Bool, Duration, Integer, Number, OneOf, Text, Tree};

/// The sections that a provider's own table may hold too, to differ from the global ones.
pub const STACK_SECTIONS: &[&str] = &[
    "validate",
    "rate_limit",
    "retry",
    "send",
    "log",
    "health",
    "senders",
];

/// Every key of the framework, in the order of `config/default.toml`: those of no section first, as TOML
/// wants it.
pub const KEYS: &[ConfigKey] = &[
    ConfigKey::new("provider", Text, "The provider to use: the name of a table under `[providers]`, a kind, or a route under `[routes]`. Unset: the mock, or Twilio with USE_MOCKS=false.")
        .sample("\"twilio\""),
    ConfigKey::new("use_mocks", Bool, "true: always the mock; false: the configured provider; unset: the configured provider, by default the mock.")
        .sample("true")
        .env(&["USE_MOCKS"]),
    ConfigKey::new("fallback", OneOf(&["mock", "error"]), "What happens when the chosen provider cannot be used: the mock takes its place, or start-up fails.")
        .default("\"mock\""),
    ConfigKey::new("senders", Tree, "Whose number a message comes from that names no sender: a prefix or a country, and a sender or a pool of them (sticky for each recipient).")
        .sample("{ GB = \"ACME\", \"+1\" = [\"+14155550100\", \"+14155550101\"] }"),
    ConfigKey::new("routes", Tree, "Routes by name: `use` (providers, most preferred first), `strategy` (failover, weighted or health), `needs` and `rules` (to, countries, message_type, owner, use, needs).")
        .sample("{ main = { use = [\"twilio\", { provider = \"vonage\", weight = 2 }], strategy = \"failover\" } }"),
    ConfigKey::new("message_types", Tree, "What differs by type of message: on_unknown, as queue.on_unknown.")
        .sample("{ otp = { on_unknown = \"resend\" } }"),
    ConfigKey::new("validate.numbers", OneOf(&["e164", "possible", "valid"]), "How strict phone numbers are taken: the form alone, a possible length for the country, or a range in use.")
        .default("\"e164\""),
    ConfigKey::new("validate.default_region", Text, "The region (ISO 3166-1 alpha-2) of numbers written without +, such as (415) 555-2671.")
        .sample("\"US\""),
    ConfigKey::new("validate.max_characters", Integer, "The longest body, in characters.").default("1600"),
    ConfigKey::new("rate_limit.enabled", Bool, "Whether anything paces the sends.").default("true"),
    ConfigKey::new("rate_limit.rate", Number, "Slots a second, for each pair of provider and sender.").default("10.0"),
    ConfigKey::new("rate_limit.burst", Integer, "The most slots that may be taken at once after a pause; 1 means never more than `rate` in any second.")
        .default("10"),
    ConfigKey::new("rate_limit.initial", Integer, "The slots there are at start-up.").default("1"),
    ConfigKey::new("rate_limit.max_wait", Duration, "How long a send may wait for its slot before it is refused (and queued).")
        .default("\"30s\""),
    ConfigKey::new("rate_limit.unit", OneOf(&["message", "segment"]), "What a slot pays for.").default("\"message\""),
    ConfigKey::new("rate_limit.scope", OneOf(&["process", "shared"]), "Whose sends are counted: those of each process alone, or those of all processes on one database together.")
        .default("\"process\""),
    ConfigKey::new("retry.max_attempts", Integer, "The most calls to the provider for one send, the first included.").default("3"),
    ConfigKey::new("retry.base", Duration, "The longest wait before the second try; doubled for each further one.").default("\"500ms\""),
    ConfigKey::new("retry.cap", Duration, "The longest wait before any try.").default("\"10s\""),
    ConfigKey::new("retry.after_server_error", OneOf(&["ask", "resend", "hold"]), "What follows a 5xx answer. ask: the provider is asked, and the message sent again where it does not list it; where it cannot be asked, it is held. resend: sent again there, too. hold: never sent again.")
        .default("\"ask\""),
    ConfigKey::new("send.attempt_timeout", Duration, "How long one call to the provider may take before it counts as unanswered.")
        .default("\"35s\""),
    ConfigKey::new("send.deadline", Duration, "No new try starts after this time from the start of a send.").default("\"1m 30s\""),
    ConfigKey::new("log.body", OneOf(&["full", "hash", "none"]), "What is kept of a body once its message is final; one that still waits keeps all of it.")
        .default("\"full\""),
    ConfigKey::new("health.window", Duration, "In a route: over how long a provider's failures are counted, and how slowly it gets its share back.")
        .default("\"1m\""),
    ConfigKey::new("health.min_failures", Integer, "In a route: to how many different recipients sends must have failed before a provider is left out.")
        .default("5"),
    ConfigKey::new("health.open_above", Number, "In a route: the share of sends that must have failed, from 0 to 1, before a provider is left out.")
        .default("0.5"),
    ConfigKey::new("health.cooldown", Duration, "In a route: how long a provider is left out before one message tries it; doubled each time that fails.")
        .default("\"30s\""),
    ConfigKey::new("health.cooldown_cap", Duration, "In a route: the longest time that a provider is left out before a try.")
        .default("\"5m\""),
    ConfigKey::new("database.url", Text, "An SQLite file (a path, or sqlite:PATH), or postgres://USER@HOST/DATABASE; one with a password comes from the environment.").default("\"sms.db\"").env(&["DATABASE_URL"]),
    ConfigKey::new("database.busy_timeout", Duration, "SQLite: how long to wait for another process that writes.").default("\"5s\""),
    ConfigKey::new("database.connections", Integer, "PostgreSQL: the most connections that read at once, besides one that writes, one that listens and, now and then, one for upkeep.").default("8"),
    ConfigKey::new("database.statement_timeout", Duration, "PostgreSQL: how long the server works at one statement before it gives up; 0s is for ever.").default("\"30s\""),
    ConfigKey::new("queue.max_attempts", Integer, "The most rounds from the queue, each of at most retry.max_attempts calls, before a message is given up as failed.").default("10"),
    ConfigKey::new("queue.base", Duration, "The wait before the first round after a failed send; doubled for each further one.").default("\"1m\""),
    ConfigKey::new("queue.cap", Duration, "The longest wait before any round.").default("\"1h\""),
    ConfigKey::new("queue.max_age", Duration, "The age, from when it could go first, at which a waiting message is given up as failed.").default("\"24h\""),
    ConfigKey::new("queue.lease", Duration, "How long a process may hold a message without renewing that it does; then another takes it up.").default("\"1m\""),
    ConfigKey::new("queue.grace", Duration, "How long after a doubt a provider is asked about the message: lists lag.").default("\"30s\""),
    ConfigKey::new("queue.on_unknown", OneOf(&["hold", "resend"]), "What becomes of a message whose fate nobody could settle: it is held for a person, or sent again (a double is better than a gap).")
        .default("\"hold\""),
    ConfigKey::new("queue.concurrency", Integer, "How many messages of each priority a worker has in hand at once.").default("16"),
    ConfigKey::new("queue.shutdown_timeout", Duration, "How long a worker that is stopped waits for providers to answer.").default("\"25s\""),
    ConfigKey::new("retention.messages", Duration, "How long messages are kept, with all that belongs to them; `sms prune` deletes what is older, and nothing that still waits.")
        .sample("\"400d\""),
    ConfigKey::new("retention.bodies", Duration, "How long their texts are kept; as long as the messages where it is not set.").sample("\"30d\""),
    ConfigKey::new("retention.attempts", Duration, "How long attempts and receipts are kept; as long as the messages where it is not set.").sample("\"90d\""),
    ConfigKey::new("broadcast.concurrency", Integer, "How many messages of a broadcast are under way at once.").default("16"),
    ConfigKey::new("templates.dir", Text, "A folder of *.txt and *.j2 templates.").sample("\"templates\""),
];
