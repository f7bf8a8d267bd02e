ALTER TABLE sms_messages DROP COLUMN sender_is_chosen;
