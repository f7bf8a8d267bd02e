//! What is missing, and what may not be claimed.

use super::{more, says, with};
use crate::support::refusal;

#[test]
fn what_is_missing() {
    says(
        "path = '/send'",
        "",
        "`providers.acme.request.path`: it is missing; write it",
    );
    says(
        "status = 'status'",
        "",
        "`providers.acme.receipt.status`: it is missing; write it",
    );
    says(
        "[accept]\n    id = 'id'",
        "",
        "`providers.acme.accept`: it is missing; write the table",
    );
    says(
        "to = '{to}'",
        "",
        "`providers.acme.request`: nothing in it is the recipient; put `{to}` into a field",
    );
    says(
        "text = '{text}'",
        "",
        "`providers.acme.request`: nothing in it is the text; put `{text}` into a field, or `{var.NAME}` where a template of the gateway is sent",
    );
    // In one alphabet alone is not enough.
    more(
        "request",
        "unicode = { text = { absent = true } }",
        "`providers.acme.request`: nothing in it is the text; put `{text}` into a field, or `{var.NAME}` where a template of the gateway is sent",
    );
}

#[test]
fn what_may_not_be_claimed() {
    let why = "this status does not say that the message was not taken; write `ambiguous`, or `{ class = \"…\", proven_not_sent = true }` where the gateway says so";
    for status in ["500", "503", "408"] {
        for word in ["'permanent'", "'throttle'", "{ class = 'transient' }"] {
            more(
                "reject",
                &format!("status = {{ {status} = {word} }}"),
                &format!("`providers.acme.reject.status.{status}`: {why}"),
            );
        }
    }
    for status in ["200", "99", "abc"] {
        more(
            "reject",
            &format!("status = {{ {status} = 'permanent' }}"),
            &format!(
                "`providers.acme.reject.status.{status}`: it is no HTTP status of a refusal; write one from 300 to 599"
            ),
        );
    }
    more(
        "reject.codes",
        "E2 = { class = 'ambiguous', proven_not_sent = true }",
        "`providers.acme.reject.codes.E2`: it cannot be `ambiguous` and proven not sent; remove one of them",
    );
    more(
        "reject",
        "default = 'permanent'",
        "`providers.acme.reject.default`: it needs to be told what success looks like; set `accept.where`",
    );
    says(
        "code = 'code'",
        "",
        "`providers.acme.reject.codes`: nothing says where the code is; set `reject.code` or `reject.capture`",
    );
    more(
        "request",
        "idempotent = true",
        "`providers.acme.request.idempotent`: the gateway can know a message again by an id only; put `{message_id}` into a field",
    );
    more(
        "request",
        "max_segments = 0",
        "`providers.acme.request.max_segments`: it must be at least 1; leave it out where there is no limit",
    );
    more(
        "request",
        "validity = { shortest = '1m', longest = '1h' }",
        "`providers.acme.request.validity`: nothing in the request holds it; put `{validity_seconds?}` into a field",
    );
    says(
        "url = '{receipt_url?}'",
        "url = '{receipt_url?}'\nttl = '{validity_seconds?}'",
        "`providers.acme.request.validity`: it is missing; say what `{validity_seconds?}` may be: `{ shortest = \"1m\", longest = \"72h\" }`",
    );
    more(
        "request",
        "validity = { shortest = '500ms', longest = '1h' }",
        "`providers.acme.request.validity`: it is written to the gateway in seconds; write whole ones, from \"1s\" on",
    );
    more(
        "request",
        "validity = { shortest = '2h', longest = '1h' }",
        "`providers.acme.request.validity`: `longest` is shorter than `shortest`; swap them",
    );
    more(
        "receipt",
        "reply = { status = 500 }",
        "`providers.acme.receipt.reply.status`: it takes a status from 200 to 299; others are for calls that are refused",
    );
    more(
        "receipt",
        "codes = { a = 'permanent' }",
        "`providers.acme.receipt.codes`: nothing says where the code is; set `receipt.error`",
    );
}

#[test]
fn calls_that_nobody_could_trust() {
    says(
        "webhook_path_secret = '0123456789abcdef'",
        "",
        "`providers.acme.receipt.auth`: its calls are told by a secret in our URL; set `webhook_path_secret`",
    );
    let one = "it takes `\"url_secret\"`, or a table with one of basic, header and jwt_hs256";
    more(
        "receipt",
        "auth = 'none'",
        &format!("`providers.acme.receipt.auth`: {one}"),
    );
    more(
        "receipt",
        "auth = {}",
        &format!("`providers.acme.receipt.auth`: {one}"),
    );
    more(
        "inbound",
        "auth = { hmac = ['a', 'b'] }",
        "`providers.acme.inbound.auth.hmac`: there is no such key; there are basic, header, jwt_hs256, url_secret",
    );
    more(
        "receipt",
        "auth = { header = ['X-A', ''] }",
        "`providers.acme.receipt.auth`: an empty secret guards nothing; use `{secret.NAME}`",
    );
    more(
        "receipt",
        "auth = { header = ['X-A', 'written-here'] }",
        "`providers.acme.receipt.auth`: it names no `{secret.NAME}`, so that the credential would stand here for all to read; list NAME in `secrets`",
    );
    let bare = "base_url = 'https://a.example'\nwebhook_path_secret = '0123456789abcdef'\n[request]\npath = '/'\nfields = { to = '{to}', text = '{text}' }\n[accept]\nid = 'id'";
    assert_eq!(
        refusal(bare),
        "`providers.acme.webhook_path_secret`: it guards nothing; write a table `receipt` or `inbound`, or unset it"
    );
    let unread = "base_url = 'https://a.example'\ncallback_url = 'https://b.example'\n[request]\npath = '/'\nfields = { to = '{to}', text = '{text}', u = '{receipt_url}' }\n[accept]\nid = 'id'";
    assert_eq!(
        refusal(unread),
        "`providers.acme.callback_url`: the gateway is given it, and nothing says how its calls are read; write the table `receipt`"
    );
    let nameless = with(
        "    id = 'id'\n    status = 'status'",
        "    status = 'status'",
    )
    .replace("callback_url = 'https://b.example/sms'", "");
    assert_eq!(
        refusal(&nameless),
        "`providers.acme.receipt`: nothing in it says which message is meant; set `id` or `message_id`, or put `{receipt_url}` into the request"
    );
}
