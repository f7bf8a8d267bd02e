//! The client as a trait, so that applications can put a mock in its place.

use async_trait::async_trait;

use super::{Broadcast, Enqueued, SmsClient, Status};
use crate::delivery::{Delivery, QueueReport};
use crate::error::Error;
use crate::message::{BookingConfirmation, Message, Receipt};
use crate::store::DeliveryStats;

/// What applications ask of an SMS service; [`SmsClient`] is the real one.
///
/// With the feature `testkit` there is a `MockSmsService`, made by mockall.
///
/// # Examples
/// ```
/// use sms_framework::{Error, Message, SmsService};
///
/// async fn remind(sms: &dyn SmsService, to: &str) -> Result<(), Error> {
///     sms.send(Message::new(to, "See you tonight.")).await?;
///     Ok(())
/// }
/// ```
#[cfg_attr(any(test, feature = "testkit"), mockall::automock)]
#[async_trait]
pub trait SmsService: Send + Sync {
    /// See [`SmsClient::send`].
    ///
    /// # Errors
    /// See there.
    async fn send(&self, message: Message) -> Result<Receipt, Error>;

    /// See [`SmsClient::enqueue`].
    ///
    /// # Errors
    /// See there.
    async fn enqueue(&self, message: Message) -> Result<Enqueued, Error>;

    /// See [`SmsClient::broadcast`].
    async fn broadcast(&self, broadcast: Broadcast) -> Vec<Delivery>;

    /// See [`SmsClient::send_booking_confirmation`].
    ///
    /// # Errors
    /// See there.
    async fn send_booking_confirmation(
        &self,
        to: &str,
        booking: &BookingConfirmation,
    ) -> Result<Receipt, Error>;

    /// See [`SmsClient::process_queue`].
    ///
    /// # Errors
    /// See there.
    async fn process_queue(&self) -> Result<QueueReport, Error>;

    /// See [`SmsClient::delivery_stats`].
    ///
    /// # Errors
    /// See there.
    async fn delivery_stats(&self, owner: &str, days: u32) -> Result<DeliveryStats, Error>;

    /// See [`SmsClient::status`].
    async fn status(&self) -> Status;
}

#[async_trait]
impl SmsService for SmsClient {
    async fn send(&self, message: Message) -> Result<Receipt, Error> {
        SmsClient::send(self, message).await
    }

    async fn enqueue(&self, message: Message) -> Result<Enqueued, Error> {
        SmsClient::enqueue(self, message).await
    }

    async fn broadcast(&self, broadcast: Broadcast) -> Vec<Delivery> {
        SmsClient::broadcast(self, broadcast).await
    }

    async fn send_booking_confirmation(
        &self,
        to: &str,
        booking: &BookingConfirmation,
    ) -> Result<Receipt, Error> {
        SmsClient::send_booking_confirmation(self, to, booking).await
    }

    async fn process_queue(&self) -> Result<QueueReport, Error> {
        SmsClient::process_queue(self).await
    }

    async fn delivery_stats(&self, owner: &str, days: u32) -> Result<DeliveryStats, Error> {
        SmsClient::delivery_stats(self, owner, days).await
    }

    async fn status(&self) -> Status {
        SmsClient::status(self).await
    }
}
