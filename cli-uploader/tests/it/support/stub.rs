//! An HTTP server that says what it is told and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What it says to one request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Status, further headers, body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Closes the connection without a word.
    HangUp,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl ToString) -> Self {
        Self::Answer(status, vec![("content-type", "application/json".into())], body.to_string())
    }

    pub(crate) fn problem(status: u16, detail: &str) -> Self {
        let problem = serde_json::json!({ "status": status, "title": "Refused", "detail": detail });
        Self::Answer(status, vec![("content-type", "application/problem+json".into())], problem.to_string())
    }

    pub(crate) fn with_header(self, name: &'static str, value: &str) -> Self {
        let Self::Answer(status, mut headers, body) = self else { return self };
        headers.push((name, value.to_owned()));
        Self::Answer(status, headers, body)
    }
}

/// What it was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// `POST /path?query`.
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The parts of a multipart body: headers and content.
    pub(crate) fn parts(&self) -> Vec<(String, Vec<u8>)> {
        let content_type = self.header("content-type").unwrap();
        let boundary = format!("--{}", content_type.split_once("boundary=").unwrap().1.trim_matches('"'));
        let mut parts = Vec::new();
        let mut rest = &self.body[find(&self.body, boundary.as_bytes()).unwrap() + boundary.len()..];
        while let Some(end) = find(rest, boundary.as_bytes()) {
            let part = &rest[2..end - 2];
            let blank = find(part, b"\r\n\r\n").unwrap();
            let headers = String::from_utf8(part[..blank].to_vec()).unwrap();
            parts.push((headers.to_ascii_lowercase(), part[blank + 4..].to_vec()));
            rest = &rest[end + boundary.len()..];
        }
        parts
    }

    /// What an upload says of its build.
    pub(crate) fn build(&self) -> plimsoll_protocol::NewBuild {
        serde_json::from_slice(&self.parts()[0].1).unwrap()
    }
}

/// The server.
#[derive(Debug)]
pub(crate) struct Stub {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    /// One reply per request, in order. Whoever asks once more is told that it was not expected.
    pub(crate) fn replying(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let mut replies: Vec<Reply> = replies.into_iter().collect();
        replies.reverse();
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                seen.lock().unwrap().push(request);
                write(
                    &mut stream,
                    replies.pop().unwrap_or_else(|| Reply::problem(400, "nothing more was expected")),
                );
            }
        });
        Self { url, requests }
    }

    /// Everything it was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The only request.
    #[track_caller]
    pub(crate) fn request(&self) -> Request {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{:?}", lines(&requests));
        requests[0].clone()
    }

    /// Methods and paths.
    pub(crate) fn lines(&self) -> Vec<String> {
        lines(&self.requests())
    }
}

fn lines(requests: &[Request]) -> Vec<String> {
    requests.iter().map(|it| it.line.clone()).collect()
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut request = Request::default();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|it| *it > 0)?;
        match line.trim_end() {
            "" => break,
            first if request.line.is_empty() => request.line = first.trim_end_matches(" HTTP/1.1").to_owned(),
            header => {
                let (name, value) = header.split_once(": ")?;
                request.headers.push((name.to_ascii_lowercase(), value.to_owned()));
            }
        }
    }
    let length = request.header("content-length").map_or(0, |it| it.parse().unwrap());
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn write(stream: &mut TcpStream, reply: Reply) {
    let Reply::Answer(status, headers, body) = reply else { return };
    let mut text = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|it| it == needle)
}
