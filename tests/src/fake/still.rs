//! A homeserver that does nothing by itself: no listener, no pusher, no clock of its own. Whoever drives
//! it answers requests, carries out pushes and turns its time, so that the same seed is the same day.
use super::answer::Answer;
use super::delivery::{Pushed, Step, Txn};
use super::http::Call;
use super::world::World;
use super::{Fake, Shared, push, routes};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, watch};

/// A transaction on its way to the appservice.
#[derive(Clone)]
pub struct Push {
    txn: Txn,
    events: Vec<String>,
    pub body: String,
}

impl Push {
    pub fn id(&self) -> &str {
        &self.txn.id
    }
}

impl Fake {
    /// A homeserver that begins with this world.
    ///
    /// # Errors
    /// When an HTTP client cannot be made.
    pub fn still(world: World) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
        let shared = Arc::new(Shared {
            world: Mutex::new(world),
            wake: Notify::new(),
            version: watch::Sender::new(0),
            http,
        });
        Ok(Self { shared, port: 0, tasks: Mutex::new(Vec::new()) })
    }

    /// Answers a request as it is now.
    pub fn answer(&self, call: &Call) -> Answer {
        let answer = routes::route(&mut self.world(), call);
        self.shared.changed();
        answer
    }

    /// What is to be pushed now, if anything is.
    pub fn next_push(&self) -> Option<Push> {
        let mut world = self.world();
        match world.step() {
            Step::Send(txn) => {
                let (body, events) = push::body(&world, &txn);
                Some(Push { txn, events, body })
            }
            Step::Idle | Step::Wait(_) => None,
        }
    }

    /// How a push ended; whether the same is to be pushed once more.
    pub fn push_ended(&self, push: &Push, status: u16, accepted: bool) -> bool {
        let pushed =
            Pushed { txn: push.txn.id.clone(), events: push.events.clone(), status, accepted };
        let again = self.world().pushed(&push.txn, pushed);
        self.shared.changed();
        again
    }

    /// Waits until there may be something to push.
    pub async fn stirred(&self) {
        self.shared.wake.notified().await;
    }

    /// Forgets what a killed homeserver forgets.
    pub fn lose_memory(&self) {
        let mut world = self.world();
        let (conduit, repeat) = (world.quirks.conduit, world.quirks.ids_repeat);
        world.delivery.crash(conduit, repeat);
        world.memory.clear();
    }
}

impl World {
    /// The same world with other chances from here on.
    pub fn reseed(&mut self, seed: u64) {
        // Other ids than those of the world before.
        let seed = seed ^ 0x5eed_0000_0000_0000;
        self.rng = StdRng::seed_from_u64(seed);
        self.ids = StdRng::seed_from_u64(seed ^ 0x1d5);
    }
}
