use sms_framework::store::Doubt;
use sms_framework::testkit::{Act, Finding};
use sms_framework::{Certainty, Class, ErrorKind, MessageState};

use super::support::{BARE, World, asked, error, fails, message, provider};

#[tokio::test(start_paused = true)]
async fn an_outage_and_a_throttle_go_on_to_the_next() {
    for kind in [ErrorKind::Connect, ErrorKind::ProviderThrottled] {
        let world = World::of_two(provider().otherwise(fails(kind)), provider());
        let receipt = world.sms.send(message()).await.unwrap();
        assert_eq!((receipt.provider.as_str(), receipt.attempts), ("b", 2));
        assert_eq!((world.calls("a"), world.calls("b")), (1, 1), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn our_own_limit_goes_on_to_the_next() {
    let toml = "
        [routes.main]
        use = ['a', 'b']
        [providers.a.rate_limit]
        enabled = true
        rate = 0.01
        burst = 1
    ";
    let world = World::new(toml, [("a", provider()), ("b", provider())]);
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.extend(world.taken_by(message()).await);
    }
    assert_eq!(taken, ["a", "b", "b"]);
    assert_eq!(world.calls("a"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_broken_account_goes_on_to_the_next() {
    for kind in [ErrorKind::Unauthorized, ErrorKind::Account] {
        let world = World::of_two(provider().otherwise(fails(kind)), provider());
        assert_eq!(
            world.taken_by(message()).await.as_deref(),
            Some("b"),
            "{kind}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_number_an_opt_out_and_a_long_text_never_try_the_next() {
    for kind in [
        ErrorKind::Recipient,
        ErrorKind::OptedOut,
        ErrorKind::Refused,
        ErrorKind::MessageTooLong,
    ] {
        let world = World::of_two(provider().otherwise(fails(kind)), provider());
        let delivery = world.sms.deliver(message()).await;
        assert_eq!(delivery.status, MessageState::Rejected, "{kind}");
        assert_eq!(world.calls("b"), 0, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_never_tries_the_next_and_the_row_names_who_may_have_it() {
    for act in [
        Act::Hang,
        Act::AcceptThenHang,
        Act::Panic,
        fails(ErrorKind::BadAnswer),
    ] {
        let world = World::of_two(provider().otherwise(act), provider());
        let message = message();
        let id = message.id;
        let delivery = world.sms.deliver(message).await;
        assert_eq!(delivery.status, MessageState::Unknown);
        assert_eq!(delivery.provider, "a");
        assert_eq!(world.calls("b"), 0);
        let row = world.row(id);
        assert_eq!(
            (row.provider.as_str(), row.doubt),
            ("a", Some(Doubt::NoAnswer))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_error_goes_on_only_after_the_provider_was_asked() {
    // It cannot be asked: it stays, and the queue tries it again there.
    let world = World::of_two(
        provider().otherwise(fails(ErrorKind::ServerError)),
        provider(),
    );
    let delivery = world.sms.deliver(message()).await;
    assert_eq!(
        (delivery.status, delivery.provider.as_str()),
        (MessageState::Queued, "a")
    );
    assert_eq!(world.calls("b"), 0);

    // It was asked, and does not list the message.
    let a = asked()
        .otherwise(fails(ErrorKind::ServerError))
        .lookup_otherwise(Finding::Nothing);
    let world = World::of_two(a, provider());
    assert_eq!(world.taken_by(message()).await.as_deref(), Some("b"));
    assert_eq!(world.provider("a").lookups(), 1);

    // It was asked, and lists it.
    let a = asked().script([Act::AcceptThenFail(error(ErrorKind::ServerError))]);
    let world = World::of_two(a, provider());
    assert_eq!(world.taken_by(message()).await.as_deref(), Some("a"));
    assert_eq!(world.calls("b"), 0);

    // It could not be asked just now.
    let a = asked()
        .otherwise(fails(ErrorKind::ServerError))
        .lookup_otherwise(Finding::Fails(error(ErrorKind::Connect)));
    let world = World::of_two(a, provider());
    assert_eq!(world.taken_by(message()).await, None);
    assert_eq!(world.calls("b"), 0);
}

#[tokio::test(start_paused = true)]
async fn under_hold_a_server_error_never_goes_on() {
    let a = asked()
        .otherwise(fails(ErrorKind::ServerError))
        .lookup_otherwise(Finding::Nothing);
    let toml = "
        retry.after_server_error = 'hold'
        [routes.main]
        use = ['a', 'b']
    ";
    let world = World::new(toml, [("a", a), ("b", provider())]);
    let delivery = world.sms.deliver(message()).await;
    assert_eq!(delivery.status, MessageState::Unknown);
    assert_eq!(world.calls("b"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_doubt_that_was_left_behind_is_asked_about_where_it_arose() {
    // Both: a 5xx answer here, nothing sent there. The queue has to ask the first.
    let a = asked()
        .otherwise(fails(ErrorKind::ServerError))
        .lookup_otherwise(Finding::Nothing);
    let world = World::of_two(a, provider().otherwise(fails(ErrorKind::Connect)));
    let message = message();
    let id = message.id;
    let delivery = world.sms.deliver(message).await;
    assert_eq!(delivery.status, MessageState::Queued);
    assert_eq!(delivery.error.unwrap().certainty(), Certainty::MaybeSent);
    let row = world.row(id);
    assert_eq!(
        (row.provider.as_str(), row.doubt),
        ("a", Some(Doubt::ServerError))
    );
}

#[tokio::test(start_paused = true)]
async fn where_all_fail_time_can_cure_it_if_it_can_cure_one() {
    let world = World::of_two(
        provider().otherwise(fails(ErrorKind::Connect)),
        provider().otherwise(fails(ErrorKind::Unauthorized)),
    );
    let delivery = world.sms.deliver(message()).await;
    assert_eq!(delivery.status, MessageState::Queued);
    assert_eq!(delivery.provider, "route:main");
    let error = delivery.error.unwrap();
    assert_eq!((error.code(), error.class()), ("CONNECT", Class::Transient));
    assert!(error.is_queued());

    // Nobody's account works: nothing comes of waiting.
    let world = World::of_two(
        provider().otherwise(fails(ErrorKind::Account)),
        provider().otherwise(fails(ErrorKind::Unauthorized)),
    );
    let delivery = world.sms.deliver(message()).await;
    assert_eq!(delivery.error.unwrap().code(), "UNAUTHORIZED");
}

#[tokio::test(start_paused = true)]
async fn the_receipt_the_row_and_the_log_tell_the_whole_path() {
    let world = World::new(
        "[routes.main]\nuse = ['a', 'b', 'c']",
        [
            ("a", provider().otherwise(fails(ErrorKind::Connect))),
            (
                "b",
                provider().otherwise(fails(ErrorKind::ProviderThrottled)),
            ),
            ("c", provider()),
        ],
    );
    let message = message();
    let id = message.id;
    let receipt = world.sms.send(message).await.unwrap();
    let path: Vec<_> = receipt
        .path
        .iter()
        .map(|hop| (hop.provider.as_str(), hop.calls, hop.code))
        .collect();
    assert_eq!(
        path,
        [
            ("a", 1, Some("CONNECT")),
            ("b", 1, Some("PROVIDER_THROTTLED")),
            ("c", 1, None)
        ]
    );
    assert_eq!(receipt.attempts, 3);
    let row = world.row(id);
    assert_eq!((row.provider.as_str(), row.attempts), ("c", 3));
    let attempts: Vec<_> = world
        .store
        .all_attempts()
        .into_iter()
        .map(|attempt| (attempt.provider, attempt.error.map(|error| error.code)))
        .collect();
    assert_eq!(
        attempts,
        [
            ("a".to_owned(), Some("CONNECT".to_owned())),
            ("b".to_owned(), Some("PROVIDER_THROTTLED".to_owned())),
            ("c".to_owned(), None)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_that_one_provider_took_has_no_path() {
    let world = World::of_two(provider(), provider());
    assert_eq!(world.sms.send(message()).await.unwrap().path, []);
}

#[tokio::test(start_paused = true)]
async fn each_provider_keeps_its_own_retries_and_the_deadline_is_the_sends() {
    let toml = "
        [routes.main]
        use = ['a', 'b']
        [providers.a.retry]
        max_attempts = 3
        base = '1ms'
        [providers.b.retry]
        max_attempts = 2
        base = '1ms'
    ";
    let down = || provider().otherwise(fails(ErrorKind::Connect));
    let world = World::new(toml, [("a", down()), ("b", down())]);
    let delivery = world.sms.deliver(message()).await;
    assert_eq!((world.calls("a"), world.calls("b")), (3, 2));
    assert_eq!(delivery.attempts, 5);
    assert!(BARE.contains("max_attempts = 1"));

    // After the deadline nobody else is tried.
    let slow = provider().otherwise(fails(ErrorKind::Connect).after(super::support::seconds(91)));
    let toml = "
        send.attempt_timeout = '100s'
        queue.lease = '10m'
        [routes.main]
        use = ['a', 'b']
    ";
    let world = World::new(toml, [("a", slow), ("b", provider())]);
    assert_eq!(world.taken_by(message()).await, None);
    assert_eq!(world.calls("b"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_send_goes_nowhere_else() {
    let a = provider().otherwise(fails(ErrorKind::Connect).after(super::support::seconds(5)));
    let world = World::of_two(a, provider());
    let message = message();
    let id = message.id;
    let sms = world.sms.clone();
    let sending = tokio::spawn(async move { sms.deliver(message).await });
    tokio::time::sleep(super::support::seconds(1)).await;
    sending.abort();
    tokio::time::sleep(super::support::seconds(10)).await;
    assert_eq!((world.calls("a"), world.calls("b")), (1, 0));
    assert_eq!(world.row(id).status, MessageState::Canceled);
}

#[tokio::test(start_paused = true)]
async fn a_later_providers_slot_is_not_waited_for_beyond_the_deadline() {
    let toml = "
        [routes.main]
        use = ['a', 'b']
        [providers.b.rate_limit]
        enabled = true
        rate = 0.04
        burst = 1
        initial = 1
    ";
    // The first provider takes 80 of the 90 s that a send has; the other's next slot is 25 s away.
    let slow = provider().otherwise(fails(ErrorKind::Connect).after(super::support::seconds(80)));
    let toml = format!("send.attempt_timeout = '100s'\nqueue.lease = '10m'\n{toml}");
    let world = World::new(&toml, [("a", slow), ("b", provider())]);
    let first = world.sms.clone();
    let second = world.sms.clone();
    let began = tokio::time::Instant::now();
    let (first, second) = tokio::join!(first.deliver(message()), second.deliver(message()));
    let (taken, waits): (Vec<_>, Vec<_>) = [first, second]
        .into_iter()
        .partition(sms_framework::Delivery::is_accepted);
    assert_eq!((taken.len(), waits[0].status), (1, MessageState::Queued));
    assert_eq!(waits[0].error.as_ref().unwrap().code(), "RATE_LIMITED");
    assert_eq!(began.elapsed(), super::support::seconds(80));
}

#[tokio::test(start_paused = true)]
async fn after_a_server_error_too_an_opt_out_goes_nowhere_else() {
    // The retry at the same provider is told that the recipient opted out.
    let a = asked()
        .script([fails(ErrorKind::ServerError), fails(ErrorKind::OptedOut)])
        .lookup_otherwise(Finding::Nothing);
    let toml = "
        [routes.main]
        use = ['a', 'b']
        [providers.a.retry]
        max_attempts = 2
        base = '1ms'
    ";
    let world = World::new(toml, [("a", a), ("b", provider())]);
    let delivery = world.sms.deliver(message()).await;
    assert_eq!(delivery.error.unwrap().code(), "OPTED_OUT");
    assert_eq!(world.calls("b"), 0);

    // The second provider is.
    let a = asked()
        .otherwise(fails(ErrorKind::ServerError))
        .lookup_otherwise(Finding::Nothing);
    let b = provider().otherwise(fails(ErrorKind::OptedOut));
    let toml = "[routes.main]\nuse = ['a', 'b', 'c']";
    let world = World::new(toml, [("a", a), ("b", b), ("c", provider())]);
    assert_eq!(world.taken_by(message()).await, None);
    assert_eq!(world.calls("c"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_broken_account_is_no_end_while_another_only_rests() {
    let a = provider()
        .script(vec![fails(ErrorKind::Connect); 5])
        .otherwise(fails(ErrorKind::Account));
    let b = provider().script(vec![fails(ErrorKind::Connect); 5]);
    let toml = "
        health.open_above = 0.9
        [providers.a.health]
        min_failures = 100
        [routes.main]
        use = ['a', 'b']
    ";
    let world = World::new(toml, [("a", a), ("b", b)]);
    for number in 0..5 {
        let _delivery = world.sms.deliver(super::support::to(number)).await;
    }
    let delivery = world.sms.deliver(message()).await;
    assert_eq!(delivery.status, MessageState::Queued);
    let error = delivery.error.unwrap();
    assert_eq!(
        error.to_string(),
        "no provider of route `main` takes this message now: b (left out for 30s)"
    );
    assert!(error.is_queued());
}

#[tokio::test(start_paused = true)]
async fn another_process_that_took_the_message_over_decides_about_it() {
    // The first provider takes so long that the lease runs out.
    let slow = provider().otherwise(fails(ErrorKind::Connect).after(super::support::seconds(20)));
    let world = World::of_two(slow, provider());
    let message = message();
    let id = message.id;
    let sms = world.sms.clone();
    let sending = tokio::spawn(async move { sms.deliver(message).await });
    tokio::time::sleep(super::support::seconds(1)).await;
    world.store.take_over(id);
    let delivery = sending.await.unwrap();
    assert_eq!(delivery.status, MessageState::Unknown);
    assert_eq!(world.calls("b"), 0);
}
