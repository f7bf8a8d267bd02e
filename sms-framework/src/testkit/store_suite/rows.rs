//! Listing messages, and asking the store about itself.

use super::facts::{NUMBER, OTHER_NUMBER, back_off, hello, new};
use super::subject::{Must, Subject};
use crate::message::{MessageId, MessageState};
use crate::store::MessageFilter;

async fn listed(store: &Subject, filter: MessageFilter) -> Vec<MessageId> {
    let rows = store.messages(filter).await.must();
    rows.into_iter().map(|row| row.id).collect()
}

pub(super) async fn pages_are_newest_first_and_miss_none(store: Subject) {
    let mut ids = store.enqueue_all((0..7).map(|_| hello())).await;
    ids.reverse();
    let mut seen = Vec::new();
    let mut filter = MessageFilter {
        limit: 3,
        ..MessageFilter::default()
    };
    loop {
        let page = listed(&store, filter.clone()).await;
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        filter.before = Some(*last);
        seen.extend(page);
    }
    assert_eq!(seen, ids);
}

pub(super) async fn a_page_goes_on_where_its_last_message_is_gone(store: Subject) {
    let ids = store.enqueue_all((0..3).map(|_| hello())).await;
    let gone = format!("DELETE FROM sms_messages WHERE id = '{}'", ids[1]);
    store.meddle(&gone).await;
    let after = MessageFilter {
        before: Some(ids[1]),
        ..MessageFilter::default()
    };
    assert_eq!(listed(&store, after).await, [ids[0]]);
}

pub(super) async fn filters_narrow_the_list(store: Subject) {
    let mine = store.enqueue(hello().owner("me")).await;
    let elsewhere = store.enqueue(new(OTHER_NUMBER)).await;
    let broadcast = store.open("you").await;
    let added = store.add(broadcast, hello()).await;
    let sending = store.send(hello()).await.id;
    let all = MessageFilter::default;
    let of_owner = MessageFilter {
        owner: Some("me".to_owned()),
        ..all()
    };
    assert_eq!(listed(&store, of_owner).await, [mine]);
    let of_number = MessageFilter {
        to: Some(OTHER_NUMBER.to_owned()),
        ..all()
    };
    assert_eq!(listed(&store, of_number).await, [elsewhere]);
    let of_broadcast = MessageFilter {
        broadcast: Some(broadcast),
        ..all()
    };
    assert_eq!(listed(&store, of_broadcast).await, [added]);
    let in_state = MessageFilter {
        states: vec![MessageState::Sending, MessageState::Delivered],
        ..all()
    };
    assert_eq!(listed(&store, in_state).await, [sending]);
    let both = MessageFilter {
        owner: Some("me".to_owned()),
        to: Some(NUMBER.to_owned()),
        states: vec![MessageState::Queued],
        ..all()
    };
    assert_eq!(listed(&store, both).await, [mine]);
    assert_eq!(listed(&store, all()).await.len(), 4);
}

pub(super) async fn by_due_what_can_go_comes_first_and_what_is_held_last(store: Subject) {
    let held = store.standing(hello(), MessageState::Unknown).await.id;
    let later = store.send(hello()).await;
    assert!(store.settle(back_off(later, 20)).await.must());
    let soon = store.send(hello()).await;
    assert!(store.settle(back_off(soon, 10)).await.must());
    let now = store.enqueue(hello()).await;
    let by_due = MessageFilter {
        by_due: true,
        ..MessageFilter::default()
    };
    assert_eq!(listed(&store, by_due).await, [now, soon.id, later.id, held]);
}

pub(super) async fn without_a_limit_a_page_has_fifty(store: Subject) {
    store.enqueue_all((0..51).map(|_| hello())).await;
    assert_eq!(listed(&store, MessageFilter::default()).await.len(), 50);
}

pub(super) async fn a_message_that_is_not_there_is_none(store: Subject) {
    assert_eq!(store.message(MessageId::new()).await.must(), None);
    assert_eq!(store.messages(MessageFilter::default()).await.must(), []);
}

pub(super) async fn a_store_that_works_says_so(store: Subject) {
    store.check().await.must();
    let info = store.info();
    assert!(!info.kind.is_empty() && !info.location.is_empty());
    assert_eq!((info.lost_writes, info.last_error), (0, None));
}

pub(super) async fn another_process_sees_what_is_written(store: Subject) {
    let Some(another) = store.another().await else {
        return;
    };
    let id = store.enqueue(hello()).await;
    assert_eq!(another.row(id).await, store.row(id).await);
}
