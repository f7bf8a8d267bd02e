//! Keys, words, placeholders, paths and expressions.

use super::{more, says, with};
use crate::support::refusal;

#[test]
fn unknown_keys_and_words() {
    more(
        "accept",
        "read = 5",
        "`providers.acme.accept.read`: it takes one of its words, in quotes",
    );
    more(
        "request",
        "metod = 'POST'",
        "`providers.acme.request.metod`: there is no such key; did you mean `method`?",
    );
    more(
        "request",
        "zzz = 1",
        "`providers.acme.request.zzz`: there is no such key; there are method, path, headers, query, body, number, sender_number, auth, max_segments, validity, idempotent, fields, unicode, xml",
    );
    more(
        "request",
        "body = 'jsn'",
        "`providers.acme.request.body`: `jsn` is none of json, form, xml, none; did you mean `json`?",
    );
    more(
        "request",
        "method = 'PUT'",
        "`providers.acme.request.method`: `PUT` is none of POST, GET",
    );
    more(
        "request",
        "number = 'e165'",
        "`providers.acme.request.number`: `e165` is none of e164, digits, zero_zero, integer; did you mean `e164`?",
    );
    more(
        "request",
        "max_segments = 'many'",
        "`providers.acme.request.max_segments`: it takes a whole number",
    );
    more(
        "request",
        "headers = { A = 1 }",
        "`providers.acme.request.headers.A`: it takes text",
    );
    more(
        "accept",
        "read = 'yaml'",
        "`providers.acme.accept.read`: `yaml` is none of json, xml, form, text",
    );
    more(
        "reject.codes",
        "E2 = 'permanant'",
        "`providers.acme.reject.codes.E2`: `permanant` is none of permanent, recipient, opted_out, configuration, credentials, transient, throttle, ambiguous; did you mean `permanent`?",
    );
    more(
        "reject.codes",
        "E2 = { clas = 'permanent' }",
        "`providers.acme.reject.codes.E2.clas`: there is no such key; did you mean `class`?",
    );
    more(
        "reject.codes",
        "E2 = { class = 'optedout' }",
        "`providers.acme.reject.codes.E2.class`: `optedout` is none of permanent, recipient, opted_out, configuration, credentials, transient, throttle, ambiguous; did you mean `opted_out`?",
    );
    more(
        "reject",
        "default = 'fatal'",
        "`providers.acme.reject.default`: `fatal` is none of permanent, recipient, opted_out, configuration, credentials, transient, throttle, ambiguous",
    );
    more(
        "receipt.states",
        "x = 'deliverd'",
        "`providers.acme.receipt.states.x`: `deliverd` is none of scheduled, accepted, sent, delivered, undelivered, failed, canceled, expired, rejected; did you mean `delivered`?",
    );
    more(
        "receipt.states",
        "x = 'queued'",
        "`providers.acme.receipt.states.x`: `queued` is none of scheduled, accepted, sent, delivered, undelivered, failed, canceled, expired, rejected",
    );
    more(
        "receipt",
        "reply = { state = 200 }",
        "`providers.acme.receipt.reply.state`: there is no such key; did you mean `status`?",
    );
    says(
        "from = 'json'",
        "from = 'jsn'",
        "`providers.acme.inbound.from`: `jsn` is none of form, json, query, json_in_form:FIELD; did you mean `json`?",
    );
    says(
        "from = 'json'",
        "from = 'json_in_form:'",
        "`providers.acme.inbound.from`: `json_in_form:` is none of form, json, query, json_in_form:FIELD; did you mean `json_in_form:FIELD`?",
    );
}

#[test]
fn placeholders() {
    let field = |text: &str, why: &str| {
        let sentence = format!("`providers.acme.request.fields.text`: {why}");
        says("text = '{text}'", &format!("text = '{text}'"), &sentence);
    };
    field("{txt}", "`{txt}` is no placeholder; did you mean `text`?");
    field(
        "{}",
        "`{}` is no placeholder; there are to, from, text, text.hex_utf16be, message_id, attempt_id, receipt_url, encoding, segments, validity_seconds, var.NAME, secret.NAME, config.NAME",
    );
    field(
        "{text.upper}",
        "`{text.upper}` is no placeholder; did you mean `text`?",
    );
    field(
        "{secret.kez}",
        "`{secret.kez}` is not named in `secrets`; did you mean `key`?",
    );
    field(
        "{config.usr}",
        "`{config.usr}` is not set in `config`; did you mean `user`?",
    );
    field(
        "{env.HOME}",
        "`{env.HOME}` is no placeholder; there are to, from, text, text.hex_utf16be, message_id, attempt_id, receipt_url, encoding, segments, validity_seconds, var.NAME, secret.NAME, config.NAME",
    );
    field(
        "{var.}",
        "`{var.}` is no placeholder; did you mean `var.NAME`?",
    );
    field(
        "{text",
        "it has a `{` without its `}`; write `{{` where a brace is meant",
    );
    field(
        "text}",
        "it has a `}` without its `{`; write `}}` where a brace is meant",
    );
    field("{text?}", "`{text?}` is never empty; write `{text}`");
    field(
        "{validity_seconds}",
        "most messages have no validity period; write `{validity_seconds?}`",
    );
    says(
        "url = '{receipt_url?}'",
        "u = ['{reciept_url}']",
        "`providers.acme.request.fields.u.0`: `{reciept_url}` is no placeholder; did you mean `receipt_url`?",
    );
    says(
        "url = '{receipt_url?}'",
        "'{to}' = 1",
        "`providers.acme.request.fields.{to}`: a placeholder may stand in a value, not in a name",
    );
    says(
        "url = '{receipt_url?}'",
        "u = { absent = true }",
        "`providers.acme.request.fields.u`: `{ absent = true }` takes a field away for other alphabets and stands in `request.unicode` only; leave the field out",
    );
    let without =
        with("callback_url = 'https://b.example/sms'", "").replace("receipt_url?", "receipt_url");
    assert_eq!(
        refusal(&without),
        "`providers.acme.request.fields.url`: there is no URL for receipts; set `callback_url`, or write `{receipt_url?}`"
    );
}

#[test]
fn secrets_where_they_may_not_stand() {
    more(
        "request",
        "headers = { X-Key = '{secret.key}' }",
        "`providers.acme.request.headers.X-Key`: `{secret.key}` may not stand in `headers`, which are not guarded as credentials; use `auth = { header = [NAME, VALUE] }`",
    );
    more(
        "accept",
        "where = { a = '{secret.key}' }",
        "`providers.acme.accept.where.a`: it takes a value, a list of values, or `{ absent = true }`; a placeholder has no meaning here",
    );
    more(
        "receipt.states",
        "'x' = '{secret.key}'",
        "`providers.acme.receipt.states.x`: `{secret.key}` is none of scheduled, accepted, sent, delivered, undelivered, failed, canceled, expired, rejected",
    );
    says(
        "bearer = '{secret.key}'",
        "bearer = '{text}'",
        "`providers.acme.request.auth.bearer`: `{text}` has no place in `auth`, which takes `{secret.NAME}` and `{config.NAME}` only",
    );
    says(
        "bearer = '{secret.key}'",
        "bearer = '{config.user?}'",
        "`providers.acme.request.auth.bearer`: `{config.user}` may not be left out of `auth`; remove the `?`",
    );
}

#[test]
fn paths_and_conditions() {
    says(
        "id = 'id'",
        "id = 'a..b'",
        "`providers.acme.accept.id`: it is no path; write names and numbers with a dot between them, such as `data.messages.0.id`",
    );
    says(
        "code = 'code'",
        "code = '.a'",
        "`providers.acme.reject.code`: it is no path; write names and numbers with a dot between them, such as `data.messages.0.id`",
    );
    says(
        "code = 'code'",
        "code = 5",
        "`providers.acme.reject.code`: it takes a path, or a list of paths",
    );
    says(
        "status = 'status'",
        "status = 'a.'",
        "`providers.acme.receipt.status`: it is no path; write names and numbers with a dot between them, such as `data.messages.0.id`",
    );
    says(
        "sender = 'from'",
        "sender = 'a.'",
        "`providers.acme.inbound.sender`: it is no path; write names and numbers with a dot between them, such as `data.messages.0.id`",
    );
    let long = vec!["a"; 33].join(".");
    says(
        "id = 'id'",
        &format!("id = '{long}'"),
        "`providers.acme.accept.id`: a path has 32 steps at most; shorten it",
    );
    more(
        "accept",
        "where = { a = [] }",
        "`providers.acme.accept.where.a`: it takes a value, a list of values, or `{ absent = true }`; a placeholder has no meaning here",
    );
    more(
        "accept",
        "where = { a = { absent = false } }",
        "`providers.acme.accept.where.a`: it takes a value, a list of values, or `{ absent = true }`; a placeholder has no meaning here",
    );
    more(
        "accept",
        "where = { 'a..b' = 1 }",
        "`providers.acme.accept.where.a..b`: it is no path; write names and numbers with a dot between them, such as `data.messages.0.id`",
    );
    more(
        "accept",
        "status = [200, 400]",
        "`providers.acme.accept.status`: it takes statuses from 200 to 299 only; what others mean is for `reject.status`",
    );
    more(
        "accept",
        "status = []",
        "`providers.acme.accept.status`: it takes statuses from 200 to 299 only; what others mean is for `reject.status`",
    );
}

#[test]
fn captures() {
    let text = |capture: &str, why: &str| {
        let instead = format!("read = 'text'\ncapture = '{capture}'");
        says(
            "id = 'id'",
            &instead,
            &format!("`providers.acme.accept.capture`: {why}"),
        );
    };
    text(
        "(a)(b)",
        "it takes an expression with one group in brackets, the id, or with none",
    );
    text(
        "",
        "it is empty and would match everything; write an expression",
    );
    text(
        &"a".repeat(257),
        "an expression has 256 bytes at most; shorten it",
    );
    assert!(
        refusal(&with("id = 'id'", "read = 'text'\ncapture = '(a'"))
            .starts_with("`providers.acme.accept.capture`: it is no regular expression (")
    );
    // Compiled, it would take all memory that there is.
    assert!(
        refusal(&with(
            "id = 'id'",
            "read = 'text'\ncapture = '((a{900}){900}){900}'"
        ))
        .starts_with("`providers.acme.accept.capture`: it is no regular expression (")
    );
    more(
        "accept",
        "capture = 'a'",
        "`providers.acme.accept.capture`: it is for answers that are text; write `read = \"text\"`, or use `where` and `id`",
    );
    more(
        "accept",
        "read = 'text'",
        "`providers.acme.accept.id`: a text has no paths; use `capture`",
    );
    more(
        "reject",
        "capture = 'a'",
        "`providers.acme.reject.capture`: it takes an expression with one group in brackets, the code",
    );
}
