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

pub use jwt::{Jwt, sign_rs256};
pub use standard::standard_webhook;
pub use subtle::ConstantTimeEq;

use crate::error::{Error, ErrorKind};

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

/// The error of a call that nobody trustworthy signed. `why` holds no secret.
#[must_use]
pub fn refused(why: &str) -> Error {
    Error::new(
        ErrorKind::WebhookRefused,
        format!("the webhook call is refused: {why}"),
    )
}
