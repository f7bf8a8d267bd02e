//! The codes of Plivo's receipts. Errors of a request have none: their HTTP status decides.

use sms_framework::provider::Code;
use sms_framework::{Certainty, ErrorKind};

const BLOG: &str = "Plivo's blog, \"Introducing SMS Error Codes\"";
const FAQ_API: &str = "docs.plivo.com, \"FAQ Messaging API\"";
const FAQ_SMS: &str = "docs.plivo.com, \"FAQ SMS\"";
/// Not on a page of Plivo's that could be read.
const SEEN: &str = "lists of third parties; no page of Plivo's";

pub(crate) const CODES: &[Code] = &[
    Code::delivery(
        "10",
        ErrorKind::Refused,
        BLOG,
        "the message is blank, too long, or one that the carrier does not take",
    ),
    Code::delivery(
        "20",
        ErrorKind::Refused,
        BLOG,
        "the carrier's network failed",
    )
    .later(),
    Code::delivery(
        "30",
        ErrorKind::Refused,
        BLOG,
        "a spam filter held the message back",
    ),
    Code::delivery(
        "40",
        ErrorKind::Account,
        BLOG,
        "the sender is wrong, cannot send SMS or is not the account's",
    ),
    Code::delivery(
        "50",
        ErrorKind::Recipient,
        BLOG,
        "the recipient is no valid number, or a landline",
    ),
    Code::delivery(
        "60",
        ErrorKind::Refused,
        BLOG,
        "messages between the two numbers go round in a loop",
    ),
    Code::delivery(
        "70",
        ErrorKind::Recipient,
        BLOG,
        "the phone cannot be reached any more",
    ),
    Code::delivery(
        "80",
        ErrorKind::Recipient,
        BLOG,
        "the phone cannot be reached for the moment",
    )
    .later(),
    Code::delivery(
        "90",
        ErrorKind::Refused,
        BLOG,
        "there is no route to the recipient's network",
    )
    .later(),
    Code::delivery(
        "100",
        ErrorKind::Refused,
        BLOG,
        "the carrier bars the message",
    ),
    Code::delivery(
        "110",
        ErrorKind::MessageTooLong,
        BLOG,
        "the text is too long",
    )
    .certainty(Certainty::Rejected),
    Code::delivery(
        "200",
        ErrorKind::OptedOut,
        BLOG,
        "the recipient opted out of this sender with STOP",
    ),
    Code::delivery(
        "201",
        ErrorKind::Account,
        BLOG,
        "a toll-free number of the US cannot send to Canada",
    ),
    Code::delivery(
        "300",
        ErrorKind::Refused,
        SEEN,
        "the message could not be handed on",
    )
    .later()
    .certainty(Certainty::MaybeSent),
    Code::delivery(
        "420",
        ErrorKind::Expired,
        FAQ_API,
        "the message stayed in the queue until its validity ran out",
    ),
    Code::delivery(
        "450",
        ErrorKind::Account,
        FAQ_SMS,
        "the recipient's country is off in the account's Geo Permissions",
    ),
    Code::delivery("900", ErrorKind::Account, SEEN, "the account has no credit"),
    Code::delivery("910", ErrorKind::Account, SEEN, "the account is disabled"),
    Code::delivery(
        "1000",
        ErrorKind::Refused,
        BLOG,
        "the delivery failed and nobody says why",
    )
    .certainty(Certainty::MaybeSent),
];
