//! Sinch's SMS REST API (batches) as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_sinch as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "sinch"
//!
//! [providers.sinch]
//! service_plan_id = "0123456789abcdef0123456789abcdef"
//! region = "eu"
//! from = "+14155550100"
//! callback_url = "https://example.org/sms/sinch"
//! # delivery_report = "per_recipient_final"   # the last receipt alone
//! # webhook_window = "5m"
//! # base_url = "http://127.0.0.1:8080"
//! # connect_timeout = "10s"
//! # timeout = "30s"
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `service_plan_id`, `api_token` (secret) | `SINCH_SERVICE_PLAN_ID`, `SINCH_API_TOKEN` |
//! | `project_id`, `key_id`, `key_secret` (secret), instead of the two above | `SINCH_PROJECT_ID`, `SINCH_KEY_ID`, `SINCH_KEY_SECRET` |
//! | `region` | `SINCH_REGION` |
//! | `from` | `SINCH_FROM` |
//! | `webhook_secret` (secret) | `SINCH_WEBHOOK_SECRET` |
//! | `webhook_path_secret` (secret) | `SINCH_WEBHOOK_PATH_SECRET` |
//!
//! A service plan works in every region. A project's access key (OAuth2 client credentials) works in
//! `us` and `eu` only, at hosts of its own (`zt.us.sms.api.sinch.com`). The region is `us` where none
//! is set; set it, for Sinch's own libraries are about to ask for it. Plan, project and credentials
//! are good in their own region alone: a 401 may mean no more than the wrong one.
//!
//! `from` may be left out where the plan picks a sender by itself; without, such a message fails with
//! code 410.
//!
//! # Access tokens
//! The token for an access key is fetched with the first message, kept, and shared by all sends. When
//! Sinch answers 401 with the word "expired" in `WWW-Authenticate`, the token is renewed and the call
//! made once more. That is no hidden retry: a call without a good token was turned away before anybody
//! looked at the message. Any other 401 is a refusal; the token is forgotten, and the next message
//! fetches another. Where no token is given, for whatever reason, the message is `NotSent`.
//!
//! # Certainty
//! There is no idempotency key, so a second call is a second message.
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection | `NotSent` |
//! | no access token | `NotSent` |
//! | a text of more than 2000 characters | `NotSent`: it is not tried |
//! | 429 | `NotSent` |
//! | another 4xx | `Rejected` |
//! | 5xx with whatever code | `MaybeSent`: an old text says that a 500 was not processed, which is not relied on |
//! | no answer, half an answer, a 2xx without a batch id | `MaybeSent` |
//!
//! A message is a batch with one recipient, so that the batch's id is the message's. A 201 says only
//! that it waits: want of credit or of a route, a blocked account and an opt-out are told in a receipt.
//!
//! # Receipts and messages from phones
//! Receipts are posted to `callback_url`, which goes with each message; with it unset,
//! `delivery_report = "per_recipient"` has them posted to the URL of the service plan, and Sinch
//! refuses every message (`missing_callback_url`) where the plan has none. Messages from phones go to
//! the plan's URL only: set it in the dashboard, under the service plan's callback URL.
//!
//! Calls are not signed until HMAC is switched on for the service plan (older texts say: by the account
//! manager); give its secret as `webhook_secret`. Where that cannot be had, give a
//! `webhook_path_secret`: it is put at the end of the path of `callback_url`, unless a segment is the
//! secret already, and the plan's URL is to have it, too. With both set a call needs both; with neither
//! a warning is given at start-up where receipts are asked for, and each call is refused.
//!
//! | status | state |
//! |---|---|
//! | `Queued` | accepted |
//! | `Dispatched` | sent |
//! | `Delivered` | delivered |
//! | `Failed`, `Deleted` | undelivered |
//! | `Rejected` | rejected |
//! | `Expired`, `Aborted` with code 406 | expired |
//! | `Cancelled`, `Aborted` with code 407 | canceled |
//! | another `Aborted` | failed |
//! | `Unknown` | sent, and nothing further comes |
//!
//! * `Deleted` means an invalid number or one that opted out. Which of them is not said, so no opt-out
//!   is made of it; a toll-free number's is code 257.
//! * The status counts, not the code: code 0 does not mean delivered.
//! * Summaries of a batch become one receipt for each recipient that they name; those that only count
//!   become none. This crate asks for neither sort.
//! * A call that is refused here (403) or cannot be read (400) is not repeated; a 5xx is, from 5 s
//!   doubling to 22 h 45 min. Sinch slows all sending down for a 429, so none is ever given.
//! * Of messages from phones, text and media are read. Binary ones hold no text and are passed over.
//!
//! # Lookup
//! [`Lookup`](sms_framework::provider::Lookup) lists the batches with our id as client reference,
//! from a minute before the attempt on (without a start the list covers one day). Sinch keeps the list
//! for 14 days.
//!
//! # Traps
//! * `parameters` is never sent, so `${name}` in a text is text.
//! * Numbers come back without their plus, or with it: both are read.
//! * The encoding follows from the characters; an account may have Sinch replace some of them.
//! * Messages beyond the plan's rate are not refused but wait at Sinch.
//! * A validity period becomes an instant, three days away at most by Sinch's clock.
//!
//! # Not known
//! * Whether Sinch ever sends `Retry-After` (it is obeyed), and the bodies of its 401, 404 and 429.
//! * How long a sender ID may be, and whether newer plans take more than 2000 characters. A character
//!   is counted here as Unicode does, an emoji as one.
//! * Whether a 201 can carry the refusal of a recipient; none is looked for.
//! * How far the list of batches lags behind: finding nothing proves nothing.
//! * What Sinch does with an `expire_at` further away than three days, or nearer than a second.
//! * Whether a repeated webhook call is signed anew. If it is not, the repeats that come after
//!   `webhook_window` are refused and lost: make it longer.
//! * Whether HMAC can be switched on without the account manager.
//! * The meaning of carriers' codes below 400, other than five: such a code is kept by its number.
//! * What codes 414 to 418 say, beyond that they are about MMS.

mod auth;
mod codes;
mod config;
mod lookup;
mod send;
mod signature;
mod webhooks;

pub use config::{DeliveryReport, Region, SinchConfig};
pub use send::Sinch;

sms_framework::register_provider!(Sinch);
