//! What the mock shows through tracing.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::sync::{Arc, Mutex};

use sms_framework::provider::Provider;
use sms_framework::{Message, testkit};
use sms_provider_mock::Mock;
use tracing_subscriber::fmt::MakeWriter;

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

impl MakeWriter<'_> for Screen {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// What one send of a two-line text prints.
fn shown(mock: &Mock) -> String {
    let screen = Screen::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(screen.clone())
        .finish();
    let message = testkit::outbound(Message::new("+14155550123", "Doors open\nat eight."));
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(mock.send(&message)).unwrap();
    });
    let bytes = screen.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_message_is_one_line_with_its_text_and_a_masked_recipient() {
    let shown = shown(&Mock::builder().build());
    for part in [
        "INFO sms_provider_mock: would have been sent",
        "to=\"+1415***0123\"",
        "from=+15555551234",
        "segments=1",
        r#"body="Doors open\nat eight.""#,
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    assert_eq!(shown.lines().count(), 1, "{shown}");
}

#[test]
fn with_show_body_off_the_text_is_not_shown() {
    let shown = shown(&Mock::builder().show_body(false).build());
    assert!(
        shown.contains("would have been sent") && !shown.contains("Doors"),
        "{shown}"
    );
}
