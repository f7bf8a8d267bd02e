//! The mock provider of `sms-framework`: it sends nothing, shows what would have been sent, keeps
//! the last messages in memory, and fails on cue.
//!
//! A crate that is only depended on is dropped by the linker; this line in the root of the program
//! links the provider in:
//!
//! ```
//! use sms_provider_mock as _;
//! ```
//!
//! It needs no configuration. Everything it takes, with the defaults:
//!
//! ```toml
//! [providers.mock]
//! from = "+15555551234"   # the sender of messages that name none
//! keep = 100              # how many messages are remembered
//! show_body = true        # whether the log shows texts
//! delay = "0s"            # how long each send takes
//! lookup = true           # whether it can be asked for a message again
//! script = []             # what goes wrong, and when
//! ```
//!
//! # What it shows
//! Each message is one line at level `info` and target `sms_provider_mock`: masked recipient,
//! sender, segments, encoding and **the text**, because seeing it is what a mock is for. Set
//! `show_body = false` where real texts could reach it, such as a production that falls back to it.
//!
//! # What it remembers
//! [`recent`] gives the last 100 messages that any mock of the process accepted, also the one that a
//! client built from its configuration; [`Mock::sent`] those of one mock built in code.
//!
//! # What goes wrong, and when
//! A rule reads `WHEN: OUTCOME`. The first rule that applies decides; delays add up on the way
//! there; a call that no rule speaks of succeeds.
//!
//! | WHEN | applies to |
//! |---|---|
//! | `*` | every recipient |
//! | `+14155550199` | this recipient |
//! | `+1415*` | recipients that begin so |
//! | `2` | the second call |
//! | `first 2` | the first two calls |
//! | `every 3` | every third call |
//! | `+1415* first 2` | the first two calls to such a recipient |
//!
//! A call is one attempt: a retry is the next call.
//!
//! | OUTCOME | what the caller gets |
//! |---|---|
//! | `ok` | acceptance, whatever later rules say |
//! | `delay 2s` | the same 2 s later; later rules still apply |
//! | `opted_out`, `recipient`, `refused`, `unauthorized`, `account` | that error, `Rejected` |
//! | `throttled`, `throttled 5s` | `PROVIDER_THROTTLED`, `NotSent`, with the time to wait if given |
//! | `connect` | `CONNECT`, `NotSent` |
//! | `server_error` | `SERVER_ERROR` (HTTP 500), `MaybeSent`; the mock did not take the message |
//! | `no_answer`, `bad_answer` | that error, `MaybeSent`; the mock did not take the message |
//! | `accepted_then_timeout` | `NO_ANSWER`, `MaybeSent`, yet the mock took it: a lookup finds it |
//! | `accepted_then_server_error` | `SERVER_ERROR`, `MaybeSent`, yet the mock took it |
//!
//! ```toml
//! [providers.mock]
//! script = ["+14155550199: opted_out", "every 3: server_error", "+1415*: delay 2s"]
//! ```
//!
//! In a variable, commas separate the rules:
//! `SMS_PROVIDERS__MOCK__SCRIPT="first 2: server_error, *: delay 1s"`.
//!
//! The same from code:
//!
//! ```
//! use sms_provider_mock::{Mock, Outcome, Rule};
//!
//! let mock = Mock::builder()
//!     .rule("+14155550199: opted_out".parse()?)
//!     .rule(Rule::any(Outcome::accepted_then_timeout()).nth(2))
//!     .build();
//! assert!(mock.sent().is_empty());
//! # Ok::<_, sms_framework::Error>(())
//! ```

mod config;
mod outcome;
mod provider;
mod rule;
mod script;
mod sent;

pub use config::MockConfig;
pub use outcome::Outcome;
pub use provider::{Mock, MockBuilder};
pub use rule::Rule;
pub use sent::{Sent, recent};

sms_framework::register_provider!(Mock);
