//! How long a text may be.

use sms_framework::testkit::outbound;
use sms_framework::{Certainty, ErrorKind, Message};

use crate::support::{ANNA, created, sinch, vendor};

#[tokio::test]
async fn two_thousand_characters_go_and_one_more_does_not() {
    for character in ["a", "é", "😀"] {
        let server = vendor([created()]).await;
        let provider = sinch(server.url(), "");
        let message = |count: usize| outbound(Message::new(ANNA, character.repeat(count)));
        provider.send(&message(2000)).await.unwrap();
        let error = provider.send(&message(2001)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MessageTooLong);
        assert_eq!(error.certainty(), Certainty::NotSent);
        assert_eq!(
            error.to_string(),
            "the text has 2001 characters, and Sinch takes 2000 at most"
        );
        assert_eq!(server.requests().len(), 1, "the longer one was not tried");
    }
}
