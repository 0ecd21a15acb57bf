//! What waits becomes one message, at most one in the time that is set; a message follows what becomes
//! of its lines.
use super::{ROOM, sale};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::wins::{render, rules, store};

pub const JOB: &str = "win.gather";

/// The key of a message.
fn key(post: i64) -> String {
    format!("celebrations:{post}")
}

/// Owes a message for what waits; one that is owed already takes it along.
pub(super) async fn soon(work: &mut Work<'_>) -> Result<(), Fault> {
    let last = store::last_post(work.tx).await?.map(|(_, at)| at);
    let at = rules::due(work.now, last, work.program.limits.celebrate_every_ms);
    work.job(JOB, JOB.to_owned(), String::new(), at);
    Ok(())
}

/// Says all that waits, however much it is, in one message.
///
/// # Errors
/// When the database refuses.
pub async fn gather(work: &mut Work<'_>) -> Result<(), Fault> {
    let last = store::last_post(work.tx).await?;
    let (n, every) = (last.map_or(1, |(n, _)| n + 1), work.program.limits.celebrate_every_ms);
    if let Some((_, at)) = last.filter(|(_, at)| work.now < at + every) {
        work.job(JOB, JOB.to_owned(), String::new(), at + every);
        return Ok(());
    }
    let mut keys = Vec::new();
    loop {
        let rows = store::waiting(work.tx, rules::LINES_MAX).await?;
        keys.clear();
        let mut gone = false;
        for row in &rows {
            if sale::refresh(work, &row.key).await? {
                keys.push(row.key.clone());
            } else {
                gone = true;
            }
        }
        if !gone {
            break;
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    store::post(work.tx, n, work.now, &keys).await?;
    let (rows, more) = (store::lines(work.tx, n).await?, store::more(work.tx, n).await?);
    work.send_as(&key(n), ROOM, &render::celebrations(&rows, more));
    Ok(())
}

/// A message says what has become of its lines.
pub(super) async fn show(work: &mut Work<'_>, post: i64) -> Result<(), Fault> {
    let rows = store::lines(work.tx, post).await?;
    let more = store::more(work.tx, post).await?;
    work.edit(ROOM, &key(post), &render::celebrations(&rows, more));
    Ok(())
}
