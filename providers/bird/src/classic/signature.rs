//! Both signatures of the classic API: the token of today, and the HMAC that it replaces.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sms_framework::Error;
use sms_framework::provider::WebhookCall;
use sms_framework::provider::signature::{
    Hash, Jwt, check_time, from_base64, hex, hmac_matches, refused, same, sha256,
};

/// Who makes the tokens.
const ISSUER: &str = "MessageBird";
/// Seconds by which the vendor's clock and ours may differ.
const LEEWAY: i64 = 5;
/// How far the time of a call with the old signature may lie away; that scheme names no window.
const WINDOW: Duration = Duration::from_secs(5 * 60);
/// Fields whose offset comes with a raw plus.
const DATES: [&str; 2] = ["statusDatetime", "createdDatetime"];

/// Checks a call. One with a token is judged by it alone, whatever else it bears.
pub(super) fn check(call: &WebhookCall, key: &SecretString) -> Result<(), Error> {
    let key = key.expose_secret().as_bytes();
    if let Some(token) = call.header_value("MessageBird-Signature-JWT") {
        return by_token(call, token, key);
    }
    let signature = call.header_value("MessageBird-Signature");
    let timestamp = call.header_value("MessageBird-Request-Timestamp");
    match (signature, timestamp) {
        (Some(signature), Some(timestamp)) => by_hmac(call, signature, timestamp, key),
        (Some(_), None) => Err(refused("it has no header MessageBird-Request-Timestamp")),
        (None, _) => Err(refused("it has no header MessageBird-Signature-JWT")),
    }
}

fn by_token(call: &WebhookCall, token: &str, key: &[u8]) -> Result<(), Error> {
    let jwt = Jwt::verified(token, key)?;
    if jwt.text("iss") != Some(ISSUER) {
        return Err(refused("its token is not from MessageBird"));
    }
    if jwt.text("jti").is_none_or(str::is_empty) {
        return Err(refused("its token has no jti"));
    }
    let time = |claim: &str| {
        let at = jwt.time(claim).map(Timestamp::as_second);
        at.ok_or_else(|| refused(&format!("its token has no {claim}")))
    };
    let (not_before, expires) = (time("nbf")?, time("exp")?);
    let now = call.received_at().as_second();
    if now < not_before - LEEWAY || now >= expires + LEEWAY {
        return Err(refused("its token is not valid at this time"));
    }
    let is_hash =
        |bytes: &[u8], claim: &str| same(hex(&sha256(bytes)).as_bytes(), claim.as_bytes());
    if !jwt
        .text("url_hash")
        .is_some_and(|hash| is_hash(call.url().as_bytes(), hash))
    {
        return Err(refused("its token is for another URL"));
    }
    let body = call.raw_body();
    let body_fits = match jwt.text("payload_hash") {
        None => body.is_empty(),
        Some(hash) => !body.is_empty() && is_hash(body, hash),
    };
    if body_fits {
        Ok(())
    } else {
        Err(refused("its token is for another body"))
    }
}

/// Over time, sorted query and body. The path is not covered.
fn by_hmac(call: &WebhookCall, signature: &str, timestamp: &str, key: &[u8]) -> Result<(), Error> {
    check_time(call, timestamp, WINDOW)?;
    let tag = from_base64(signature).ok_or_else(|| refused("its signature is not Base64"))?;
    let body = sha256(call.raw_body());
    // The vendor's clients disagree whether the raw plus of a date was signed as plus or as blank.
    let matches = [true, false].into_iter().any(|repaired| {
        let query = sorted(call.query(), repaired);
        let signed = [timestamp.as_bytes(), b"\n", query.as_bytes(), b"\n", &body].concat();
        hmac_matches(Hash::Sha256, key, &signed, &tag)
    });
    if matches {
        Ok(())
    } else {
        Err(refused("its signature does not match"))
    }
}

/// The query by name, encoded anew; fields of one name keep their order.
fn sorted(mut query: Vec<(String, String)>, repaired: bool) -> String {
    if repaired {
        for (name, value) in &mut query {
            if DATES.contains(&name.as_str()) {
                *value = value.replace(' ', "+");
            }
        }
    }
    query.sort_by(|(one, _), (other, _)| one.cmp(other));
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.join("&")
}

/// As forms are encoded, save that `~` stays and `*` does not.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
