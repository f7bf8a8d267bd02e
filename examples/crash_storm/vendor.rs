//! A vendor that remembers every message that it ever accepted, and is not always polite.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Shared by the threads that serve callers.
#[derive(Clone)]
pub(crate) struct Vendor(Arc<Inner>);

struct Inner {
    port: u16,
    /// How often each message was accepted, by our id.
    taken: Mutex<HashMap<String, Vec<u64>>>,
    accepted: AtomicU64,
    /// How long an answer takes, so that the storm lasts.
    pause: AtomicU64,
    calm: AtomicBool,
}

impl Vendor {
    pub(crate) fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let vendor = Self(Arc::new(Inner {
            port: listener.local_addr()?.port(),
            taken: Mutex::default(),
            accepted: AtomicU64::new(0),
            pause: AtomicU64::new(0),
            calm: AtomicBool::new(false),
        }));
        let serving = vendor.clone();
        std::thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                let vendor = serving.clone();
                std::thread::spawn(move || vendor.serve(&caller));
            }
        });
        Ok(vendor)
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.port
    }

    /// Sets a pace at which about `messages` go between two kills.
    pub(crate) fn pace(&self, messages: usize) {
        let micros = 100_000_u64.saturating_mul(16) / messages.max(1) as u64;
        self.0.pause.store(micros.min(20_000), Ordering::Relaxed);
    }

    /// From now on every call is answered at once, and well.
    pub(crate) fn calm(&self) {
        self.0.pause.store(0, Ordering::Relaxed);
        self.0.calm.store(true, Ordering::Relaxed);
    }

    pub(crate) fn accepted(&self) -> u64 {
        self.0.accepted.load(Ordering::Relaxed)
    }

    /// Waits, but not forever, until it has that many: so kills fall from the first to the last message.
    pub(crate) fn wait_for(&self, messages: usize) {
        let deadline = Instant::now() + Duration::from_secs(1);
        while self.accepted() < messages as u64 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// How often the message of that id was accepted.
    pub(crate) fn times(&self, id: &str) -> usize {
        self.taken().get(id).map_or(0, Vec::len)
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, HashMap<String, Vec<u64>>> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, caller: &TcpStream) -> Option<()> {
        let mut question = String::new();
        BufReader::new(caller).read_line(&mut question).ok()?;
        let mut words = question.trim_end().splitn(2, ' ');
        let (verb, id) = (words.next()?, words.next()?);
        let answer = match verb {
            "FIND" => match self.taken().get(id).and_then(|numbers| numbers.first()) {
                Some(number) => format!("FOUND {number}"),
                None => "NONE".to_owned(),
            },
            _ => self.take(id)?,
        };
        let mut caller = caller;
        writeln!(caller, "{answer}").ok()
    }

    /// The answer to a send; `None` where there is none.
    fn take(&self, id: &str) -> Option<String> {
        let pause = self.0.pause.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_micros(pause));
        let mood = if self.0.calm.load(Ordering::Relaxed) {
            99
        } else {
            fastrand::u32(0..100)
        };
        if mood == 0 {
            return Some("ERROR".to_owned());
        }
        let number = self.0.accepted.fetch_add(1, Ordering::Relaxed);
        self.taken().entry(id.to_owned()).or_default().push(number);
        match mood {
            // It took the message, and nobody hears of it.
            1 => None,
            2 => {
                std::thread::sleep(Duration::from_millis(150));
                Some(format!("OK {number}"))
            }
            _ => Some(format!("OK {number}")),
        }
    }
}
