//! Signature Version 4, by AWS's own crate, without its traces.

use std::fmt;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use jiff::Timestamp;
use sms_framework::provider::http::reqwest::Url;
use sms_framework::provider::http::reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use sms_framework::{Error, ErrorKind};
use tracing::dispatcher::{Dispatch, with_default};

/// Signs requests to one service of one region.
pub(crate) struct Signer {
    credentials: Credentials,
    region: String,
    service: &'static str,
}

impl Signer {
    pub(crate) fn new(credentials: Credentials, region: String, service: &'static str) -> Self {
        Self {
            credentials,
            region,
            service,
        }
    }

    /// What must never be shown.
    pub(crate) fn secrets(&self) -> [&str; 2] {
        [
            self.credentials.secret_access_key(),
            self.credentials.session_token().unwrap_or_default(),
        ]
    }

    /// The headers that sign a POST of `body` with `headers`, made at `at`: the host is that of `url`.
    pub(crate) fn headers(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        body: &[u8],
        at: Timestamp,
    ) -> Result<HeaderMap, Error> {
        // It traces the canonical request with the session token in it, and with a variable set the
        // text as well.
        with_default(&Dispatch::none(), || self.sign(url, headers, body, at))
    }

    fn sign(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        body: &[u8],
        at: Timestamp,
    ) -> Result<HeaderMap, Error> {
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(at.into())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| unsigned(&error))?
            .into();
        let request = SignableRequest::new(
            "POST",
            url.as_str(),
            headers.iter().copied(),
            SignableBody::Bytes(body),
        )
        .map_err(|error| unsigned(&error))?;
        let signed = sign(request, &params).map_err(|error| unsigned(&error))?;
        let (instructions, _signature) = signed.into_parts();
        let (headers, _query) = instructions.into_parts();
        headers
            .iter()
            .map(|header| {
                let mut value =
                    HeaderValue::from_str(header.value()).map_err(|error| unsigned(&error))?;
                value.set_sensitive(true);
                Ok((HeaderName::from_static(header.name()), value))
            })
            .collect()
    }
}

/// The cause is not kept: it may repeat what was to be signed.
fn unsigned(_cause: &dyn fmt::Display) -> Error {
    let message =
        "the request cannot be signed; are the credentials, the region and the base URL right?";
    Error::new(ErrorKind::Config, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AKIDEXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const SEND: [(&str, &str); 2] = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", "PinpointSMSVoiceV2.SendTextMessage"),
    ];
    const BODY: &str = r#"{"DestinationPhoneNumber":"+14155550123","MessageBody":"Doors open at eight – ring twice. 😀"}"#;

    fn signer(token: Option<&str>, region: &str, service: &'static str) -> Signer {
        let token = token.map(str::to_owned);
        let credentials = Credentials::new(KEY, SECRET, token, None, "test");
        Signer::new(credentials, region.to_owned(), service)
    }

    fn headers(
        signer: &Signer,
        url: &str,
        signed: &[(&str, &str)],
        body: &str,
        at: &str,
    ) -> HeaderMap {
        let url = Url::parse(url).unwrap();
        let at = at.parse().unwrap();
        signer.headers(&url, signed, body.as_bytes(), at).unwrap()
    }

    fn authorization(headers: &HeaderMap) -> &str {
        headers["authorization"].to_str().unwrap()
    }

    /// `post-x-www-form-urlencoded` of the suite that AWS published with its description of
    /// Signature Version 4.
    #[test]
    fn the_published_vector_with_a_body() {
        let made = headers(
            &signer(None, "us-east-1", "service"),
            "https://example.amazonaws.com/",
            &[("content-type", "application/x-www-form-urlencoded")],
            "Param1=value1",
            "2015-08-30T12:36:00Z",
        );
        assert_eq!(
            authorization(&made),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        );
        assert_eq!(made["x-amz-date"], "20150830T123600Z");
        assert_eq!(made.len(), 2);
    }

    /// `post-sts-header-before` of the same suite: the session token is signed, too.
    #[test]
    fn the_published_vector_with_a_session_token() {
        let token = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
        let made = headers(
            &signer(Some(token), "us-east-1", "service"),
            "https://example.amazonaws.com/",
            &[],
            "",
            "2015-08-30T12:36:00Z",
        );
        assert!(authorization(&made).ends_with(
            "SignedHeaders=host;x-amz-date;x-amz-security-token, \
             Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
        ));
        assert_eq!(made["x-amz-security-token"], token);
    }

    /// Made by `SigV4Auth(credentials, "sms-voice", "eu-central-1").add_auth(request)` of botocore
    /// 1.43.11, with its clock set to that time.
    #[test]
    fn the_send_is_signed_as_botocore_signs_it() {
        let at = "2026-11-22T10:30:00Z";
        let scope =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/sms-voice/aws4_request";
        for (token, url, signed, signature) in [
            (
                None,
                "https://sms-voice.eu-central-1.amazonaws.com/",
                "content-type;host;x-amz-date;x-amz-target",
                "3938aceedc766c2a9bc16002d054920d5970dca215b8d9411939e58a0c26b10a",
            ),
            (
                Some("AQoDYXdzEPT//////////wEXAMPLEtoken=="),
                "https://sms-voice.eu-central-1.amazonaws.com/",
                "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
                "9f89efc64d4af12c7f305d42d8063f1e1c1e0489dca2efe71a8ed95382960ae7",
            ),
            (
                None,
                "http://127.0.0.1:8080/aws/",
                "content-type;host;x-amz-date;x-amz-target",
                "59e78e50ab2f52895cd8556b0b9a17fea3be94b0fed43503ae45633d5c3e8915",
            ),
        ] {
            let signer = signer(token, "eu-central-1", "sms-voice");
            let made = headers(&signer, url, &SEND, BODY, at);
            assert_eq!(
                authorization(&made),
                format!("{scope}, SignedHeaders={signed}, Signature={signature}")
            );
            assert!(made.values().all(HeaderValue::is_sensitive));
        }
    }

    #[test]
    fn what_cannot_be_signed_is_said_without_secrets() {
        let signer = signer(Some("line\nbreak"), "eu-central-1", "sms-voice");
        let url = Url::parse("https://example.amazonaws.com/").unwrap();
        let error = signer
            .headers(&url, &[], b"", Timestamp::UNIX_EPOCH)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!format!("{error:?}").contains("break"));
    }
}
