//! The providers linked into this program: the only list of them.

#[cfg(feature = "mock")]
use sms_provider_mock as _;
#[cfg(feature = "twilio")]
use sms_provider_twilio as _;
