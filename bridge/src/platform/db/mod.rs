//! The database: one SQL text over SQLite and PostgreSQL. SQLite has one writer connection, which
//! is also the queue of writers (four of them lose three of four read-then-write transactions).
mod checksum;
mod log;
mod migrate;
pub mod packed;
mod setup;
mod shape;
pub mod sql;
mod store;

pub use checksum::{Damaged, checksum};
pub use migrate::{MigrateError, migrate, migrate_to, version};
pub use schema::migrations::Engine;
pub use setup::lock_setup;
pub use shape::misshapen;
pub use store::{Durability, damage, damage_in, durability, touch, try_write};

use super::lease::{self, Tenure};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor, Transaction};
use std::str::FromStr;
use std::time::Duration;

/// A running database transaction.
pub type Tx = Transaction<'static, Any>;
/// What a store function takes: a transaction's or a reader's connection.
pub type Conn = AnyConnection;

const SQLITE_SETTINGS: &str = "pragma journal_mode=wal; pragma synchronous=full; \
    pragma foreign_keys=on; pragma busy_timeout=10000; pragma cache_size=-2048; \
    pragma temp_store=memory; pragma wal_autocheckpoint=4000;";
const READERS_MAX: u32 = 2;
const WRITERS_MAX_POSTGRES: u32 = 4;
const WAIT_MAX: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub struct Db {
    engine: Engine,
    writer: AnyPool,
    readers: AnyPool,
    /// Not where a reader is the writer.
    readers_only_read: bool,
    /// Where it is carried over beside the writer.
    log: Option<log::Log>,
    /// Where several instances may run: ours, without which nothing is begun.
    tenure: Option<Tenure>,
}

impl Db {
    /// Opens the database; an absent SQLite file is made.
    ///
    /// # Errors
    /// When the address is not understood or nothing answers there.
    pub async fn open(url: &str) -> Result<Self, sqlx::Error> {
        Self::open_as(url, "rwc", &[ONLY_READS, SMALL]).await
    }

    /// Opens a database that must be there: for looking, which must not make one.
    ///
    /// # Errors
    /// When the address is not understood, nothing answers there, or the file is absent.
    pub async fn open_present(url: &str) -> Result<Self, sqlx::Error> {
        Self::open_as(url, "rw", &[ONLY_READS, MAPPED]).await
    }

    /// Opens the file of a SQLite database as it lies there, without what stands in the log beside it:
    /// neither is touched.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn open_untouched(url: &str) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let separator = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{separator}mode=ro&immutable=true");
        let pool = pool(1).connect_with(AnyConnectOptions::from_str(&url)?).await?;
        Ok(Self {
            engine: engine_of(&url)?,
            writer: pool.clone(),
            readers: pool,
            readers_only_read: false,
            log: None,
            tenure: None,
        })
    }

    /// One connection for reading and writing, so that a test that drives the program step by step
    /// meets the same order each time.
    ///
    /// # Errors
    /// When the address is not understood or nothing answers there.
    #[cfg(feature = "failpoints")]
    pub async fn open_single(url: &str) -> Result<Self, sqlx::Error> {
        let opened = Self::open(url).await?;
        opened.close().await;
        let options = AnyConnectOptions::from_str(url)?;
        let pool = match opened.engine {
            Engine::Sqlite => sqlite_pool(1, &[]).connect_with(options).await?,
            Engine::Postgres => pool(1).connect_with(options).await?,
        };
        Ok(Self {
            engine: opened.engine,
            writer: pool.clone(),
            readers: pool,
            readers_only_read: false,
            log: None,
            tenure: None,
        })
    }

    /// Whether a connection is in use, or on its way back.
    #[cfg(feature = "failpoints")]
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.writer.size() as usize > self.writer.num_idle()
    }

    async fn open_as(
        url: &str,
        mode: &str,
        reading: &'static [&'static str],
    ) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let engine = engine_of(url)?;
        let (writer, readers, log) = match engine {
            Engine::Sqlite => {
                let separator = if url.contains('?') { '&' } else { '?' };
                let options = AnyConnectOptions::from_str(&format!("{url}{separator}mode={mode}"))?;
                // A pool would try for half a minute, and then not say what is wrong.
                let mut first = AnyConnection::connect_with(&options).await?;
                first.execute(SQLITE_SETTINGS).await?;
                let writer = sqlite_pool(1, &[]).connect_with(options.clone()).await?;
                first.close().await?;
                let log = sqlite_pool(1, &[SMALL]).connect_lazy_with(options.clone());
                let readers = sqlite_pool(READERS_MAX, reading).connect_lazy_with(options);
                (writer, readers, Some(log::Log::new(log)))
            }
            Engine::Postgres => {
                let options = AnyConnectOptions::from_str(url)?;
                let writer = pool(WRITERS_MAX_POSTGRES).connect_with(options.clone()).await?;
                (writer, pool(READERS_MAX).connect_lazy_with(options), None)
            }
        };
        Ok(Self {
            engine,
            writer,
            readers,
            readers_only_read: engine == Engine::Sqlite,
            log,
            tenure: None,
        })
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The same database for those who work: its transactions are begun only as long as the tenure lasts,
    /// and end before another instance's begins.
    #[must_use]
    pub fn held(&self, tenure: &Tenure) -> Self {
        Self { tenure: Some(tenure.clone()), ..self.clone() }
    }

    /// Begins a writing transaction; on SQLite it waits for its turn.
    ///
    /// # Errors
    /// When the database is gone, or another instance works now.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        let mut tx = match self.engine {
            Engine::Sqlite => return self.writer.begin_with("begin immediate").await,
            Engine::Postgres => self.writer.begin().await?,
        };
        if let Some(tenure) = &self.tenure {
            lease::check(&mut tx, tenure).await?;
        }
        Ok(tx)
    }

    /// Begins a transaction for reading that sees one moment throughout, whatever is written meanwhile.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn snapshot(&self) -> Result<Tx, sqlx::Error> {
        match self.engine {
            Engine::Sqlite => self.readers.begin().await,
            Engine::Postgres => {
                let begin = "begin transaction isolation level repeatable read read only";
                self.readers.begin_with(begin).await
            }
        }
    }

    /// As [`snapshot`](Self::snapshot), where there is one writer and a reader is free at once: what is
    /// only asked need not wait for the writer's turn.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn aside(&self) -> Result<Option<Tx>, sqlx::Error> {
        match self.engine {
            Engine::Sqlite if self.readers_only_read => self.readers.try_begin().await,
            Engine::Sqlite | Engine::Postgres => Ok(None),
        }
    }

    /// A writer's connection for one statement, which is a transaction of its own.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn write(&self) -> Result<sqlx::pool::PoolConnection<Any>, sqlx::Error> {
        self.writer.acquire().await
    }

    /// A connection for reading outside the writer's turn.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn read(&self) -> Result<sqlx::pool::PoolConnection<Any>, sqlx::Error> {
        self.readers.acquire().await
    }

    pub async fn close(&self) {
        if let Some(log) = &self.log {
            log.close().await;
        }
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn engine_of(url: &str) -> Result<Engine, sqlx::Error> {
    match url.split(':').next() {
        Some("sqlite") => Ok(Engine::Sqlite),
        Some("postgres" | "postgresql") => Ok(Engine::Postgres),
        _ => Err(sqlx::Error::Configuration(
            "database.url must begin with sqlite: or postgres://, for example sqlite:partnerspace.db".into(),
        )),
    }
}

/// Whoever looks at a whole database from outside reads it where the system holds it: no copy of each page,
/// and no call for it. The running program does without, as its memory is counted.
const MAPPED: &str = "pragma mmap_size=1073741824;";
/// What a reader is asked to write fails, rather than to be written beside the writer, or lost.
const ONLY_READS: &str = "pragma query_only=on;";

/// The system holds the pages, too; what a reader of the running program holds beside it only costs memory.
const SMALL: &str = "pragma cache_size=-256;";

fn pool(max: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(max)
        .acquire_timeout(WAIT_MAX)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

fn sqlite_pool(max: u32, more: &'static [&'static str]) -> AnyPoolOptions {
    pool(max).after_connect(move |connection, _| {
        Box::pin(async move {
            connection.execute(SQLITE_SETTINGS).await?;
            for settings in more {
                connection.execute(*settings).await?;
            }
            Ok(())
        })
    })
}
