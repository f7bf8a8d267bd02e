//! A message's row from its begin to its end.

use sms_framework::store::{Doubt, ErrorNote, MessageFilter, Settlement, Store};
use sms_framework::{Certainty, Encoding, MessageState};

use crate::support::{Place, at, attempt, begun, hello, new, queued, settled};

#[tokio::test]
async fn a_begun_message_is_there_with_everything_it_was_handed() {
    let place = Place::new();
    let store = place.open();
    let message = hello()
        .sender("+14155550100".parse().unwrap())
        .owner("artist-17")
        .message_type("gig_reminder")
        .tag("gig", "4711");
    let id = begun(&store, message).await;

    let record = store.message(id).await.unwrap().unwrap();
    assert_eq!(record.id, id);
    assert_eq!(record.status, MessageState::Sending);
    assert_eq!(record.provider, "twilio");
    assert_eq!(record.to, "+14155550123");
    assert_eq!(record.from.as_deref(), Some("+14155550100"));
    assert_eq!(record.body.as_deref(), Some("Hello"));
    assert_eq!(record.body_hash, None);
    assert_eq!((record.segments, record.encoding), (1, Encoding::Gsm7));
    assert_eq!(record.owner.as_deref(), Some("artist-17"));
    assert_eq!(record.message_type.as_deref(), Some("gig_reminder"));
    assert_eq!(record.tags["gig"], "4711");
    assert_eq!((record.attempts, record.rounds), (0, 0));
    assert_eq!(record.next_attempt_at, Some(at(60)));
    assert_eq!((record.created_at, record.updated_at), (at(0), at(0)));
}

#[tokio::test]
async fn settling_writes_what_became_of_it() {
    let place = Place::new();
    let store = place.open();
    let id = begun(&store, hello()).await;
    let settlement = Settlement {
        attempts: 2,
        provider_message_ids: vec!["SM1".into()],
        provider_status: Some("queued".into()),
        segments: Some(3),
        ..settled(id, MessageState::Accepted)
    };
    assert!(store.settle(settlement).await.unwrap());

    let record = store.message(id).await.unwrap().unwrap();
    assert_eq!(record.status, MessageState::Accepted);
    assert_eq!(record.provider_message_id.as_deref(), Some("SM1"));
    assert_eq!(record.provider_status.as_deref(), Some("queued"));
    assert_eq!((record.segments, record.attempts, record.rounds), (3, 2, 0));
    assert_eq!(record.next_attempt_at, None);
    assert_eq!(record.updated_at, at(1));
    assert_eq!(record.body.as_deref(), Some("Hello"), "kept unless dropped");
}

#[tokio::test]
async fn an_error_is_kept_until_a_later_round_clears_it() {
    let place = Place::new();
    let store = place.open();
    let id = begun(&store, hello()).await;
    let note = ErrorNote {
        code: "SERVER_ERROR".into(),
        message: "twilio: the provider answered 503".into(),
        certainty: Certainty::MaybeSent,
        provider_code: Some("20503".into()),
    };
    let failed = Settlement {
        doubt: Some(Doubt::ServerError),
        error: Some(note.clone()),
        ..queued(id, at(10))
    };
    assert!(store.settle(failed).await.unwrap());
    let record = store.message(id).await.unwrap().unwrap();
    assert_eq!(record.error, Some(note));
    assert_eq!(record.doubt, Some(Doubt::ServerError));

    let claimed = store
        .claim_due(&["twilio"], at(10), at(70), 10)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 1);
    let sent = Settlement {
        from_queue: true,
        ..settled(id, MessageState::Accepted)
    };
    assert!(store.settle(sent).await.unwrap());
    let record = store.message(id).await.unwrap().unwrap();
    assert_eq!((record.error, record.doubt), (None, None));
    assert_eq!((record.attempts, record.rounds), (2, 1));
}

#[tokio::test]
async fn attempts_are_listed_first_to_last_though_the_clock_stands_still() {
    let place = Place::new();
    let store = place.open();
    let id = begun(&store, hello()).await;
    for number in [1, 2, 1, 2] {
        store.record(attempt(id, number));
    }
    store.flush().await;
    let attempts = store.attempts(id).await.unwrap();
    let expected: Vec<_> = [1, 2, 1, 2].map(|number| attempt(id, number)).into();
    assert_eq!(attempts, expected);
    assert_eq!(store.info().lost_writes, 0);
}

#[tokio::test]
async fn a_dropped_body_leaves_its_hash_and_a_kept_one_has_both() {
    let place = Place::new();
    let store = place.open();
    let message = hello();
    let id = message.id;
    let mut new = new(message);
    new.hash_body = true;
    store.begin(new).await.unwrap();
    let hash = "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969";
    let record = store.message(id).await.unwrap().unwrap();
    assert_eq!(record.body.as_deref(), Some("Hello"), "it still waits");
    assert_eq!(record.body_hash.as_deref(), Some(hash));

    let settlement = Settlement {
        drop_body: true,
        ..settled(id, MessageState::Accepted)
    };
    assert!(store.settle(settlement).await.unwrap());
    let record = store.message(id).await.unwrap().unwrap();
    assert_eq!(record.body, None);
    assert_eq!(record.body_hash.as_deref(), Some(hash));
}

#[tokio::test]
async fn a_dropped_body_is_overwritten_in_the_file() {
    let place = Place::new();
    let store = place.open();
    let text = "the secret rehearsal room";
    let mut message = hello();
    message.body = text.repeat(40);
    let id = begun(&store, message).await;
    let settlement = Settlement {
        drop_body: true,
        ..settled(id, MessageState::Accepted)
    };
    assert!(store.settle(settlement).await.unwrap());
    // The last connection writes the log back to the file and removes it.
    drop(store);
    let file = std::fs::read(&place.path).unwrap();
    assert!(
        !file
            .windows(text.len())
            .any(|bytes| bytes == text.as_bytes())
    );
}

#[tokio::test]
async fn pages_of_messages_are_newest_first_and_miss_none() {
    let place = Place::new();
    let store = place.open();
    let mut ids = Vec::new();
    for _ in 0..7 {
        ids.push(begun(&store, hello()).await);
    }
    ids.reverse();
    let mut seen = Vec::new();
    let mut filter = MessageFilter {
        limit: 3,
        ..MessageFilter::default()
    };
    loop {
        let page = store.messages(filter.clone()).await.unwrap();
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        filter.before = Some(last.id);
        seen.extend(page.iter().map(|record| record.id));
    }
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let place = Place::new();
    let store = place.open();
    let mine = begun(&store, hello().owner("me")).await;
    let mut elsewhere = hello();
    elsewhere.to = "+4915112345678".into();
    let elsewhere = begun(&store, elsewhere).await;
    assert!(store.settle(queued(elsewhere, at(5))).await.unwrap());
    let list = async |filter: MessageFilter| -> Vec<_> {
        let records = store.messages(filter).await.unwrap();
        records.into_iter().map(|record| record.id).collect()
    };
    let all = MessageFilter::default;
    assert_eq!(list(all()).await, [elsewhere, mine]);
    let of_owner = MessageFilter {
        owner: Some("me".into()),
        ..all()
    };
    assert_eq!(list(of_owner).await, [mine]);
    let of_number = MessageFilter {
        to: Some("+4915112345678".into()),
        ..all()
    };
    assert_eq!(list(of_number).await, [elsewhere]);
    let in_state = MessageFilter {
        states: vec![MessageState::Sending],
        ..all()
    };
    assert_eq!(list(in_state).await, [mine]);
    let by_due = MessageFilter {
        by_due: true,
        ..all()
    };
    assert_eq!(list(by_due).await, [elsewhere, mine]);
}

#[tokio::test]
async fn without_a_limit_a_page_has_fifty() {
    let place = Place::new();
    let store = place.open();
    for _ in 0..51 {
        begun(&store, hello()).await;
    }
    assert_eq!(
        store
            .messages(MessageFilter::default())
            .await
            .unwrap()
            .len(),
        50
    );
}

#[tokio::test]
async fn a_message_that_is_not_there_is_none() {
    let place = Place::new();
    let store = place.open();
    let id = hello().id;
    assert_eq!(store.message(id).await.unwrap(), None);
    assert_eq!(store.attempts(id).await.unwrap(), []);
    assert!(
        !store
            .settle(settled(id, MessageState::Failed))
            .await
            .unwrap()
    );
}
