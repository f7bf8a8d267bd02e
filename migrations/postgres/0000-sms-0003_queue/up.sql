-- Times are milliseconds since 1970 (UTC), ids are UUIDv7, lists and labels are JSON.
--
-- A UUIDv7 begins with the time at which it was made, so ranges of ids are ranges of time: the big
-- tables are partitioned by the message's id, a week each, and old weeks are dropped whole. What
-- lies in no week that was made yet goes to the default partition.

CREATE TABLE sms_messages (
    id UUID NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    provider TEXT NOT NULL,
    provider_message_id TEXT,
    provider_status TEXT,
    simulated BOOLEAN NOT NULL,
    recipient TEXT NOT NULL,
    sender TEXT,
    -- Whether the sender was chosen for the message (a provider's own, or one of a pool) and may be
    -- chosen anew for another provider; false where the message named it itself.
    sender_is_chosen BOOLEAN NOT NULL DEFAULT FALSE,
    body TEXT,
    body_hash TEXT,
    segments INTEGER NOT NULL,
    encoding TEXT NOT NULL,
    owner TEXT,
    message_type TEXT,
    tags TEXT,
    media TEXT,
    valid_for_ms BIGINT,
    -- 0 urgent, 1 normal, 2 bulk.
    priority INTEGER NOT NULL DEFAULT 1,
    -- Who takes turns in the queue: the owner, and for a broadcast U+001F and its id; in the order of
    -- its bytes.
    lane TEXT COLLATE "C" NOT NULL DEFAULT '',
    send_at BIGINT,
    broadcast UUID,
    -- When a person had it sent anew: its age counts from here.
    replayed_at BIGINT,
    attempts INTEGER NOT NULL,
    rounds INTEGER NOT NULL,
    doubt TEXT,
    error_code TEXT,
    error_message TEXT,
    error_certainty TEXT,
    error_provider_code TEXT,
    -- When something is to happen by itself: its time to be sent, the end of a back-off or a lease.
    next_attempt_at BIGINT,
    -- Which worker holds the lease, and the number of that lease: raised by each claim.
    holder TEXT,
    fence BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
) PARTITION BY RANGE (id);

CREATE TABLE sms_messages_default PARTITION OF sms_messages DEFAULT;

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

-- What went wrong or waits: touched by no message that is simply sent.
CREATE INDEX sms_messages_trouble ON sms_messages (state, created_at)
    WHERE state = 'queued' OR state = 'unknown' OR state = 'failed' OR state = 'rejected'
       OR state = 'undelivered' OR state = 'canceled' OR state = 'expired' OR state = 'scheduled';

CREATE INDEX sms_messages_created ON sms_messages (created_at);

CREATE INDEX sms_messages_owner ON sms_messages (owner, created_at)
    WHERE owner IS NOT NULL;

CREATE INDEX sms_messages_broadcast ON sms_messages (broadcast, state)
    WHERE broadcast IS NOT NULL;

CREATE INDEX sms_messages_recipient ON sms_messages (recipient);

CREATE INDEX sms_messages_provider_id ON sms_messages (provider_message_id)
    WHERE provider_message_id IS NOT NULL;

-- Where a vendor splits a message: its ids after the first. Also the ids by which a lookup found a
-- message, from the moment they are believed.
CREATE TABLE sms_part_ids (
    provider_message_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    message_id UUID NOT NULL,
    PRIMARY KEY (provider_message_id, provider, message_id)
) PARTITION BY RANGE (message_id);

CREATE TABLE sms_part_ids_default PARTITION OF sms_part_ids DEFAULT;

CREATE INDEX sms_part_ids_message ON sms_part_ids (message_id);

-- One row per call to a provider. `seq` orders the rows of a message: microseconds since 1970,
-- never the same twice in one process.
CREATE TABLE sms_attempts (
    message_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    number INTEGER NOT NULL,
    provider TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    error_code TEXT,
    error_message TEXT,
    error_certainty TEXT,
    error_provider_code TEXT,
    http_status INTEGER,
    provider_message_id TEXT,
    simulated BOOLEAN NOT NULL,
    PRIMARY KEY (message_id, seq)
) PARTITION BY RANGE (message_id);

CREATE TABLE sms_attempts_default PARTITION OF sms_attempts DEFAULT;

-- What providers reported. `subject` is the provider's id, or `#` and ours where it names none; what
-- says the same of the same is one row. Without a message_id nobody knows yet whose it is. Not
-- partitioned: repeating a report must change nothing, whenever it comes.
CREATE TABLE sms_receipts (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    part INTEGER NOT NULL,
    provider_status TEXT NOT NULL,
    recipient TEXT NOT NULL,
    parts INTEGER NOT NULL,
    state TEXT,
    message_id UUID,
    error_code TEXT,
    error_message TEXT,
    error_certainty TEXT,
    error_provider_code TEXT,
    segments INTEGER,
    verdict TEXT NOT NULL,
    happened_at BIGINT,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (provider, subject, part, provider_status, recipient)
);

CREATE INDEX sms_receipts_message ON sms_receipts (message_id) WHERE message_id IS NOT NULL;

CREATE INDEX sms_receipts_orphans ON sms_receipts (subject) WHERE message_id IS NULL;

-- Under an owner's key a message is taken once.
CREATE TABLE sms_idempotency (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    message_id UUID NOT NULL,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (owner, key)
);

CREATE INDEX sms_idempotency_message ON sms_idempotency (message_id);

CREATE TABLE sms_broadcasts (
    id UUID NOT NULL PRIMARY KEY,
    owner TEXT,
    name TEXT,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- When the next slot of a shared limit is free, in microseconds of this database's clock.
CREATE TABLE sms_rate_limits (
    key TEXT NOT NULL PRIMARY KEY,
    next_at BIGINT NOT NULL
);

-- Messages that wait for their next attempt.
CREATE VIEW sms_delivery_queue AS
    SELECT id, owner, message_type, recipient, sender, body, attempts, rounds,
           error_code, error_message, next_attempt_at, created_at
    FROM sms_messages
    WHERE state = 'queued';
