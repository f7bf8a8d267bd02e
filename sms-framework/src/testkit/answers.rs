//! What an application's own mock of [`SmsService`](crate::SmsService) answers with.

use crate::client::{DatabaseStatus, Mode, Status};
use crate::delivery::{Counts, Delivery};
use crate::error::Error;
use crate::message::{Acceptance, Message, MessageState, Receipt};
use crate::stack;

/// The receipt of a message that the provider `fake` took at the first attempt.
///
/// # Panics
/// The recipient is not E.164.
///
/// # Examples
/// ```
/// use sms_framework::{Message, MockSmsService, SmsService, testkit};
///
/// let mut sms = MockSmsService::new();
/// sms.expect_send().returning(|message| Ok(testkit::receipt(message)));
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let receipt = sms.send(Message::new("+14155550123", "Hello")).await?;
/// assert_eq!(receipt.provider, "fake");
/// # Ok::<_, sms_framework::Error>(()) })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn receipt(message: Message) -> Receipt {
    let message = super::outbound(message);
    let acceptance = Acceptance::new(format!("fake-{}", message.id()));
    stack::receipt(&message, "fake", acceptance, false, 1)
}

/// What became of a message that the provider `fake` took, or that ended in `state` with `error`.
///
/// # Panics
/// The recipient is not E.164.
#[must_use]
pub fn delivery(message: Message, failure: Option<(MessageState, Error)>) -> Delivery {
    let receipt = receipt(message);
    let (status, error) = match failure {
        Some((state, error)) => (state, Some(error)),
        None => (receipt.status, None),
    };
    Delivery {
        path: Vec::new(),
        id: receipt.id,
        status,
        provider: receipt.provider.clone(),
        provider_message_id: receipt.provider_message_id.clone(),
        provider_status: None,
        simulated: false,
        to: receipt.to.to_string(),
        from: receipt.from.clone(),
        segments: receipt.segments,
        encoding: receipt.encoding,
        attempts: receipt.attempts,
        next_attempt_at: None,
        receipt: error.is_none().then_some(receipt),
        error,
    }
}

/// The status of a service that sends for real through the provider `fake`, healthy and unused.
#[must_use]
pub fn status() -> Status {
    Status {
        providers: Vec::new(),
        missing: Vec::new(),
        mock_mode: false,
        mode: Mode::Real,
        environment: "test".to_owned(),
        provider: "fake".to_owned(),
        kind: "fake".to_owned(),
        reason: "a test says so".to_owned(),
        fallback: None,
        sender: None,
        database: DatabaseStatus {
            kind: "memory",
            location: String::new(),
            healthy: true,
            error: None,
            clock: None,
        },
        limiter: None,
        log_failures: 0,
        counts: Counts::default(),
        queue: None,
    }
}
