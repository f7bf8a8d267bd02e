use std::collections::{BTreeMap, BTreeSet};

use sms_framework::Message;

use super::support::{World, provider, to};

async fn from(world: &World, number: &str) -> String {
    let receipt = world.sms.send(Message::new(number, "Hello")).await.unwrap();
    receipt.from.unwrap().to_string()
}

fn world(toml: &str) -> World {
    World::new(
        &format!("{toml}\n[routes.main]\nuse = ['a']"),
        [("a", provider())],
    )
}

#[tokio::test(start_paused = true)]
async fn the_narrowest_place_names_the_sender_else_the_provider_does() {
    let world = world(
        "
        [senders]
        '+44' = 'ACME'
        '+447' = '+447700900000'
        CA = '+16045550100'
    ",
    );
    assert_eq!(from(&world, "+442071838750").await, "ACME");
    assert_eq!(from(&world, "+447400123456").await, "+447700900000");
    assert_eq!(from(&world, "+16045550123").await, "+16045550100");
    assert_eq!(
        from(&world, "+14155550123").await,
        "+15550006789",
        "the provider's own"
    );
    let wish = Message::new("+442071838750", "Hello").sender("+15559990000".parse().unwrap());
    let receipt = world.sms.send(wish).await.unwrap();
    assert_eq!(receipt.from.unwrap().to_string(), "+15559990000");
}

#[tokio::test(start_paused = true)]
async fn a_pool_is_sticky_for_each_recipient_and_shared_evenly() {
    let toml = |pool: &str| format!("[senders]\n'+1' = [{pool}]");
    let three = world(&toml("'+15550000001', '+15550000002', '+15550000003'"));
    let mut chosen = BTreeMap::new();
    for number in 0..300 {
        let number = to(number).to;
        let sender = from(&three, &number).await;
        assert_eq!(from(&three, &number).await, sender, "the same again");
        chosen.insert(number, sender);
    }
    for sender in ["+15550000001", "+15550000002", "+15550000003"] {
        let share = chosen.values().filter(|chosen| *chosen == sender).count();
        assert!((70..130).contains(&share), "{sender} has {share} of 300");
    }
    // One leaves the pool: only its own recipients move.
    let two = world(&toml("'+15550000003', '+15550000001'"));
    for (number, before) in chosen {
        let after = from(&two, &number).await;
        assert!(
            after == before || before == "+15550000002",
            "{number}: {before} → {after}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn each_sender_of_a_pool_has_a_limit_of_its_own() {
    let world = world(
        "
        [senders]
        '+1' = ['+15550000001', '+15550000002', '+15550000003']
        [providers.a.rate_limit]
        enabled = true
        rate = 0.001
        burst = 1
        max_wait = '1s'
    ",
    );
    let mut sent = BTreeSet::new();
    for number in 0..30 {
        if let Ok(receipt) = world.sms.send(to(number)).await {
            assert!(
                sent.insert(receipt.from.unwrap().to_string()),
                "its one slot was gone"
            );
        }
    }
    assert_eq!(sent.len(), 3, "each sender had one");
}

#[tokio::test(start_paused = true)]
async fn each_provider_may_have_numbers_of_its_own() {
    let toml = "
        [senders]
        '+1' = '+15550000001'
        '+1415' = '+15550000003'
        [providers.b.senders]
        '+1' = '+15550000002'
        [routes.main]
        use = ['a', 'b']
    ";
    let down = provider().otherwise(super::support::fails(sms_framework::ErrorKind::Connect));
    let world = World::new(toml, [("a", down), ("b", provider())]);
    assert_eq!(from(&world, "+14155550123").await, "+15550000002");
    let call = &world.provider("a").calls()[0];
    assert_eq!(call.message.from().unwrap().to_string(), "+15550000003");
}
