//! Vonage (formerly Nexmo) as a provider of `sms-framework`: the Messages API, version 1, or the
//! older SMS API.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_vonage as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "vonage"
//!
//! [providers.vonage]
//! api_key = "abcd1234"
//! from = "+14155550100"
//! # api = "sms"                      # instead of "messages"
//! # application_id = "…"             # tokens instead of the API key; Messages API only
//! # region = "eu"                    # the host in a region; Messages API only
//! # base_url = "http://127.0.0.1:8080"
//! # callback_url = "https://example.org/sms/vonage"
//! # signature_method = "hmac-sha256" # where support has enabled signatures for the SMS API
//! # webhook_window = "1h"
//! # connect_timeout = "10s"
//! # timeout = "30s"
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `api_key` | `VONAGE_API_KEY` |
//! | `api_secret` (secret) | `VONAGE_API_SECRET` |
//! | `application_id`, instead of the two | `VONAGE_APPLICATION_ID` |
//! | `private_key` (secret), with it: PEM, line breaks also as `\n` | `VONAGE_PRIVATE_KEY` |
//! | `from` | `VONAGE_FROM` |
//! | `webhook_secret` (secret): the account's signature secret | `VONAGE_SIGNATURE_SECRET` |
//! | `signature_method` | `VONAGE_SIGNATURE_METHOD` |
//! | `webhook_path_secret` (secret) | `VONAGE_WEBHOOK_PATH_SECRET` |
//!
//! Where both are set, the application is used and the API key is not; the SMS API knows the API key
//! only, and warns of an application.
//!
//! # Which API
//! The Messages API is Vonage's own advice and the default. The SMS API has what it lacks: a receipt
//! for each part, and the words `buffered` and `expired`.
//!
//! | | `api = "messages"` | `api = "sms"` |
//! |---|---|---|
//! | ids of a message | one | one for each part |
//! | encoding | found by Vonage | `type` by our own count of the text |
//! | validity period | 1 s to 72 h, in seconds | 20 s to 7 days, in milliseconds |
//! | our id | `client_ref`, and in `callback_url` | `client-ref` |
//! | failures | HTTP statuses | inside of a 200, for each part |
//!
//! Neither has an idempotency key: the reference comes back in receipts and protects from nothing.
//!
//! # Certainty
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection | `NotSent` |
//! | 429, or a part's status 1 or 10 | `NotSent` |
//! | another 4xx | `Rejected`, or what the table of codes says |
//! | all parts refused | what the table of codes says of the first one's status, but a doubt about one is a doubt about all |
//! | a part's status that the table lacks | `MaybeSent` |
//! | some parts taken, some refused | `MaybeSent`: the phone may get a broken text, which is paid for |
//! | internal errors (1030, a part's status 5), 5xx with whatever code | `MaybeSent` |
//! | no answer, half an answer, a success without an id | `MaybeSent` |
//!
//! # Receipts and messages from phones
//! In the dashboard, "API type" decides in which of the two formats Vonage calls, whichever API
//! sends; both are read at one URL. Set that URL for receipts (status) and for inbound messages, in
//! the account's settings or, for tokens, in the application's. `callback_url` moves the receipts of
//! single messages there. Where a webhook version can be chosen, it is `v1`.
//!
//! * **Messages format.** Signed by default, with a token in `Authorization`: set `webhook_secret`
//!   (the dashboard's signature secret, not the API secret). The token must name the SHA-256 of the
//!   body, and its `iat` must lie within `webhook_window`. A call without a token is answered with
//!   503, for then Vonage calls again and signs.
//! * **SMS format.** By GET, form or JSON. Support enables its signatures on request: then set
//!   `signature_method` to what the dashboard says, and `webhook_secret`. Without them set
//!   `webhook_path_secret`.
//!
//! Where `webhook_path_secret` is set, every call must come by it, in either format, besides its
//! signature. It is put at the end of the path of `callback_url`, unless a segment is the secret
//! already; the URLs in the dashboard are to have it, too: `https://example.org/sms/vonage/<secret>`.
//! What cannot be checked is refused; where `callback_url` is set, a warning is given at start-up.
//! A code that is not in the table is kept.
//!
//! | Messages API | SMS API | state |
//! |---|---|---|
//! | | `accepted`, `buffered` | `accepted` |
//! | `submitted` | | `sent` |
//! | `delivered` | `delivered` | `delivered` |
//! | `rejected`, with words about time that ran out | `expired` | `expired` |
//! | `rejected` | `rejected` | `rejected` |
//! | `undeliverable` | `failed` | `failed` |
//! | `read`, what is not known | `unknown`, what is not known | none |
//!
//! Long texts arrive in pieces in the SMS format, and whole in the other. Binary messages and other
//! channels than SMS give no event.
//!
//! # Lookup
//! There is none. Neither API can be asked for a message. The Reports API is a paid product of its
//! own whose lag is not known: an empty list from it would prove nothing. Receipts settle doubts,
//! for they bring our id.
//!
//! # Traps
//! * A 4xx of ours loses an event for good: Vonage repeats a call after 429 and 5xx only.
//! * The SMS format's signature replaces `&` and `=` in values by `_`, so the one can be swapped for
//!   the other unnoticed, and says nothing of its age. Prefer HMAC-SHA256 over MD5, and HTTPS always.
//! * The SMS API takes a `callback_url` of 100 characters at most, the secret included, and no query of
//!   ours in it.
//! * An alphanumeric sender loses its blanks in the SMS API.
//!
//! # Not known
//! * The HTTP status of each code of the Messages API, and what the codes from 1170 on mean beside
//!   1240, 1420 and 1430, which third parties name: the status decides.
//! * Whether there ever is a `Retry-After`; if so, it is obeyed.
//! * The longest text of the Messages API (1000 or 3200 characters): Vonage decides.
//! * The longest `ttl` of the Messages API: 72 h is its default.
//! * Whether `webhook_url` works with an API key, and whether the regional hosts send SMS.
//! * Which code names the end of the time to live: where none is known, `expired` in Vonage's words
//!   is looked for.
//! * Whether a repeated call is signed anew: one whose token is older than `webhook_window` is lost.
//! * How lasting the carriers' codes 1, 5, 11 and 99 are: nothing is concluded from them.
//! * Whether `error` in reports is flat or nested: both are read.

mod auth;
mod codes;
mod config;
mod host;
mod messages;
mod problem;
mod send;
mod sms;
mod webhooks;

pub use config::{Api, Region, SignatureMethod, VonageConfig};
pub use send::Vonage;

sms_framework::register_provider!(Vonage);
