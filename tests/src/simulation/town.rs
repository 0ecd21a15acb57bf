//! A program, its homeserver and its people in one thread, between two turns of the clock. The program
//! is the real one from its HTTP routes to its database; what is not there are sockets and the machine's time.
use super::clock::Hands;
use super::disk::Disk;
use super::net::Net;
use super::tasks::{Fate, Side, Tasks};
use crate::fake::{self, Fake, Quirks, World};
use crate::registration::Registration;
use crate::{Outcome, process};
use anyhow::{Context, bail};
use appservice::config::{self, Config};
use appservice::link::client::Client;
use appservice::link::servercheck::Looker;
use appservice::run::{Loops, Whole};
use bridge::platform::db::{Db, migrate};
use bridge::platform::points::{self, Point};
use bridge::platform::signals::Signals;
use futures_util::FutureExt;
use std::cell::{Cell, RefCell};
use std::fs::{Permissions, read, set_permissions, write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;

pub const SERVER: &str = "example.org";
/// Monday 2 March 2026, 10 in Berlin.
pub const BEGINNING: i64 = 1_772_442_000_000;
/// Turns of the clock in one wait; more means that somebody never sleeps.
const TURNS_MAX: u32 = 2_000_000;

/// What a hook does at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// The process is gone.
    Abort,
    /// What was asked for there has failed.
    Error,
    /// A minute passes.
    Stall,
}

pub const STALL_MS: u64 = 60_000;

/// A point that was reached, and the blow that falls there at the n-th time.
#[derive(Debug, Clone, Copy)]
pub struct Strike {
    pub point: Point,
    pub blow: Blow,
    pub left: u32,
}

/// What a town is founded with.
#[derive(Clone)]
pub struct Place {
    pub world: World,
    pub now: i64,
    /// The database file, where it is one.
    pub file: Vec<u8>,
}

pub struct Town {
    folder: TempDir,
    database_url: String,
    pub config: Config,
    registration: config::Registration,
    pub hands: Hands,
    pub net: Net,
    pub fake: Arc<Fake>,
    pub tasks: Tasks,
    pub signals: Option<Arc<Signals>>,
    /// What is to happen at points; a point that was struck is taken out.
    pub strikes: Rc<RefCell<Vec<Strike>>>,
    pub struck: Rc<RefCell<Vec<Point>>>,
    pub deaths: u32,
    /// The program dies at so many points from now, whichever they are.
    pub dies_in: Rc<Cell<Option<u32>>>,
    /// What the next death leaves of the disk.
    pub cut: Option<Box<dyn FnOnce(Disk) -> Disk>>,
    /// The loops of a program whose link stands now.
    born: Rc<RefCell<Option<Loops>>>,
}

impl Town {
    /// A town at this place; the program does not run yet.
    pub fn at(place: &Place, database_url: Option<String>) -> Outcome<Self> {
        let folder = folder()?;
        let file = folder.path().join("p.db");
        if database_url.is_none() {
            write(&file, &place.file)?;
        }
        let database_url = database_url.unwrap_or_else(|| format!("sqlite:{}", file.display()));
        let (config, registration) = settings()?;
        let fake = Arc::new(Fake::still(place.world.clone())?);
        let hands = Hands::at(place.now);
        fake.set_now(Some(place.now));
        let net = Net::new(fake.clone(), hands.clone());
        let mut tasks = Tasks::default();
        tasks.add(Side::Homeserver, net.clone().push_for_ever().boxed_local());
        let town = Self {
            folder,
            database_url,
            config,
            registration,
            hands,
            net,
            fake,
            tasks,
            signals: None,
            strikes: Rc::default(),
            struck: Rc::default(),
            deaths: 0,
            dies_in: Rc::default(),
            cut: None,
            born: Rc::default(),
        };
        town.hook();
        Ok(town)
    }

    /// An empty homeserver with nobody but these.
    pub fn nowhere(people: &[&str], quirks: Quirks) -> Outcome<Place> {
        let yaml = written_registration().yaml(SERVER);
        let registration = fake::Registration::from_yaml(&yaml)?;
        let quirks = Quirks { clock_rate: 0.0, ..quirks };
        let mut world = World::new(SERVER, registration, quirks, 1);
        world.now = Some(BEGINNING);
        for name in people {
            world.add_user(&format!("@{name}:{SERVER}"), name);
        }
        Ok(Place { world, now: BEGINNING, file: Vec::new() })
    }

    /// Starts the program (again, on the same data); it runs with the time.
    pub async fn start(&mut self) -> Outcome<()> {
        let db = Db::open_single(&self.database_url).await?;
        migrate(&db, self.hands.now()).await?;
        let looker = Looker::new(&self.config.federation, &self.folder.path().join("p.toml"))?;
        let clock = self.hands.clock();
        let whole = Whole::open(&self.config, db.clone(), looker, clock, 7).await?;
        self.net.set_program(Some(whole.routes(&self.config, &self.registration)));
        self.signals = Some(whole.signals.clone());
        let client =
            Client::new(&self.config, &self.registration)?.over(Arc::new(self.net.clone()));
        self.tasks.db = Some(db);
        self.tasks.fate.dead.store(false, Release);
        let born: Rc<RefCell<Option<Loops>>> = Rc::default();
        let cradle = born.clone();
        let boot = async move {
            *cradle.borrow_mut() = Some(whole.loops(&client, None).await);
        };
        self.tasks.add(Side::Program, boot.boxed_local());
        self.born = born;
        Ok(())
    }

    /// The process is gone, wherever it was.
    pub async fn kill(&mut self) -> Outcome<()> {
        self.tasks.drop_all(Side::Program);
        self.tasks.drop_all(Side::Homeserver);
        self.net.set_program(None);
        self.signals = None;
        self.born = Rc::default();
        self.tasks.fate = Arc::new(Fate::default());
        self.hook();
        let left = match self.cut.take() {
            Some(cut) => Some(cut(self.disk()?)),
            None => None,
        };
        if let Some(db) = self.tasks.db.take() {
            db.close().await;
        }
        if let Some(left) = left {
            left.write(self.folder.path())?;
        }
        self.deaths += 1;
        let push = self.net.clone().push_for_ever();
        self.tasks.add(Side::Homeserver, push.boxed_local());
        Ok(())
    }

    /// What stands on the disk, were the power cut now and everything written.
    pub fn disk(&self) -> Outcome<Disk> {
        Disk::read(self.folder.path())
    }

    /// The database of the program that runs.
    pub fn db(&self) -> Outcome<&Db> {
        self.tasks.db.as_ref().context("the program does not run")
    }

    #[must_use]
    pub fn runs(&self) -> bool {
        self.tasks.db.is_some()
    }

    /// Lets so much time pass. Where the program dies on the way, it stays dead, and the rest of the
    /// time passes without it.
    pub async fn pass(&mut self, ms: i64) -> Outcome<()> {
        let end = self.hands.now() + ms;
        for _ in 0..TURNS_MAX {
            self.tasks.settle().await?;
            if self.tasks.is_dead() {
                self.kill().await?;
                continue;
            }
            if let Some(loops) = self.born.take() {
                for each in loops.apart {
                    self.tasks.add(Side::Program, each.map(ended).boxed_local());
                }
                for each in loops.together {
                    self.tasks.add(Side::Program, each.map(ended).boxed_local());
                }
                continue;
            }
            let next = self.hands.next_at().filter(|at| *at <= end);
            self.turn_to(next.unwrap_or(end));
            if next.is_none() && self.hands.next_at().is_none_or(|at| at > end) {
                return self.tasks.settle().await;
            }
        }
        bail!("the time does not go on")
    }

    fn turn_to(&self, now: i64) {
        let ms = now - self.hands.now();
        self.fake.world().delivery.advance(ms as f64 / 1_000.0);
        self.fake.set_now(Some(now));
        self.hands.turn_to(now);
    }

    /// Lets time pass until this holds, or for so long at most; whether it held.
    pub async fn until(&mut self, ms_max: i64, holds: impl Fn(&Self) -> bool) -> Outcome<bool> {
        let end = self.hands.now() + ms_max;
        while self.hands.now() < end {
            if holds(self) {
                return Ok(true);
            }
            self.pass(50).await?;
        }
        Ok(holds(self))
    }

    /// What this place is when the program has been ended in order.
    pub async fn leave(mut self) -> Outcome<Place> {
        self.kill().await?;
        let file = self.file();
        let bytes = if file.exists() { read(file)? } else { Vec::new() };
        let world = self.fake.world().clone();
        Ok(Place { world, now: self.hands.now(), file: bytes })
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("p.db")
    }

    #[must_use]
    pub fn bot(&self) -> String {
        written_registration().bot(SERVER)
    }

    /// One of the program's rooms by its key.
    pub fn room(&self, key: &str) -> Outcome<String> {
        let alias = format!("#{}-{key}:{SERVER}", written_registration().alias_prefix);
        self.fake.room_of(&alias).with_context(|| format!("there is no {alias}"))
    }

    fn hook(&self) {
        let (strikes, struck) = (self.strikes.clone(), self.struck.clone());
        let (fate, hands) = (self.tasks.fate.clone(), self.hands.clone());
        let dies_in = self.dies_in.clone();
        points::arm(Box::new(move |point| {
            if let Some(left) = dies_in.get() {
                dies_in.set(left.checked_sub(1).filter(|left| *left > 0));
                if dies_in.get().is_none() {
                    fate.dead.store(true, Release);
                    return Some(Box::pin(std::future::pending()));
                }
            }
            let mut strikes = strikes.borrow_mut();
            let at = strikes.iter().position(|strike| strike.point == point)?;
            let strike = strikes.get_mut(at)?;
            strike.left = strike.left.saturating_sub(1);
            if strike.left > 0 {
                return None;
            }
            let blow = strikes.remove(at).blow;
            struck.borrow_mut().push(point);
            let (fate, hands) = (fate.clone(), hands.clone());
            let holds = usize::from(holds(point));
            Some(Box::pin(async move {
                match blow {
                    Blow::Abort => {
                        fate.dead.store(true, Release);
                        std::future::pending().await
                    }
                    Blow::Error => Err(sqlx::Error::Io(std::io::Error::other("struck"))),
                    Blow::Stall => {
                        fate.has_stalled.store(true, Relaxed);
                        fate.stalled.fetch_add(holds, Relaxed);
                        hands.sleep(STALL_MS).await;
                        fate.stalled.fetch_sub(holds, Relaxed);
                        Ok(())
                    }
                }
            }))
        }));
    }
}

/// Whether whoever reaches a point has the database's connection in hand.
fn holds(point: Point) -> bool {
    matches!(
        point,
        Point::InboxRows
            | Point::Taken
            | Point::Marks
            | Point::Facts
            | Point::Owed
            | Point::Attempts
            | Point::Job
    )
}

fn ended(done: anyhow::Result<()>) {
    // The real program would end, be started again and find the same: that is a fault to be seen.
    match done {
        Ok(()) => panic!("a loop has ended"),
        Err(error) => panic!("a loop has ended: {error:#}"),
    }
}

/// A folder in memory where there is one: nothing here survives the machine.
pub fn folder() -> Outcome<TempDir> {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() {
        return Ok(tempfile::Builder::new().prefix("town-").tempdir_in(memory)?);
    }
    process::folder("town")
}

fn written_registration() -> Registration {
    let token = |n: u8| format!("{n:02x}").repeat(32);
    Registration {
        id: "program0".to_owned(),
        port: 1,
        prefix: "p0_".to_owned(),
        alias_prefix: "p0".to_owned(),
        as_token: token(1),
        hs_token: token(2),
    }
}

/// Configuration and registration as the program reads them from files.
pub fn settings() -> Outcome<(Config, config::Registration)> {
    static READ: OnceLock<Result<(Config, config::Registration), String>> = OnceLock::new();
    let read = READ.get_or_init(|| read_settings().map_err(|error| format!("{error:#}")));
    read.clone().map_err(anyhow::Error::msg)
}

fn read_settings() -> Outcome<(Config, config::Registration)> {
    let folder = process::folder("town-settings")?;
    let registration = written_registration();
    let file = folder.path().join("registration.yaml");
    write(&file, registration.yaml(SERVER))?;
    set_permissions(&file, Permissions::from_mode(0o600))?;
    let text = format!(
        "owners = [\"@olga:{SERVER}\"]\n\
         [homeserver]\nurl = \"http://127.0.0.1:1\"\nserver_name = \"{SERVER}\"\n\
         [appservice]\nid = \"program0\"\nlisten = \"127.0.0.1:1\"\nurl = \"http://127.0.0.1:1\"\n\
         registration = \"registration.yaml\"\nbot = \"p0_bot\"\nprefix = \"p0_\"\n\
         [database]\nurl = \"sqlite:p.db\"\n\
         [program]\nname = \"Northern partners\"\ncurrency = \"EUR\"\n\
         timezone = \"Europe/Berlin\"\nalias_prefix = \"p0\"\nstarted_on = \"2020-01-01\"\n\
         [limits]\ncommands_burst = 1000000\ncommands_every_ms = 1\n"
    );
    let config = config::parse(&text).map_err(|mistakes| anyhow::anyhow!("{mistakes}"))?;
    let read = config::Registration::read(&file).map_err(anyhow::Error::msg)?;
    Ok((config, read))
}
