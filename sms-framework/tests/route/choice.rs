use std::collections::BTreeMap;

use sms_framework::{ErrorKind, Message, MessageState};

use super::support::{World, fails, message, provider, to};

fn three(toml: &str) -> World {
    World::new(
        toml,
        [("a", provider()), ("b", provider()), ("c", provider())],
    )
}

async fn taken(world: &World, number: &str, detail: impl Fn(Message) -> Message) -> String {
    let message = detail(Message::new(number, "Hello"));
    world.taken_by(message).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_longest_prefix_wins_wherever_it_is_written() {
    let world = three(
        "
        [routes.main]
        use = ['a']
        [[routes.main.rules]]
        to = ['+44', '+353']
        use = ['b']
        [[routes.main.rules]]
        to = '+447'
        use = ['c']
    ",
    );
    for (number, provider) in [
        ("+14155550123", "a"),
        ("+442071838750", "b"),
        ("+353201234567", "b"),
        ("+447400123456", "c"),
    ] {
        assert_eq!(
            taken(&world, number, |message| message).await,
            provider,
            "{number}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_country_is_told_from_its_neighbours_with_the_same_code() {
    let world = three(
        "
        [routes.main]
        use = ['a']
        [[routes.main.rules]]
        countries = ['CA']
        use = ['b']
        [[routes.main.rules]]
        to = ['+1416555']
        use = ['c']
    ",
    );
    assert_eq!(
        taken(&world, "+14155550123", |message| message).await,
        "a",
        "San Francisco"
    );
    assert_eq!(
        taken(&world, "+16045550123", |message| message).await,
        "b",
        "Vancouver"
    );
    assert_eq!(
        taken(&world, "+14165550123", |message| message).await,
        "c",
        "Toronto, by its prefix"
    );
}

#[tokio::test(start_paused = true)]
async fn message_type_and_owner_narrow_a_rule_and_more_conditions_win() {
    let world = three(
        "
        [routes.main]
        use = ['a']
        [[routes.main.rules]]
        message_type = ['otp', 'alarm']
        use = ['b']
        [[routes.main.rules]]
        message_type = 'otp'
        owner = 'bank'
        use = ['c']
    ",
    );
    let typed = |message: Message| message.message_type("otp");
    assert_eq!(taken(&world, "+14155550123", |message| message).await, "a");
    assert_eq!(taken(&world, "+14155550123", typed).await, "b");
    let owned = |message: Message| message.message_type("otp").owner("bank");
    assert_eq!(taken(&world, "+14155550123", owned).await, "c");
    let others = |message: Message| message.owner("bank");
    assert_eq!(taken(&world, "+14155550123", others).await, "a");
}

#[tokio::test(start_paused = true)]
async fn of_equal_rules_the_first_written_is_meant() {
    let world = three(
        "
        [routes.main]
        use = ['a']
        [[routes.main.rules]]
        message_type = 'otp'
        use = ['b']
        [[routes.main.rules]]
        owner = 'bank'
        use = ['c']
    ",
    );
    let both = |message: Message| message.message_type("otp").owner("bank");
    assert_eq!(taken(&world, "+14155550123", both).await, "b");
}

#[tokio::test(start_paused = true)]
async fn a_rules_providers_alone_are_tried() {
    let world = World::new(
        "
        [routes.main]
        use = ['a']
        [[routes.main.rules]]
        to = ['+1']
        use = ['b', 'c']
    ",
        [
            ("a", provider()),
            ("b", provider().otherwise(fails(ErrorKind::Connect))),
            ("c", provider().otherwise(fails(ErrorKind::Connect))),
        ],
    );
    let delivery = world.sms.deliver(message()).await;
    assert_eq!(delivery.status, MessageState::Queued);
    assert_eq!(
        (world.calls("a"), world.calls("b"), world.calls("c")),
        (0, 1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn weights_share_exactly_and_the_others_stand_by() {
    let world = World::new(
        "
        [routes.main]
        strategy = 'weighted'
        use = ['a', { provider = 'b', weight = 2 }, { provider = 'c', weight = 3 }]
    ",
        [("a", provider()), ("b", provider()), ("c", provider())],
    );
    let mut shares = BTreeMap::<String, u32>::new();
    for number in 0..600 {
        *shares
            .entry(world.taken_by(to(number)).await.unwrap())
            .or_default() += 1;
    }
    let expected = [("a", 100), ("b", 200), ("c", 300)];
    assert_eq!(
        shares,
        expected.map(|(id, share)| (id.to_owned(), share)).into()
    );
}

#[tokio::test(start_paused = true)]
async fn a_route_may_lead_to_another_which_keeps_its_own_strategy() {
    let world = World::new(
        "
        [routes.main]
        use = ['pool', 'c']
        [routes.pool]
        strategy = 'weighted'
        use = ['a', 'b']
    ",
        [
            ("a", provider()),
            ("b", provider().otherwise(fails(ErrorKind::Connect))),
            ("c", provider()),
        ],
    );
    let mut taken = Vec::new();
    for number in 0..4 {
        taken.push(world.taken_by(to(number)).await.unwrap());
    }
    // The pool's other provider comes before what stands by for the whole pool.
    assert_eq!(taken, ["a", "a", "a", "a"]);
    assert_eq!((world.calls("b"), world.calls("c")), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn who_cannot_do_what_the_message_asks_is_passed_over() {
    let world = World::new(
        "[routes.main]\nuse = ['plain', 'a']",
        [
            ("plain", sms_framework::testkit::ScriptedProvider::new()),
            ("a", provider()),
        ],
    );
    assert_eq!(world.taken_by(message()).await.as_deref(), Some("plain"));
    let held = message().valid_for(super::support::seconds(60));
    assert_eq!(world.taken_by(held).await.as_deref(), Some("a"));
    let error = world
        .sms
        .send(message().media("https://example.org/a.png"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        (
            "UNSUPPORTED",
            "plain: the provider takes no media: send the text alone, or link to the media in it"
        )
    );
    assert_eq!(
        world.store.records().len(),
        2,
        "what nobody can do has no row"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_route_needs_leaves_out_who_lacks_it() {
    let world = World::new(
        "[routes.main]\nuse = ['plain', 'a']\nneeds = ['receipts']",
        [
            ("plain", sms_framework::testkit::ScriptedProvider::new()),
            ("a", provider()),
        ],
    );
    assert_eq!(world.taken_by(message()).await.as_deref(), Some("a"));
}

#[tokio::test(start_paused = true)]
async fn a_pool_takes_turns_only_for_messages_that_come_to_it() {
    let toml = "
        [routes.main]
        strategy = 'weighted'
        use = ['pool', 'c']
        [routes.pool]
        strategy = 'weighted'
        use = ['a', 'b']
    ";
    let world = three(toml);
    for number in 0..100 {
        world.taken_by(to(number)).await.unwrap();
    }
    assert_eq!(
        (world.calls("a"), world.calls("b"), world.calls("c")),
        (25, 25, 50)
    );
}

#[tokio::test(start_paused = true)]
async fn a_chosen_messaging_service_goes_to_nobody_who_has_none() {
    let toml = "
        [senders]
        '+1' = 'service:pool-1'
        [routes.main]
        use = ['plain', 'a']
    ";
    let plain = sms_framework::testkit::ScriptedProvider::new();
    let world = World::new(toml, [("plain", plain), ("a", provider())]);
    assert_eq!(world.taken_by(message()).await.as_deref(), Some("a"));
    assert_eq!(world.calls("plain"), 0);
}
