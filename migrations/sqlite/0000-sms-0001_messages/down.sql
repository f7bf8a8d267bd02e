DROP VIEW sms_delivery_queue;
DROP TABLE sms_attempts;
DROP TABLE sms_part_ids;
DROP TABLE sms_messages;
