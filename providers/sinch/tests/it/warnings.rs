//! What is said about what works, yet hardly as meant.

use std::io::Write;
use std::sync::{Arc, Mutex};

use crate::support::{PATH_SECRET, listener};

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
    logged(|| drop(listener(lines)))
}

const CALLBACK: &str = "callback_url = 'https://example.org/sms'";

#[test]
fn receipts_that_nobody_can_check_are_warned_of() {
    let why = "each is refused until webhook_secret or webhook_path_secret is set";
    for lines in [CALLBACK, "delivery_report = 'per_recipient'"] {
        let said = built(lines);
        assert!(said.contains("WARN") && said.contains(why), "{said}");
    }
}

#[test]
fn what_can_be_checked_or_does_not_come_is_not() {
    for lines in [
        String::new(),
        format!("{CALLBACK}\nwebhook_secret = 'x'"),
        format!("{CALLBACK}\nwebhook_path_secret = '{PATH_SECRET}'"),
        format!("{CALLBACK}\ndelivery_report = 'none'"),
    ] {
        assert_eq!(built(&lines), "");
    }
}
