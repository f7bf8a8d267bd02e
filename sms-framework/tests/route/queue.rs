use sms_framework::store::{Claim, Cursor, NewMessage, Room, Store};
use sms_framework::testkit::{Act, Finding};
use sms_framework::{ErrorKind, MessageId, MessageState, QueueReport};

use super::support::{World, asked, fails, message, provider, seconds};

async fn sent(world: &World) -> MessageId {
    let message = message();
    let id = message.id;
    let _delivery = world.sms.deliver(message).await;
    id
}

async fn later(world: &World) -> QueueReport {
    tokio::time::advance(seconds(61 * 60)).await;
    world.sms.process_queue().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_nobody_took_is_tried_by_the_whole_route_again() {
    let a = provider().otherwise(fails(ErrorKind::Connect));
    let b = provider().script([fails(ErrorKind::Connect)]);
    let world = World::of_two(a, b);
    let id = sent(&world).await;
    let row = world.row(id);
    assert_eq!(
        (row.status, row.provider.as_str()),
        (MessageState::Queued, "route:main")
    );
    assert_eq!(later(&world).await.accepted, 1);
    let row = world.row(id);
    assert_eq!(
        (row.status, row.provider.as_str()),
        (MessageState::Accepted, "b")
    );
}

#[tokio::test(start_paused = true)]
async fn what_one_may_have_is_asked_about_there_and_sent_nowhere_else() {
    let a = asked()
        .script([Act::AcceptThenHang])
        .lookup([Finding::Nothing, Finding::Truth]);
    let world = World::of_two(a, provider());
    let id = sent(&world).await;
    assert_eq!(world.row(id).status, MessageState::Unknown);
    assert_eq!(later(&world).await.accepted, 1);
    let row = world.row(id);
    assert_eq!(
        (row.provider.as_str(), row.status),
        ("a", MessageState::Accepted)
    );
    assert_eq!((world.calls("a"), world.calls("b")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn after_a_server_error_the_queue_asks_and_resends_there_and_nowhere_else() {
    let a = provider()
        .script([fails(ErrorKind::ServerError), fails(ErrorKind::Connect)])
        .otherwise(Act::Accept);
    let world = World::of_two(a, provider());
    let id = sent(&world).await;
    let row = world.row(id);
    assert_eq!(
        (row.status, row.provider.as_str()),
        (MessageState::Queued, "a")
    );
    assert_eq!(later(&world).await.requeued, 1);
    assert_eq!(
        world.row(id).provider,
        "a",
        "who may have it is not forgotten"
    );
    assert_eq!(later(&world).await.accepted, 1);
    assert_eq!((world.calls("a"), world.calls("b")), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_the_second_provider_is_asked_about_at_the_second() {
    // The process hangs in the call to `b` and its lease runs out; another asks.
    let a = asked().otherwise(fails(ErrorKind::Connect));
    let b = asked().script([Act::AcceptThenHang]);
    let world = World::of_two(a, b);
    let message = message();
    let id = message.id;
    let sms = world.sms.clone();
    let stuck = tokio::spawn(async move { sms.deliver(message).await });
    tokio::time::sleep(seconds(1)).await;
    assert_eq!(world.row(id).provider, "b", "the row names who has it now");
    stuck.abort();
    world.store.take_over(id);
    assert_eq!(
        later(&world).await.processed,
        0,
        "it is asked after a while"
    );
    assert_eq!(world.row(id).status, MessageState::Unknown);
    assert_eq!(later(&world).await.accepted, 1);
    let row = world.row(id);
    assert_eq!(
        (row.provider.as_str(), row.status),
        ("b", MessageState::Accepted)
    );
    assert_eq!(world.provider("a").lookups(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_crash_before_any_provider_was_called_leaves_no_doubt() {
    let world = World::of_two(
        provider().script([fails(ErrorKind::Connect)]),
        provider().script([fails(ErrorKind::Connect)]),
    );
    let id = sent(&world).await;
    assert_eq!(world.row(id).provider, "route:main");
    // Another process claimed it and died before it had handed it to anybody.
    tokio::time::advance(seconds(61 * 60)).await;
    let now = world.row(id).next_attempt_at.unwrap();
    let claim = Claim {
        providers: vec!["route:main".to_owned()],
        worker: "another".to_owned(),
        now,
        lease_until: now + seconds(60),
        ask_at: now,
        room: Room::of_each(1),
        cursor: Cursor::default(),
    };
    let claims = world.store.claim(claim).await.unwrap();
    assert_eq!(claims.messages.len(), 1);
    assert_eq!(later(&world).await.accepted, 1);
    assert_eq!(world.row(id).provider, "a");
}

#[tokio::test(start_paused = true)]
async fn a_chosen_sender_does_not_travel_to_another_provider() {
    let a = provider()
        .sender("+15550000001".parse().ok())
        .otherwise(fails(ErrorKind::Connect));
    let b = provider()
        .sender("+15550000002".parse().ok())
        .script([fails(ErrorKind::Connect)]);
    let world = World::of_two(a, b);
    let id = sent(&world).await;
    assert_eq!(
        world.row(id).from,
        None,
        "nobody in particular sends it now"
    );
    later(&world).await;
    assert_eq!(world.row(id).from.as_deref(), Some("+15550000002"));
    let from = |id: &str| {
        let calls = world.provider(id).calls();
        calls
            .iter()
            .map(|call| call.message.from().unwrap().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(from("a"), ["+15550000001", "+15550000001"]);
    assert_eq!(from("b"), ["+15550000002", "+15550000002"]);
}

#[tokio::test(start_paused = true)]
async fn a_senders_own_wish_stays() {
    let world = World::of_two(provider().otherwise(fails(ErrorKind::Connect)), provider());
    let wish = message().sender("+15559990000".parse().unwrap());
    world.sms.send(wish).await.unwrap();
    let call = &world.provider("b").calls()[0];
    assert_eq!(call.message.from().unwrap().to_string(), "+15559990000");
}

#[tokio::test(start_paused = true)]
async fn who_may_have_it_is_asked_for_it_with_the_number_it_had_there() {
    // A 5xx answer here, asked in vain; nothing sent there. The row names the first, number and all.
    let a = asked()
        .sender("+15550000001".parse().ok())
        .script([fails(ErrorKind::ServerError)])
        .lookup_otherwise(Finding::Nothing);
    let b = provider()
        .sender("+15550000002".parse().ok())
        .otherwise(fails(ErrorKind::Connect));
    let world = World::of_two(a, b);
    let id = sent(&world).await;
    let row = world.row(id);
    assert_eq!(
        (row.provider.as_str(), row.from.as_deref()),
        ("a", Some("+15550000001"))
    );
    assert_eq!(later(&world).await.accepted, 1);
    let calls = world.provider("a").calls();
    assert_eq!(calls[1].message.from().unwrap().to_string(), "+15550000001");
    assert_eq!(world.row(id).from.as_deref(), Some("+15550000001"));
}

#[tokio::test(start_paused = true)]
async fn a_held_message_whose_provider_had_the_routes_name_stays_held() {
    let world = World::of_two(provider(), provider());
    let outbound = sms_framework::testkit::outbound(message());
    let id = outbound.id();
    let begun = NewMessage {
        message: std::sync::Arc::new(outbound),
        provider: "main".to_owned(),
        simulated: false,
        hash_body: false,
        lease_until: Some(jiff::Timestamp::UNIX_EPOCH),
    };
    world.store.begin(begun).await.unwrap();
    for _ in 0..2 {
        let report = later(&world).await;
        assert_eq!(
            report.processed, 0,
            "`main` was a provider's table once, and is none of ours"
        );
        assert_eq!(world.row(id).status, MessageState::Unknown);
    }
    assert_eq!((world.calls("a"), world.calls("b")), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn rounds_in_which_somebody_was_called_are_counted_and_others_are_not() {
    // Everybody is left out: nobody is called.
    let down = || provider().otherwise(fails(ErrorKind::Connect));
    let toml = "
        health.min_failures = 1
        health.cooldown = '2h'
        health.cooldown_cap = '2h'
        [routes.main]
        use = ['a', 'b']
    ";
    let world = World::new(toml, [("a", down()), ("b", down())]);
    let first = sent(&world).await;
    later(&world).await;
    assert_eq!(world.row(first).rounds, 0);
    assert_eq!((world.calls("a"), world.calls("b")), (1, 1));

    // One is called in each round, and our own limit keeps the message from the other.
    let toml = "
        [routes.main]
        use = ['a', 'b']
        [providers.b.rate_limit]
        enabled = true
        rate = 0.0001
        burst = 1
    ";
    let world = World::new(toml, [("a", down()), ("b", provider())]);
    world.sms.send(message()).await.unwrap();
    let second = sent(&world).await;
    tokio::time::advance(seconds(10_100)).await;
    // Again somebody else has the one slot there is.
    world.sms.send(message()).await.unwrap();
    let report = world.sms.process_queue().await.unwrap();
    assert_eq!((report.processed, report.requeued), (1, 1));
    assert_eq!(world.row(second).rounds, 1);
}

async fn worked(world: &World) -> QueueReport {
    let never = std::future::pending();
    world.sms.work_until_idle(never).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_enqueued_belongs_to_the_route_until_somebody_is_handed_it() {
    let a = provider().otherwise(fails(ErrorKind::Connect).after(seconds(5)));
    let b = provider().otherwise(Act::Accept.after(seconds(5)));
    let world = World::of_two(a, b);
    let id = world.sms.enqueue(message()).await.unwrap().id;
    let stands = || {
        let row = world.row(id);
        (row.provider, row.status)
    };
    assert_eq!(stands(), ("route:main".to_owned(), MessageState::Queued));
    let work = worked(&world);
    let mut work = std::pin::pin!(work);
    for (at, who) in [(1, "a"), (5, "b")] {
        let under_way = tokio::time::timeout(seconds(at), &mut work).await;
        assert!(under_way.is_err());
        assert_eq!(
            stands(),
            (who.to_owned(), MessageState::Sending),
            "the row names whom to ask before the call"
        );
    }
    assert_eq!(work.await.accepted, 1);
    assert_eq!(stands(), ("b".to_owned(), MessageState::Accepted));
    assert_eq!((world.calls("a"), world.calls("b")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_no_provider_takes_is_not_enqueued() {
    let world = World::of_two(provider(), provider());
    let media = message().media("https://example.org/flyer.png");
    let refused = world.sms.enqueue(media).await.unwrap_err();
    assert_eq!(refused.code(), "UNSUPPORTED");
    assert!(world.store.records().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_doubt_is_sent_again_where_it_arose_and_nowhere_else() {
    let a = provider().script([fails(ErrorKind::NoAnswer)]);
    let toml = "
        queue.on_unknown = 'resend'
        [routes.main]
        use = ['a', 'b']
    ";
    let world = World::new(toml, [("a", a), ("b", provider())]);
    let id = world.sms.enqueue(message()).await.unwrap().id;
    assert_eq!(worked(&world).await.unknown, 1);
    assert_eq!(world.row(id).provider, "a");
    tokio::time::advance(seconds(30)).await;
    assert_eq!(worked(&world).await.accepted, 1);
    assert_eq!((world.calls("a"), world.calls("b")), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_over_at_the_first_provider_does_not_go_on_to_the_second() {
    let a = provider().script([fails(ErrorKind::Connect).after(seconds(5))]);
    let world = World::of_two(a, provider());
    let id = world.sms.enqueue(message()).await.unwrap().id;
    let work = worked(&world);
    let mut work = std::pin::pin!(work);
    let under_way = tokio::time::timeout(seconds(1), &mut work).await;
    assert!(under_way.is_err());
    world.store.take_over(id);
    let under_way = tokio::time::timeout(seconds(10), &mut work).await;
    assert!(under_way.is_err(), "the other one has it");
    assert_eq!((world.calls("a"), world.calls("b")), (1, 0));
    assert_eq!(world.row(id).status, MessageState::Sending);
}
