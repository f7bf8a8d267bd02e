-- Times are milliseconds since 1970 (UTC), ids are UUIDv7 as text, lists and labels are JSON.

CREATE TABLE sms_messages (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    provider TEXT NOT NULL,
    provider_message_id TEXT,
    provider_status TEXT,
    simulated BOOLEAN NOT NULL,
    recipient TEXT NOT NULL,
    sender TEXT,
    body TEXT,
    body_hash TEXT,
    segments INTEGER NOT NULL,
    encoding TEXT NOT NULL,
    owner TEXT,
    message_type TEXT,
    tags TEXT,
    media TEXT,
    valid_for_ms BIGINT,
    attempts INTEGER NOT NULL,
    rounds INTEGER NOT NULL,
    doubt TEXT,
    error_code TEXT,
    error_message TEXT,
    error_certainty TEXT,
    error_provider_code TEXT,
    -- While sending: the end of the lease.
    next_attempt_at BIGINT,
    -- While sending: which store holds the lease.
    holder TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What is due: small, because most messages wait for nothing.
CREATE INDEX sms_messages_due ON sms_messages (next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;

-- What went wrong or waits: touched by no message that is simply sent.
CREATE INDEX sms_messages_trouble ON sms_messages (state, created_at)
    WHERE state = 'queued' OR state = 'unknown' OR state = 'failed' OR state = 'rejected'
       OR state = 'undelivered' OR state = 'canceled' OR state = 'expired' OR state = 'scheduled';

CREATE INDEX sms_messages_created ON sms_messages (created_at);

CREATE INDEX sms_messages_owner ON sms_messages (owner, created_at)
    WHERE owner IS NOT NULL;

CREATE INDEX sms_messages_provider_id ON sms_messages (provider_message_id)
    WHERE provider_message_id IS NOT NULL;

-- Where a vendor splits a message: its ids after the first. Also the ids by which a lookup found a
-- message, from the moment they are believed.
CREATE TABLE sms_part_ids (
    provider_message_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (provider_message_id, provider, message_id)
);

-- One row per call to a provider. `seq` orders the rows of a message: microseconds since 1970,
-- never the same twice in one process.
CREATE TABLE sms_attempts (
    message_id TEXT NOT NULL,
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
);

-- Messages that wait for their next attempt.
CREATE VIEW sms_delivery_queue AS
    SELECT id, owner, message_type, recipient, sender, body, attempts, rounds,
           error_code, error_message, next_attempt_at, created_at
    FROM sms_messages
    WHERE state = 'queued';
