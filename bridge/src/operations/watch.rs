//! The watch: looks every second at what others have noticed, tells the control room of a fault that
//! lasts, once, and once again when it is over. What was told is a row, so that a restart tells nothing
//! a second time.
use super::rules::{Change, Course, SKEW_MS_MAX};
use super::store;
use super::{damage, render};
use crate::platform::App;
use crate::platform::alarms::Alarm;
use crate::platform::db::touch;
use crate::platform::homeserver::Homeserver;
use crate::platform::refusal::Fault;
use crate::platform::work::Effects;
use crate::rooms::actions::alert_job;
use std::sync::atomic::Ordering::Relaxed;

const TICK_MS: u64 = 1_000;
/// How often rows are counted.
const COUNT_MS: i64 = 5_000;

pub struct Watch<H> {
    app: App<H>,
    courses: [Course; Alarm::ALL.len()],
    /// Not written yet, and whether the room was told past the database.
    untold: Vec<(Alarm, Change, bool)>,
    is_loaded: bool,
    count_at: i64,
}

/// Watches until the future is dropped.
pub async fn run<H: Homeserver>(app: App<H>) {
    let mut watch = Watch::new(app);
    loop {
        watch.turn().await;
        watch.app.clock.sleep(TICK_MS).await;
    }
}

impl<H: Homeserver> Watch<H> {
    #[must_use]
    pub fn new(app: App<H>) -> Self {
        let courses = [Course::default(); Alarm::ALL.len()];
        Self { app, courses, untold: Vec::new(), is_loaded: false, count_at: 0 }
    }

    pub async fn turn(&mut self) {
        let now = self.app.clock.now();
        if let Err(error) = self.look(now).await {
            tracing::warn!(%error, "the watch cannot read the database");
        }
        let signals = self.app.signals.clone();
        for (course, alarm) in self.courses.iter_mut().zip(Alarm::ALL) {
            let patience = match alarm {
                // These were waited for by those who noticed them.
                Alarm::Canary | Alarm::Disk | Alarm::Rooms if !course.is_raised() => 0,
                _ => self.app.program.limits.alarm_after_ms,
            };
            // After a restart nothing has come back yet: what was lost is not found.
            let open = alarm == Alarm::Canary && course.is_raised();
            let is_so =
                signals.noticed.is(alarm) || (open && signals.last_echo_at.load(Relaxed) == 0);
            if let Some(change) = course.turn(is_so, now, patience) {
                tracing::warn!(alarm = alarm.as_str(), ?change, "an alarm");
                self.untold.push((alarm, change, false));
            }
            signals.raised.set(alarm, course.is_raised());
        }
        if !self.untold.is_empty() {
            self.tell(now).await;
        }
    }

    /// What nobody else notes.
    async fn look(&mut self, now: i64) -> Result<(), sqlx::Error> {
        let signals = self.app.signals.clone();
        let is_long = signals.pending.load(Relaxed) > self.app.program.limits.inbox_busy;
        signals.noticed.set(Alarm::Queue, is_long);
        signals.noticed.set(Alarm::Disk, signals.disk_low.load(Relaxed));
        let skew = signals.skew_ms.load(Relaxed).abs();
        signals.noticed.set(Alarm::Clock, skew > SKEW_MS_MAX);
        if signals.noticed.is(Alarm::Database) && touch(&self.app.db).await.is_ok() {
            signals.written(true);
        }
        if !self.is_loaded {
            for (kind, raised_at) in store::open_alarms(&mut *self.app.db.read().await?).await? {
                if let Some(alarm) = Alarm::parse(&kind) {
                    self.courses[alarm as usize] = Course::raised(raised_at);
                }
            }
            self.is_loaded = true;
        }
        if now >= self.count_at {
            let counts = store::counts(&mut *self.app.db.read().await?).await?;
            for (held, count) in signals.counted.iter().zip(counts) {
                held.store(count, Relaxed);
            }
            signals.noticed.set(Alarm::Rooms, counts[3] > 0);
            self.count_at = now + COUNT_MS;
        }
        Ok(())
    }

    /// Writes what is to be told; where nothing can be written, the room is told of that past the database.
    async fn tell(&mut self, now: i64) {
        match self.write(now).await {
            Ok(()) => {
                self.untold.clear();
                self.app.signals.wake_jobs();
            }
            Err(fault) => {
                tracing::error!(%fault, "the team could not be told; trying again");
                self.app.signals.failed(&fault);
                self.past_the_database().await;
            }
        }
    }

    async fn write(&self, now: i64) -> Result<(), Fault> {
        let mut effects = Effects::default();
        let mut tx = self.app.db.begin().await?;
        for (alarm, change, was_told) in &self.untold {
            let finding = match *change {
                Change::Raised { at } => {
                    store::raised(&mut tx, alarm.as_str(), at).await?;
                    render::alarm(*alarm)
                }
                Change::Over { raised_at, at } => {
                    store::over(&mut tx, alarm.as_str(), raised_at, at).await?;
                    render::over(*alarm, at - raised_at)
                }
            };
            // That the bot is out of a room was told with the room's name by whoever saw it.
            let is_known = *alarm == Alarm::Rooms && matches!(change, Change::Raised { .. });
            if !was_told && !is_known {
                effects.jobs.push(alert_job(&finding, None, now));
            }
        }
        effects.flush(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// Rows cannot say that no row can be written.
    async fn past_the_database(&mut self) {
        if self.app.signals.places(|places| places.control.is_none()) {
            return;
        }
        for (alarm, change, was_told) in &mut self.untold {
            let Change::Raised { at } = *change else { continue };
            if !*was_told && *alarm == Alarm::Database {
                *was_told = damage::tell(&self.app, *alarm, at).await;
            }
        }
    }
}
