//! Plain HTTP: a few kept-alive connections, each driven by the request that uses it. Nothing crosses
//! tasks and nothing is parsed twice, which halves what one send costs. A connection that was closed
//! while it lay idle is passed over; one that breaks later is no clear answer.
use super::errors;
use super::transport::AGENT;
use crate::clock;
use crate::config::LimitsConfig;
use bridge::platform::homeserver::CallError;
use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{HOST, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{Connection, SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// Idle connections are dropped after this; a burst leaves no memory behind.
const IDLE_MS: i64 = 30_000;

type Driver = Connection<TokioIo<TcpStream>, Full<Bytes>>;

struct Line {
    sender: SendRequest<Full<Bytes>>,
    driver: Pin<Box<Driver>>,
    used_at: i64,
}

pub struct Direct {
    /// `host:port`.
    address: String,
    /// The Host header.
    authority: HeaderValue,
    idle: Mutex<Vec<Line>>,
    idle_max: usize,
    connect_max: Duration,
    call_max: Duration,
    answer_bytes_max: usize,
}

impl Direct {
    /// None where the homeserver is not reached over plain HTTP.
    pub fn new(homeserver: &Url, limits: &LimitsConfig) -> Option<Self> {
        let host = homeserver.host_str().filter(|_| homeserver.scheme() == "http")?;
        let authority = homeserver.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        let authority = HeaderValue::try_from(authority).ok()?;
        Some(Self {
            address: format!("{host}:{}", homeserver.port_or_known_default()?),
            authority,
            idle: Mutex::default(),
            idle_max: limits.sends_max.into(),
            connect_max: Duration::from_millis(limits.connect_ms_max.into()),
            call_max: Duration::from_millis(limits.call_ms_max.into()),
            answer_bytes_max: limits.answer_bytes_max,
        })
    }

    /// One exchange, whatever the answer's status. Of the address, only the path counts.
    pub async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, CallError> {
        let mut request = request.map(Full::new);
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        *request.uri_mut() = path.parse().map_err(|error| errors::unsendable(&error))?;
        request.headers_mut().insert(HOST, self.authority.clone());
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let mut line = match self.idle_line() {
            Some(line) => line,
            None => self.connect().await?,
        };
        let answer = timeout(self.call_max, talk(&mut line, request, self.answer_bytes_max)).await;
        let (answer, open) =
            answer.map_err(|_| CallError::Unknown("no answer in time".to_owned()))??;
        if open {
            self.keep(line);
        }
        Ok(answer)
    }

    async fn connect(&self) -> Result<Line, CallError> {
        let unreachable = |error: &dyn std::fmt::Display| CallError::Unreachable(error.to_string());
        let stream = timeout(self.connect_max, TcpStream::connect(&self.address))
            .await
            .map_err(|error| unreachable(&error))?
            .map_err(|error| unreachable(&error))?;
        stream.set_nodelay(true).map_err(|error| unreachable(&error))?;
        let (sender, driver) =
            handshake(TokioIo::new(stream)).await.map_err(|error| unreachable(&error))?;
        Ok(Line { sender, driver: Box::pin(driver), used_at: clock::now() })
    }

    /// The line used last, so that those that a burst opened grow old.
    fn idle_line(&self) -> Option<Line> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(mut line) = idle.pop() {
            // A driver that has ended saw the other side hang up.
            let open = line.driver.as_mut().now_or_never().is_none();
            if open && clock::now() - line.used_at < IDLE_MS {
                return Some(line);
            }
        }
        None
    }

    fn keep(&self, mut line: Line) {
        let now = clock::now();
        line.used_at = now;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let young = idle.iter().position(|line| now - line.used_at < IDLE_MS).unwrap_or(idle.len());
        idle.drain(..young);
        if idle.len() < self.idle_max {
            idle.push(line);
        }
    }
}

/// Sends, and drives the connection until the whole answer is there; whether it stays open.
async fn talk(
    line: &mut Line,
    request: Request<Full<Bytes>>,
    bytes_max: usize,
) -> Result<(Response<Bytes>, bool), CallError> {
    let Line { sender, driver, .. } = line;
    let mut answer = pin!(async {
        sender.ready().await.map_err(|error| errors::from_hyper(&error))?;
        let answer = sender.send_request(request).await.map_err(|e| errors::from_hyper(&e))?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, bytes_max)
            .collect()
            .await
            .map_err(|error| CallError::Unknown(error.to_string()))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    });
    tokio::select! {
        biased;
        answer = &mut answer => Ok((answer?, true)),
        _ = driver.as_mut() => Ok((answer.await?, false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn post() -> Request<Bytes> {
        Request::post("http://elsewhere/path?a=1").body(Bytes::from_static(b"{}")).unwrap()
    }

    /// Answers one request, and hangs up when told.
    async fn served(listener: &TcpListener) -> (TcpStream, String) {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut said = vec![0; 4_096];
        let mut read = 0;
        while !said[..read].ends_with(b"{}") {
            read += stream.read(&mut said[read..]).await.unwrap();
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
        (stream, String::from_utf8_lossy(&said[..read]).into_owned())
    }

    #[tokio::test]
    async fn a_closed_connection_is_passed_over_and_a_broken_one_no_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let limits = LimitsConfig::default();
        let direct = Direct::new(&Url::parse(&url).unwrap(), &limits).unwrap();

        let (answer, (stream, said)) = tokio::join!(direct.exchange(post()), served(&listener));
        assert_eq!(answer.unwrap().body(), "{}");
        assert!(said.starts_with("POST /path?a=1 HTTP/1.1\r\n"), "{said}");
        assert!(said.contains(&url["http://".len()..]) && !said.contains("elsewhere"), "{said}");

        // Closed while it lay idle: seen as soon as the system's news are.
        drop(stream);
        let news = timeout(Duration::from_millis(50), std::future::pending::<()>());
        assert!(news.await.is_err());
        let (answer, (mut stream, _)) = tokio::join!(direct.exchange(post()), served(&listener));
        answer.unwrap();

        // It hangs up with the request in hand: nobody knows, and it is not sent again.
        let hung_up = async move {
            assert!(stream.read(&mut [0; 10]).await.unwrap() > 0);
        };
        let (answer, ()) = tokio::join!(direct.exchange(post()), hung_up);
        assert!(matches!(answer, Err(CallError::Unknown(_))), "{answer:?}");
    }
}
