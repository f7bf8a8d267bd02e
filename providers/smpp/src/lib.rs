//! SMPP 3.4, the protocol of carriers and aggregators, as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_smpp as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "smpp"
//!
//! [providers.smpp]
//! url = "smpps://smsc.example.org:3550"   # smpp:// without TLS, port 2775 where none is written
//! system_id = "acme"
//! from = "+14155550100"                   # or a name, or a short code
//! # window = 10                           # what the server allows to be unanswered at once
//! # default_alphabet = "gsm"              # what the server takes data_coding 0 for
//! # receipt_id = "same"                   # see below
//! # codes = ["0x0401: account"]           # the server's own statuses
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `url` | `SMPP_URL` |
//! | `system_id` | `SMPP_SYSTEM_ID` |
//! | `password` (secret) | `SMPP_PASSWORD` |
//! | `from` | `SMPP_FROM` |
//!
//! What to ask the operator of the server for: host, port and TLS; `system_id`, `password` and
//! `system_type`; how many binds are allowed, and of which kind (`bind`); the window; the rate in
//! parts a second; the default alphabet; type and plan of short codes as sender (`short_code_ton`,
//! `short_code_npi`); the bases of ids; the statuses of their own. For TLS with an authority of
//! their own, `ca_file` names its certificate.
//!
//! In `codes` each line is a status and one of these words; it also changes what one of the
//! protocol's own statuses means:
//!
//! | word | meaning |
//! |---|---|
//! | `account`, `recipient`, `opted_out`, `refused` | refused, for that reason |
//! | `throttled` | not taken; nothing is sent for `throttle_pause` |
//! | `transient` | not taken; later it may be |
//! | `ambiguous` | nobody can say whether it was taken |
//!
//! # Connection
//! It is made with the first send, or when a [`Feed`](sms_framework::provider::Feed) starts, in a
//! task of its own. `bind = "transceiver"` uses one connection for both directions; `"pair"` a
//! transmitter and, once somebody takes events, a receiver. A lost connection is made anew after a
//! pause that doubles from `reconnect_min` to `reconnect_max`, with jitter; meanwhile sends fail at
//! once, `NotSent`, and say how long the pause still is. After a bind that is refused for its
//! password or `system_id` nothing is tried again until the provider is built anew, for accounts get
//! locked by repetition. When the provider is dropped it says unbind, once nothing is outstanding.
//!
//! # Text
//! The framework's segmenter decides the cuts, so that the count that a user is shown is the count
//! that is sent. Parts carry a user data header with an 8-bit reference, 255 of them at most. GSM
//! texts go out under data_coding 0, one septet an octet, others as UTF-16BE under 8. Where
//! `default_alphabet` lacks a character that GSM has, the text goes out as UTF-16: then it has more
//! parts than were counted, and the acceptance says how many.
//!
//! # Certainty
//! The protocol has no idempotency key. For each part it is known whether one of its octets was
//! handed to the connection:
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection, bind refused, no octet written | `NotSent` |
//! | bind refused for its credentials | `Rejected`, though nothing was sent either way: without a bind no message is written |
//! | 0x04, 0x05: the state of the session | `NotSent`; it is bound anew |
//! | answer or `generic_nack` with an error | by the table of statuses; one that is not there is `Rejected` |
//! | `generic_nack` with a number that a request of the server had, too, and was answered | `MaybeSent`: it may be about that answer |
//! | 0x58, 0x14: too much | `NotSent`; nothing is sent for `throttle_pause`, or five times that |
//! | 0x08, 0xFF, `ambiguous`: the server failed | `MaybeSent`; with `codes = ["0x08: transient"]` it is `NotSent` |
//! | written, then the connection was lost or no answer came in time | `MaybeSent` |
//! | part 2 or a later one was not taken | `MaybeSent`: the phone may have a piece |
//!
//! What leaves such a doubt is `BAD_ANSWER`, not `SERVER_ERROR`: `retry.after_server_error` does not
//! send it again, because there is no lookup that could tell of a double.
//!
//! Parts are sent one after the other, so that a message whose first part is refused is refused as
//! a whole. A later part that was not taken and only needs time (too much at once, the connection
//! lost before it was written) is tried again by itself within `timeout`, because the stack could
//! only repeat the whole; what is resent is known not to be at the server.
//!
//! An answer that comes after its time is handed on as a receipt that names our id. It settles a
//! message in doubt where it says something of the whole:
//!
//! | late answer | receipt |
//! |---|---|
//! | the last part, or the only one, is taken | accepted |
//! | an earlier part is taken | no state, only id and part: those after it were never sent |
//! | the first part is refused | rejected, with the error |
//! | an error that is `NotSent` (0x58, 0x14, 0x64, 0x04) | no state, only the error |
//! | part 2 or a later one is not taken | no state, only the error, which is `MaybeSent` |
//! | an error that leaves a doubt | none |
//!
//! Without somebody who takes events it is only logged.
//!
//! # Receipts and messages from phones
//! They come on the connection. A `deliver_sm` is answered with 0x00 once the sink took the event,
//! with 0x64 (repeat it later) where the sink could not keep it, where 256 events wait already, or
//! where **no sink is there yet: nothing is kept in memory, the server keeps it**. What cannot be
//! read is answered with 0x65, so that it does not come again.
//!
//! Ids are brought to lower case without zeros before them, in answers and in receipts. Many servers
//! write them in two bases: `receipt_id = "dec_to_hex"` where receipts are decimal and answers
//! hexadecimal, `"hex_to_dec"` the other way round. Nothing is guessed, for a hexadecimal id of
//! digits alone is a valid decimal one. The optional fields of a receipt go before its text, and
//! their id is taken to have the form of the answer.
//!
//! | word | state |
//! |---|---|
//! | `ENROUTE` | sent |
//! | `DELIVRD` | delivered |
//! | `EXPIRED`, `DELETED`, `UNDELIV`, `REJECTD` | expired, canceled, undelivered, rejected |
//! | `ACCEPTD` | sent, or delivered with `acceptd = "delivered"` |
//! | `UNKNOWN` and any other | none; the word is kept |
//!
//! An intermediate notification ends nothing: with a word of failure it has neither state nor error,
//! because the server goes on trying.
//!
//! Each part has its receipt. One may come before the answer to its send, and twice: events carry
//! the server's id, and whoever stores them matches both ways. The network's error code is shown as
//! `3:27`, code 27 of a network of type 3, or as the text has it; it is kept with every word, also
//! with one that is no failure. Times in receipts have no zone and are left out. What follows `text:`
//! is somebody's message and is not read: where a server writes it first, only the optional fields
//! count. A text that only looks like a receipt is a message from a phone: anybody can write one.
//!
//! Long messages from phones come in pieces, with what their header or their `sar_` fields say.
//!
//! # Lookup
//! There is none: `query_sm` asks by the id that the missing answer would have brought.
//!
//! # Traps
//! - A limit of the server counts parts, not messages.
//! - Servers without TLS read along: the URL `smpp://` to another machine is warned of.
//! - The codec `rusmpp` traces whole PDUs, the password included, where its feature `tracing` is on.
//!   This crate leaves it off.
//! - `data_sm` is refused with `generic_nack`, on either way: receipts have to come as `deliver_sm`.
//! - Binary messages and codings that are not named here keep their ASCII characters alone.
//!
//! # Not known
//! - Windows, rates and numbers of binds of named providers: ask.
//! - Who sends `user_message_reference` back. It is not sent, so no id of ours travels.
//! - How long a validity period a server takes: up to 30 days are written.
//! - What the statuses 0x400 to 0x4FF of a named provider mean: ask, and write them in `codes`.
//! - Whether a server writes names as senders in ASCII or in its default alphabet: they go as ASCII.

mod check;
mod client;
mod codes;
mod config;
mod deliver;
mod endpoint;
mod events;
mod gsm;
mod ids;
mod inbound;
mod link;
mod parts;
mod receipt;
mod submit;
mod wire;

pub use client::Smpp;
pub use config::{Acceptd, Bind, DefaultAlphabet, ReceiptId, SmppConfig};

sms_framework::register_provider!(Smpp);
