-- 0 urgent, 1 normal, 2 bulk.
ALTER TABLE sms_messages ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;
-- Who takes turns in the queue: the owner, and for a broadcast U+001F and its id.
ALTER TABLE sms_messages ADD COLUMN lane TEXT NOT NULL DEFAULT '';
ALTER TABLE sms_messages ADD COLUMN send_at BIGINT;
ALTER TABLE sms_messages ADD COLUMN broadcast TEXT;
-- When a person had it sent anew: its age counts from here.
ALTER TABLE sms_messages ADD COLUMN replayed_at BIGINT;
-- How often the message was leased: what an earlier holder says counts no more.
ALTER TABLE sms_messages ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;
UPDATE sms_messages SET lane = owner WHERE owner IS NOT NULL;

DROP INDEX sms_messages_due;
-- What can go at once, in the order in which it goes.
CREATE INDEX sms_messages_ready ON sms_messages (provider, priority, lane, id)
    WHERE state = 'queued' AND next_attempt_at IS NULL;
-- What waits for its time.
CREATE INDEX sms_messages_due ON sms_messages (next_attempt_at)
    WHERE next_attempt_at IS NOT NULL AND holder IS NULL AND state <> 'unknown';
-- What a provider is to be asked about, and when.
CREATE INDEX sms_messages_asked ON sms_messages (provider, next_attempt_at, id)
    WHERE next_attempt_at IS NOT NULL AND holder IS NULL AND state = 'unknown';
-- What somebody has at the moment: next_attempt_at is the end of the lease.
CREATE INDEX sms_messages_leased ON sms_messages (next_attempt_at)
    WHERE holder IS NOT NULL;
CREATE INDEX sms_messages_broadcast ON sms_messages (broadcast, state)
    WHERE broadcast IS NOT NULL;
CREATE INDEX sms_messages_recipient ON sms_messages (recipient);
CREATE INDEX sms_part_ids_message ON sms_part_ids (message_id);

-- Under an owner's key a message is taken once.
CREATE TABLE sms_idempotency (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    message_id TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (owner, key)
) WITHOUT ROWID;
CREATE INDEX sms_idempotency_message ON sms_idempotency (message_id);

-- What providers reported. `subject` is the provider's id, or `#` and ours where it names none; what
-- says the same of the same is one row. Without a message_id nobody knows yet whose it is.
CREATE TABLE sms_receipts (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    part INTEGER NOT NULL,
    provider_status TEXT NOT NULL,
    recipient TEXT NOT NULL,
    parts INTEGER NOT NULL,
    state TEXT,
    message_id TEXT,
    error_code TEXT,
    error_message TEXT,
    error_certainty TEXT,
    error_provider_code TEXT,
    segments INTEGER,
    verdict TEXT NOT NULL,
    happened_at BIGINT,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (provider, subject, part, provider_status, recipient)
) WITHOUT ROWID;
CREATE INDEX sms_receipts_message ON sms_receipts (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX sms_receipts_orphans ON sms_receipts (subject) WHERE message_id IS NULL;

CREATE TABLE sms_broadcasts (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT,
    name TEXT,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- When the next slot of a shared limit is free, in microseconds since 1970.
CREATE TABLE sms_rate_limits (
    key TEXT NOT NULL PRIMARY KEY,
    next_at BIGINT NOT NULL
) WITHOUT ROWID;
