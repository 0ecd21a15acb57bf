//! HTTP/1.1 by hand on one thread, for both ends: the stub shares two cores with the program that
//! it measures, so every microsecond here is a lie in the result. Bodies need a Content-Length.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One request, borrowed from the connection's buffer.
pub struct Request<'a> {
    pub method: &'a str,
    /// Path with query, as it came.
    pub target: &'a str,
    pub head: &'a str,
    pub body: &'a [u8],
}

impl Request<'_> {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// Bytes of a connection, and how many of them are used up.
#[derive(Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    start: usize,
}

impl Buffer {
    /// Waits for a whole message; gives the end of its head and of its body. None when the peer
    /// closed.
    pub async fn message(&mut self, stream: &mut TcpStream) -> io::Result<Option<(usize, usize)>> {
        loop {
            let seen = &self.bytes[self.start..];
            if let Some(head) = find(seen, b"\r\n\r\n") {
                let head = self.start + head + 4;
                let end = head + length(&self.bytes[self.start..head])?;
                if self.bytes.len() >= end {
                    return Ok(Some((head, end)));
                }
            }
            if self.start > 0 {
                self.bytes.drain(..self.start);
                self.start = 0;
            }
            self.bytes.reserve(16 << 10);
            if stream.read_buf(&mut self.bytes).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// The message as a request.
    pub fn request(&self, head: usize, end: usize) -> Option<Request<'_>> {
        let text = std::str::from_utf8(&self.bytes[self.start..head]).ok()?;
        let mut words = text.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        Some(Request { method, target, head: text, body: &self.bytes[head..end] })
    }

    /// The message as an answer: its status and body.
    pub fn answer(&self, head: usize, end: usize) -> Option<(u16, &[u8])> {
        let text = std::str::from_utf8(&self.bytes[self.start..head]).ok()?;
        let status = text.split(' ').nth(1)?.parse().ok()?;
        Some((status, &self.bytes[head..end]))
    }

    pub fn consume(&mut self, end: usize) {
        self.start = end;
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
            self.bytes.shrink_to(1 << 20);
        }
    }
}

/// The value of a header, by its lower-case name.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn length(head: &[u8]) -> io::Result<usize> {
    let text = std::str::from_utf8(head).map_err(io::Error::other)?;
    match header(text, "content-length") {
        Some(value) => value.parse().map_err(io::Error::other),
        None if header(text, "transfer-encoding").is_some() => {
            Err(io::Error::other("a body without a length"))
        }
        None => Ok(0),
    }
}

pub fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = hay[from..].iter().position(|byte| *byte == first) {
        let at = from + at;
        if hay[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

pub fn response(status: u16, body: &str) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut out = Vec::with_capacity(head.len() + body.len());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(body.as_bytes());
    out
}

/// A kept-alive connection to the program; opened again when it broke.
pub struct Client {
    address: String,
    stream: Option<TcpStream>,
    buffer: Buffer,
}

impl Client {
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), stream: None, buffer: Buffer::default() }
    }

    /// Sends one request and waits for its answer.
    pub async fn call(
        &mut self,
        method: &str,
        target: &str,
        token: &str,
        body: &str,
    ) -> io::Result<(u16, Vec<u8>)> {
        let answer = self.attempt(method, target, token, body).await;
        if answer.is_err() {
            self.stream = None;
        }
        answer
    }

    async fn attempt(
        &mut self,
        method: &str,
        target: &str,
        token: &str,
        body: &str,
    ) -> io::Result<(u16, Vec<u8>)> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => {
                self.buffer = Buffer::default();
                let stream = TcpStream::connect(&self.address).await?;
                stream.set_nodelay(true)?;
                self.stream.insert(stream)
            }
        };
        let mut out = format!(
            "{method} {target} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        out.push_str(body);
        stream.write_all(out.as_bytes()).await?;
        let closed = || io::Error::other("closed without an answer");
        let (head, end) = self.buffer.message(stream).await?.ok_or_else(closed)?;
        let (status, body) = self.buffer.answer(head, end).ok_or_else(closed)?;
        let answer = (status, body.to_vec());
        self.buffer.consume(end);
        Ok(answer)
    }
}
