//! Every sentence with which a description is refused: the full key, and what to do.

use crate::support::{build, refusal};

const WHOLE: &str = "base_url = 'https://api.example'
    secrets = ['key']
    secret = { key = 's3cr3t' }
    from = 'ACME'
    config = { user = 'me' }
    webhook_path_secret = '0123456789abcdef'
    callback_url = 'https://b.example/sms'
    [request]
    path = '/send'
    auth = { bearer = '{secret.key}' }
    [request.fields]
    to = '{to}'
    text = '{text}'
    user = '{config.user}'
    url = '{receipt_url?}'
    [accept]
    id = 'id'
    [reject]
    code = 'code'
    [reject.codes]
    E1 = 'permanent'
    [receipt]
    from = 'form'
    id = 'id'
    status = 'status'
    [receipt.states]
    sent = 'sent'
    [inbound]
    from = 'json'
    sender = 'from'
    to = 'to'
    text = 'text'";

/// The whole description with one line in the place of another.
fn with(line: &str, instead: &str) -> String {
    assert!(WHOLE.contains(line), "{line} is in the description");
    WHOLE.replacen(line, instead, 1)
}

fn says(line: &str, instead: &str, sentence: &str) {
    assert_eq!(refusal(&with(line, instead)), sentence, "{instead}");
}

/// A line more in a table.
fn more(table: &str, line: &str, sentence: &str) {
    let head = format!("[{table}]\n");
    says(&head, &format!("{head}{line}\n"), sentence);
}

#[test]
fn the_description_that_is_spoilt_below_is_taken() {
    build(WHOLE);
}

#[test]
fn unknown_keys_and_words() {
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
fn secrets_themselves() {
    says(
        "secret = { key = 's3cr3t' }",
        "",
        "`providers.acme.secret.key`: it is missing; set SMS_PROVIDERS__ACME__SECRET__KEY, or SMS_PROVIDERS__ACME__SECRET__KEY_FILE to the path of a file that holds it",
    );
    says(
        "key = 's3cr3t'",
        "key = ''",
        "`providers.acme.secret.key`: it is empty; set SMS_PROVIDERS__ACME__SECRET__KEY",
    );
    says(
        "key = 's3cr3t'",
        "key = 's3cr3t', kez = 'x'",
        "`providers.acme.secret.kez`: it is set, yet `secrets` does not name it; did you mean `key`?",
    );
    says(
        "secrets = ['key']",
        "secrets = ['key', 'key']",
        "`providers.acme.secrets`: `key` stands in it twice; write it once",
    );
    says(
        "secrets = ['key']",
        "secrets = ['Key']",
        "`providers.acme.secrets`: `Key` cannot be the name of a secret, which comes from a variable named after it; use a to z, 0 to 9 and single _, without `_file` at the end",
    );
    says(
        "bearer = '{secret.key}'",
        "bearer = 'x'",
        "`providers.acme.secrets`: `key` is used nowhere; put `{secret.key}` where it belongs, or take it out",
    );
    says(
        "user = '{config.user}'",
        "",
        "`providers.acme.config.user`: it is used nowhere; put `{config.user}` where it belongs, or take it out",
    );
    says(
        "key = 's3cr3t'",
        "key_file = '/nowhere/at/all'",
        "`providers.acme.secret.key_file`: cannot read /nowhere/at/all: No such file or directory (os error 2)",
    );
    let sentence = "`providers.acme.webhook_path_secret`: it must be unguessable and fit into a URL: 16 or more of a to z, A to Z, 0 to 9 and - . _ ~";
    says("'0123456789abcdef'", "'short'", sentence);
    says("'0123456789abcdef'", "'0123456789/abcdef'", sentence);
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
fn requests() {
    let path = |path: &str, why: &str| {
        says(
            "path = '/send'",
            &format!("path = '{path}'"),
            &format!("`providers.acme.request.path`: {why}"),
        );
    };
    path(
        "send",
        "it begins with a slash, as in `/v3/sms/send`; add it",
    );
    path(
        "/a?b=c",
        "it holds a query or a fragment; put parameters into `request.query`",
    );
    path(
        "/a b",
        "it holds a character that must be percent-encoded; encode it",
    );
    path("/a/../b", "it holds a segment of dots; write the path out");
    path(
        "/{from?}",
        "`{from}` may not be left out of a path; remove the `?`",
    );
    more(
        "request",
        "headers = { Host = 'x' }",
        "`providers.acme.request.headers.Host`: this header is the protocol's own; remove it",
    );
    more(
        "request",
        "headers = { Authorization = 'x' }",
        "`providers.acme.request.headers.Authorization`: credentials go into `request.auth`",
    );
    more(
        "request",
        "headers = { 'a b' = 'x' }",
        "`providers.acme.request.headers.a b`: it is no name of a header; mend it",
    );
    more(
        "request",
        "headers = { A = \"x\\r\\ny\" }",
        "`providers.acme.request.headers.A`: it holds a line break or another control character; remove it",
    );
    more(
        "request",
        "method = 'GET'\nbody = 'json'",
        "`providers.acme.request.body`: a GET has no body; write `body = \"none\"`, which puts the fields into the query, or `method = \"POST\"`",
    );
    let one = "it takes `\"none\"`, or a table with one of basic, bearer, header and query";
    says(
        "{ bearer = '{secret.key}' }",
        "'basic'",
        &format!("`providers.acme.request.auth`: {one}"),
    );
    says(
        "{ bearer = '{secret.key}' }",
        "{ bearer = '{secret.key}', basic = ['a', 'b'] }",
        &format!("`providers.acme.request.auth`: {one}"),
    );
    says(
        "{ bearer = '{secret.key}' }",
        "{ baerer = '{secret.key}' }",
        "`providers.acme.request.auth.baerer`: there is no such key; did you mean `bearer`?",
    );
    says(
        "{ bearer = '{secret.key}' }",
        "{ basic = ['{secret.key}'] }",
        "`providers.acme.request.auth.basic`: it takes a list of two texts",
    );
    says(
        "{ bearer = '{secret.key}' }",
        "{ basic = ['a:{secret.key}', ''] }",
        "`providers.acme.request.auth.basic`: a user of Basic authentication holds no colon; are user and password two texts?",
    );
    says(
        "'s3cr3t'",
        "\"s3\\ncr3t\"",
        "`providers.acme.request.auth.bearer`: its value holds a line break or another control character; set it anew",
    );
    let nested = with("path = '/send'", "path = '/send'\nbody = 'form'").replace(
        "user = '{config.user}'",
        "user = { name = '{config.user}' }",
    );
    assert_eq!(
        refusal(&nested),
        "`providers.acme.request.fields.user`: a form or a query holds texts only; write `name = \"…\"`, or `body = \"json\"`"
    );
}

#[test]
fn xml() {
    let with_xml = |xml: &str, rest: &str| {
        refusal(&format!(
            "base_url = 'https://api.example'\n[request]\npath = '/'\nbody = 'xml'\n{rest}\nxml = '''{xml}'''\n[accept]\nid = 'id'"
        ))
    };
    let says = |xml: &str, why: &str| {
        assert_eq!(
            with_xml(xml, ""),
            format!("`providers.acme.request.xml`: {why}")
        );
    };
    says(
        "<a><{to}>{text}</{to}></a>",
        "it is not well-formed XML (invalid name token at 1:5); mend it",
    );
    says(
        "<a><!-- {to} --><b>{text}</b></a>",
        "a placeholder may stand in the text of an element or in the value of an attribute only",
    );
    says(
        "<a><b><![CDATA[{to}]]></b>{text}</a>",
        "a CDATA section cannot be escaped into; write plain text",
    );
    says(
        "<a>{to} {text} {from?}</a>",
        "a placeholder with `?` would take the whole document away; put it into an element of its own",
    );
    says(
        "<a>{to} {txt}</a>",
        "`{txt}` is no placeholder; did you mean `text`?",
    );
    let fields = with_xml("<a>{to} {text}</a>", "fields = { a = 1 }");
    assert_eq!(
        fields,
        "`providers.acme.request.fields`: an XML body is the document in `request.xml`; remove the table"
    );
    more(
        "request",
        "body = 'xml'",
        "`providers.acme.request.xml`: it is missing; write the document",
    );
    more(
        "request",
        "xml = '<a/>'",
        "`providers.acme.request.xml`: it is the body of `body = \"xml\"` only; remove one of them",
    );
}

#[test]
fn addresses() {
    let base = "base_url = 'https://api.example'";
    says(
        base,
        "",
        "`providers.acme.base_url`: it is missing; write it, or pick a `region`",
    );
    says(
        base,
        "base_url = 'http://api.example'",
        "`providers.acme.base_url`: without TLS everybody on the way can read credentials and texts; write https, or set `allow_plain_http = true`",
    );
    says(
        base,
        "base_url = 'https://api.example/?a=b'",
        "`providers.acme.base_url`: it has a query or a fragment",
    );
    says(
        base,
        "regions = { eu = 'https://eu.example' }\nregion = 'ue'",
        "`providers.acme.region`: `ue` is not in `regions`; there are eu",
    );
    says(
        base,
        "regions = { eu = 'http://eu.example' }\nregion = 'eu'",
        "`providers.acme.regions.eu`: without TLS everybody on the way can read credentials and texts; write https, or set `allow_plain_http = true`",
    );
    says(
        "callback_url = 'https://b.example/sms'",
        "callback_url = '/sms'",
        "`providers.acme.callback_url`: it is not an absolute http or https URL",
    );
    says(
        "url = '{receipt_url?}'",
        "",
        "`providers.acme.callback_url`: nothing in the request holds it; put `{receipt_url?}` into a field, or leave it out where the URL is set at the gateway",
    );
    says(
        "from = 'ACME'",
        "from = 'service:x'",
        "`providers.acme.from`: a gateway has no messaging services; write a number or a sender ID",
    );
    says(
        base,
        &format!("{base}\ntimeout = '0s'"),
        "`providers.acme.timeout`: it must be longer than zero",
    );
    build(&with(base, "base_url = 'http://127.0.0.1:1'"));
    build(&with(
        base,
        "base_url = 'http://api.example'\nallow_plain_http = true",
    ));
    build(&with(
        base,
        "regions = { eu = 'https://eu.example' }\nregion = 'eu'",
    ));
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
        "`providers.acme.inbound.auth.hmac`: there is no such key; there are basic, header, jwt_hs256",
    );
    more(
        "receipt",
        "auth = { header = ['X-A', ''] }",
        "`providers.acme.receipt.auth`: an empty secret guards nothing; use `{secret.NAME}`",
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
