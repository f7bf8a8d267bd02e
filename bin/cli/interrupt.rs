//! Ctrl-C and SIGTERM: the first asks to stop, the second does not ask.

use tokio::sync::watch;

use super::output::Output;

/// What the shell reports for a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// What the second signal leaves of messages that were being sent.
pub(super) const LEFT_SENDING: &str = "stopped at once: what was under way is left as `sending`; `sms queue list --state sending` shows it";

/// Whether somebody asked to stop.
#[derive(Debug, Clone)]
pub(super) struct Interrupt(watch::Sender<bool>);

impl Interrupt {
    /// Starts to listen, inside a runtime; the first signal says `first` on stderr, the second one
    /// `second`.
    pub(super) fn listen(
        output: Output,
        first: &'static str,
        second: &'static str,
    ) -> std::io::Result<Self> {
        let interrupt = Self(watch::Sender::new(false));
        let stop = interrupt.clone();
        let mut signals = Signals::new()?;
        tokio::spawn(async move {
            signals.next().await;
            output.note(first);
            stop.stop();
            signals.next().await;
            output.note(second);
            std::process::exit(INTERRUPTED);
        });
        Ok(interrupt)
    }

    /// Asks to stop, as a signal would.
    pub(super) fn stop(&self) {
        self.0.send_replace(true);
    }

    pub(super) fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once somebody asked.
    pub(super) async fn asked(&self) {
        // It cannot fail: this value holds a sender.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Where Ctrl-C cannot be heard it ends the program, as it would without us.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
