//! The tables, as `migrations/sqlite` makes them.

diesel::table! {
    sms_messages (id) {
        id -> Text,
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
    }
}

diesel::table! {
    sms_part_ids (provider_message_id, provider, message_id) {
        provider_message_id -> Text,
        provider -> Text,
        message_id -> Text,
    }
}

diesel::table! {
    sms_attempts (message_id, seq) {
        message_id -> Text,
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
