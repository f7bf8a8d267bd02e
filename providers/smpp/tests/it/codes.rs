//! Every status of the table, through the answer to a part.

use std::time::Duration;

use rusmpp::{CommandId, Pdu};
use sms_framework::provider::Phase;
use sms_framework::{Certainty, Class, ErrorKind};

use crate::support::{message, send, server_with, warm};

/// Status, kind, certainty, class.
type Row = (u32, ErrorKind, Certainty, Class);

const REJECTED: Certainty = Certainty::Rejected;

fn rows() -> Vec<Row> {
    let permanent = [
        0x01, 0x02, 0x03, 0x0C, 0x33, 0x34, 0x40, 0x42, 0x44, 0x45, 0x61, 0x62, 0x65, 0x66, 0xFE,
        // Not in the table: a vendor's own, and one that nobody has.
        0x0400, 0x04FF, 0x7777,
    ];
    let account = [
        0x06, 0x07, 0x0A, 0x15, 0x43, 0x48, 0x49, 0x50, 0x51, 0x53, 0x63, 0xC0, 0xC1, 0xC2, 0xC3,
        0xC4, 0x100, 0x101, 0x102, 0x103, 0x104, 0x105, 0x106, 0x107, 0x108, 0x109, 0x10A, 0x10B,
        0x10C, 0x10D, 0x10E, 0x10F, 0x0401,
    ];
    let mut rows = Vec::new();
    rows.extend(permanent.map(|status| (status, ErrorKind::Refused, REJECTED, Class::Permanent)));
    rows.extend(account.map(|status| (status, ErrorKind::Account, REJECTED, Class::Account)));
    rows.extend([
        (0x0B, ErrorKind::Recipient, REJECTED, Class::Permanent),
        (0x0402, ErrorKind::OptedOut, REJECTED, Class::Permanent),
        (0x0E, ErrorKind::Unauthorized, REJECTED, Class::Account),
        (0x0F, ErrorKind::Unauthorized, REJECTED, Class::Account),
        (
            0x0D,
            ErrorKind::Connect,
            Certainty::NotSent,
            Class::Transient,
        ),
        (
            0x14,
            ErrorKind::ProviderThrottled,
            Certainty::NotSent,
            Class::Throttled,
        ),
        (
            0x58,
            ErrorKind::ProviderThrottled,
            Certainty::NotSent,
            Class::Throttled,
        ),
        (
            0x64,
            ErrorKind::ServerError,
            Certainty::NotSent,
            Class::Transient,
        ),
        (
            0x08,
            ErrorKind::BadAnswer,
            Certainty::MaybeSent,
            Class::Transient,
        ),
        (
            0xFF,
            ErrorKind::BadAnswer,
            Certainty::MaybeSent,
            Class::Transient,
        ),
        // The session is bound anew after each of these.
        (
            0x05,
            ErrorKind::Connect,
            Certainty::NotSent,
            Class::Transient,
        ),
        (
            0x04,
            ErrorKind::Connect,
            Certainty::NotSent,
            Class::Transient,
        ),
    ]);
    rows
}

#[tokio::test]
async fn every_status() {
    let more = "codes = ['0x0401: account', '0x0402: opted_out']\nthrottle_pause = '1ms'";
    let (smsc, provider) = server_with(more).await;
    let mut line = warm(&smsc, &provider).await;
    let rows = rows();
    for (status, kind, certainty, class) in &rows {
        let sent = send(&provider, message("x"));
        let (sequence, _) = line.submit().await;
        line.refuse(sequence, *status).await;
        let error = sent.await.unwrap().unwrap_err();
        let is = (error.kind(), error.certainty(), error.class());
        assert_eq!(is, (*kind, *certainty, *class), "0x{status:02X}: {error:?}");
        let code = if *status <= 0xFF {
            format!("0x{status:02X}")
        } else {
            format!("0x{status:04X}")
        };
        assert_eq!(error.provider_code(), Some(code.as_str()));
        // Such a one may be sent again as a whole, and nothing could tell of a double.
        assert!(!error.is_server_answer(), "{code}");
        if [0x04, 0x05].contains(status) {
            let unbind = line.read().await.command;
            assert_eq!(unbind.id(), CommandId::Unbind);
            line.say(unbind.sequence_number(), 0, Pdu::UnbindResp).await;
            line = smsc.bound().await;
        }
    }

    // And the table has no other.
    let tried: Vec<_> = rows.iter().map(|(status, ..)| *status).collect();
    for code in sms_provider_smpp::ENTRY.codes {
        if code.phase == Phase::Request {
            let status = u32::from_str_radix(code.code.trim_start_matches("0x"), 16).unwrap();
            assert!(tried.contains(&status), "{} is not tried", code.code);
        }
    }
}

#[tokio::test]
async fn a_vendors_own_throttling_pauses_too() {
    let (smsc, provider) = server_with("codes = ['0x0450: throttled']").await;
    let mut line = warm(&smsc, &provider).await;
    let sent = send(&provider, message("x"));
    let (sequence, _) = line.submit().await;
    line.refuse(sequence, 0x0450).await;
    let error = sent.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.certainty()),
        (ErrorKind::ProviderThrottled, Certainty::NotSent)
    );
    assert_eq!(error.retry_after(), Some(Duration::from_millis(30)));
}

#[test]
fn the_waits_of_the_table() {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let waits = sms_provider_smpp::ENTRY
        .codes
        .iter()
        .filter_map(|code| Some((code.code, code.wait(now)?)));
    let waits: Vec<_> = waits.collect();
    assert_eq!(
        waits,
        [
            ("0x14", Duration::from_secs(5)),
            ("0x58", Duration::from_secs(1))
        ]
    );
}
