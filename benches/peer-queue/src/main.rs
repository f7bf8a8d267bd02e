//! The peer of the bench: `peer-queue URL COUNT SIDE_BY_SIDE` enqueues jobs, works them off, and prints
//! the seconds that each took.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use futures_util::{StreamExt, stream};
use graphile_worker::{IntoTaskHandlerResult, JobSpec, TaskHandler, WorkerContext, WorkerOptions};
use serde::{Deserialize, Serialize};

const TEXT: &str =
    "Your booking for Friday night is confirmed. Doors open at eight, sound check at six.";

/// What a message is to us.
#[derive(Serialize, Deserialize)]
struct SendText {
    to: String,
    body: String,
    owner: String,
}

impl TaskHandler for SendText {
    const IDENTIFIER: &'static str = "send_text";

    async fn run(self, _: WorkerContext) -> impl IntoTaskHandlerResult {
        Ok::<(), String>(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("peer-queue URL COUNT SIDE_BY_SIDE");
    let (url, count, side_by_side) = (next()?, next()?.parse()?, next()?.parse()?);
    let worker = WorkerOptions::default()
        .database_url(&url)
        .max_pg_conn(16)
        .concurrency(side_by_side)
        .define_job::<SendText>()
        .init()
        .await?;
    let utils = worker.create_utils();
    let start = Instant::now();
    let failed = stream::iter(0..count)
        .map(|number: usize| {
            let job = SendText {
                to: "+14155550123".into(),
                body: TEXT.into(),
                owner: format!("artist-{}", number % 17),
            };
            utils.add_job(job, JobSpec::default())
        })
        .buffer_unordered(side_by_side)
        .filter(|added| std::future::ready(added.is_err()))
        .count()
        .await;
    let enqueued = start.elapsed().as_secs_f64();
    if failed > 0 {
        return Err(format!("{failed} jobs were not taken").into());
    }
    let start = Instant::now();
    worker.run_once().await?;
    println!("{enqueued} {}", start.elapsed().as_secs_f64());
    Ok(())
}
