//! The conformance suite: what every provider has to get right, one named case each.
//!
//! A provider crate describes its vendor once, as a [`Suite`], and calls
//! [`conformance!`](crate::conformance): each [`Case`] becomes a test of its own name. A capability
//! that the provider declares is tested; one that it does not declare must be refused clearly.
//! What a vendor's public material does not say is written down with [`Suite::not_known`] and shows
//! in the test's output, so that nothing is passed over in silence.
//!
//! ```ignore
//! use sms_framework::testkit::conformance::{Case, Seen, SignedBy, Suite};
//! use sms_framework::testkit::http::Answer;
//!
//! fn suite() -> Suite {
//!     Suite::http(sms_provider_acme::ENTRY, |url| {
//!         format!("key = 's3cr3t'\nbase_url = '{url}'\nfrom = '+14155550100'")
//!     })
//!     .secrets(["s3cr3t"])
//!     .reads(|request| Some(Seen { text: request.field("text"), ..Seen::default() }))
//!     .accepts(Answer::json(202, r#"{"id": "M1"}"#), ["M1"])
//!     .answers(Case::OptedOut, Answer::json(400, r#"{"code": "blocked"}"#))
//!     // … one answer for each case
//! }
//!
//! sms_framework::conformance!(suite);
//! ```

mod case;
mod expected;
mod keys;
mod quiet;
mod refusals;
mod send;
mod suite;
mod vendor;
mod webhooks;

pub use case::Case;
pub use expected::{Expected, SignedBy};
pub use suite::{MESSAGE_ID, RECIPIENT, Suite, TEXT};
pub use vendor::{HttpVendor, Running, Seen, Vendor};

/// Makes a test of every [`Case`](crate::testkit::conformance::Case) for the suite that this function
/// returns, in a module called `conformance`.
#[macro_export]
macro_rules! conformance {
    ($suite:path) => {
        mod conformance {
            use super::*;
            $crate::conformance!(@cases $suite,
                accepted: Accepted,
                text_arrives_byte_for_byte: Text,
                invalid_number: InvalidNumber,
                opted_out: OptedOut,
                bad_credentials: BadCredentials,
                throttled: Throttled,
                throttled_with_a_wait: ThrottledWithWait,
                server_error: ServerError,
                bad_answer: BadAnswer,
                success_that_hides_a_failure: HiddenFailure,
                connection_refused: ConnectionRefused,
                no_answer: NoAnswer,
                answer_beyond_the_timeout: Timeout,
                nothing_secret_is_shown: Secrets,
                capabilities: Capabilities,
                media: Media,
                validity: Validity,
                messaging_service: MessagingService,
                reference: Reference,
                lookup: Lookup,
                receipts: Receipts,
                unknown_status: UnknownStatus,
                inbound: Inbound,
                table_of_codes: Codes,
            );
        }
    };
    (@cases $suite:path, $($name:ident: $case:ident,)*) => {
        $(
            #[test]
            fn $name() {
                $suite().run($crate::testkit::conformance::Case::$case);
            }
        )*

        #[test]
        fn every_case_is_run() {
            let cases = [$($crate::testkit::conformance::Case::$case),*];
            assert_eq!(cases, $crate::testkit::conformance::Case::ALL);
        }
    };
}
