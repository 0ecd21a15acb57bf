//! A bad line between two programs: what passes is delayed, cut in the middle, or never arrives.
use crate::{Outcome, place};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const CHUNK: usize = 16 << 10;
const DELAY_MS_MAX: u64 = 300;

pub struct Proxy {
    pub port: u16,
    /// Of so many pieces in a hundred one is harmed.
    harm: Arc<AtomicU32>,
    // Ends with the value.
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// Listens on a port, or on any, and hands on to another of this machine.
    pub async fn start(port: Option<u16>, to: u16, seed: u64) -> Outcome<Self> {
        let port = match port {
            Some(port) => port,
            None => place::port()?,
        };
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let harm = Arc::new(AtomicU32::new(0));
        let mut tasks = JoinSet::new();
        let harmed = harm.clone();
        tasks.spawn(async move {
            let (mut lines, mut nth) = (JoinSet::new(), seed);
            while let Ok((near, _)) = listener.accept().await {
                nth = nth.wrapping_add(1);
                lines.spawn(line(near, to, harmed.clone(), nth));
                while lines.try_join_next().is_some() {}
            }
        });
        Ok(Self { port, harm, _tasks: tasks })
    }

    pub fn harm(&self, percent: u32) {
        self.harm.store(percent, Relaxed);
    }
}

/// One connection; it ends in both directions as soon as it ends in one.
async fn line(near: TcpStream, to: u16, harm: Arc<AtomicU32>, seed: u64) {
    let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = half(near_in, far_out, &harm, seed) => {}
        () = half(far_in, near_out, &harm, !seed) => {}
    }
}

async fn half(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, harm: &AtomicU32, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut chunk = vec![0; CHUNK];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        let mut piece = &chunk[..length];
        let is_harmed = rng.random_range(0..100) < harm.load(Relaxed);
        let kind = if is_harmed { rng.random_range(0..3) } else { 3 };
        match kind {
            // It waits.
            0 => tokio::time::sleep(Duration::from_millis(rng.random_range(1..DELAY_MS_MAX))).await,
            // A part of it arrives, and then nothing more.
            1 => piece = &piece[..rng.random_range(0..length)],
            // The line is cut before it.
            2 => return,
            _ => {}
        }
        if to.write_all(piece).await.is_err() || kind == 1 {
            return;
        }
    }
}
