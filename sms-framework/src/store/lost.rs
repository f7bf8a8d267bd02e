//! Writes that were lost because nobody waited for them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::Error;

/// Counts them, keeps the last reason, and reports the first of a row of failures.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    count: AtomicU64,
    failing: AtomicBool,
    last: Mutex<Option<String>>,
}

impl Lost {
    pub(crate) fn count(&self, error: &Error) {
        self.count.fetch_add(1, Ordering::Relaxed);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        if !self.failing.swap(true, Ordering::Relaxed) {
            tracing::error!(%error, "the message log could not be written; further losses are counted, not logged");
        }
    }

    /// A write went well: the next loss is news again.
    pub(crate) fn written(&self) {
        if self.failing.load(Ordering::Relaxed) {
            self.failing.store(false, Ordering::Relaxed);
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn last_error(&self) -> Option<String> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
