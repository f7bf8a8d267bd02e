//! A provider pointed at loopback, messages for it, and a server of raw sockets.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use figment::Figment;
use figment::providers::{Format, Toml};
use sms_framework::provider::{BuildError, DynProvider};
use sms_framework::{Message, Outbound, testkit};
use sms_provider_twilio::ENTRY;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const SID: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "s3cr3t-t0k3n";
pub(crate) const ANNA: &str = "+14155550123";
pub(crate) const FROM: &str = "+14155550100";
pub(crate) const TEXT: &str = "Doors open at eight.";

pub(crate) fn build(table: &str) -> Result<DynProvider, BuildError> {
    ENTRY.build("twilio", &Figment::from(Toml::string(table)))
}

/// The sentence with which a table is refused.
pub(crate) fn refusal(table: &str) -> String {
    match build(table).unwrap_err() {
        BuildError::Refused(error) => error.to_string(),
        BuildError::Table(error) => error.to_string(),
    }
}

/// A provider with account, token and sender, and `more` lines of its table.
pub(crate) fn twilio(base_url: &str, more: &str) -> DynProvider {
    let from = if more.contains("from =") {
        String::new()
    } else {
        format!("from = '{FROM}'")
    };
    build(&format!(
        "account_sid = '{SID}'\nauth_token = '{TOKEN}'\nbase_url = '{base_url}'\n{from}\n{more}"
    ))
    .unwrap()
}

pub(crate) fn message() -> Outbound {
    outbound(Message::new(ANNA, TEXT))
}

pub(crate) fn outbound(message: Message) -> Outbound {
    testkit::outbound(message)
}

/// A server that gives every request the same answer.
pub(crate) async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

pub(crate) fn created() -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_json(serde_json::json!({
        "sid": "SM00000000000000000000000000000001",
        "status": "queued",
        "num_segments": "1",
        "error_code": null
    }))
}

/// What the raw server does once it has read a request.
#[derive(Debug, Clone)]
pub(crate) enum Then {
    /// Writes this and keeps the connection.
    Write(String),
    /// Writes this and closes the connection.
    Close(String),
    /// Resets the connection.
    Reset,
    /// Says nothing more.
    Silence,
}

pub(crate) struct Wire {
    pub(crate) url: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Wire {
    /// Treats the first request as the first of `script`, and so on; the last again and again.
    pub(crate) async fn start(script: &[Then]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (Arc::clone(&wire.connections), Arc::clone(&wire.requests));
        let script: Arc<[Then]> = script.into();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&requests)));
            }
        });
        wire
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<[Then]>, requests: Arc<Mutex<Vec<String>>>) {
    while let Some(request) = read_request(&mut stream).await {
        let then = {
            let mut requests = requests.lock().unwrap();
            requests.push(request);
            script[(requests.len() - 1).min(script.len() - 1)].clone()
        };
        match then {
            Then::Write(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap(),
            Then::Close(bytes) => return stream.write_all(bytes.as_bytes()).await.unwrap(),
            Then::Reset => return stream.set_zero_linger().unwrap(),
            Then::Silence => std::future::pending().await,
        }
    }
}

/// Head and body of one request, by its Content-Length.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).map_or(0, |rest| {
                rest.lines().next().unwrap().parse::<usize>().unwrap()
            });
            if body.len() >= length {
                return Some(String::from_utf8(bytes).unwrap());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// An HTTP/1.1 answer of JSON.
pub(crate) fn http(status: &str, json: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
        json.len()
    )
}
