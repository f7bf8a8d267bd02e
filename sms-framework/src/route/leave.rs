//! A message's leave to try a provider, shared by whoever may hear how it went.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Admission, blame};
use crate::error::Error;
use crate::message::PhoneNumber;

/// The leave of one send: told once how it went, by the caller that waited for it, or by the task
/// that finished the call when the caller had gone.
#[derive(Debug, Clone)]
pub(crate) struct Leave(Arc<Mutex<Option<Admission>>>);

impl Leave {
    pub(crate) fn new(admission: Admission) -> Self {
        Self(Arc::new(Mutex::new(Some(admission))))
    }

    /// Whether the provider still takes the message.
    pub(crate) fn holds(&self) -> bool {
        let admission = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        admission.as_ref().is_none_or(Admission::holds)
    }

    /// Tells how it went; what is told later is nothing new.
    pub(crate) fn report(&self, error: Option<&Error>, to: &PhoneNumber) {
        let mut admission = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(admission) = admission.take() {
            admission.report(blame(error), to);
        }
    }
}
