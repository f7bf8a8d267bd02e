-- Whether the sender was chosen for the message (a provider's own, or one of a pool) and may be chosen
-- anew for another provider; false where the message named it itself.
ALTER TABLE sms_messages ADD COLUMN sender_is_chosen BOOLEAN NOT NULL DEFAULT FALSE;
