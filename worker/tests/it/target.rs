//! Targets of `http` tasks: plain sockets, so that they can answer anything.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What to do with a request.
pub(crate) enum Answer {
    /// Send these bytes and close.
    Bytes(Vec<u8>),
    /// Send the first, then the second for ever.
    Endless(&'static str, Vec<u8>),
    /// Send these and then nothing, without closing.
    Stall(&'static str),
}

/// A target, for as long as it is held.
pub(crate) struct Target {
    /// `http://127.0.0.1:<port>`.
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

/// An answer without special features.
pub(crate) fn status(line: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Bytes(format!("HTTP/1.1 {line}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}").into_bytes())
}

impl Target {
    /// `answer` gets the number of the request, from 1.
    pub(crate) async fn start(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Target {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", tcp.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        let answer = Arc::new(answer);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = tcp.accept().await.unwrap();
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                connections.spawn(async move {
                    // A client that goes away early is one of the things tested.
                    let _ = serve(stream, &seen, &*answer).await;
                });
            }
        });
        Target { url, requests, _tasks: tasks }
    }

    /// The requests so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    answer: &(dyn Fn(usize) -> Answer + Send + Sync),
) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !complete(&request) {
        if stream.read_buf(&mut request).await? == 0 {
            break;
        }
    }
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(String::from_utf8_lossy(&request).into_owned());
        seen.len()
    };
    match answer(number) {
        Answer::Bytes(bytes) => stream.write_all(&bytes).await?,
        Answer::Endless(head, part) => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(&part).await?;
            }
        }
        Answer::Stall(head) => {
            stream.write_all(head.as_bytes()).await?;
            // Until the client gives up.
            while stream.read_buf(&mut request).await? > 0 {}
        }
    }
    stream.shutdown().await
}

/// Whether head and body are there.
fn complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    body.len() >= length.unwrap_or(0)
}
