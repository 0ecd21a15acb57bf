//! `status`, `inbox …`, `audit`, `announce`.
use super::render::{self, Running};
use super::store;
use crate::audit;
use crate::partners;
use crate::platform::access::Caller;
use crate::platform::inbox::store as inbox;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;

const AUDIT_MAX: i64 = 50;
const POISON_MAX: i64 = 50;
const ANNOUNCEMENT_CHARS_MAX: usize = 4_000;

#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlInbox {
    /// Inputs that failed and were set aside
    #[command(after_help = "inbox list")]
    List,
    /// Run one of them again
    #[command(after_help = "inbox retry 12")]
    Retry { n: String },
    /// End one of them for good
    #[command(after_help = "inbox drop 12")]
    Drop { n: String },
}

/// # Errors
/// When the person may not.
pub async fn status(work: &mut Work<'_>, caller: &Caller) -> Result<(), Stop> {
    caller.reviewer()?;
    let health = store::health(work.tx).await?;
    let (partners, _) = partners::store::count(work.tx).await?;
    let running = Running {
        program: work.program.name.clone(),
        prefix: work.program.prefix.clone(),
        engine: work.program.engine,
        started_at: work.memory.started_at,
        now: work.now,
        partners,
    };
    work.reply(&render::status(&health, &running));
    Ok(())
}

/// # Errors
/// When the person may not, or there is no such number.
pub async fn control_inbox(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlInbox,
) -> Result<(), Stop> {
    caller.manager()?;
    match words {
        ControlInbox::List => {
            let items = inbox::poison(work.tx, POISON_MAX).await?;
            work.reply(&render::inbox(&items, &work.program.prefix));
        }
        ControlInbox::Retry { n } => {
            let seq = number(&n)?;
            work.effects.inputs_wanted = true;
            if !inbox::retry(work.tx, seq).await? {
                return Err(not_retried(work, seq).await?.into());
            }
            work.audit("inbox.retry", &n, "");
            work.reply(&render::done("inbox.retry", &format!("Input {seq} runs again."), Some(n)));
        }
        ControlInbox::Drop { n } => {
            let seq = number(&n)?;
            if !inbox::drop_poison(work.tx, seq).await? {
                return Err(none_such().into());
            }
            work.audit("inbox.drop", &n, "");
            work.reply(&render::done("inbox.drop", &format!("Input {seq} is ended."), Some(n)));
        }
    }
    Ok(())
}

fn number(text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| none_such())
}

/// What was no event when it came cannot run at all.
async fn not_retried(work: &mut Work<'_>, seq: i64) -> Result<Refusal, Stop> {
    let items = inbox::poison(work.tx, POISON_MAX).await?;
    if !items.iter().any(|item| item.seq == seq) {
        return Ok(none_such());
    }
    let sentence = format!("Input {seq} is no event and cannot run; it can only be ended.");
    Ok(Refusal::new(Code::Usage, sentence).example(format!("inbox drop {seq}")))
}

fn none_such() -> Refusal {
    Refusal::new(Code::Ref, "No quarantined input has this number; `inbox list` shows them.")
        .example("inbox list")
}

/// # Errors
/// When the person may not.
pub async fn audit(work: &mut Work<'_>, caller: &Caller, n: Option<&str>) -> Result<(), Stop> {
    caller.reviewer()?;
    let count = match n {
        None => 10,
        Some(text) => {
            text.parse::<i64>().ok().filter(|n| (1..=AUDIT_MAX).contains(n)).ok_or_else(|| {
                Refusal::new(Code::Usage, format!("A number from 1 to {AUDIT_MAX}."))
                    .example("audit 20")
            })?
        }
    };
    let lines = audit::store::newest(work.tx, count).await?;
    let message = audit::render::audit(&lines, &work.program.calendar.zone);
    work.reply(&message);
    Ok(())
}

/// # Errors
/// When the person may not, or there is nothing to say.
pub async fn announce(
    work: &mut Work<'_>,
    caller: &Caller,
    text: &str,
    notify: bool,
) -> Result<(), Stop> {
    caller.manager()?;
    if text.trim().is_empty() {
        return Err(Refusal::new(Code::Usage, "What shall I announce?")
            .example("announce We open in Vienna on Monday")
            .into());
    }
    if text.chars().count() > ANNOUNCEMENT_CHARS_MAX {
        let sentence = format!("An announcement has at most {ANNOUNCEMENT_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence)
            .example("announce We open in Vienna on Monday")
            .into());
    }
    work.send("announcements", &render::announcement(text, notify, work.now));
    work.audit("announce", "announcements", if notify { "with @room" } else { "" });
    work.reply(&render::done("announce", "📣 Announced.", None));
    Ok(())
}
