//! Telnyx's Messaging API (v2) as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_telnyx as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "telnyx"
//!
//! [providers.telnyx]
//! from = "+14155550100"
//! # messaging_profile_id = "…"    # alone: a number of its pool; with `from`: the profile it is on
//! # encoding = "ucs2"             # "auto" (Telnyx's default) may swap characters
//! # callback_url = "https://example.org/sms/telnyx"   # where Telnyx posts receipts
//! # public_key = "…"              # of the account: what calls are checked with
//! # base_url = "https://api.telnyx.com/v2"
//! # connect_timeout = "10s"
//! # timeout = "30s"
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `api_key` (secret) | `TELNYX_API_KEY` |
//! | `from` | `TELNYX_FROM` |
//! | `messaging_profile_id` | `TELNYX_MESSAGING_PROFILE_ID` |
//! | `callback_url` | `TELNYX_CALLBACK_URL` |
//! | `public_key` | `TELNYX_PUBLIC_KEY` |
//!
//! A message may name its own sender: a number or short code on the profile, a sender ID (which needs
//! `messaging_profile_id`), or `service:UUID` for the pool of another profile.
//!
//! # Certainty
//! Telnyx knows no idempotency key and no reference of the client's, so a second call is a second
//! message. (Telnyx's own clients call up to three times, after a 5xx too.)
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection | `NotSent` |
//! | 429 | `NotSent` |
//! | another 4xx | `Rejected`, or what the table of codes says |
//! | 200 with an error of the table in `data.errors`, or with a recipient that has failed | `Rejected`, or what the table says |
//! | 200 with an error that is not in the table | `MaybeSent` |
//! | 5xx with whatever code | `MaybeSent` |
//! | no answer, half an answer, a 200 without `data.id` | `MaybeSent` |
//!
//! Telnyx's own pages give some numbers two meanings. So 40300 is an opt-out only where its title or
//! detail names STOP or a block rule, and 40301 and 40302 are what the table says only where their
//! words say so; else the HTTP status decides. In receipts the same numbers mean something else again:
//! they have a table of their own.
//!
//! A throttled call is told its wait by `Retry-After`, else by `x-ratelimit-reset`; a number above a
//! million is a point in time, not a wait. Sending too fast does not throttle: Telnyx queues, up to
//! hours, and refuses with 40318 when the queue is full.
//!
//! # Receipts and messages from phones
//! Calls are signed with Ed25519 over `telnyx-timestamp`, a bar and the raw body, and may be 300 s old
//! (or as far ahead).
//! To set it up, copy the account's public key from the portal to
//! `TELNYX_PUBLIC_KEY`, and set `callback_url` to a URL of this program; Telnyx is given it with every
//! message, with our id in its query, which comes back signed. For messages from phones, set the same
//! URL as webhook of the messaging profile. Telnyx wants its answer within two seconds. Without the key
//! each call is refused; where `callback_url` is set, a warning is given at start-up. A code that is not
//! in the table is kept.
//!
//! | Telnyx's word | state |
//! |---|---|
//! | `scheduled`, `queued`, `sending` | accepted |
//! | `sent` | sent |
//! | `delivered` | delivered |
//! | `delivery_failed` | undelivered |
//! | `sending_failed` | failed; rejected with a code 403xx, expired with 40014 |
//! | `expired` | expired |
//! | `cancelled` | canceled |
//! | `delivery_unconfirmed` | sent, and nothing further comes: the carrier told nobody |
//!
//! Calls may come twice and in any order: a receipt carries the time at which the event occurred, by
//! which to order it. The id of the event itself is kept nowhere; a repeated receipt says the same
//! again, a repeated message from a phone has the same id.
//!
//! # Lookup
//! None: a message can only be fetched by Telnyx's id (`GET /v2/messages/{id}`, for 10 days), which is
//! what is missing where the send got no answer. The records of traffic lag and hold no reference.
//!
//! # Traps
//! * `encoding = "auto"`, which is Telnyx's default, and the profile's smart encoding swap curly quotes,
//!   dashes and the like for plain ones; `ucs2` leaves a text as it is.
//! * Where a message stands is told of each recipient (`to[].status`), not of the message.
//! * A sender that is not on the messaging profile is refused with 40305.
//! * Keep the raw body of a call: written again as JSON, it has another signature.
//!
//! # Left out
//! Scheduling (`send_at`), group messages, the failover URL, validity periods (Telnyx sets `valid_until`
//! by itself).
//!
//! # Not known
//! Telnyx's public material does not say, or says it twice:
//! * which of its tables of codes the servers follow, and with which HTTP status most 403xx codes,
//!   40318 and 20100 come;
//! * which codes exactly report a revoked or expired key (20000 to 20009): the status decides;
//! * whether `Retry-After` is really sent;
//! * whether 10007 and 10008 can follow an acceptance: both are taken for `MaybeSent`;
//! * how often and for how long a call is repeated;
//! * whether an opt-out holds for one messaging profile or for the account;
//! * its GSM alphabet, which seems to lack Greek capitals, `¤`, `Ç` and `€`: such texts may need more
//!   segments there than are counted here, and more than 10 are refused;
//! * when `delivery_unconfirmed` comes, and how long `valid_until` is.

mod answer;
mod codes;
mod config;
mod fault;
mod send;
mod signature;
mod status;
mod webhooks;

pub use config::{TelnyxConfig, TextEncoding};
pub use send::Telnyx;

sms_framework::register_provider!(Telnyx);
