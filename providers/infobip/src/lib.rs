//! Infobip's SMS API (version 3) as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_infobip as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "infobip"
//!
//! [providers.infobip]
//! base_url = "https://xyz123.api.infobip.com"   # the account's own host
//! from = "+14155550100"
//! # callback_url = "https://example.org/sms/infobip"
//! # webhook_user = "infobip"
//! # connect_timeout = "10s"
//! # timeout = "30s"
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `api_key` (secret) | `INFOBIP_API_KEY` |
//! | `base_url` | `INFOBIP_BASE_URL` |
//! | `from` | `INFOBIP_FROM` |
//! | `webhook_path_secret` (secret) | `INFOBIP_WEBHOOK_PATH_SECRET` |
//! | `webhook_user`, `webhook_password` (secret) | `INFOBIP_WEBHOOK_USER`, `INFOBIP_WEBHOOK_PASSWORD` |
//!
//! There are no regions: each account has a host of its own, which the portal shows. The key needs the
//! scope to send messages, and the one to read logs for [finding messages](#lookup).
//!
//! # Certainty
//! A 200 is no acceptance: what became of the message stands in the status of its entry, by its id and
//! then by its group.
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection | `NotSent` |
//! | 429 | `NotSent` |
//! | another 4xx | `Rejected` |
//! | 5xx with whatever code | `MaybeSent` |
//! | a 200 with a status of the groups REJECTED or UNDELIVERABLE | `Rejected`, but `NotSent` for flooding (20, an hour's wait), a failure of Infobip's (21) and the platform's refusal (100) |
//! | a 200 with `REJECTED_DUPLICATE_MESSAGE_ID` (23) | accepted before: see below |
//! | no answer, half an answer, a 200 without entry, id or known status | `MaybeSent` |
//!
//! # Our id is Infobip's
//! The message's id is given to Infobip as `messageId`, and Infobip refuses an id that it knows. So a
//! second send after an unknown outcome cannot be a second message: its answer, status 23, says that
//! the first one was taken, and becomes an acceptance. Before that the log is asked once, for an
//! attempt that was refused may have used the id, too (whether it does is not known): where the log has
//! nothing but refusals under the id, the message is refused, with code 23. Where the log says nothing,
//! the id was taken.
//!
//! # Receipts and messages from phones
//! Receipts are posted to `callback_url`, which goes with each message; without it, to where the
//! account's subscription for SMS reports says. Messages from phones are posted to the URL of the
//! number's forwarding action, or of a subscription: choose JSON (`MO_JSON_2`) there.
//!
//! How Infobip signs calls is not public, so one of two secrets stands in, and one is enough:
//!
//! * `webhook_path_secret` is put at the end of the path of `callback_url`, unless a segment is the
//!   secret already; a URL that is set in the portal is to have it, too;
//! * `webhook_user` and `webhook_password` are what a subscription's security settings (basic
//!   authentication) call with. They cannot go with a message, so `callback_url` needs the path: without it a
//!   warning is given at start-up, and each call is refused.
//!
//! One call holds up to a hundred receipts, or more where the subscription says so. An entry that cannot
//! be read is passed over with a warning, lest it keep back the others; a call with nothing but such
//! entries is refused. Calls in XML are not read.
//!
//! | status | state |
//! |---|---|
//! | 26, others of PENDING, ACCEPTED | accepted |
//! | 3, 7, and 2 `DELIVERED_TO_OPERATOR`, which is not yet the phone | sent |
//! | 5, others of DELIVERED | delivered |
//! | UNDELIVERABLE (4, 9, 31) | undelivered |
//! | EXPIRED (15, and 29, of which the outcome is not known) | expired |
//! | REJECTED, and 87 in whichever group | rejected |
//! | 23 | none: it is about a second request, not about the message |
//!
//! A receipt's error goes by its id, not by its flag `permanent`, which is wrong for some. An id that no
//! table has is kept; where the message failed, the flag says for how long. A call that is answered by anything but 200 comes again a minute
//! later, then after longer and longer times.
//!
//! # Lookup
//! [`Lookup`](sms_framework::provider::Lookup) asks the log (`/sms/3/logs`) for our id. The log covers
//! 48 hours and may be asked 120 times a minute. The reports, which are given out once, are left alone.
//!
//! # Traps
//! * A validity period above 48 hours would be cut without a word: it is refused before the send.
//! * A text of more than 25 parts is refused before the send; Infobip also refuses more than 4000 bytes
//!   (status 25).
//! * Up to 20 different and 6 equal texts go to one number within an hour; more are refused (20).
//! * The ids of statuses and of errors share numbers: 6 is no coverage as a status, and a failure for
//!   the moment as an error.
//! * Dates have an offset without colon.
//! * The encoding follows from the text; `transliteration` and `language` would change the text and are
//!   never sent.
//! * Opt-outs come as ordinary texts: nothing marks them.
//!
//! # Not known
//! * The header, the signed text and the encoding of Infobip's HMAC, and whether calls to a message's
//!   own URL are signed at all: HMAC is not checked.
//! * For how long a message id is remembered, whether a refused attempt uses it up, and whether two
//!   requests at the same time can both pass.
//! * The rate that an account may send at, and whether `Retry-After` is sent (it is obeyed).
//! * For how long a call is repeated. Infobip keeps no calls: what is missed is in its reports for 48
//!   hours.
//! * Whether entries come in the order of the request (they are found by their id), and the id of the
//!   group ACCEPTED (it is known by its name).
//! * How long a sender ID may be, and in which encoding the 4000 bytes are counted.
//! * Which errors after 4106 are about India's register, and whether `pricePerMessage` is for a part or
//!   for all of them: it is passed on as it is.
//! * Whether status 100 is about the message or about the moment: it may be sent again.

mod codes;
mod config;
mod lookup;
mod send;
mod status;
mod webhooks;

pub use config::InfobipConfig;
pub use send::Infobip;

sms_framework::register_provider!(Infobip);
