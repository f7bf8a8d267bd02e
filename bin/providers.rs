//! The providers of this program. A crate that nothing names is dropped by the linker, so each has
//! its line here, and nowhere else.

#[cfg(feature = "aws")]
use sms_provider_aws as _;
#[cfg(feature = "bird")]
use sms_provider_bird as _;
#[cfg(feature = "http")]
use sms_provider_http as _;
#[cfg(feature = "infobip")]
use sms_provider_infobip as _;
#[cfg(feature = "mock")]
use sms_provider_mock as _;
#[cfg(feature = "plivo")]
use sms_provider_plivo as _;
#[cfg(feature = "sinch")]
use sms_provider_sinch as _;
#[cfg(feature = "smpp")]
use sms_provider_smpp as _;
#[cfg(feature = "telnyx")]
use sms_provider_telnyx as _;
#[cfg(feature = "twilio")]
use sms_provider_twilio as _;
#[cfg(feature = "vonage")]
use sms_provider_vonage as _;
