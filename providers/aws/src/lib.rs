//! AWS End User Messaging SMS (`sms-voice`, `SendTextMessage`) as a provider of `sms-framework`.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_aws as _;
//! ```
//!
//! # Configuration
//! Secrets come from the environment, never from a file:
//!
//! ```toml
//! provider = "aws"
//!
//! [providers.aws]
//! region = "eu-central-1"
//! access_key_id = "AKIDEXAMPLE"
//! from = "+14155550100"                 # a sender ID, "service:pool-…" or an ARN; unset, AWS picks
//! configuration_set = "sms"             # needed for receipts
//! topic_arn = "arn:aws:sns:eu-central-1:123456789012:sms-events"   # where the receipts come from
//! # message_type = "TRANSACTIONAL"
//! # max_price = "0.25"                  # US dollars a message
//! # protect_configuration = "protect-…"
//! # india_entity_id = "…"               # DLT, given with messages to +91 only
//! # india_template_id = "…"             # one a table: several templates are several providers
//!
//! [rate_limit]
//! unit = "segment"
//! ```
//!
//! | key | variable |
//! |---|---|
//! | `region` | `AWS_REGION`, `AWS_DEFAULT_REGION` |
//! | `access_key_id` | `AWS_ACCESS_KEY_ID` |
//! | `secret_access_key` (secret) | `AWS_SECRET_ACCESS_KEY` |
//! | `session_token` (secret) | `AWS_SESSION_TOKEN` |
//!
//! Credentials are static: there are no instance roles, no profiles and no web identity, and temporary
//! credentials are not renewed. The key needs leave to call `SendTextMessage` and nothing more.
//!
//! A pool is a messaging service: `service:pool-0123…`. A sender that another account shares is known by
//! its full ARN alone; an ARN of more than 64 characters fits into `from`, not into a message's own
//! sender. Sender IDs with a blank or `&` in them are nothing to AWS.
//!
//! # Rate
//! **Set `rate_limit.unit = "segment"`.** AWS counts parts a second, for each sender and country: 100 for a
//! US short code, 3 for a US toll-free number. A limiter that counts messages is too fast as soon as a
//! text has two parts. A throttled call was not taken.
//!
//! # Certainty
//! The call has no idempotency key and AWS lists no messages, so a second call is a second message and
//! nobody can be asked. One call is one request: AWS's own client would make three of it.
//! So a message whose answer was a 5xx or a 408 is `unknown` and waits for its event; with
//! `retry.after_server_error = "resend"` it goes out again.
//!
//! | what happened | certainty |
//! |---|---|
//! | no connection | `NotSent` |
//! | 429, `ThrottlingException`, `DAILY_NOTIFY_TIER_MESSAGE_LIMIT` | `NotSent` |
//! | another 4xx | `Rejected`: by its `Reason`, else by its `__type` (or the header `x-amzn-errortype`), else by its status |
//! | `InternalServerException` with any status, 5xx with whatever code | `MaybeSent` |
//! | no answer, half an answer, a 200 without `MessageId` | `MaybeSent` |
//!
//! `MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT` looks like a throttle and is none: it holds until the limit is
//! raised or the month ends, so it counts as the account's. A refusal for the clock's sake says in its
//! help how far this machine's clock is from AWS's.
//!
//! # Receipts and messages from phones
//! Our id goes along as `Context` and comes back in every event, whether or not the answer to the send
//! was lost. The way is: configuration set, event destination, SNS topic, HTTPS subscription, us.
//!
//! 1. End User Messaging SMS: make a configuration set with an event destination for all `TEXT_` events,
//!    of the type Amazon SNS; set `configuration_set`.
//! 2. SNS: set `topic_arn` to the topic, restart, then make a subscription of the protocol HTTPS to our
//!    URL, **raw message delivery off** (raw messages are not signed). It confirms itself.
//!
//! A call is believed if it is of the topic in `topic_arn`, not more than an hour old, and signed with
//! a certificate that `sns.REGION.amazonaws.com` (or `.com.cn`) gave out over HTTPS, in the region of the
//! topic and at the path of certificates. Both versions of the signature are checked; version 2 (SHA-256) is the better setting of a topic. The program
//! needs to reach that host. Where it cannot, the call is answered with 503 and comes again.
//!
//! | event | state |
//! |---|---|
//! | `TEXT_PENDING`, `TEXT_QUEUED` | accepted |
//! | `TEXT_SUCCESSFUL` | sent: the carrier has it. The last word where carriers tell nothing of phones |
//! | `TEXT_DELIVERED` | delivered |
//! | `TEXT_INVALID`, `TEXT_INVALID_MESSAGE`, `TEXT_SPAM`, `TEXT_CARRIER_BLOCKED` | undelivered, for good |
//! | `TEXT_BLOCKED` | undelivered, `OPTED_OUT` |
//! | `TEXT_PROTECT_BLOCKED` | undelivered, `ACCOUNT` |
//! | `TEXT_UNREACHABLE`, `TEXT_CARRIER_UNREACHABLE` | undelivered, a later try can help |
//! | `TEXT_TTL_EXPIRED` | expired |
//! | `TEXT_UNKNOWN`, and any other | no state |
//!
//! Without `topic_arn` nothing comes, and the capability is off. Messages from phones are not read.
//!
//! Whether an event is the last is what its `isFinal` says; a failure that is not the last has no
//! state yet. Events may take 72 hours; after that AWS makes up a `TEXT_UNKNOWN`. Prices come in events
//! only.
//!
//! # Lookup
//! There is none: AWS neither lists messages nor gives one by its id. An event is the only proof.
//!
//! # Traps
//! * A new account is in the sandbox, region by region: verified numbers only
//!   (`DESTINATION_PHONE_NUMBER_NOT_VERIFIED`), one dollar a month.
//! * An `AWS_SESSION_TOKEN` left over from other credentials is sent along with these, and AWS refuses
//!   the two together; set it to nothing.
//! * The spending limit lags by minutes; what goes out meanwhile is paid for.
//! * An SNS delivery that was held back for more than an hour is refused as a replay.
//! * FIPS and dual-stack hosts are set by `base_url`; the signature goes by its host.
//! * A text may have 1600 characters and may not be all blanks.
//!
//! # Not known
//! * The HTTP status of each error, and which of the reasons `SendTextMessage` gives: any 4xx is taken.
//! * Whether an `InternalServerException` may have sent the message: it is taken to.
//! * How many requests a second AWS takes, whether it names a wait, and when the day of
//!   `DAILY_NOTIFY_TIER_MESSAGE_LIMIT` begins (asked again every hour).
//! * The classes of the event types beyond what their names say.
//! * The currency of a price in an event, and whether `totalMessagePrice` holds `totalCarrierFee`: the
//!   former is passed on as it is, without a currency.
//! * The shape of messages from phones, which come through SNS, too: they are passed over, and the
//!   capability is off.
//! * Whether the service is in China's regions: `base_url` would lead there.

mod answer;
mod certificates;
mod codes;
mod config;
mod envelope;
mod event;
mod host;
mod send;
mod sign;
mod table;
mod topic;

pub use config::{AwsConfig, MessageType};
pub use send::Aws;

sms_framework::register_provider!(Aws);
