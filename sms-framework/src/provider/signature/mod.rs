//! What vendors sign their webhooks with: HMAC, JWT, Ed25519, Standard Webhooks.
//!
//! All comparisons take constant time. A check that fails is a [`refused`] error, which says what was
//! wrong with the call and nothing about the secret.

mod jwt;
mod standard;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

pub use jwt::{Jwt, sign_rs256};
pub use standard::standard_webhook;
pub use subtle::ConstantTimeEq;

use crate::error::{Error, ErrorKind};
use crate::provider::WebhookCall;

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-1: broken for documents, still sound inside HMAC.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }
}

/// The HMAC of `message` under `key`.
///
/// ```
/// use sms_framework::provider::signature::{Hash, hex, hmac};
///
/// let tag = hmac(Hash::Sha256, b"key", b"The quick brown fox jumps over the lazy dog");
/// assert_eq!(&hex(&tag)[..16], "f7bc83f430538424");
/// ```
#[must_use]
pub fn hmac(hash: Hash, key: &[u8], message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hash.hmac(), key);
    hmac::sign(&key, message).as_ref().to_vec()
}

/// True where `tag` is the HMAC of `message` under `key`.
#[must_use]
pub fn hmac_matches(hash: Hash, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    let key = hmac::Key::new(hash.hmac(), key);
    hmac::verify(&key, message, tag).is_ok()
}

/// True where `signature` is that of `message` by the owner of the Ed25519 `key` (32 bytes).
#[must_use]
pub fn ed25519_matches(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key);
    key.verify(message, signature).is_ok()
}

/// The SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

/// True where the two are the same, in a time that does not tell where they differ.
#[must_use]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits, in upper or lower case.
///
/// ```
/// use sms_framework::provider::signature::from_hex;
///
/// assert_eq!(from_hex("00fFa1"), Some(vec![0x00, 0xff, 0xa1]));
/// assert_eq!(from_hex("abc"), None);
/// assert_eq!(from_hex("+1"), None);
/// ```
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    };
    text.as_bytes().chunks(2).map(byte).collect()
}

/// Standard Base64 with padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of standard Base64 with padding.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// True where `signed_at` and `now` lie no further apart than `window`, in either direction: vendors'
/// clocks run ahead, too.
#[must_use]
pub fn is_within(window: Duration, signed_at: Timestamp, now: Timestamp) -> bool {
    let apart = now.duration_since(signed_at).unsigned_abs();
    apart <= window
}

/// Checks that a call was signed at about the time at which it came: `seconds` since 1970, as the
/// vendor wrote them, and no further than `window` from it in either direction.
///
/// # Errors
/// `WEBHOOK_REFUSED`: they are no number, or too far away.
pub fn check_time(call: &WebhookCall, seconds: &str, window: Duration) -> Result<(), Error> {
    let is_digits = !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_digit());
    let signed_at = seconds.parse().ok().filter(|_| is_digits);
    let signed_at = signed_at
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or_else(|| refused("its timestamp is no number of seconds"))?;
    // Whole seconds, as vendors count.
    let now = Timestamp::from_second(call.received_at().as_second()).unwrap_or(signed_at);
    if is_within(window, signed_at, now) {
        Ok(())
    } else {
        Err(refused("it was signed too long ago, or too far ahead"))
    }
}

/// A header that a signature needs.
///
/// # Errors
/// `WEBHOOK_REFUSED`: the call does not have it.
pub fn header<'c>(call: &'c WebhookCall, name: &str) -> Result<&'c str, Error> {
    call.header_value(name)
        .ok_or_else(|| refused(&format!("it has no header {name}")))
}

/// Checks that a segment of the call's path is `secret`: the stand-in for a signature where a vendor
/// has none, or a weak one.
///
/// # Errors
/// `WEBHOOK_REFUSED`: none is.
///
/// # Examples
/// ```
/// use sms_framework::provider::WebhookCall;
/// use sms_framework::provider::signature::check_path;
///
/// let secret = "0123456789abcdef".into();
/// let call = WebhookCall::new("POST", "https://example.org/sms/0123456789abcdef?a=1");
/// assert!(check_path(&call, &secret).is_ok());
/// let error = check_path(&call.with_url("https://example.org/sms"), &secret).unwrap_err();
/// assert_eq!(error.code(), "WEBHOOK_REFUSED");
/// ```
pub fn check_path(call: &WebhookCall, secret: &SecretString) -> Result<(), Error> {
    if call.has_path_segment(secret.expose_secret()) {
        Ok(())
    } else {
        Err(refused("its path lacks the webhook_path_secret"))
    }
}

/// The error of a call that cannot be checked: `keys` are those of the provider's table by which it
/// could.
///
/// # Examples
/// ```
/// let error = sms_framework::provider::signature::unchecked("webhook_secret");
/// assert_eq!(
///     error.message(),
///     "the webhook call is refused: no webhook_secret is configured to check it with"
/// );
/// ```
#[must_use]
pub fn unchecked(keys: &str) -> Error {
    refused(&format!("no {keys} is configured to check it with"))
}

/// The error of a call that nobody trustworthy signed. `why` holds no secret.
#[must_use]
pub fn refused(why: &str) -> Error {
    Error::new(
        ErrorKind::WebhookRefused,
        format!("the webhook call is refused: {why}"),
    )
}
