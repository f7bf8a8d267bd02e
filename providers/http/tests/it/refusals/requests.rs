//! Requests, addresses, credentials.

use super::{more, says, with};
use crate::support::{build, refusal};

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
        "`providers.acme.secret.key`: it has a blank at an end, or a control character; copy it again",
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
fn secrets_themselves() {
    says(
        "secret = { key = 's3cr3t' }",
        "",
        "`providers.acme.secret.key`: it is missing; set SMS_PROVIDERS__ACME__SECRET__KEY, or SMS_PROVIDERS__ACME__SECRET__KEY_FILE to the path of a file that holds it",
    );
    says(
        "key = 's3cr3t'",
        "key = ''",
        "`providers.acme.secret.key`: it is missing; set SMS_PROVIDERS__ACME__SECRET__KEY, or SMS_PROVIDERS__ACME__SECRET__KEY_FILE to the path of a file that holds it",
    );
    says(
        "key = 's3cr3t'",
        "key = ' s3cr3t'",
        "`providers.acme.secret.key`: it has a blank at an end, or a control character; copy it again",
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
        "`providers.acme.request.auth.bearer`: it names no `{secret.NAME}`, so that the credential would stand here for all to read; list NAME in `secrets`",
    );
    says(
        "['key']\n    secret = { key = 's3cr3t' }",
        "['key', 'more']\n    secret = { key = 's3cr3t', more = 'x' }",
        "`providers.acme.secrets`: `more` is used nowhere; put `{secret.more}` where it belongs, or take it out",
    );
    says(
        "user = '{config.user}'",
        "",
        "`providers.acme.config.user`: it is used nowhere; put `{config.user}` where it belongs, or take it out",
    );
    let sentence = "`providers.acme.webhook_path_secret`: it stands in a URL and must not be guessed: write 16 or more letters and digits (- . _ ~ are allowed, too)";
    says("'0123456789abcdef'", "'short'", sentence);
    says("'0123456789abcdef'", "'0123456789/abcdef'", sentence);
}
