DROP TABLE sms_rate_limits;
DROP TABLE sms_broadcasts;
DROP TABLE sms_receipts;
DROP TABLE sms_idempotency;
DROP INDEX sms_part_ids_message;
DROP INDEX sms_messages_recipient;
DROP INDEX sms_messages_broadcast;
DROP INDEX sms_messages_leased;
DROP INDEX sms_messages_asked;
DROP INDEX sms_messages_due;
DROP INDEX sms_messages_ready;
-- What could go at once was due since it came.
UPDATE sms_messages SET next_attempt_at = created_at WHERE state = 'queued' AND next_attempt_at IS NULL;
UPDATE sms_messages SET state = 'queued' WHERE state = 'scheduled' AND next_attempt_at IS NOT NULL;
CREATE INDEX sms_messages_due ON sms_messages (next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;
ALTER TABLE sms_messages DROP COLUMN fence;
ALTER TABLE sms_messages DROP COLUMN replayed_at;
ALTER TABLE sms_messages DROP COLUMN broadcast;
ALTER TABLE sms_messages DROP COLUMN send_at;
ALTER TABLE sms_messages DROP COLUMN lane;
ALTER TABLE sms_messages DROP COLUMN priority;
