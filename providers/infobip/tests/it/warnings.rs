//! What is said about what works, yet hardly as meant.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::support::{PATH_SECRET, infobip, pending, read};

#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What is logged while it acts.
fn logged(act: impl FnOnce()) -> String {
    let screen = Screen::default();
    let writer = screen.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, act);
    let bytes = screen.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

/// What building a provider with these lines logs.
fn built(lines: &str) -> String {
    logged(|| drop(infobip("http://127.0.0.1:9", lines)))
}

const CALLBACK: &str = "callback_url = 'https://example.org/sms'";

#[test]
fn a_callback_that_nobody_can_check_is_warned_of() {
    let basic = format!("{CALLBACK}\nwebhook_user = 'u'\nwebhook_password = 'p'");
    for lines in [CALLBACK, &basic] {
        let said = built(lines);
        assert!(said.contains("WARN"), "{said}");
        assert!(
            said.contains("each is refused until webhook_path_secret is set"),
            "{said}"
        );
    }
}

#[test]
fn one_with_a_secret_in_its_path_is_not() {
    assert_eq!(built(""), "");
    let lines = format!("{CALLBACK}\nwebhook_path_secret = '{PATH_SECRET}'");
    assert_eq!(built(&lines), "");
}

#[test]
fn an_entry_that_is_passed_over_is_warned_of() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let body = json!({"results": [
        {"messageId": "1", "status": pending()},
        {"messageId": "s3cr3t", "to": "14155550123"},
    ]});
    let said = logged(|| drop(runtime.block_on(read(&body)).unwrap()));
    assert!(
        said.contains("an entry of a webhook call is passed over"),
        "{said}"
    );
    assert!(said.contains("has no `status` with a name"), "{said}");
    assert!(
        !said.contains("s3cr3t") && !said.contains("14155550123"),
        "{said}"
    );
}
