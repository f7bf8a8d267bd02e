//! What is said at start-up about a table that works, yet hardly as meant.

use std::io::Write;
use std::sync::{Arc, Mutex};

use crate::support::build;

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

/// What building a provider with `lines` in its table logs.
fn logged(lines: &str) -> String {
    logged_by(&format!(
        "account_sid = 'AC1'\nauth_token = 'very-secret'\n{lines}"
    ))
}

/// What building a provider of this table logs.
fn logged_by(table: &str) -> String {
    let screen = Screen::default();
    let writer = screen.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        build(table).unwrap();
    });
    let bytes = screen.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_missing_sender_is_warned_of() {
    let logged = logged("");
    assert!(logged.contains("WARN"), "{logged}");
    assert!(
        logged.contains("no sender is configured: +15555551234 is used"),
        "{logged}"
    );
    assert!(logged.contains("set TWILIO_FROM_PHONE"), "{logged}");
}

#[test]
fn a_sender_or_a_service_is_enough() {
    assert_eq!(logged("from = '+14155550100'"), "");
    assert_eq!(logged("messaging_service_sid = 'MG7'"), "");
}

#[test]
fn a_plain_connection_beyond_this_machine_is_warned_of() {
    let from = "from = '+14155550100'";
    assert!(logged(&format!("{from}\nbase_url = 'http://10.0.0.7'")).contains("not https"));
    assert_eq!(
        logged(&format!("{from}\nbase_url = 'http://127.0.0.1:8080'")),
        ""
    );
}

#[test]
fn a_region_beside_a_base_url_is_warned_of() {
    let table = "from = '+14155550100'\nbase_url = 'https://proxy.example'\nregion = 'ie1'";
    assert!(logged(table).contains("base_url is set, so edge and region are not used"));
}

#[test]
fn a_callback_that_nobody_can_check_is_warned_of() {
    let callback = "from = '+14155550100'\nstatus_callback = 'https://example.org/s'";
    let key = "account_sid = 'AC1'\napi_key = 'SK1'\napi_key_secret = 'hush'";
    let logged_of_key = logged_by(&format!("{key}\n{callback}"));
    assert!(
        logged_of_key.contains("status_callback is set, yet receipts cannot be checked"),
        "{logged_of_key}"
    );
    assert!(logged_of_key.contains("set TWILIO_AUTH_TOKEN too"));
    assert_eq!(logged(callback), "");
    assert_eq!(
        logged_by(&format!("{key}\nauth_token = 't'\n{callback}")),
        ""
    );
    // Without a callback, nobody may want receipts.
    assert_eq!(logged_by(&format!("{key}\nfrom = '+14155550100'")), "");
}
