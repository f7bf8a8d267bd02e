//! Telnyx's signature: Ed25519 over the timestamp, a bar and the raw body.

use std::time::Duration;

use sms_framework::Error;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{
    check_time, ed25519_matches, from_base64, header, refused, unchecked,
};

use crate::Telnyx;

/// How far the clocks may be apart in either direction.
const WINDOW: Duration = Duration::from_secs(300);

impl Telnyx {
    /// Believes a call by its signature.
    pub(crate) fn check_call(&self, call: &WebhookCall) -> Result<(), Error> {
        let Some(key) = &self.public_key else {
            return Err(unchecked("public_key"));
        };
        let signature = header(call, "telnyx-signature-ed25519")?;
        let timestamp = header(call, "telnyx-timestamp")?;
        check_time(call, timestamp, WINDOW)?;
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
