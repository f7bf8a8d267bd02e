//! What vendors report by calling us: delivery receipts and messages from phones.

mod call;
mod event;

use async_trait::async_trait;

pub use call::WebhookCall;
pub use event::{DeliveryReceipt, Event, Inbound, OptOut, Part, Price};

use crate::error::{Error, ErrorKind};
use crate::message::MessageId;

/// The name of the query parameter that carries our message id in callback URLs.
pub const MESSAGE_ID_PARAMETER: &str = "sms_message_id";

/// Our message id in the query of a URL, where it was made to carry it: for vendors who repeat, in
/// what they sign, the URL that they were given.
///
/// # Examples
/// ```
/// use sms_framework::provider::message_id_in;
///
/// let id = "0193b0c0-0000-7000-8000-000000000001";
/// let url = format!("https://example.org/sms?a=1&sms_message_id={id}#top");
/// assert_eq!(message_id_in(&url).unwrap().to_string(), id);
/// assert_eq!(message_id_in("https://example.org/sms"), None);
/// ```
#[must_use]
pub fn message_id_in(url: &str) -> Option<MessageId> {
    let query = call::query_of(url).as_bytes();
    let (_, id) = form_urlencoded::parse(query).find(|(name, _)| name == MESSAGE_ID_PARAMETER)?;
    id.parse().ok()
}

/// The error of a call that lacks a field which the vendor promises: `BAD_WEBHOOK`.
///
/// # Examples
/// ```
/// let error = sms_framework::provider::lacks("MessageSid");
/// assert_eq!(error.message(), "the webhook call has no `MessageSid`");
/// ```
#[must_use]
pub fn lacks(field: &str) -> Error {
    let message = format!("the webhook call has no `{field}`");
    Error::new(ErrorKind::BadWebhook, message)
}

/// The power to read what a vendor posts to us.
///
/// One URL may get several kinds of call, and one call may hold many events. An implementation
/// checks the signature over the raw call before it reads anything, and invents nothing: a status
/// word that it does not know stays in
/// [`provider_status`](DeliveryReceipt::provider_status), with no state.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// The events in one call; none where it is of a kind that says nothing about messages.
    ///
    /// # Errors
    /// * `WEBHOOK_REFUSED`: the signature is missing or wrong, or the call is too old;
    /// * `BAD_WEBHOOK`: it is signed and yet not what the vendor promises.
    async fn events(&self, call: &WebhookCall) -> Result<Vec<Event>, Error>;

    /// What the vendor wants to hear once the events are kept. Most want an empty 200.
    fn reply(&self) -> Reply {
        Reply::empty(200)
    }
}

/// The answer to a webhook call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The content type, where there is a body.
    pub content_type: Option<String>,
    /// The body.
    pub body: String,
}

impl Reply {
    /// A status and nothing more.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            content_type: None,
            body: String::new(),
        }
    }

    /// A status with a body, word for word.
    #[must_use]
    pub fn text(status: u16, content_type: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type: Some(content_type.into()),
            body: body.into(),
        }
    }

    /// The answer to a call that gave an error: 403 for a wrong signature, 400 for what cannot be
    /// read (or the status that such an error carries, for vendors that repeat a call only after
    /// certain ones), 503 where reading or keeping it failed.
    #[must_use]
    pub fn for_error(error: &Error) -> Self {
        // Of other errors the status is what somebody else's server said to us.
        let status = match error.kind() {
            ErrorKind::WebhookRefused => error.http_status().unwrap_or(403),
            ErrorKind::BadWebhook => error.http_status().unwrap_or(400),
            ErrorKind::Config => error.http_status().unwrap_or(503),
            _ => 503,
        };
        Self::empty(status)
    }
}
