//! The unit of work: what one input may read, change and owe. Facts go straight into the
//! transaction; messages, states, jobs and audit lines are gathered and written with one statement
//! a batch. Nothing here touches the network.
mod effects;
mod file;
mod flush;
mod memory;
mod out;
mod rows;

pub use effects::{Done, Effects, JobRow, Mark, OutKind, OutRow, StateRow, out_checksum};
pub use file::{FILE_BYTES_MAX, File};
pub use memory::Memory;
pub use out::{MARKER, OWED, event_ref, lasting, state_hash, txn_id};
pub use rows::{Cell, Insert};

use super::db::Conn;
use crate::program::{Install, Program};
use sha2::{Digest, Sha256};
use ulid::Ulid;

/// What made this work necessary.
#[derive(Debug, Clone, Default)]
pub struct Cause {
    /// The event's id, or the job's key: the root of every derived id.
    pub id: String,
    /// Whom it came from; our own bot for jobs.
    pub actor: String,
    /// Where answers go.
    pub room_id: Option<String>,
    /// The thread to answer in; none in a direct chat.
    pub thread: Option<String>,
    /// The event that answers point at.
    pub reply_to: Option<String>,
}

pub struct Work<'a> {
    pub tx: &'a mut Conn,
    /// Our receive time of the input, or the running time of a job (epoch milliseconds).
    pub now: i64,
    pub program: &'a Program,
    pub install: &'a Install,
    pub memory: &'a mut Memory,
    pub cause: Cause,
    pub effects: &'a mut Effects,
    /// How many inputs wait behind this one.
    pub backlog: usize,
    /// What every answer adds, such as that the question came late.
    pub note: Option<String>,
    /// When the event of this work says that it was said.
    pub said_at: Option<i64>,
    ids: u32,
    keys: u32,
}

impl<'a> Work<'a> {
    pub fn new(
        tx: &'a mut Conn,
        now: i64,
        place: (&'a Program, &'a Install),
        memory: &'a mut Memory,
        effects: &'a mut Effects,
        cause: Cause,
    ) -> Self {
        let (program, install) = place;
        Self {
            tx,
            now,
            program,
            install,
            memory,
            cause,
            effects,
            backlog: 0,
            note: None,
            said_at: None,
            ids: 0,
            keys: 0,
        }
    }

    /// A fresh id, the same again when the same input is run again, even by a database that is restored
    /// and does not know when it came: the time in it is the event's own.
    pub fn id(&mut self) -> Ulid {
        self.ids += 1;
        let digest = Sha256::new()
            .chain_update(self.install.id.as_bytes())
            .chain_update(self.cause.id.as_bytes())
            .chain_update(self.ids.to_be_bytes())
            .finalize();
        let mut random = [0_u8; 16];
        random[6..].copy_from_slice(&digest[..10]);
        let time = u64::try_from(self.said_at.unwrap_or(self.now)).unwrap_or_default();
        Ulid::from_parts(time, u128::from_be_bytes(random))
    }

    /// The day of this work in the program's zone.
    #[must_use]
    pub fn today(&self) -> jiff::civil::Date {
        self.program.calendar.day_of(self.now)
    }

    fn next_key(&mut self, kind: &str) -> String {
        self.keys += 1;
        format!("{}:{kind}:{}", self.cause.id, self.keys)
    }
}
