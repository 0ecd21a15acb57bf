//! The line to a server, which tests cut and mend: a port that hands on what comes to another one.
use crate::{Outcome, place};
use std::net::Ipv4Addr;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub struct Gate {
    /// Where others come to.
    pub port: u16,
    open: watch::Sender<bool>,
    _listening: JoinSet<()>,
}

impl Gate {
    /// In front of a port of this machine; open.
    pub async fn before(port: u16) -> Outcome<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, place::port()?)).await?;
        let (open, state) = watch::channel(true);
        let own = listener.local_addr()?.port();
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, port, state));
        Ok(Self { port: own, open, _listening: listening })
    }

    /// Nothing comes through, and what was under way is broken off.
    pub fn cut(&self) {
        self.open.send_replace(false);
    }

    pub fn mend(&self) {
        self.open.send_replace(true);
    }
}

async fn listen(listener: TcpListener, port: u16, state: watch::Receiver<bool>) {
    let mut lines = JoinSet::new();
    loop {
        let Ok((mut from, _)) = listener.accept().await else { return };
        // Those that have ended are let go.
        while lines.try_join_next().is_some() {}
        let mut state = state.clone();
        if !*state.borrow() {
            continue;
        }
        lines.spawn(async move {
            let Ok(mut to) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
            tokio::select! {
                _ = copy_bidirectional(&mut from, &mut to) => {}
                _ = state.wait_for(|open| !open) => {}
            }
        });
    }
}
