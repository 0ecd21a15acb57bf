//! What the keeper learned, as rows: each in a transaction of its own, with the jobs that tell the
//! worker and the team.
use super::look::Look;
use super::make::Made;
use super::{KeepError, Keeper, Plan, Report};
use crate::industries;
use crate::platform::db::Tx;
use crate::platform::homeserver::{CallError, Homeserver};
use crate::platform::outbox;
use crate::platform::points::{Point, reach};
use crate::platform::work::{Effects, JobRow, StateRow, state_hash};
use crate::rooms::actions::{self, JOB_CHANGED, JOB_TEAM};
use crate::rooms::rules::{self, RoomKey, Wish};
use crate::rooms::store::{self, RoomRow};
use schema::card::Finding;
use schema::state::{ProgramState, VERSION};

impl<H: Homeserver> Keeper<H> {
    /// Notes a room that now exists, or why it does not. Whether it does.
    pub(super) async fn record_made(
        &mut self,
        wish: &Wish,
        result: Result<Made, CallError>,
        report: &mut Report,
    ) -> Result<bool, KeepError> {
        let key = wish.key.to_string();
        let made = match result {
            Ok(made) => made,
            Err(error) => return self.not_made(&key, error, report).map(|()| false),
        };
        reach(Point::RoomMade).await?;
        self.waits.remove(&key);
        let now = self.app.clock.now();
        let mut tx = self.app.db.begin().await?;
        store::made(&mut tx, &key, &made.room_id, &made.version, now).await?;
        store::key_drifted(&mut tx, &RoomKey::Space.to_string(), now).await?;
        let mut effects = self.changed();
        if let RoomKey::Industry(slug) = &wish.key {
            effects.jobs.push(industries::actions::state_job(slug, now));
        }
        if wish.key == RoomKey::Control {
            effects.jobs.push(self.job(JOB_TEAM, JOB_TEAM.to_owned(), String::new()));
        }
        self.commit(tx, effects).await?;
        report.made.push(key);
        Ok(true)
    }

    /// A call that failed: out of reach ends the round, everything else waits its turn.
    pub(super) fn not_made(
        &mut self,
        what: &str,
        error: CallError,
        report: &mut Report,
    ) -> Result<(), KeepError> {
        self.found = None;
        if matches!(error, CallError::Unreachable(_)) {
            return Err(error.into());
        }
        tracing::warn!(room = what, %error, "could not be made; trying again later");
        report.failed.push((what.to_owned(), error.to_string()));
        self.wait(what);
        Ok(())
    }

    /// The program's own state in the Space; with `whole` also invitations that never went out.
    pub(super) async fn record_program(
        &mut self,
        plan: &Plan,
        whole: bool,
    ) -> Result<(), KeepError> {
        let mut effects = Effects::default();
        if plan.space().is_some() {
            effects.states.push(self.program_state(plan)?);
        }
        if whole {
            effects.jobs.push(self.job(JOB_TEAM, JOB_TEAM.to_owned(), String::new()));
        }
        let tx = self.app.db.begin().await?;
        self.commit(tx, effects).await
    }

    fn program_state(&self, plan: &Plan) -> Result<StateRow, KeepError> {
        let program = &self.app.program;
        let name = |key: &RoomKey| key.industry().map_or_else(|| key.to_string(), str::to_owned);
        let rooms = plan
            .rows
            .iter()
            .filter(|row| row.key.is_named())
            .map(|row| (name(&row.key), row.room_id.clone()))
            .collect();
        let content = serde_json::to_value(ProgramState {
            v: VERSION,
            name: program.name.clone(),
            currency: program.currency.code().to_owned(),
            timezone: program.timezone.clone(),
            week_start: program.calendar.week_start,
            rooms,
        })
        .map_err(|error| crate::platform::refusal::Fault::Bug(error.to_string()))?;
        Ok(StateRow {
            room: RoomKey::Space.to_string(),
            event_type: "agency.siso.partners.program",
            state_key: String::new(),
            hash: state_hash(&content),
            content: content.to_string(),
            wanted_at: self.app.clock.now(),
        })
    }

    pub(super) async fn record_look(
        &mut self,
        plan: &Plan,
        row: &RoomRow,
        look: Look,
        began_at: i64,
        report: &mut Report,
    ) -> Result<(), KeepError> {
        let key = row.key.to_string();
        let mut effects = Effects::default();
        let mut tx = self.app.db.begin().await?;
        // Read again: the worker may have told of something while the room was looked at.
        let Some(known) = store::by_room_id(&mut tx, &row.room_id).await? else {
            // Another room has taken its place meanwhile.
            return Ok(());
        };
        let known = known.findings;
        for finding in &look.findings {
            if !known.iter().any(|known| is_same(known, finding)) {
                effects.jobs.push(self.alert(finding, Some(&row.room_id)));
            }
        }
        let mut findings = look.findings.clone();
        // What this look began too early to see; nobody can undo it.
        let lasting = |finding: &&Finding| is_lasting(finding) && !row.findings.contains(finding);
        let news = known.iter().filter(lasting);
        findings.extend(
            news.filter(|news| !look.findings.iter().any(|seen| seen.id == news.id)).cloned(),
        );
        let findings = serde_json::to_string(&findings).unwrap_or_else(|_| "[]".into());
        store::checked(&mut tx, &key, &findings, began_at, row.drift_at).await?;
        // What the homeserver refused may go now that the room is another than it was.
        if row.drift_at.is_some() || !look.mended.is_empty() {
            outbox::store::unpark_states(&mut tx, (&key, &row.room_id), began_at).await?;
        }
        if let Some(hosts) = &look.let_in {
            let acl = serde_json::to_string(hosts).unwrap_or_else(|_| "[]".into());
            store::access::put(&mut tx, &row.room_id, &acl).await?;
        }
        if !look.strangers.is_empty() {
            let now = self.app.clock.now();
            let job = actions::strangers_job(&row.key, &row.room_id, &look.strangers, now);
            effects.jobs.push(job);
        }
        if let Some(people) = &look.joined {
            self.note_servers(&mut tx, plan, row, people, began_at).await?;
            let healed = heal(&mut tx, &row.room_id, people, began_at).await?;
            if healed {
                effects.jobs.push(self.job(JOB_CHANGED, JOB_CHANGED.to_owned(), String::new()));
            }
        }
        self.commit(tx, effects).await?;
        for (kind, changed) in look.mended {
            if changed {
                tracing::warn!(room = key, kind, "room state was not as it should be; put back");
            }
            report.mended.push((key.clone(), kind));
        }
        report.findings.extend(look.findings.into_iter().map(|finding| (key.clone(), finding)));
        Ok(())
    }

    /// The servers by which a room is reached, where others should be named than before. The Space's
    /// list follows, and the rooms when it is the Space itself.
    async fn note_servers(
        &self,
        tx: &mut Tx,
        plan: &Plan,
        row: &RoomRow,
        people: &[String],
        now: i64,
    ) -> Result<(), KeepError> {
        let own = self.app.program.server_name.as_str();
        let fresh = rules::via(own, people, plan.about.access.as_ref());
        let known = if row.via.is_empty() { vec![own.to_owned()] } else { row.via.clone() };
        if !rules::via_is_old(&known, row.via_at, &fresh, people, now) {
            return Ok(());
        }
        let text = serde_json::to_string(&fresh).unwrap_or_else(|_| "[]".into());
        store::access::set_via(tx, &row.room_id, &text, now).await?;
        if row.key == RoomKey::Space {
            store::all_drifted(tx, now).await?;
        } else {
            store::key_drifted(tx, &RoomKey::Space.to_string(), now).await?;
        }
        self.app.signals.rooms.notify_one();
        Ok(())
    }

    pub(super) fn alert(&self, finding: &Finding, room_id: Option<&str>) -> JobRow {
        actions::alert_job(finding, room_id, self.app.clock.now())
    }

    pub(super) fn job(&self, kind: &'static str, key: String, payload: String) -> JobRow {
        JobRow { key, kind, payload, run_at: self.app.clock.now() }
    }

    /// Writes what is owed, commits, and tells the others where the rooms are now.
    pub(super) async fn commit(&self, mut tx: Tx, effects: Effects) -> Result<(), KeepError> {
        effects.flush(&mut tx).await?;
        tx.commit().await?;
        actions::show_places(&self.app).await?;
        if !effects.jobs.is_empty() {
            self.app.signals.wake_jobs();
        }
        Ok(())
    }
}

fn is_lasting(finding: &Finding) -> bool {
    matches!(finding.id.as_str(), "tombstone" | "encrypted")
}

/// Whether two findings are one trouble of a room; their words may differ.
fn is_same(one: &Finding, other: &Finding) -> bool {
    one == other || ((is_lasting(one) || one.id == rules::NOT_JOINED) && one.id == other.id)
}

/// Brings our view of a room's members to what the homeserver says; whether it differed.
pub(super) async fn heal(
    tx: &mut Tx,
    room_id: &str,
    people: &[String],
    asked_at: i64,
) -> Result<bool, sqlx::Error> {
    let ours: std::collections::HashSet<String> =
        store::members::joined_in(tx, room_id).await?.into_iter().collect();
    let mut changes: Vec<(String, &'static str)> = Vec::new();
    changes.extend(
        people.iter().filter(|user| !ours.contains(*user)).map(|user| (user.clone(), "join")),
    );
    let real: std::collections::HashSet<&String> = people.iter().collect();
    changes.extend(
        ours.iter().filter(|user| !real.contains(user)).map(|user| (user.clone(), "leave")),
    );
    store::members::heal(tx, room_id, &changes, asked_at).await?;
    Ok(!changes.is_empty())
}
