//! Whose a provider's message is: one message's, whoever asks and however many at once.

use std::sync::Arc;

use sms_framework::MessageState;
use sms_framework::store::{DynStore, Settlement};

use crate::both::{Subject, of_both};
use crate::support::{Place, begun, hello, settled};

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[tokio::test]
async fn what_a_message_was_accepted_under_is_no_proof_for_another() {
    of_both(async |Subject { store, .. }| {
        let first = begun(&*store, hello()).await;
        let second = begun(&*store, hello()).await;
        let settlement = Settlement {
            provider_message_ids: ids(&["A1", "A2"]),
            ..settled(first, MessageState::Accepted)
        };
        assert!(store.settle(settlement).await.unwrap());
        for theirs in ["A1", "A2"] {
            let taken = async |id, provider| store.take_proof(id, provider, &ids(&[theirs])).await;
            assert!(!taken(second, "twilio").await.unwrap());
            assert!(taken(first, "twilio").await.unwrap());
            assert!(taken(second, "mock").await.unwrap(), "of another provider");
        }
        assert!(
            store
                .take_proof(second, "twilio", &ids(&["A3"]))
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn proof_is_taken_once_and_stays_taken() {
    of_both(async |Subject { store, .. }| {
        let first = begun(&*store, hello()).await;
        let second = begun(&*store, hello()).await;
        for _again in 0..2 {
            assert!(
                store
                    .take_proof(first, "twilio", &ids(&["A1"]))
                    .await
                    .unwrap()
            );
            assert!(
                !store
                    .take_proof(second, "twilio", &ids(&["A1"]))
                    .await
                    .unwrap()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn proof_is_taken_whole_or_not_at_all() {
    of_both(async |Subject { store, .. }| {
        let first = begun(&*store, hello()).await;
        let second = begun(&*store, hello()).await;
        assert!(
            store
                .take_proof(first, "twilio", &ids(&["A2"]))
                .await
                .unwrap()
        );
        let both = ids(&["A1", "A2"]);
        assert!(!store.take_proof(second, "twilio", &both).await.unwrap());
        assert!(
            store.take_proof(first, "twilio", &both).await.unwrap(),
            "A1 is free"
        );
    })
    .await;
}

#[tokio::test]
async fn without_a_row_or_an_id_there_is_no_proof() {
    of_both(async |Subject { store, .. }| {
        let id = begun(&*store, hello()).await;
        let nowhere = hello().id;
        assert!(
            !store
                .take_proof(nowhere, "twilio", &ids(&["A1"]))
                .await
                .unwrap()
        );
        assert!(!store.take_proof(id, "twilio", &[]).await.unwrap());
        assert!(
            store.take_proof(id, "twilio", &ids(&["A1"])).await.unwrap(),
            "it was not noted"
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_that_ask_at_once_one_gets_the_proof() {
    of_both(async |Subject { store, .. }| {
        race(&store, &store).await;
    })
    .await;
}

#[tokio::test]
async fn of_two_processes_that_ask_at_once_one_gets_the_proof() {
    let place = Place::new();
    let stores: [DynStore; 2] = [Arc::new(place.open()), Arc::new(place.open())];
    race(&stores[0], &stores[1]).await;
}

async fn race(one: &DynStore, other: &DynStore) {
    for round in 0..20 {
        let first = begun(&**one, hello()).await;
        let second = begun(&**other, hello()).await;
        let proof = ids(&[&format!("A{round}")]);
        let (first, second) = tokio::join!(
            one.take_proof(first, "twilio", &proof),
            other.take_proof(second, "twilio", &proof),
        );
        assert_ne!(first.unwrap(), second.unwrap());
    }
}
