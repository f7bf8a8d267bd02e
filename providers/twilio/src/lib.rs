//! Twilio Programmable Messaging as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_twilio as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "twilio"
//!
//! [providers.twilio]
//! account_sid = "AC0123456789abcdef0123456789abcdef"
//! from = "+14155550100"
//! # messaging_service_sid = "MG…"   # instead of `from`; with it, `from` picks one of its pool
//! # edge = "dublin"
//! # region = "ie1"
//! # base_url = "http://127.0.0.1:8080"
//! # status_callback = "https://example.org/sms/status"
//! # connect_timeout = "10s"
//! # timeout = "30s"
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `account_sid` | `TWILIO_ACCOUNT_SID` |
//! | `auth_token` (secret) | `TWILIO_AUTH_TOKEN` |
//! | `api_key`, `api_key_secret` (secret), to send with instead of `auth_token` | `TWILIO_API_KEY`, `TWILIO_API_KEY_SECRET` |
//! | `previous_auth_token` (secret), while the token changes | `TWILIO_PREVIOUS_AUTH_TOKEN` |
//! | `from` | `TWILIO_FROM_PHONE`, `TWILIO_PHONE_NUMBER` |
//! | `messaging_service_sid` | `TWILIO_MESSAGING_SERVICE_SID` |
//! | `edge`, `region` | `TWILIO_EDGE`, `TWILIO_REGION` |
//!
//! Account SIDs and keys are taken as they are, not held against Twilio's own pattern (`AC` and 32
//! hexadecimal digits), so that servers which speak Twilio's API may have others.
//!
//! # Certainty
//! The create call has no idempotency key, so a second call is a second message. What a failed call
//! says about the message:
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection | `NotSent` |
//! | 429 | `NotSent`: Twilio did not process the call |
//! | another 4xx, but 408 | `Rejected`, or what [`codes`] says of its code |
//! | 5xx with whatever code | `MaybeSent` |
//! | no answer, half an answer, a 2xx without a message SID | `MaybeSent` |
//!
//! Where Twilio repeats the text or a secret in its own words, those words are not shown.
//!
//! # Receipts and messages from phones
//! [`Webhooks`](sms_framework::provider::Webhooks) reads both, from one URL or several, by POST or
//! by GET.
//!
//! * **Receipts**: set `status_callback`; nothing needs to be set at Twilio. Each message gives Twilio
//!   that URL with `sms_message_id=<our id>` in its query. A fragment such as `#rc=3` stays, which is how
//!   Twilio is told to try a call more than once. Twilio takes no host with an underscore, and 4000
//!   characters at most.
//! * **Messages from phones**: give the URL to the number, or to its messaging service, in Twilio's
//!   console, as the one for incoming messages.
//!
//! Every call must bear an `X-Twilio-Signature`, made with the account's auth token over the URL and the
//! fields of the form. So the call has to carry the URL that Twilio knows, not the one behind a proxy.
//! The port and `user:password@` may be in it or not, and an apostrophe in the query may be encoded or
//! not, for Twilio signs all of these; anything else of the URL must be as Twilio called it. A JSON body
//! is held against the `bodySHA256` of its URL; it says nothing about messages.
//!
//! An API key signs nothing: with one, set `auth_token` too, or each call is refused; where
//! `status_callback` is set, a warning is given at start-up. A code that is not in the table is kept. While the auth
//! token is being replaced, `auth_token` is the new one and `previous_auth_token` the one before; both
//! are believed, and only the first is sent with.
//!
//! | `MessageStatus` | state |
//! |---|---|
//! | `accepted`, `queued`, `sending` | accepted |
//! | `scheduled` | scheduled |
//! | `sent`, for ever where the carrier gives no receipt | sent |
//! | `delivered`, `read` | delivered |
//! | `undelivered`, `failed`, `canceled` | the same |
//! | any other | none, and the word is kept |
//!
//! Calls are answered with an empty TwiML response, so that the phone gets no message back.
//!
//! # Lookup
//! [`Lookup`](sms_framework::provider::Lookup) asks for the messages to the recipient and
//! compares sender and text, until a whole page is older than the attempt. More than five pages are an
//! error, for what was not looked at may be the message. The list lags, and Twilio may have changed the text (smart encoding,
//! link shortening), so finding nothing proves nothing.
//!
//! # Traps
//! * Receipts come in any order, more than once or not at all; the signature has no date, so a call
//!   that somebody recorded can be made again. Nothing is lost by reading one twice.
//! * Twilio answers `STOP` and its like by itself, and yet calls us with the text. It names the opt-out
//!   (`OptOutType`) only for messaging services with Advanced Opt-Out.
//! * A message to a recipient who opted out of a toll-free number can fail later, as 30004, which also
//!   stands for other blocks.
//! * Three codes share HTTP 429 and differ in their wait: 20429 (a second), 21611 (minutes), 63038
//!   (until tomorrow).
//!
//! # Not known
//! Twilio's public material does not say, and nothing is made of:
//!
//! * what `partially_delivered` means: in a receipt, it is no state; in an answer, accepted;
//! * how many requests at once an account may make: nothing bounds them here;
//! * whether a messaging service encodes smartly unless it is told: the segments are those of Twilio's
//!   answer, where it counts them;
//! * the time zone of `RawDlrDoneDate`: receipts have no time;
//! * the HTTP status of many codes, and whether 20503 means that nothing was taken: it counts as
//!   `MaybeSent`;
//! * whether 21610 comes with the answer or later when a messaging service sends: it is understood in both;
//! * whether a `Retry-After` ever comes; it is obeyed;
//! * whether any header makes the create call idempotent: none is sent;
//! * how fresh the list of messages is;
//! * shared keys (`X-Twilio-Webhooks-Signature-Settings`), which are in public beta: such a call is
//!   refused, in words.

mod answer;
mod client;
mod codes;
mod config;
mod host;
mod lookup;
mod resource;
mod signature;
mod webhooks;

pub use client::Twilio;
pub use codes::{code, codes};
pub use config::TwilioConfig;

sms_framework::register_provider!(Twilio);
