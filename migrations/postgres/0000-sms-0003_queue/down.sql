DROP VIEW sms_delivery_queue;
DROP TABLE sms_rate_limits;
DROP TABLE sms_broadcasts;
DROP TABLE sms_idempotency;
DROP TABLE sms_receipts;
DROP TABLE sms_attempts;
DROP TABLE sms_part_ids;
DROP TABLE sms_messages;
