//! The server: raw sockets, so that it can also break off, stay silent and reset.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Request;

/// An HTTP answer in the making.
///
/// # Examples
/// ```
/// use sms_framework::testkit::http::Answer;
///
/// let throttled = Answer::json(429, r#"{"code": 20429}"#).header("retry-after", "7");
/// assert_eq!(throttled.status, 429);
/// ```
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers besides `content-length`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A status without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A body of JSON.
    #[must_use]
    pub fn json(status: u16, body: impl ToString) -> Self {
        Self::text(status, "application/json", body)
    }

    /// A body of any type.
    #[must_use]
    pub fn text(status: u16, content_type: &str, body: impl ToString) -> Self {
        Self {
            body: body.to_string().into_bytes(),
            ..Self::empty(status).header("content-type", content_type)
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        // These have no body by definition.
        if matches!(self.status, 204 | 304) {
            return [head.as_bytes(), b"\r\n"].concat();
        }
        head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// What the server does once it has read a request.
#[derive(Debug, Clone)]
pub enum Then {
    /// Answers and keeps the connection.
    Answer(Answer),
    /// Answers that late.
    Late(Duration, Answer),
    /// Writes these bytes and keeps the connection.
    Write(Vec<u8>),
    /// Writes these bytes and closes the connection.
    Close(Vec<u8>),
    /// Resets the connection.
    Reset,
    /// Says nothing more.
    Silence,
}

/// A server on loopback that treats the first request as the first of its script, and so on; the last
/// again and again.
///
/// # Examples
/// ```
/// use sms_framework::testkit::http::{Answer, ScriptedServer, Then};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let server = ScriptedServer::start([Then::Answer(Answer::json(201, "{}")), Then::Reset]).await;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// assert!(server.requests().is_empty());
/// # });
/// # Ok::<_, std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ScriptedServer {
    url: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<Request>>>,
    task: tokio::task::JoinHandle<()>,
}

type Script = Arc<dyn Fn(usize, &Request) -> Then + Send + Sync>;

impl ScriptedServer {
    /// Starts one with a script that is not empty.
    ///
    /// # Panics
    /// No port on loopback is free, or the script is empty.
    pub async fn start(script: impl IntoIterator<Item = Then>) -> Self {
        let script: Vec<_> = script.into_iter().collect();
        assert!(!script.is_empty(), "a script says at least one thing");
        Self::by(move |call, _| script[call.min(script.len() - 1)].clone()).await
    }

    /// Starts one that decides by the number of the request, from 0, and the request.
    ///
    /// # Panics
    /// No port on loopback is free.
    pub async fn by(script: impl Fn(usize, &Request) -> Then + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket");
        let (connections, requests) = (Arc::<AtomicUsize>::default(), Arc::default());
        let script: Script = Arc::new(script);
        let (counted, kept) = (Arc::clone(&connections), Arc::clone(&requests));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&kept)));
            }
        });
        Self {
            url: format!("http://{address}"),
            connections,
            requests,
            task,
        }
    }

    /// Where it is, such as `http://127.0.0.1:43210`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many connections were made to it.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A write that fails was to a client that went away.
async fn serve(mut stream: TcpStream, script: Script, requests: Arc<Mutex<Vec<Request>>>) {
    while let Some(request) = read_request(&mut stream).await {
        let then = {
            let mut requests = lock(&requests);
            let then = script(requests.len(), &request);
            requests.push(request);
            then
        };
        let written = match then {
            Then::Answer(answer) => stream.write_all(&answer.bytes()).await,
            Then::Write(bytes) => stream.write_all(&bytes).await,
            Then::Late(delay, answer) => {
                tokio::time::sleep(delay).await;
                stream.write_all(&answer.bytes()).await
            }
            Then::Close(bytes) => {
                let _gone = stream.write_all(&bytes).await;
                return;
            }
            Then::Reset => {
                let _gone = stream.set_zero_linger();
                return;
            }
            Then::Silence => std::future::pending().await,
        };
        if written.is_err() {
            return;
        }
    }
}

/// Head and body of one request, by its Content-Length.
async fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let body = &bytes[end + 4..];
            if body.len() >= content_length(&head) {
                return Some(Request::parse(&head, body.to_vec()));
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn content_length(head: &str) -> usize {
    let mut lengths = head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    lengths.next_back().unwrap_or(0)
}
