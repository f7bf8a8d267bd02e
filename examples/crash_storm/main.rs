//! Kills the queue, again and again, and counts what became of every message.
//!
//! ```text
//! cargo run --release --example crash_storm -- [--messages 20000] [--kills 200] [--database URL]
//! ```
//!
//! `URL` is an empty PostgreSQL database, or the path of a new SQLite file; without it, a file that goes
//! with the storm.
//!
//! Children run the real `sms enqueue --jsonl` and `sms work` against a vendor in this process, which
//! counts what it accepts, and now and then takes a message and drops the answer, answers with a server
//! error, or answers late. Each child is killed with SIGKILL at a random moment and started again. In
//! the end every message has been accepted exactly once, or is held as `unknown` with the reason; the
//! counts are printed, and the exit code is 1 if one was lost or doubled.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod children;
mod provider;
mod vendor;
mod verdict;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use children::Children;
use vendor::Vendor;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What is tried.
struct Plan {
    messages: usize,
    kills: usize,
    database: Option<String>,
}

impl Plan {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut plan = Self {
            messages: 20_000,
            kills: 200,
            database: None,
        };
        while let Some(option) = arguments.next() {
            let value = arguments
                .next()
                .ok_or_else(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--messages" => plan.messages = value.parse()?,
                "--kills" => plan.kills = value.parse()?,
                "--database" => plan.database = Some(value),
                _ => return Err(format!("there is no option {option}").into()),
            }
        }
        Ok(plan)
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments
        .peek()
        .is_some_and(|first| first == children::ROLE)
    {
        // A child: the command itself, with one more provider linked in.
        return sms_gateway::run(std::env::args_os().skip(1));
    }
    match Plan::read(arguments).and_then(|plan| storm(&plan)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("crash_storm: {failure}");
            ExitCode::from(2)
        }
    }
}

/// True if nothing was lost and nothing doubled.
fn storm(plan: &Plan) -> Result<bool, Failure> {
    let folder = tempfile::tempdir()?;
    let list = folder.path().join("messages.jsonl");
    write_messages(&list, plan.messages)?;
    let vendor = Vendor::start()?;
    let database = match &plan.database {
        Some(url) => url.clone(),
        None => folder.path().join("storm.db").display().to_string(),
    };
    let mut children = Children::new(folder.path(), &database, vendor.port(), &list)?;

    let began = Instant::now();
    println!("{} messages, {} kills", plan.messages, plan.kills);
    let pace = plan.messages.div_ceil(plan.kills.max(1));
    vendor.pace(pace);
    for kill in 1..=plan.kills {
        children.keep_running()?;
        std::thread::sleep(Duration::from_millis(fastrand::u64(20..180)));
        vendor.wait_for(plan.messages * (kill - 1) / plan.kills);
        children.kill_one();
        if kill % 20 == 0 {
            println!("  {kill} kills, the vendor has {}", vendor.accepted());
        }
    }
    vendor.calm();
    children.finish()?;
    let verdict = verdict::judge(&database, plan.messages, &vendor)?;
    println!("{verdict}\n{:.0} s", began.elapsed().as_secs_f64());
    Ok(verdict.is_clean())
}

fn write_messages(list: &Path, count: usize) -> Result<(), Failure> {
    use std::io::Write;
    let mut file = std::io::BufWriter::new(std::fs::File::create(list)?);
    for number in 0..count {
        writeln!(
            file,
            r#"{{"to":"+1415555{:04}","body":"storm {number}","owner":"owner-{}","idempotency_key":"storm-{number}"}}"#,
            number % 10_000,
            number % 7,
        )?;
    }
    file.flush()?;
    Ok(())
}
