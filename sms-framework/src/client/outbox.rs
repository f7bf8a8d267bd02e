//! Enqueuing in the application's own transaction: its row and its SMS commit together.

use super::SmsClient;
use crate::error::Error;
use crate::message::Message;
use crate::store::NewMessage;

/// A diesel connection of the application's, to the database in which the messages are.
///
/// What [`SmsClient::enqueue_in`] gives back depends on how the connection works: a result at once
/// from diesel's own, a future of one from diesel-async's.
pub trait Outbox: sealed::Outbox {
    /// A result, or a future of one.
    type Enqueuing<'a>
    where
        Self: 'a;

    /// Writes the row, or says why it is none.
    #[doc(hidden)]
    fn put<'a>(
        &'a mut self,
        client: &SmsClient,
        row: Result<NewMessage, Error>,
    ) -> Self::Enqueuing<'a>;
}

mod sealed {
    pub trait Outbox {}
}

impl SmsClient {
    /// Enqueues a message inside a transaction of the application's: it is there exactly when that is
    /// committed. A worker notices it within a quarter of a second.
    ///
    /// # Errors
    /// As [`enqueue`](Self::enqueue). `CONFIG`: the connection is to another database than the one in
    /// which this client keeps its messages. The transaction can go on after an error.
    ///
    /// # Examples
    /// ```
    /// use diesel::prelude::*;
    /// use sms_framework::{Message, SmsClient};
    ///
    /// type Failure = Box<dyn std::error::Error + Send + Sync>;
    ///
    /// fn book(sms: &SmsClient, connection: &mut SqliteConnection) -> Result<(), Failure> {
    ///     connection.transaction(|connection| {
    ///         diesel::sql_query("INSERT INTO bookings (gig) VALUES (4711)").execute(connection)?;
    ///         sms.enqueue_in(connection, Message::new("+14155550123", "You are booked."))?;
    ///         Ok(())
    ///     })
    /// }
    /// ```
    pub fn enqueue_in<'a, C: Outbox>(
        &self,
        connection: &'a mut C,
        message: Message,
    ) -> C::Enqueuing<'a> {
        connection.put(self, self.row_of(message))
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use diesel::SqliteConnection;

    use super::super::Enqueued;
    use super::{Error, NewMessage, Outbox, SmsClient, sealed};
    use crate::store::{Begun, sqlite};

    impl sealed::Outbox for SqliteConnection {}

    impl Outbox for SqliteConnection {
        type Enqueuing<'a> = Result<Enqueued, Error>;

        fn put<'a>(
            &'a mut self,
            client: &SmsClient,
            row: Result<NewMessage, Error>,
        ) -> Self::Enqueuing<'a> {
            let row = row?;
            let begun: Begun = sqlite::enqueue_in(self, &client.store()?.info(), &row)?;
            Ok(Enqueued::of(&row, &begun))
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use diesel_async::AsyncPgConnection;
    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;

    use super::super::Enqueued;
    use super::{Error, NewMessage, Outbox, SmsClient, sealed};
    use crate::store::{Begun, postgres};

    impl sealed::Outbox for AsyncPgConnection {}

    impl Outbox for AsyncPgConnection {
        type Enqueuing<'a> = BoxFuture<'a, Result<Enqueued, Error>>;

        fn put<'a>(
            &'a mut self,
            client: &SmsClient,
            row: Result<NewMessage, Error>,
        ) -> Self::Enqueuing<'a> {
            let store = client.store().map(|store| store.info());
            async move {
                let (row, store) = (row?, store?);
                let begun: Begun = postgres::enqueue_in(self, &store, &row).await?;
                Ok(Enqueued::of(&row, &begun))
            }
            .boxed()
        }
    }
}
