//! Against servers that others wrote: npm's `smpp` and PyPI's `smppy`.
//!
//! They are installed below `target` at the first run. Where that cannot be done, the test says so
//! and is passed over, or fails with `SMS_REQUIRE_PEERS=1`.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sms_framework::testkit::outbound;
use sms_framework::{ErrorKind, Message, MessageState};
use tokio::sync::mpsc;

use crate::support::{Sink, TO, TO_DIGITS, built, inbound, message, receipt, table};

/// A server in a process of its own.
struct Peer {
    child: Child,
    said: mpsc::UnboundedReceiver<Value>,
    port: u64,
}

impl Peer {
    async fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let (say, said) = mpsc::unbounded_channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ended = say.send(serde_json::from_str(&line).expect("JSON"));
            }
        });
        let mut peer = Self {
            child,
            said,
            port: 0,
        };
        peer.port = peer.hear("listening").await.as_u64().unwrap();
        peer
    }

    /// What it says next, which has to be of that sort.
    async fn hear(&mut self, sort: &str) -> Value {
        let said = tokio::time::timeout(Duration::from_secs(20), self.said.recv()).await;
        let said = said.expect("it says nothing").expect("it ended");
        assert!(said.get(sort).is_some(), "no {sort}, but {said}");
        said[sort].clone()
    }

    fn tell(&mut self, what: &Value) {
        let mut to = self.child.stdin.as_ref().unwrap();
        writeln!(to, "{what}").unwrap();
    }

    fn table(&self, more: &str) -> String {
        table(&format!("smpp://127.0.0.1:{}", self.port), more)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn sources(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/peers")
        .join(name)
}

/// Runs a step of an installation; the error is what to tell.
fn step(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    match command.stdin(Stdio::null()).output() {
        Err(error) => Err(format!("{shown}: {error}")),
        Ok(output) if !output.status.success() => Err(format!(
            "{shown}: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
        Ok(_) => Ok(()),
    }
}

/// Says why a peer is missing, loudly.
fn missing(why: &str) {
    let required = std::env::var("SMS_REQUIRE_PEERS").is_ok_and(|value| value == "1");
    assert!(!required, "a server to test against is missing: {why}");
    // Past the capture of the test's output.
    let mut to = std::io::stderr();
    let _shown = writeln!(
        to,
        "\n*** NOT TESTED against a server that others wrote: {why}\n"
    );
}

/// Where npm's server is, installed by the lock file.
fn npm() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("smpp-npm");
    std::fs::create_dir_all(&target).unwrap();
    for file in ["package.json", "package-lock.json", "server.js"] {
        let (from, to) = (sources("npm").join(file), target.join(file));
        // Another run may be reading it just now.
        if std::fs::read(&from).ok() != std::fs::read(&to).ok() {
            std::fs::copy(from, to).unwrap();
        }
    }
    if !target.join("node_modules/smpp").exists() {
        step(
            Command::new("npm")
                .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
                .current_dir(&target),
        )?;
    }
    step(Command::new("node").arg("--version"))?;
    Ok(target.join("server.js"))
}

fn octets(submit: &Value) -> String {
    submit["octets"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn npm_smpp() {
    let script = match npm() {
        Ok(script) => script,
        Err(why) => return missing(&why),
    };
    let mut peer = Peer::start(Command::new("node").arg(script)).await;
    let provider = built(&peer.table(""));
    let (sink, mut events) = Sink::open();
    provider.feed().unwrap().start(sink);
    let bind = peer.hear("bind").await;
    assert_eq!(
        bind,
        json!({"system_id": "acme", "password": "s3cr3t", "version": 0x34})
    );

    // The octets of one part, as it received them and as it reads them.
    let hour = Message::new(TO, "5 € @").valid_for(Duration::from_secs(3_600));
    let sent = provider.send(&outbound(hour)).await.unwrap();
    assert_eq!(sent.provider_message_ids, ["a0"]);
    let submit = peer.hear("submit").await;
    let expected = json!({
        "id": "000000A0",
        "source": [1, 1, "14155550100"],
        "destination": [1, 1, TO_DIGITS],
        "esm_class": 0,
        "data_coding": 0,
        "registered_delivery": 1,
        "validity_period": "000000010000000R",
        "octets": "35201b652000",
        "text": "5 € @",
    });
    assert_eq!(submit, expected);

    let texts = [
        "^{}\\[~]|€ and @£$¥ΔΦΓΛΩΠΨΣΘΞ èéùìòÇØøÅåÆæßÉ ÄÖÑÜ§¿äöñüà¡_¤".to_owned(),
        "👩‍👩‍👧‍👦 and 😀 and ñ and 你好".to_owned(),
        format!("{}€{}", "x".repeat(152), "y".repeat(160)),
        format!("{}😀{}", "ж".repeat(66), "ж".repeat(70)),
    ];
    for text in texts {
        let message = message(&text);
        let segments = message.segments().count;
        let sent = provider.send(&message).await.unwrap();
        let mut read = String::new();
        let mut reference = None;
        for (number, id) in (1..=segments).zip(&sent.provider_message_ids) {
            let submit = peer.hear("submit").await;
            assert_eq!(
                submit["id"]
                    .as_str()
                    .unwrap()
                    .trim_start_matches('0')
                    .to_lowercase(),
                *id
            );
            read.push_str(submit["text"].as_str().unwrap());
            let octets = octets(&submit);
            if segments > 1 {
                assert_eq!(submit["esm_class"], 0x40);
                let same = reference.get_or_insert_with(|| octets[6..8].to_owned());
                assert!(
                    octets.starts_with(&format!("050003{same}{segments:02x}{number:02x}")),
                    "{octets}"
                );
            }
        }
        assert_eq!(read, text);
        assert_eq!(sent.provider_message_ids.len(), segments as usize);
    }

    // What it delivers.
    let deliver = |esm_class: u8, data_coding: u8, text: &str| {
        json!({
            "source_addr_ton": 1, "source_addr_npi": 1, "source_addr": TO_DIGITS,
            "dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": "14155550100",
            "esm_class": esm_class, "data_coding": data_coding, "short_message": text,
        })
    };
    let text = "id:000000A0 sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 stat:DELIVRD err:000 text:5";
    peer.tell(&deliver(0x04, 0, text));
    let read = receipt(&mut events).await;
    assert_eq!(
        (read.provider_message_id.as_deref(), read.state),
        (Some("a0"), Some(MessageState::Delivered))
    );
    assert_eq!(peer.hear("taken").await, 0);

    let mut with_fields = deliver(0x04, 0, "");
    with_fields["receipted_message_id"] = "000000A1".into();
    with_fields["message_state"] = 5.into();
    peer.tell(&with_fields);
    let read = receipt(&mut events).await;
    assert_eq!(
        (read.provider_message_id.as_deref(), read.state),
        (Some("a1"), Some(MessageState::Undelivered))
    );
    assert_eq!(peer.hear("taken").await, 0);

    for (data_coding, text) in [(0, "STOP € @"), (3, "café"), (8, "Привет 😀")] {
        peer.tell(&deliver(0x00, data_coding, text));
        let read = inbound(&mut events).await;
        assert_eq!((read.text.as_str(), read.from.as_str()), (text, TO));
        assert_eq!(peer.hear("taken").await, 0);
    }
    let mut piece = deliver(0x00, 0, "Hello ");
    piece["udh"] = "0500032a0201".into();
    peer.tell(&piece);
    let read = inbound(&mut events).await;
    let part = read.part.unwrap();
    assert_eq!(
        (read.text.as_str(), part.number, part.total),
        ("Hello ", 1, 2)
    );
    assert_eq!(read.reference.as_deref(), Some("42"));
    assert_eq!(peer.hear("taken").await, 0);

    drop(provider);
    peer.hear("unbind").await;

    // It refuses another password, and says with which status.
    let stranger = built(&peer.table("").replace("s3cr3t", "guess"));
    let error = stranger.send(&message("x")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.provider_code()),
        (ErrorKind::Unauthorized, Some("0x0E"))
    );
}

/// The interpreter of a place of its own, with what `requirements.txt` names.
fn python() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("smpp-pypi");
    let python = target.join("bin/python");
    let installed = target.join("installed");
    if !installed.exists() {
        step(Command::new("python3").args(["-m", "venv"]).arg(&target))?;
        let requirements = sources("pypi").join("requirements.txt");
        step(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "-r"])
                .arg(requirements),
        )?;
        std::fs::write(&installed, "").unwrap();
    }
    Ok(python)
}

#[tokio::test]
async fn pypi_smppy() {
    let python = match python() {
        Ok(python) => python,
        Err(why) => return missing(&why),
    };
    let mut peer = Peer::start(Command::new(python).arg(sources("pypi").join("server.py"))).await;
    // It texts ASCII back under data_coding 0.
    let provider = built(&peer.table("default_alphabet = 'ascii'"));
    let (sink, mut events) = Sink::open();
    provider.feed().unwrap().start(sink);
    assert_eq!(
        peer.hear("bind").await,
        json!({"system_id": "acme", "password": "s3cr3t"})
    );
    for text in ["Doors open at eight", "Привет", "你好 😀"] {
        let sent = provider.send(&message(text)).await.unwrap();
        // Its answers name no message.
        assert_eq!(sent.provider_message_ids, Vec::<String>::new());
        let submit = peer.hear("submit").await;
        assert_eq!(
            submit,
            json!({"source": "14155550100", "destination": TO_DIGITS, "text": text})
        );
        let read = inbound(&mut events).await;
        assert_eq!(read.text, text);
        assert!(read.from.ends_with(TO_DIGITS), "{}", read.from);
        peer.hear("taken").await;
    }
    // Beyond 100 octets it texts back in pieces, numbered in optional fields.
    let long = "x".repeat(150);
    provider.send(&message(&long)).await.unwrap();
    let mut read = String::new();
    for number in 1..=2 {
        let piece = inbound(&mut events).await;
        let part = piece.part.unwrap();
        assert_eq!((part.number, part.total), (number, 2));
        read.push_str(&piece.text);
    }
    assert_eq!(read, long);
}
