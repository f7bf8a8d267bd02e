use sms_framework::testkit::Act;
use sms_framework::{ErrorKind, HealthState, MessageState};

use super::support::{World, fails, message, provider, seconds, to};

async fn state(world: &World, id: &str) -> HealthState {
    let status = world.sms.status().await;
    let provider = status.providers.iter().find(|provider| provider.id == id);
    provider.unwrap().health.as_ref().unwrap().state
}

async fn factor(world: &World, id: &str) -> f64 {
    let status = world.sms.status().await;
    let provider = status.providers.iter().find(|provider| provider.id == id);
    provider.unwrap().health.as_ref().unwrap().factor
}

/// Sends to that many different numbers.
async fn send(world: &World, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let _delivery = world.sms.deliver(to(number)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_fails_for_many_is_left_out_then_probed_by_one_message() {
    let a = provider()
        .script(vec![fails(ErrorKind::Connect); 6])
        .otherwise(Act::Accept);
    let world = World::of_two(a, provider());
    send(&world, 0..5).await;
    assert_eq!(state(&world, "a").await, HealthState::Open);
    assert_eq!(world.calls("a"), 5);

    // Left out: nobody is sent there.
    send(&world, 5..20).await;
    assert_eq!((world.calls("a"), world.calls("b")), (5, 20));

    // One message tries it, and fails: twice as long now, and the message is not lost.
    tokio::time::advance(seconds(31)).await;
    send(&world, 20..23).await;
    assert_eq!((world.calls("a"), world.calls("b")), (6, 23));
    tokio::time::advance(seconds(31)).await;
    send(&world, 23..24).await;
    assert_eq!(world.calls("a"), 6, "the second rest is a minute long");

    // The next try goes well: it takes messages again.
    tokio::time::advance(seconds(31)).await;
    send(&world, 24..30).await;
    assert_eq!(state(&world, "a").await, HealthState::Closed);
    assert_eq!((world.calls("a"), world.calls("b")), (12, 24));
}

#[tokio::test(start_paused = true)]
async fn while_one_message_probes_the_others_go_elsewhere() {
    let a = provider()
        .script(vec![fails(ErrorKind::Connect); 5])
        .otherwise(Act::Accept.after(seconds(10)));
    let world = World::of_two(a, provider());
    send(&world, 0..5).await;
    tokio::time::advance(seconds(31)).await;
    let probe = tokio::spawn({
        let sms = world.sms.clone();
        async move { sms.deliver(to(100)).await }
    });
    tokio::task::yield_now().await;
    assert_eq!(state(&world, "a").await, HealthState::HalfOpen);
    assert_eq!(world.taken_by(to(101)).await.as_deref(), Some("b"));
    assert_eq!(probe.await.unwrap().provider, "a");
    assert_eq!(state(&world, "a").await, HealthState::Closed);
}

/// Sends to that number, and goes away before there is an answer.
async fn go_away(world: &World, number: u32) {
    let sms = world.sms.clone();
    let sending = tokio::spawn(async move { sms.deliver(to(number)).await });
    tokio::task::yield_now().await;
    sending.abort();
    let _aborted = sending.await;
}

#[tokio::test(start_paused = true)]
async fn a_probe_whose_caller_goes_away_before_the_call_leaves_the_place_to_the_next() {
    let toml = "
        [routes.main]
        use = ['a', 'b']
        [providers.a.rate_limit]
        enabled = true
        rate = 0.1
        burst = 6
        initial = 6
    ";
    let a = provider().script(vec![fails(ErrorKind::Connect); 5]);
    let world = World::new(toml, [("a", a), ("b", provider())]);
    send(&world, 0..5).await;
    tokio::time::advance(seconds(30)).await;
    // Slots: the probe takes none in time, for others have just taken what there was.
    for number in 0..4 {
        go_away(&world, 50 + number).await;
    }
    assert_ne!(state(&world, "a").await, HealthState::HalfOpen);
    assert_eq!(world.taken_by(to(101)).await.as_deref(), Some("a"));
}

#[tokio::test(start_paused = true)]
async fn callers_that_go_away_do_not_hide_an_outage() {
    let a = provider().script(vec![Act::Hang; 5]).otherwise(Act::Accept);
    let world = World::of_two(a, provider());
    for number in 0..5 {
        go_away(&world, number).await;
    }
    assert_eq!(
        state(&world, "a").await,
        HealthState::Closed,
        "nobody knows yet"
    );
    // The calls run on, and their silence counts.
    tokio::time::sleep(seconds(36)).await;
    assert_eq!(state(&world, "a").await, HealthState::Open);
    assert_eq!(world.taken_by(to(99)).await.as_deref(), Some("b"));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_slot_while_the_provider_goes_down_need_not_find_out() {
    let toml = "
        [routes.main]
        use = ['a', 'b']
        [providers.a.rate_limit]
        enabled = true
        rate = 10
        burst = 1
        initial = 1
    ";
    let a = provider().otherwise(fails(ErrorKind::Connect));
    let world = World::new(toml, [("a", a), ("b", provider())]);
    let all = (0..100).map(|number| {
        let sms = world.sms.clone();
        async move { sms.deliver(to(number)).await }
    });
    let delivered = futures_util::future::join_all(all).await;
    assert!(delivered.iter().all(|delivery| delivery.provider == "b"));
    assert_eq!(world.calls("a"), 5);
}

#[tokio::test(start_paused = true)]
async fn a_few_busy_numbers_have_one_vote_each() {
    // Twenty numbers, four of five sends to each fail.
    let acts = (0..2000).map(|n| match n % 5 {
        0 => Act::Accept,
        _ => fails(ErrorKind::Connect),
    });
    let world = World::of_two(provider().script(acts), provider());
    for round in 0..20 {
        send(&world, 0..20).await;
        if state(&world, "a").await == HealthState::Open {
            assert!(round < 3, "it took {round} rounds");
            return;
        }
    }
    panic!("it was never left out");
}

#[tokio::test(start_paused = true)]
async fn one_numbers_storm_of_failures_trips_nothing() {
    let a = provider().otherwise(fails(ErrorKind::Connect));
    let world = World::of_two(a, provider());
    for _ in 0..50 {
        let _delivery = world.sms.deliver(message()).await;
    }
    assert_eq!(state(&world, "a").await, HealthState::Closed);
    assert_eq!(world.calls("a"), 50);
}

#[tokio::test(start_paused = true)]
async fn bad_numbers_opt_outs_and_long_texts_never_hurt_a_providers_health() {
    for kind in [
        ErrorKind::Recipient,
        ErrorKind::OptedOut,
        ErrorKind::Refused,
        ErrorKind::MessageTooLong,
        ErrorKind::Account,
    ] {
        let world = World::of_two(provider().otherwise(fails(kind)), provider());
        send(&world, 0..30).await;
        assert_eq!(state(&world, "a").await, HealthState::Closed, "{kind}");
        assert_eq!(factor(&world, "a").await, 1.0, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn few_failures_among_many_sends_are_no_outage() {
    let acts = (0..100).map(|n| {
        if n % 4 == 0 {
            fails(ErrorKind::Connect)
        } else {
            Act::Accept
        }
    });
    let world = World::of_two(provider().script(acts), provider());
    // Not the first: then one failure is all there is.
    send(&world, 0..100).await;
    assert_eq!(state(&world, "a").await, HealthState::Closed);
    assert_eq!(world.calls("a"), 100);
}

#[tokio::test(start_paused = true)]
async fn failures_are_forgotten_with_their_window() {
    let a = provider().otherwise(fails(ErrorKind::Connect));
    let world = World::of_two(a, provider());
    for number in 0..20 {
        send(&world, number..number + 1).await;
        tokio::time::advance(seconds(20)).await;
    }
    assert_eq!(
        state(&world, "a").await,
        HealthState::Closed,
        "never five in a minute"
    );
}

#[tokio::test(start_paused = true)]
async fn health_moves_traffic_away_by_degrees_and_back_slowly() {
    let toml = "
        health.open_above = 1.0
        [routes.main]
        strategy = 'health'
        use = ['a', 'b']
    ";
    // Every third send there fails.
    let acts = (0..200).map(|n| {
        if n % 3 == 0 {
            fails(ErrorKind::Connect)
        } else {
            Act::Accept
        }
    });
    let world = World::new(toml, [("a", provider().script(acts)), ("b", provider())]);
    send(&world, 0..40).await;
    let hurt = factor(&world, "a").await;
    assert!((0.5..0.8).contains(&hurt), "{hurt}");
    let before = world.calls("a");
    send(&world, 40..140).await;
    let share = world.calls("a") - before;
    assert!(
        (33..48).contains(&share),
        "{share} of 100 go to the one that fails for a third"
    );
    assert_eq!(state(&world, "a").await, HealthState::Closed);
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_the_share_grows_over_the_window() {
    let toml = "
        [routes.main]
        strategy = 'health'
        use = ['a', 'b']
    ";
    let a = provider().script(vec![fails(ErrorKind::Connect); 5]);
    let world = World::new(toml, [("a", a), ("b", provider())]);
    send(&world, 0..20).await;
    assert_eq!(state(&world, "a").await, HealthState::Open);
    assert_eq!(factor(&world, "a").await, 0.0);
    tokio::time::advance(seconds(31)).await;
    // Somebody is sent there sooner or later, and finds it well.
    send(&world, 20..80).await;
    assert_eq!(state(&world, "a").await, HealthState::Closed);
    let at_first = factor(&world, "a").await;
    assert!((0.05..0.2).contains(&at_first), "{at_first}");
    tokio::time::advance(seconds(30)).await;
    let later = factor(&world, "a").await;
    assert!((0.5..0.6).contains(&later), "{later}");
    tokio::time::advance(seconds(31)).await;
    assert_eq!(factor(&world, "a").await, 1.0);
}

#[tokio::test(start_paused = true)]
async fn a_throttle_costs_shares_and_opens_nothing() {
    let toml = "
        [routes.main]
        strategy = 'health'
        use = ['a', 'b']
    ";
    let a = provider().otherwise(fails(ErrorKind::ProviderThrottled));
    let world = World::new(toml, [("a", a), ("b", provider())]);
    send(&world, 0..100).await;
    assert_eq!(state(&world, "a").await, HealthState::Closed);
    assert!(factor(&world, "a").await < 0.2);
    assert!(world.calls("a") < 30, "{}", world.calls("a"));
}

#[tokio::test(start_paused = true)]
async fn where_all_are_left_out_the_message_waits_for_the_first_to_come_back() {
    let down = || provider().otherwise(fails(ErrorKind::Connect));
    let world = World::of_two(down(), down());
    send(&world, 0..5).await;
    let delivery = world.sms.deliver(to(6)).await;
    assert_eq!(
        (delivery.status, delivery.attempts),
        (MessageState::Queued, 0)
    );
    assert_eq!(delivery.provider, "route:main");
    let error = delivery.error.unwrap();
    assert_eq!(error.code(), "NO_ROUTE");
    assert_eq!(
        error.to_string(),
        "no provider of route `main` takes this message now: a (left out for 30s), b (left out for 30s)"
    );
    assert!(error.is_queued());
    assert_eq!((world.calls("a"), world.calls("b")), (5, 5));
}
