//! The scheme of <https://www.standardwebhooks.com>.

use std::time::Duration;

use super::{Hash, check_time, from_base64, header, hmac_matches, refused};
use crate::error::Error;
use crate::provider::WebhookCall;

/// The window that the specification suggests.
const WINDOW: Duration = Duration::from_secs(5 * 60);

/// Checks a call by the Standard Webhooks scheme: `webhook-id`, `webhook-timestamp` and
/// `webhook-signature`, HMAC-SHA256 over `id.timestamp.body`, five minutes either way.
///
/// `secret` is the Base64 text, with or without its `whsec_`. Of several signatures one has to match,
/// so that a secret can be changed while calls are under way.
///
/// # Errors
/// `WEBHOOK_REFUSED`: which part is missing or wrong.
pub fn standard_webhook(call: &WebhookCall, secret: &str) -> Result<(), Error> {
    let id = header(call, "webhook-id")?;
    let timestamp = header(call, "webhook-timestamp")?;
    let signatures = header(call, "webhook-signature")?;
    check_time(call, timestamp, WINDOW)?;
    let key = from_base64(secret.strip_prefix("whsec_").unwrap_or(secret))
        .filter(|key| !key.is_empty())
        .ok_or_else(|| refused("the configured secret is not Base64, or empty"))?;
    let signed = [
        id.as_bytes(),
        b".",
        timestamp.as_bytes(),
        b".",
        call.raw_body(),
    ]
    .concat();
    let ours = signatures
        .split(' ')
        .filter_map(|signature| from_base64(signature.strip_prefix("v1,")?))
        .any(|tag| hmac_matches(Hash::Sha256, &key, &signed, &tag));
    if ours {
        Ok(())
    } else {
        Err(refused("its signature does not match"))
    }
}
