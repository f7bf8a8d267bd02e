//! Sinch's error codes. What is not here is judged by its HTTP status, or by a receipt's status.

use sms_framework::provider::Code;
use sms_framework::{Certainty, Class, ErrorKind};

const GUIDE: &str = "https://github.com/sinch/docs (docs/sms/sms-guide.md)";
const STATUSES: &str = "https://community.sinch.com (article 14163)";
const BLOCKED: &str = "https://github.com/sinch/docs (pull request 314)";
const JAVA_ERRORS: &str = "the error constants of Sinch's former Java SDK";
const RECEIPTS: &str = "https://github.com/sinch/sinch-sdk-java (DeliveryReceiptStatusCode.java)";
const CARRIER: &str = "https://developers.sinch.com/docs/sms (10DLC errors)";
const TOLL_FREE: &str = "https://community.sinch.com (article 15313)";

pub(crate) const CODES: &[Code] = &[
    // In the answer to the send.
    Code::request(
        "syntax_invalid_json",
        ErrorKind::Refused,
        STATUSES,
        "the request is not JSON, or not of the promised form",
    ),
    Code::request(
        "syntax_invalid_parameter_format",
        ErrorKind::Refused,
        STATUSES,
        "a value has the wrong form: the recipient's or the sender's, mostly",
    ),
    Code::request(
        "syntax_constraint_violation",
        ErrorKind::Refused,
        STATUSES,
        "a value is missing, too long, or one too many",
    ),
    Code::request(
        "unknown_group",
        ErrorKind::Refused,
        GUIDE,
        "no group has the id that was written as recipient",
    ),
    Code::request(
        "unknown_campaign",
        ErrorKind::Account,
        GUIDE,
        "no campaign goes with this sender",
    ),
    Code::request(
        "missing_callback_url",
        ErrorKind::Account,
        STATUSES,
        "receipts are asked for, and there is no URL to post them to: set `callback_url`, or give the service plan one, or set `delivery_report = \"none\"`",
    ),
    Code::request(
        "illegal_number_type",
        ErrorKind::Refused,
        STATUSES,
        "numbers of this type are not allowed in the region",
    ),
    // As an older text of the guide spells it.
    Code::request(
        "llegal_number_type",
        ErrorKind::Refused,
        GUIDE,
        "numbers of this type are not allowed in the region",
    ),
    Code::request(
        "blocked_account",
        ErrorKind::Account,
        BLOCKED,
        "the account is blocked, perhaps for want of credit",
    ),
    Code::request(
        "conflict_send_at",
        ErrorKind::Refused,
        JAVA_ERRORS,
        "the batch was sent already and cannot be changed",
    ),
    Code::request(
        "conflict_group_name",
        ErrorKind::Refused,
        JAVA_ERRORS,
        "another group has this name",
    ),
    // In a receipt: what Sinch itself says.
    Code::delivery(
        "402",
        ErrorKind::Recipient,
        RECEIPTS,
        "no route leads to the recipient",
    ),
    Code::delivery(
        "403",
        ErrorKind::ServerError,
        RECEIPTS,
        "Sinch failed while it handled the message",
    ),
    Code::delivery(
        "404",
        ErrorKind::Refused,
        RECEIPTS,
        "the message failed for a reason that passes",
    )
    .later(),
    Code::delivery(
        "405",
        ErrorKind::Refused,
        RECEIPTS,
        "a placeholder of the text has no value",
    ),
    Code::delivery(
        "406",
        ErrorKind::Expired,
        RECEIPTS,
        "its validity period ran out before it went to the carrier",
    ),
    Code::delivery(
        "407",
        ErrorKind::Canceled,
        RECEIPTS,
        "it was canceled at Sinch before it went to the carrier",
    )
    .class(Class::Permanent),
    Code::delivery(
        "408",
        ErrorKind::Refused,
        RECEIPTS,
        "Sinch rejected the message",
    ),
    Code::delivery(
        "410",
        ErrorKind::Account,
        RECEIPTS,
        "no sender was named, and the plan has none by default",
    ),
    Code::delivery(
        "411",
        ErrorKind::MessageTooLong,
        RECEIPTS,
        "the text needs more parts than are allowed",
    )
    .certainty(Certainty::Rejected),
    Code::delivery(
        "412",
        ErrorKind::Account,
        RECEIPTS,
        "the account is not set up for the recipient's region",
    ),
    Code::delivery(
        "413",
        ErrorKind::Account,
        RECEIPTS,
        "the account is blocked, or has no credit",
    ),
    // In a receipt: what the carrier said.
    Code::delivery(
        "15",
        ErrorKind::Refused,
        CARRIER,
        "a spam filter stopped the message",
    ),
    Code::delivery(
        "60",
        ErrorKind::Account,
        CARRIER,
        "the sender's campaign is not active",
    ),
    Code::delivery(
        "62",
        ErrorKind::Refused,
        CARRIER,
        "a spam filter stopped the message",
    ),
    Code::delivery(
        "64",
        ErrorKind::Account,
        CARRIER,
        "the sender's quota is used up, or the toll-free number is not verified",
    ),
    Code::delivery(
        "257",
        ErrorKind::OptedOut,
        TOLL_FREE,
        "the recipient opted out of the toll-free number",
    ),
];
