//! The certificates that SNS signs with, and the check of its signatures.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use ring::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use sms_framework::provider::signature::{from_base64, refused};
use sms_framework::{Error, ErrorKind};
use webpki::EndEntityCert;
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;

use crate::envelope::Envelope;
use crate::host::Sns;

/// A region has one at a time.
const KEPT: usize = 4;

/// What a certificate begins with.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// The certificates that were fetched, by their URL.
pub(crate) struct Certificates {
    sns: Sns,
    kept: Mutex<VecDeque<(String, CertificateDer<'static>)>>,
}

impl Certificates {
    pub(crate) fn new(sns: Sns) -> Self {
        Self {
            sns,
            kept: Mutex::default(),
        }
    }

    /// Checks the signature of an envelope.
    ///
    /// That the certificate is AWS's is known from where it was fetched.
    pub(crate) async fn check(&self, envelope: &Envelope) -> Result<(), Error> {
        let algorithm: &dyn SignatureVerificationAlgorithm = match &*envelope.signature_version {
            "1" => &RsaSha1,
            "2" => RSA_PKCS1_2048_8192_SHA256,
            _ => return Err(refused("its SignatureVersion is neither 1 nor 2")),
        };
        let Some(signature) = from_base64(&envelope.signature) else {
            return Err(refused("its Signature is not Base64"));
        };
        let certificate = self.certificate(&envelope.signing_cert_url).await?;
        let certificate = EndEntityCert::try_from(&certificate).map_err(|_| unreadable())?;
        let text = envelope.signed_text();
        certificate
            .verify_signature(algorithm, text.as_bytes(), &signature)
            .map_err(|_| refused("its signature does not match"))
    }

    async fn certificate(&self, url: &str) -> Result<CertificateDer<'static>, Error> {
        if let Some(known) = self.known(url) {
            return Ok(known);
        }
        let answer = self.sns.certificate(url).await?;
        // A reader of PEM passes over what stands before: words of an answer, or another's text.
        if !answer.body.starts_with(BEGIN) {
            return Err(unreadable());
        }
        let fetched = CertificateDer::from_pem_slice(&answer.body).map_err(|_| unreadable())?;
        EndEntityCert::try_from(&fetched).map_err(|_| unreadable())?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((url.to_owned(), fetched.clone()));
        Ok(fetched)
    }

    fn known(&self, url: &str) -> Option<CertificateDer<'static>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, certificate) = kept.iter().find(|(known, _)| known == url)?;
        Some(certificate.clone())
    }
}

/// SNS's fault, not the call's: it is to come again.
fn unreadable() -> Error {
    let message = "what the SigningCertURL of a webhook call leads to is no certificate";
    Error::new(ErrorKind::Connect, message)
}

/// `SignatureVersion` 1, which webpki has no algorithm for.
#[derive(Debug)]
struct RsaSha1;

impl SignatureVerificationAlgorithm for RsaSha1 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, public_key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    /// sha1WithRSAEncryption; only chains of certificates would ask for it, and none is built.
    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        AlgorithmIdentifier::from_slice(&[
            0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00,
        ])
    }
}
