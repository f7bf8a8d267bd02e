//! The tables, as `migrations/` makes them: the same in every database, but for the type of ids.

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::backend::IdSql;

    sms_messages (id) {
        id -> IdSql,
        state -> Text,
        provider -> Text,
        provider_message_id -> Nullable<Text>,
        provider_status -> Nullable<Text>,
        simulated -> Bool,
        recipient -> Text,
        sender -> Nullable<Text>,
        body -> Nullable<Text>,
        body_hash -> Nullable<Text>,
        segments -> Integer,
        encoding -> Text,
        owner -> Nullable<Text>,
        message_type -> Nullable<Text>,
        tags -> Nullable<Text>,
        media -> Nullable<Text>,
        valid_for_ms -> Nullable<BigInt>,
        attempts -> Integer,
        rounds -> Integer,
        doubt -> Nullable<Text>,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        error_certainty -> Nullable<Text>,
        error_provider_code -> Nullable<Text>,
        next_attempt_at -> Nullable<BigInt>,
        holder -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        sender_is_chosen -> Bool,
        priority -> Integer,
        lane -> Text,
        send_at -> Nullable<BigInt>,
        broadcast -> Nullable<IdSql>,
        replayed_at -> Nullable<BigInt>,
        fence -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::backend::IdSql;

    sms_idempotency (owner, key) {
        owner -> Text,
        key -> Text,
        message_id -> IdSql,
        content_hash -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::backend::IdSql;

    sms_receipts (provider, subject, part, provider_status, recipient) {
        provider -> Text,
        subject -> Text,
        part -> Integer,
        provider_status -> Text,
        recipient -> Text,
        parts -> Integer,
        state -> Nullable<Text>,
        message_id -> Nullable<IdSql>,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        error_certainty -> Nullable<Text>,
        error_provider_code -> Nullable<Text>,
        segments -> Nullable<Integer>,
        verdict -> Text,
        happened_at -> Nullable<BigInt>,
        received_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::backend::IdSql;

    sms_broadcasts (id) {
        id -> IdSql,
        owner -> Nullable<Text>,
        name -> Nullable<Text>,
        state -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::backend::IdSql;

    sms_part_ids (provider_message_id, provider, message_id) {
        provider_message_id -> Text,
        provider -> Text,
        message_id -> IdSql,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::super::backend::IdSql;

    sms_attempts (message_id, seq) {
        message_id -> IdSql,
        seq -> BigInt,
        number -> Integer,
        provider -> Text,
        started_at -> BigInt,
        duration_us -> BigInt,
        outcome -> Text,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        error_certainty -> Nullable<Text>,
        error_provider_code -> Nullable<Text>,
        http_status -> Nullable<Integer>,
        provider_message_id -> Nullable<Text>,
        simulated -> Bool,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    sms_attempts,
    sms_messages,
    sms_part_ids,
    sms_receipts
);
