//! Which calls are Sinch's: HMAC of body, nonce and time, or a path that nobody else knows.

use secrecy::ExposeSecret;
use sms_framework::Error;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{
    Hash, check_path, check_time, from_base64, header, hmac_matches, refused, unchecked,
};

use crate::Sinch;

const ALGORITHM: &str = "HmacSHA256";

impl Sinch {
    /// Every secret that is configured has to be met, and one has to be configured.
    pub(crate) fn check_sender(&self, call: &WebhookCall) -> Result<(), Error> {
        if self.webhook_secret.is_none() && self.webhook_path_secret.is_none() {
            return Err(unchecked("webhook_secret or webhook_path_secret"));
        }
        if let Some(secret) = &self.webhook_path_secret {
            check_path(call, secret)?;
        }
        match &self.webhook_secret {
            Some(secret) => self.check_signature(call, secret.expose_secret()),
            None => Ok(()),
        }
    }

    /// `body.nonce.timestamp`, over the raw body: parsed and written again it would be another.
    fn check_signature(&self, call: &WebhookCall, secret: &str) -> Result<(), Error> {
        let signature = header(call, "x-sinch-webhook-signature")?;
        let nonce = header(call, "x-sinch-webhook-signature-nonce")?;
        let timestamp = header(call, "x-sinch-webhook-signature-timestamp")?;
        if let Some(algorithm) = call.header_value("x-sinch-webhook-signature-algorithm")
            && algorithm != ALGORITHM
        {
            return Err(refused("it is signed by another algorithm than HmacSHA256"));
        }
        check_time(call, timestamp, self.webhook_window)?;
        let signed = [
            call.raw_body(),
            b".",
            nonce.as_bytes(),
            b".",
            timestamp.as_bytes(),
        ]
        .concat();
        let tag = from_base64(signature).unwrap_or_default();
        if hmac_matches(Hash::Sha256, secret.as_bytes(), &signed, &tag) {
            Ok(())
        } else {
            Err(refused("its signature does not match"))
        }
    }
}
