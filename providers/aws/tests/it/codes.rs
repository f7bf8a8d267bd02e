//! The table of codes of the answer to a send, held against AWS's model.

use std::collections::BTreeSet;

use sms_framework::provider::{Code, Phase};
use sms_framework::testkit::http::{ScriptedServer, Then};
use sms_framework::{Certainty, Class, ErrorKind};
use sms_provider_aws::ENTRY;

use crate::answers::body;
use crate::support::{aws, error, outbound};

/// The documented class of a code.
#[derive(Debug, Clone, Copy)]
enum Retry {
    /// Permanent for this message.
    P,
    /// Configuration or account.
    C,
    /// The credentials.
    U,
    /// Throttled.
    Q,
    /// Ambiguous.
    A,
}
use Retry::{A, C, P, Q, U};

fn meaning(retry: Retry) -> (Class, Certainty) {
    match retry {
        P => (Class::Permanent, Certainty::Rejected),
        C | U => (Class::Account, Certainty::Rejected),
        Q => (Class::Throttled, Certainty::NotSent),
        A => (Class::Transient, Certainty::MaybeSent),
    }
}

/// `__type`, `Reason`, class.
const REFUSALS: &[(&str, &str, Retry)] = &[
    ("ThrottlingException", "", Q),
    ("InternalServerException", "", A),
    ("ServiceQuotaExceededException", "", C),
    (
        "ServiceQuotaExceededException",
        "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT",
        C,
    ),
    (
        "ServiceQuotaExceededException",
        "DAILY_NOTIFY_TIER_MESSAGE_LIMIT",
        Q,
    ),
    ("ConflictException", "", C),
    ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", P),
    (
        "ConflictException",
        "DESTINATION_PHONE_NUMBER_NOT_VERIFIED",
        C,
    ),
    (
        "ConflictException",
        "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION",
        C,
    ),
    (
        "ConflictException",
        "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE",
        P,
    ),
    ("ConflictException", "NO_ORIGINATION_IDENTITIES_FOUND", C),
    ("ConflictException", "MESSAGE_TYPE_MISMATCH", C),
    ("ConflictException", "NUMBER_CAPABILITIES_MISMATCH", C),
    ("ConflictException", "REGISTRATION_NOT_COMPLETE", C),
    ("ConflictException", "RESOURCE_NOT_ACTIVE", C),
    ("ConflictException", "KEYWORD_MISMATCH", C),
    ("ValidationException", "", P),
    ("ValidationException", "INVALID_PARAMETER", P),
    ("ValidationException", "MISSING_PARAMETER", P),
    ("ValidationException", "FIELD_VALIDATION_FAILED", P),
    ("ValidationException", "MAXIMUM_SIZE_EXCEEDED", P),
    ("ValidationException", "CANNOT_PARSE", P),
    ("ValidationException", "INVALID_REQUEST", P),
    ("ValidationException", "PRICE_OVER_THRESHOLD", P),
    ("ValidationException", "COUNTRY_NOT_ENABLED", C),
    ("ValidationException", "DESTINATION_COUNTRY_BLOCKED", C),
    ("ValidationException", "COUNTRY_CODE_MISMATCH", C),
    (
        "ValidationException",
        "INTERNATIONAL_SENDING_NOT_SUPPORTED",
        C,
    ),
    (
        "ValidationException",
        "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY",
        C,
    ),
    ("ValidationException", "SENDER_ID_NOT_REGISTERED", C),
    ("ValidationException", "SENDER_ID_NOT_SUPPORTED", C),
    ("ValidationException", "SENDER_ID_REQUIRES_REGISTRATION", C),
    ("ValidationException", "INVALID_ARN", C),
    ("ValidationException", "RESOURCE_NOT_ACCESSIBLE", C),
    ("ValidationException", "CHANNEL_NOT_ENABLED", C),
    ("AccessDeniedException", "", C),
    ("AccessDeniedException", "ACCOUNT_DISABLED", C),
    (
        "AccessDeniedException",
        "INSUFFICIENT_ACCOUNT_REPUTATION",
        C,
    ),
    ("ResourceNotFoundException", "", C),
    ("UnrecognizedClientException", "", U),
    ("InvalidSignatureException", "", U),
    ("SignatureDoesNotMatch", "", U),
    ("ExpiredTokenException", "", U),
    ("IncompleteSignature", "", U),
    ("RequestExpired", "", U),
];

fn code<'a>(kind: &'a str, reason: &'a str) -> &'a str {
    if reason.is_empty() { kind } else { reason }
}

#[tokio::test]
async fn every_code_has_its_class_and_certainty_with_any_4xx() {
    let rows = REFUSALS.iter().flat_map(|row| [(400, row), (403, row)]);
    let rows: Vec<_> = rows.collect();
    let script = rows
        .iter()
        .map(|(status, (kind, reason, _))| Then::Answer(error(*status, body(kind, reason))));
    let server = ScriptedServer::start(script).await;
    let provider = aws(server.url(), "");
    for (status, (kind, reason, retry)) in rows {
        let error = provider.send(&outbound()).await.unwrap_err();
        let name = code(kind, reason);
        let known = Code::find(ENTRY.codes, Phase::Request, name).unwrap();
        assert_eq!(
            (error.class(), error.certainty()),
            meaning(*retry),
            "{name}"
        );
        assert_eq!(error.kind(), known.kind, "{name}");
        assert_eq!(
            matches!(retry, U),
            known.kind == ErrorKind::Unauthorized,
            "{name}"
        );
        assert_eq!(error.provider_code(), Some(name));
        assert_eq!(error.http_status(), Some(status));
        assert!(error.message().contains(known.meaning), "{error}");
        let waits = matches!(retry, Q);
        assert_eq!(error.retry_after().is_some(), waits, "{name}");
    }
}

#[test]
fn the_table_holds_these_codes_and_no_other() {
    let expected: BTreeSet<_> = REFUSALS
        .iter()
        .map(|(kind, reason, _)| code(kind, reason))
        .collect();
    let table = ENTRY
        .codes
        .iter()
        .filter(|code| code.phase == Phase::Request);
    assert_eq!(
        table.map(|code| code.code).collect::<BTreeSet<_>>(),
        expected
    );
}

#[tokio::test]
async fn no_code_makes_a_5xx_certain() {
    let script = REFUSALS
        .iter()
        .map(|(kind, reason, _)| Then::Answer(error(500, body(kind, reason))));
    let server = ScriptedServer::start(script).await;
    let provider = aws(server.url(), "");
    for (kind, reason, _) in REFUSALS {
        let error = provider.send(&outbound()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ServerError, "{kind} {reason}");
        assert_eq!(error.certainty(), Certainty::MaybeSent, "{kind} {reason}");
    }
}
