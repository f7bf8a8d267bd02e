//! JSON Web Tokens (RFC 7519), as far as vendors' webhooks need them: HS256 to HS512 checked, RS256
//! made.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::Value;

use super::{Hash, from_base64, hmac_matches, refused};
use crate::error::{Error, ErrorKind};

/// The claims of a token whose signature was checked.
///
/// # Examples
/// ```
/// use sms_framework::provider::signature::Jwt;
///
/// let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
/// let jwt = Jwt::verified(token, b"your-256-bit-secret")?;
/// assert_eq!(jwt.text("name"), Some("John Doe"));
/// assert!(Jwt::verified(token, b"another secret").is_err());
/// # Ok::<_, sms_framework::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Jwt(Value);

impl Jwt {
    /// Checks a token signed by HMAC with `key`; the algorithm is the one its header names, of HS256,
    /// HS384 and HS512. No claim is judged: `exp` and the like are the caller's.
    ///
    /// # Errors
    /// `WEBHOOK_REFUSED`: it is no such token, or its signature does not match.
    pub fn verified(token: &str, key: &[u8]) -> Result<Self, Error> {
        let no_token = || refused("its token is no JWT");
        let (signed, tag) = token.rsplit_once('.').ok_or_else(no_token)?;
        let (header, claims) = signed.split_once('.').ok_or_else(no_token)?;
        let tag = decoded(tag).ok_or_else(no_token)?;
        let hash = match object(header).ok_or_else(no_token)?["alg"].as_str() {
            Some("HS256") => Hash::Sha256,
            Some("HS384") => Hash::Sha384,
            Some("HS512") => Hash::Sha512,
            // `none` above all.
            _ => {
                return Err(refused(
                    "its token is signed by no algorithm that is allowed",
                ));
            }
        };
        if key.is_empty() || !hmac_matches(hash, key, signed.as_bytes(), &tag) {
            return Err(refused("its token's signature does not match"));
        }
        object(claims).map(Self).ok_or_else(no_token)
    }

    /// A claim that is text.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.0.get(claim)?.as_str()
    }

    /// A claim that is a time, in whole seconds since 1970.
    #[must_use]
    pub fn time(&self, claim: &str) -> Option<Timestamp> {
        Timestamp::from_second(self.0.get(claim)?.as_i64()?).ok()
    }
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

fn object(part: &str) -> Option<Value> {
    let value: Value = serde_json::from_slice(&decoded(part)?).ok()?;
    value.is_object().then_some(value)
}

/// A token with these claims, signed by RS256 with an RSA key in PEM (PKCS#8 or PKCS#1, 2048 bits or
/// more).
///
/// # Errors
/// `CONFIG`: the key is none; its text is not shown.
pub fn sign_rs256(claims: &Value, pem: &str) -> Result<String, Error> {
    let bad = || {
        Error::new(
            ErrorKind::Config,
            "the private key is no RSA key in PEM of 2048 bits or more",
        )
    };
    let body: String = pem
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = from_base64(&body).ok_or_else(bad)?;
    let key = RsaKeyPair::from_pkcs8(&der)
        .or_else(|_| RsaKeyPair::from_der(&der))
        .map_err(|_| bad())?;
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = serde_json::json!({"alg": "RS256", "typ": "JWT"});
    let signed = format!("{}.{}", encode(&header), encode(claims));
    let mut tag = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut tag,
    )
    .map_err(|_| bad())?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)))
}
