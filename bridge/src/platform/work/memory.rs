//! What the worker remembers between inputs to spare reads: counters, and any capability's own
//! cache by type. It belongs to the one worker; after a rollback it is dropped, and read again. What
//! people have had stands nowhere else, and is as before the turn then.
use crate::platform::db::Conn;
use crate::platform::rate::Rates;
use std::any::{Any, TypeId};
use std::collections::HashMap;

#[derive(Default)]
pub struct Memory {
    pub outbox_id: i64,
    pub audit_seq: i64,
    /// When the program began to work, epoch milliseconds.
    pub started_at: i64,
    pub rates: Rates,
    caches: HashMap<TypeId, Box<dyn Any + Send>>,
}

impl Memory {
    /// What a worker begins with.
    ///
    /// # Errors
    /// When the counters cannot be read.
    pub async fn of(reader: &mut Conn, started_at: i64) -> Result<Self, sqlx::Error> {
        let outbox_id = crate::platform::outbox::store::head(&mut *reader).await?;
        let audit_seq = crate::audit::store::head(reader).await?;
        Ok(Self { outbox_id, audit_seq, started_at, ..Self::default() })
    }

    /// The cache of this type, made empty when absent.
    pub fn cache<T: Default + Send + 'static>(&mut self) -> &mut T {
        let slot = self.caches.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default()));
        match slot.downcast_mut::<T>() {
            Some(cache) => cache,
            None => unreachable!("the slot of a type holds that type"),
        }
    }

    /// Takes a cache out, so that it can be used beside the rest of the work.
    pub fn take<T: Default + Send + 'static>(&mut self) -> T {
        std::mem::take(self.cache::<T>())
    }

    pub fn put<T: Default + Send + 'static>(&mut self, cache: T) {
        *self.cache::<T>() = cache;
    }

    /// Forgets what a rolled back transaction may have taught; counters only leave holes.
    pub fn forget(&mut self) {
        self.caches.clear();
        self.rates.undo();
    }
}
