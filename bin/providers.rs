//! The providers of this program. A crate that nothing names is dropped by the linker, so each has
//! its line here, and nowhere else.

#[cfg(feature = "mock")]
use sms_provider_mock as _;
#[cfg(feature = "twilio")]
use sms_provider_twilio as _;
