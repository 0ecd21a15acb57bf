//! Notices that the homeserver has hung up. It keeps its connection to us, and the canary keeps it
//! busy: when it ends, the homeserver has died or started again, and may have forgotten what it was
//! about to push.
use axum::extract::ConnectInfo;
use axum::extract::connect_info::Connected;
use axum::http::header::CONNECTION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Version};
use axum::serve::{IncomingStream, Listener};
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

type HungUp = Arc<dyn Fn() + Send + Sync>;

/// Whether the homeserver has used a connection and means to keep it.
#[derive(Clone, Default)]
pub struct Line(Arc<AtomicBool>);

/// To be called for a request that has proved to come from the homeserver.
pub fn used(parts: &Parts) {
    if let Some(ConnectInfo(line)) = parts.extensions.get::<ConnectInfo<Line>>() {
        // A proxy may open one for each request: its end says nothing.
        let kept = parts.version > Version::HTTP_10 && !closes(&parts.headers);
        line.0.store(kept, Ordering::Relaxed);
    }
}

fn closes(headers: &HeaderMap) -> bool {
    headers.get(CONNECTION).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"close"))
}

/// A listener that tells when a kept connection of the homeserver ends.
pub struct Lines {
    listener: TcpListener,
    hung_up: HungUp,
}

impl Lines {
    pub fn new(listener: TcpListener, hung_up: impl Fn() + Send + Sync + 'static) -> Self {
        Self { listener, hung_up: Arc::new(hung_up) }
    }
}

impl Listener for Lines {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        let (tcp, address) = Listener::accept(&mut self.listener).await;
        // Without this the kernel holds small answers back for up to 40 ms.
        drop(tcp.set_nodelay(true));
        (Stream { tcp, line: Line::default(), hung_up: self.hung_up.clone() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.io().line.clone()
    }
}

pub struct Stream {
    tcp: TcpStream,
    line: Line,
    hung_up: HungUp,
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.line.0.load(Ordering::Relaxed) {
            (self.hung_up)();
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(context, into)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}
