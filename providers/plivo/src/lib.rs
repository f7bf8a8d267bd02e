//! Plivo's Message API (v1) as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_plivo as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "plivo"
//!
//! [providers.plivo]
//! auth_id = "MAXXXXXXXXXXXXXXXXXX"
//! from = "+14155550100"
//! # powerpack_uuid = "…"          # instead of `from`: a pool of senders
//! # log = "none"                  # keep texts and numbers out of Plivo's logs
//! # callback_url = "https://example.org/sms/plivo"   # where Plivo posts receipts
//! # callback_method = "POST"
//! # base_url = "https://api.plivo.com/v1"
//! # connect_timeout = "10s"
//! # timeout = "30s"
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `auth_id` | `PLIVO_AUTH_ID` |
//! | `auth_token` (secret) | `PLIVO_AUTH_TOKEN` |
//! | `from` | `PLIVO_FROM` |
//! | `powerpack_uuid` | `PLIVO_POWERPACK_UUID` |
//! | `callback_url` | `PLIVO_CALLBACK_URL` |
//! | `webhook_path_secret` (secret) | `PLIVO_WEBHOOK_PATH_SECRET` |
//!
//! A message may name its own sender: a number, a short code, a sender ID of letters and digits (Plivo
//! drops every other character of it, so such an ID is refused here), or `service:UUID` for a
//! Powerpack.
//!
//! # Certainty
//! Plivo knows no idempotency key and no reference of the client's, so a second call is a second
//! message. Its errors are sentences without a code: the HTTP status decides.
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection | `NotSent` |
//! | 429 | `NotSent` |
//! | another 4xx | `Rejected`; 401, 402, 403, 404, 405 are about the account, 403 about one country |
//! | 202 with an empty `message_uuid`, or with the recipient in `invalid_number` | `Rejected` |
//! | 5xx | `MaybeSent` |
//! | no answer, half an answer, a 2xx without `message_uuid` | `MaybeSent` |
//!
//! A text of more than 1600 characters, or 737 where one of them is not in the GSM alphabet, is
//! refused before the request with `MESSAGE_TOO_LONG`. Plivo has been seen to refuse shorter Unicode
//! texts, too (one of 400 characters): keep those below 360.
//!
//! # Receipts and messages from phones
//! Plivo's signature of messaging calls (V2) covers the URL without its query, and a nonce: neither
//! the body, nor the query, nor the time. Whoever has seen one call can make up others. So three
//! things are asked of a call:
//!
//! 1. a segment of its path is `webhook_path_secret`, which only Plivo and this program know;
//! 2. its signature is right: V3 (which covers the parameters) where its header is there, else V2,
//!    by the token of this account or subaccount (`…-V2`, `…-V3`) or of the main one (`…-Ma-V2`,
//!    `…-Ma-V3`);
//! 3. the framework knows the message that a receipt names.
//!
//! To set it up, choose 16 or more random letters and digits, set `PLIVO_WEBHOOK_PATH_SECRET` to them,
//! and set `callback_url` to an https URL of this program. The secret is put at the end of its path,
//! unless a segment is the secret already, and our id into its query; Plivo gets the result with every
//! message. For messages from phones, set the Message URL of the application that the numbers belong
//! to (`message_url`) to the same URL, with the secret in its path.
//! Calls by `GET` are read as well as those by `POST`. Without the secret each call is refused; where
//! `callback_url` is set, a warning is given at start-up.
//!
//! | Plivo's word | state |
//! |---|---|
//! | `queued` | accepted |
//! | `sent` | sent; many networks report nothing further |
//! | `delivered`, `read` | delivered |
//! | `undelivered` | undelivered |
//! | `failed` | failed; expired with code 420, rejected with 200 and 450 |
//! | `rejected` | rejected |
//!
//! `Sequence` orders the receipts of a message. The text's parts share one id.
//!
//! # Opt-outs
//! Plivo takes a message to somebody who sent STOP with a 202 and reports `failed` with code 200
//! afterwards; missing credit and barred content are reported as late. Nothing but a receipt tells.
//!
//! # Lookup
//! None: the list of messages has neither the text nor a reference, so that a message could be taken
//! for another one to the same phone. It allows 20 calls a minute.
//!
//! # Traps
//! * Plivo chooses the encoding, and swaps curly quotes, dashes and odd blanks for plain ones where
//!   that makes the text fit the GSM alphabet; nothing is known to turn this off.
//! * A message that waits too long in the queue of its sender is no 429: it fails with 420 after
//!   `message_expiry`, or after three hours.
//! * Nonces of calls are not remembered: the same receipt again says the same again.
//!
//! # Left out
//! Several recipients in one request (the answer does not say which id is whose), MMS, conversion
//! feedback, and the template fields of India's registry.
//!
//! # Not known
//! Plivo's public material does not say:
//! * which status an account without credit gets; 402 is taken for it;
//! * whether 429 counts messages, and whether `Retry-After` comes with it: it is obeyed if it does;
//! * all codes of receipts: one that is not in the table is kept as it is;
//! * the time zone of a receipt's times: they are not read;
//! * the currency of `TotalAmount`;
//! * whether messaging calls carry V3 today;
//! * whether the limit of 737 counts characters or bytes;
//! * how often a receipt is repeated that was not taken;
//! * what becomes of a `message_expiry` beyond 10799 s: it is refused before the send.

mod codes;
mod config;
mod length;
mod send;
mod signature;
mod webhooks;

pub use config::{CallbackMethod, LogPolicy, PlivoConfig};
pub use send::Plivo;

sms_framework::register_provider!(Plivo);
