//! A homeserver inside the test's process, over real HTTP on 127.0.0.1: as Synapse was measured to
//! behave (DELIVERY.md, MATRIX.md), with its and Conduit's oddities as switches (`Quirks`).
//!
//! One struct behind one lock (`World`), one file per group of endpoints; people act by methods of
//! `Fake` (`people.rs`) or by HTTP with a token; tests look by `inspect.rs`.
#![expect(clippy::unwrap_used, reason = "a lock poisoned by a failed test fails the next one")]
#![expect(clippy::disallowed_methods, reason = "a homeserver has its own clock and tasks")]

mod account;
mod answer;
mod asks;
mod auth;
mod create;
mod delivery;
mod directory;
mod http;
mod inspect;
mod limits;
mod login;
mod media;
mod members;
mod people;
mod push;
mod quirks;
mod read;
mod registration;
mod room;
mod routes;
mod said;
mod send;
mod still;
mod sync;
#[cfg(test)]
mod tests;
mod world;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use anyhow::Result;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

pub use answer::Refused;
pub use delivery::{Item, Pushed};
pub use http::{Call, Seen, call};
pub use media::Media;
pub use quirks::{Fault, Faults, Plan, Quirks};
pub use registration::Registration;
pub use room::{Event, Room, kept};
pub use routes::route;
pub use still::Push;
pub use world::{World, clock};

/// What the tasks of one homeserver share.
pub(crate) struct Shared {
    pub(crate) world: Mutex<World>,
    pub(crate) wake: Notify,
    version: watch::Sender<u64>,
    pub(crate) http: reqwest::Client,
}

impl Shared {
    /// Tells the pusher and whoever waits that something is different now.
    pub(crate) fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
        self.wake.notify_one();
    }
}

/// A running homeserver. Dropping it ends its tasks, and looks at all that the program has said.
pub struct Fake {
    shared: Arc<Shared>,
    port: u16,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Fake {
    /// Starts on a free port. The registration's url may be set later by `set_appservice_url`.
    ///
    /// # Errors
    /// If no port can be bound.
    pub async fn start(
        server: &str,
        registration: Registration,
        quirks: Quirks,
        seed: u64,
    ) -> Result<Self> {
        let world = World::new(server, registration, quirks, seed);
        let http = reqwest::Client::builder().no_proxy().build()?;
        let shared = Arc::new(Shared {
            world: Mutex::new(world),
            wake: Notify::new(),
            version: watch::Sender::new(0),
            http,
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let fake = Self { shared, port, tasks: Mutex::new(Vec::new()) };
        fake.spawn(listener);
        Ok(fake)
    }

    fn spawn(&self, listener: TcpListener) {
        let mut tasks = self.tasks.lock().unwrap();
        tasks.push(tokio::spawn(http::serve(self.shared.clone(), listener)));
        tasks.push(tokio::spawn(push::run(self.shared.clone())));
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn server_name(&self) -> String {
        self.world().server.clone()
    }

    /// Everything, locked: do not hold it over an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock().unwrap()
    }

    /// Changes the registration, for a program whose port or tokens are known only later.
    pub fn register(&self, registration: Registration) {
        self.world().registration = registration;
    }

    pub fn set_appservice_url(&self, url: &str) {
        self.world().registration.url = url.to_owned();
    }

    /// Flips switches while running.
    pub fn quirks(&self, change: impl FnOnce(&mut Quirks)) {
        change(&mut self.world().quirks);
        self.shared.changed();
    }

    /// The next `times` requests whose `METHOD path` contains `part` meet this fault.
    pub fn plan(&self, part: &str, fault: Fault, times: u32) {
        self.world().plans.push(Plan { part: part.to_owned(), fault, left: times });
    }

    /// Sets the homeserver's clock (origin_server_ts), or gives it back to the machine.
    pub fn set_now(&self, now: Option<i64>) {
        self.world().now = now;
    }

    /// Moves the retry timers forward by virtual seconds.
    pub fn advance(&self, seconds: f64) {
        self.world().delivery.advance(seconds);
        self.shared.changed();
    }

    /// Kills the homeserver: connections break, the port refuses, what was in memory is lost.
    pub async fn crash(&self) {
        let tasks: Vec<_> = self.tasks.lock().unwrap().drain(..).collect();
        for task in tasks {
            task.abort();
            let _ = task.await;
        }
        let mut world = self.world();
        let (conduit, repeat) = (world.quirks.conduit, world.quirks.ids_repeat);
        world.delivery.crash(conduit, repeat);
        world.memory.clear();
    }

    /// Starts again on the same port after `crash`.
    ///
    /// # Errors
    /// If the port is taken by now.
    pub async fn restart(&self) -> Result<()> {
        let mut tries = 0;
        let listener = loop {
            match TcpListener::bind(("127.0.0.1", self.port)).await {
                Ok(listener) => break listener,
                Err(error) if tries >= 100 => return Err(error.into()),
                Err(_) => tries += 1,
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        self.spawn(listener);
        Ok(())
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        for task in self.tasks.lock().unwrap().drain(..) {
            task.abort();
        }
        // A test that has failed says so itself.
        if !std::thread::panicking()
            && let Err(wrong) = said::end(&self.world())
        {
            panic!("{wrong:#}");
        }
    }
}
