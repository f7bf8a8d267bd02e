//! Telnyx's signature: Ed25519 over the timestamp, a bar and the raw body.

use sms_framework::Error;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{ed25519_matches, from_base64, refused};

use crate::Telnyx;

/// How far, in seconds, the clocks may be apart in either direction.
const WINDOW: u64 = 300;

impl Telnyx {
    /// Believes a call by its signature.
    pub(crate) fn check_call(&self, call: &WebhookCall) -> Result<(), Error> {
        let Some(key) = &self.public_key else {
            return Err(refused("no public_key is configured to check it with"));
        };
        let header = |name: &str| {
            call.header_value(name)
                .ok_or_else(|| refused(&format!("it has no header {name}")))
        };
        let signature = header("telnyx-signature-ed25519")?;
        let timestamp = header("telnyx-timestamp")?;
        let is_digits = timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let signed_at: Option<i64> = timestamp.parse().ok().filter(|_| is_digits);
        let Some(signed_at) = signed_at else {
            return Err(refused("its timestamp is no number of seconds"));
        };
        // Whole seconds, as Telnyx's own clients count.
        if call.received_at().as_second().abs_diff(signed_at) > WINDOW {
            return Err(refused("it was signed too long ago, or too far ahead"));
        }
        // The text of the header, for a leading zero is signed, too.
        let signed = [timestamp.as_bytes(), b"|", call.raw_body()].concat();
        let signature = from_base64(signature).unwrap_or_default();
        if ed25519_matches(key, &signed, &signature) {
            Ok(())
        } else {
            Err(refused("its signature does not match"))
        }
    }
}
