//! Bodies, numbers and secrets stay out of the log, at any level.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use sms_framework::testkit::{Act, Finding, ScriptedProvider};
use sms_framework::{ErrorKind, Message};
use tracing::Dispatch;
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use super::support::{World, error, fails, minutes};

#[derive(Clone, Default)]
pub(crate) struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Buffer {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Where there is one subscriber, whichever thread comes first to a line of code decides by its own
/// whether anybody listens to that line, and the threads of other tests have none. Of two, both are
/// asked.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// Everything that is traced, down to TRACE.
pub(crate) fn captured() -> (Buffer, impl tracing::Subscriber + Send + Sync) {
    LazyLock::force(&ANOTHER);
    let buffer = Buffer::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(buffer.clone())
        .finish();
    (buffer, subscriber)
}

#[tokio::test(start_paused = true)]
async fn neither_body_nor_number_is_ever_traced() {
    let (log, subscriber) = captured();
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::new(
        ScriptedProvider::new()
            .script([
                Act::Accept,
                fails(ErrorKind::Connect),
                fails(ErrorKind::ServerError),
                fails(ErrorKind::ServerError),
                fails(ErrorKind::Refused),
                Act::Panic,
                Act::Hang,
            ])
            .lookup([Finding::Nothing, Finding::Fails(error(ErrorKind::Connect))]),
    );
    let secret =
        || Message::new("+4915112345678", "the code is zebra-quartz").tag("code", "zebra-quartz");
    for _ in 0..6 {
        let delivery = world.sms.deliver(secret()).await;
        tracing::trace!(?delivery, client = ?world.sms, "what a person might log");
    }
    let _invalid = world
        .sms
        .deliver(Message::new("4915112345678", "the code is zebra-quartz"))
        .await;
    let dropped = tokio::time::timeout(super::support::millis(1), world.sms.send(secret())).await;
    drop(dropped);
    let broadcast = sms_framework::Broadcast::new([secret().to], secret().body);
    tracing::trace!(?broadcast, records = ?world.store.records(), "and this");
    tokio::time::advance(minutes(90)).await;
    let _report = world.sms.process_queue().await.unwrap();
    let log = log.text();
    assert!(
        log.contains("accepted") && log.contains("PROVIDER_FAULT"),
        "it was captured"
    );
    for hidden in ["zebra-quartz", "4915112345678", "15112345678"] {
        assert!(!log.contains(hidden), "`{hidden}` was traced:\n{log}");
    }
}
