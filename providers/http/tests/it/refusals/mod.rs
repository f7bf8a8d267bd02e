//! Every sentence with which a description is refused: the full key, and what to do.

mod claims;
mod requests;
mod words;

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
