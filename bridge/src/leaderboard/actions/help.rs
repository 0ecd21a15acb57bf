//! Keeps help boards in step with the facts of help.
use super::show;
use crate::leaderboard::live::Live;
use crate::leaderboard::rules::{BoardKey, Score, help_keys, help_scores};
use crate::leaderboard::store;
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::questions::rules::help::HelpFact;
use crate::questions::store::help as facts;
use schema::ids::PartnerId;
use schema::period::Calendar;

/// A fact of help was written: its helper's scores follow.
///
/// # Errors
/// When the database refuses.
pub async fn changed(work: &mut Work<'_>, fact: &HelpFact) -> Result<(), Fault> {
    let calendar = work.program.calendar.clone();
    let all = facts::of(work.tx, fact.helper).await?;
    let scores = help_scores(&all, &calendar).map_err(|_| Fault::Overflow("help"))?;
    let reversed = all.iter().find(|one| Some(&one.id) == fact.reverses.as_ref());
    let mut live = work.memory.take::<Live>();
    for key in help_keys(reversed.unwrap_or(fact), &calendar) {
        let Some(score) = scores.get(&key).copied() else { continue };
        let old = store::score(work.tx, &key.to_string(), fact.helper).await?;
        if old == Some(score) || (old.is_none() && score.score == 0) {
            continue;
        }
        store::set(work.tx, &key.to_string(), fact.helper, score).await?;
        live.set(&key, fact.helper, score);
        show(work, &key);
    }
    work.memory.put(live);
    Ok(())
}

/// Every score of help as the facts say it; none that is 0.
///
/// # Errors
/// When the database refuses.
pub async fn each(
    reader: &mut Conn,
    calendar: &Calendar,
    mut see: impl FnMut(PartnerId, &BoardKey, Score),
) -> Result<(), Fault> {
    let all = facts::all(reader).await?;
    for own in all.chunk_by(|a, b| a.helper == b.helper) {
        let scores = help_scores(own, calendar).map_err(|_| Fault::Overflow("help"))?;
        let Some(first) = own.first() else { continue };
        for (key, score) in scores.iter().filter(|(_, score)| score.score != 0) {
            see(first.helper, key, *score);
        }
    }
    Ok(())
}
