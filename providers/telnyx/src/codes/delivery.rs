//! Codes of messages that Telnyx took and that failed later.

use sms_framework::ErrorKind;
use sms_framework::provider::Code;

use super::ARTICLE;

const AGENTS: &str = "github.com/team-telnyx/ai, guides";

pub(super) const CODES: &[Code] = &[
    Code::delivery(
        "40001",
        ErrorKind::Recipient,
        ARTICLE,
        "the recipient is a landline, or has no route",
    ),
    Code::delivery(
        "40002",
        ErrorKind::Refused,
        ARTICLE,
        "the carrier takes it for spam, for now",
    )
    .later(),
    Code::delivery(
        "40003",
        ErrorKind::Account,
        ARTICLE,
        "the carrier blocks the sender for spam",
    ),
    Code::delivery(
        "40004",
        ErrorKind::Refused,
        ARTICLE,
        "the carrier refused it and does not say why",
    )
    .later(),
    Code::delivery(
        "40005",
        ErrorKind::Expired,
        ARTICLE,
        "its time ran out at the carrier",
    ),
    Code::delivery(
        "40006",
        ErrorKind::Refused,
        ARTICLE,
        "the carrier's network is down",
    )
    .later(),
    Code::delivery(
        "40008",
        ErrorKind::Refused,
        ARTICLE,
        "the carrier could not deliver it",
    ),
    Code::delivery(
        "40009",
        ErrorKind::Refused,
        ARTICLE,
        "the carrier refuses the text",
    ),
    Code::delivery(
        "40011",
        ErrorKind::ProviderThrottled,
        ARTICLE,
        "the carrier is called too often",
    ),
    Code::delivery(
        "40012",
        ErrorKind::Recipient,
        ARTICLE,
        "the carrier takes the recipient for no valid number",
    ),
    Code::delivery(
        "40013",
        ErrorKind::Account,
        ARTICLE,
        "the carrier takes the sender for no valid one",
    ),
    Code::delivery(
        "40014",
        ErrorKind::Expired,
        ARTICLE,
        "its time ran out in the queue",
    ),
    Code::delivery(
        "40015",
        ErrorKind::Refused,
        ARTICLE,
        "Telnyx's spam filter held it back",
    ),
    // 08:00 UTC in winter, an hour earlier in summer.
    Code::delivery(
        "40016",
        ErrorKind::ProviderThrottled,
        ARTICLE,
        "T-Mobile's daily limit is reached, which ends at midnight Pacific time",
    )
    .until_hour(8),
    Code::delivery(
        "40017",
        ErrorKind::Refused,
        ARTICLE,
        "AT&T takes it for spam",
    ),
    Code::delivery(
        "40018",
        ErrorKind::ProviderThrottled,
        ARTICLE,
        "AT&T's limit per minute is reached",
    )
    .seconds(60),
    Code::delivery(
        "40100",
        ErrorKind::Account,
        ARTICLE,
        "the sender is not enabled for messages",
    ),
    Code::delivery(
        "40150",
        ErrorKind::Account,
        ARTICLE,
        "the toll-free sender is not in the registry",
    ),
    Code::delivery(
        "40151",
        ErrorKind::Account,
        ARTICLE,
        "the sender is still being enabled at another provider",
    ),
    Code::delivery(
        "40300",
        ErrorKind::Refused,
        AGENTS,
        "the carrier refused it",
    ),
];
