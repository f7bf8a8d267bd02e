//! How fast a text is measured, beside what it costs merely to read its characters.
//!
//! Bodies have 1,600 characters, the most that is accepted. The floor reads every character once and
//! adds up UTF-16 units.
#![allow(missing_docs, clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sms_framework::message::Segments;
use sms_framework::message::segment::parts;

const CHARACTERS: usize = 1_600;

fn bodies() -> [(&'static str, String); 5] {
    let fill = |sample: &str| sample.chars().cycle().take(CHARACTERS).collect();
    [
        (
            "ascii",
            fill("Your booking on Friday at 8 pm is confirmed. Reply STOP to opt out. "),
        ),
        (
            "gsm-accents",
            fill("Übermorgen à la plage: smørrebrød, Äpfel & café für 5 £. "),
        ),
        (
            "gsm-extended",
            fill("Total {12.50 €} [paid] ~ see https://x.y/^a|b "),
        ),
        (
            "cyrillic",
            fill("Ваше бронирование на пятницу в 20 часов подтверждено. "),
        ),
        ("emoji", fill("See you 👋🏽 at the 🎸 gig 👨‍👩‍👧‍👦 in 🇩🇪! ")),
    ]
}

fn measure(text: &str) -> u32 {
    Segments::of(text).count
}

/// The least that any count of units must do: read each character once.
fn read_characters(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

fn segments(criterion: &mut Criterion) {
    for (name, body) in bodies() {
        let mut group = criterion.benchmark_group(format!("segments/{name}"));
        group.throughput(Throughput::Bytes(body.len() as u64));
        group
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(1));
        group.bench_function("of", |bencher| bencher.iter(|| measure(black_box(&body))));
        group.bench_function("parts", |bencher| {
            bencher.iter(|| parts(black_box(&body)).count())
        });
        group.bench_function("floor", |bencher| {
            bencher.iter(|| read_characters(black_box(&body)))
        });
        group.finish();
    }
    println!(
        "\n{:<14}{:>12}{:>12}{:>8}",
        "text", "of MB/s", "floor MB/s", "ratio"
    );
    for (name, body) in bodies() {
        let of = megabytes_a_second(&body, |text| measure(text) as usize);
        let floor = megabytes_a_second(&body, read_characters);
        println!("{name:<14}{of:>12.0}{floor:>12.0}{:>8.2}", floor / of);
    }
}

/// The best of 50 rounds, so that a busy machine weighs on both figures alike.
fn megabytes_a_second(body: &str, work: impl Fn(&str) -> usize) -> f64 {
    const PASSES: usize = 200;
    let round = || {
        let started = Instant::now();
        for _ in 0..PASSES {
            black_box(work(black_box(body)));
        }
        started.elapsed()
    };
    let best = (0..50).map(|_| round()).min().unwrap_or_default();
    (body.len() * PASSES) as f64 / best.as_secs_f64() / 1e6
}

criterion_group!(benches, segments);
criterion_main!(benches);
