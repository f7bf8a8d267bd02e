//! Bird, once MessageBird, as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_bird as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "bird"
//!
//! [providers.bird]
//! from = "+14155550100"
//! # category = "transactional"   # or "marketing", "authentication", "service"
//! # region = "eu1"               # where the API key does not name it
//! ```
//!
//! ```toml
//! [providers.bird]
//! api = "classic"
//! from = "ACME"
//! # callback_url = "https://example.org/sms/bird"   # where MessageBird calls with reports
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `api_key` (secret) | `BIRD_API_KEY`, `MESSAGEBIRD_ACCESS_KEY` |
//! | `from` | `BIRD_FROM`, `MESSAGEBIRD_ORIGINATOR` |
//! | `webhook_secret` (secret) | `BIRD_WEBHOOK_SECRET`, `MESSAGEBIRD_SIGNING_KEY` |
//!
//! Of several variables the first that is set wins, whatever `api` says; a key of the wrong API is
//! recognised at start-up.
//!
//! A key of the platform (`bk_us1_…`, `bk_eu1_…`) names its region, and with it the host. A key that
//! the chosen API has no use for is refused: `category` and `region` are the platform's,
//! `callback_url` is the classic API's.
//!
//! The platform demands a `category`. It is one for a table; who sends one-time codes or advertising
//! beside other messages makes a table for each and routes by the type of the message. Both APIs
//! demand a sender: a message without one is refused before the call, where `from` is not set.
//!
//! # Which API
//! The vendor has three. `api` chooses between two of them:
//!
//! | `api` | what it is | idempotency | receipts carry | validity | segments |
//! |---|---|---|---|---|---|
//! | `"platform"` (default) | Bird's platform, version 1 | our id is the key | our id and theirs | no | 12 at most |
//! | `"classic"` | MessageBird's REST API | none | our id and theirs | 1 s to a week | no limit known |
//!
//! The classic API is there for accounts that have its keys: the vendor calls it legacy. The third,
//! the channels API of Bird's CRM, is left out: it wants the ids of a workspace and of a channel,
//! makes a contact of every recipient, has no idempotency, and its errors and states are published
//! in part only.
//!
//! # Certainty
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection | `NotSent` |
//! | 429, and 425 with `too_early_error` | `NotSent` |
//! | platform, 503 with `service_unavailable_error` or `E01033` | `NotSent`: the API says that it did nothing |
//! | platform, 409 `E01004`, `E01005` | `MaybeSent`: see below |
//! | another 4xx | `Rejected`, or what the table of codes says |
//! | 5xx with whatever else | `MaybeSent` |
//! | a 2xx that holds a refusal | `Rejected`, by its own code |
//! | no answer, half an answer, a 2xx without an id | `MaybeSent` |
//!
//! The platform's key of idempotency is `sms/<our id>`, the same for every attempt at a message; for
//! three hours the answer to the first is repeated. Two errors are about the key. `E01004` says that
//! an earlier call with it is still being worked on (for 30 s at most), `E01005` that an earlier one
//! had another content, such as from another `from` or `category`. Neither call did anything, and
//! yet the earlier one may have sent the message: that is what certainty is about, so both are
//! `MaybeSent`, and the lookup settles them. The guard has a gap that the vendor names: what took
//! effect before its answer was stored can run again.
//!
//! A 202 of the platform is only the beginning. Balance, opt-out and policy are looked at afterwards;
//! where the answer itself already says `rejected` or `failed`, it is an error, and else the receipt
//! says so.
//!
//! The classic API lists several errors at once. The worst counts: first one that a person must act
//! on, then one that is the message's own, then a matter of time, last one that nobody knows.
//!
//! # Receipts and messages from phones
//! *Platform.* Make a webhook in the dashboard (or by `/v1/webhooks`) with your public HTTPS URL and
//! the events `sms.*`, and set `webhook_secret` to the `whsec_…` that is shown once. Calls are signed
//! by Standard Webhooks and may be five minutes old. Our id comes back in the metadata and in a tag.
//! They arrive in any order; their time says which is the latest. While a secret is being changed both
//! sign, so either may be configured for a day. `undelivered` is final, as in the vendor's newest
//! client.
//!
//! *Classic.* Set `callback_url` to your public URL; our id goes into its query, and as reference,
//! without which there are no reports. Messages from phones come to the URL that is set for the number
//! in the dashboard (a flow). Set `webhook_secret` to the account's signing key. A token in
//! `MessageBird-Signature-JWT` is judged by all of its claims, with five seconds for clocks that
//! differ, over the URL exactly as it was called: behind a proxy, scheme, host and port have to be
//! the public ones. A call without a token may have the older `MessageBird-Signature`; it covers
//! neither path nor host, and may be five minutes old.
//!
//! Without `webhook_secret` each call is refused; where `callback_url` is set, a warning is given at
//! start-up. A code that is not in the table is kept.
//!
//! The dates of a report carry a raw `+`, which reading a query turns into a blank: it is put back.
//!
//! # Lookup
//! *Platform.* The list is filtered by the tag that holds our id, so a message is found whatever its
//! text became. A list that holds only other messages is an error: it was not filtered.
//!
//! *Classic.* There is no filter on the reference. The messages to the recipient from a minute before
//! the attempt until now are read page by page, and those with our reference are ours. A list that
//! does not end within ten pages is an error, unless ours was in it.
//!
//! # Traps
//! * Without `datacoding` the classic API replaces every character that GSM 03.38 lacks; `auto` is
//!   always sent.
//! * The classic API writes numbers without a plus; recipients and senders are sent so.
//! * The platform refuses validity periods, media and times to send at with a 422, although its schema
//!   has the fields: the capabilities are off.
//! * The platform's `smart_encoding` changes texts; it stays off.
//! * `sent` in the classic API's first answer means no more than accepted.
//!
//! # Not known
//! The vendor's public material does not say, and so nothing here relies on it:
//!
//! * platform: whether older accounts get keys for it; the numbers of its rate limits; how often and
//!   how long a webhook is repeated; whether a refusal is stored under the key of idempotency, too;
//!   the shape of `cost`, so that no price is read; numbers for tests;
//! * platform and classic: the name of the field that holds a list's rows. An answer with one array
//!   is a list, any other is an error;
//! * classic: the whole table of errors (21, 96, 98, 99 and 101 exist), and the statuses of 10 and 25;
//!   a wait beside a 429; the longest validity; the most segments; how opt-outs are told; the zone of
//!   a short code's `receive_datetime`, which is not read; whether a text in a query may hold a raw
//!   `+`; how the older signature encodes rare characters; how often reports are repeated; when
//!   the API is switched off.

mod classic;
mod codes;
mod config;
mod platform;
mod provider;
mod rows;
mod wire;

pub use config::{Api, BirdConfig, Category, Region};
pub use provider::Bird;

sms_framework::register_provider!(Bird);
