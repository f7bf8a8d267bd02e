//! Which calls are Sinch's: HMAC of body, nonce and time, or a path that nobody else knows.

use jiff::Timestamp;
use secrecy::ExposeSecret;
use sms_framework::Error;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{Hash, from_base64, hmac_matches, is_within, refused};

use crate::Sinch;

const ALGORITHM: &str = "HmacSHA256";

impl Sinch {
    /// Every secret that is configured has to be met, and one has to be configured.
    pub(crate) fn check_sender(&self, call: &WebhookCall) -> Result<(), Error> {
        if self.webhook_secret.is_none() && self.webhook_path_secret.is_none() {
            return Err(refused(
                "neither webhook_secret nor webhook_path_secret is configured to check it with",
            ));
        }
        if let Some(secret) = &self.webhook_path_secret
            && !call.has_path_segment(secret.expose_secret())
        {
            return Err(refused("its path lacks the secret segment"));
        }
        match &self.webhook_secret {
            Some(secret) => self.check_signature(call, secret.expose_secret()),
            None => Ok(()),
        }
    }

    /// `body.nonce.timestamp`, over the raw body: parsed and written again it would be another.
    fn check_signature(&self, call: &WebhookCall, secret: &str) -> Result<(), Error> {
        let header = |name: &str| {
            call.header_value(name)
                .ok_or_else(|| refused(&format!("it has no header {name}")))
        };
        let signature = header("x-sinch-webhook-signature")?;
        let nonce = header("x-sinch-webhook-signature-nonce")?;
        let timestamp = header("x-sinch-webhook-signature-timestamp")?;
        if let Some(algorithm) = call.header_value("x-sinch-webhook-signature-algorithm")
            && algorithm != ALGORITHM
        {
            return Err(refused("it is signed by another algorithm than HmacSHA256"));
        }
        let signed_at = timestamp
            .parse()
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or_else(|| refused("its timestamp is no number of seconds"))?;
        if !is_within(self.webhook_window, signed_at, call.received_at()) {
            return Err(refused("it was signed too long ago, or too far ahead"));
        }
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
