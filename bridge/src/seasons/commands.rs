//! `season`.
use super::{actions, render, rules, store};
use crate::leaderboard::commands::counts_organizations;
use crate::leaderboard::rules::BoardKey;
use crate::platform::access::Caller;
use crate::platform::confirm;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use schema::ids::ConfirmationId;
use schema::metric::Metric;
use schema::period::Period;
use schema::status::Visibility;

/// A final board.
#[derive(Debug, Clone, clap::Args)]
pub struct Show {
    #[arg(value_name = "period")]
    pub period: String,
    /// What it counts: revenue, when absent
    #[arg(value_name = "metric")]
    pub metric: Option<String>,
    /// Of one industry
    #[arg(long, value_name = "slug")]
    pub industry: Option<String>,
    /// Organizations instead of people
    #[arg(long)]
    pub organizations: bool,
}

/// A partner's commands about closed periods.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerSeason {
    /// Periods that are decided, with their winners
    #[command(after_help = "season list")]
    List,
    /// The final result of a period
    #[command(
        after_help = "season show 2026-10\nseason show 2026-Q3 clients --industry dental\nseason show 2026-10 --organizations"
    )]
    Show(Show),
}

/// The team's commands about closed periods.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlSeason {
    /// Make the results of a period final and give its rewards; asks first
    #[command(after_help = "season close 2026-10\nseason close 2026-Q3")]
    Close {
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        #[arg(value_name = "period")]
        period: String,
    },
    /// Periods that are decided, and those that can be closed
    #[command(after_help = "season list")]
    List,
    /// The final result of a period
    #[command(
        after_help = "season show 2026-10\nseason show 2026-Q3 clients --industry dental\nseason show 2026-10 --organizations"
    )]
    Show(Show),
}

/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: PartnerSeason,
) -> Result<(), Stop> {
    caller.partner()?;
    match words {
        PartnerSeason::List => list(work, false).await,
        PartnerSeason::Show(words) => show(work, caller, words).await,
    }
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlSeason,
    confirmed: bool,
) -> Result<(), Stop> {
    caller.reviewer()?;
    match words {
        ControlSeason::Close { yes, period } => {
            let period = rules::period(&period)?;
            close(work, caller, period, yes || confirmed).await
        }
        ControlSeason::List => list(work, true).await,
        ControlSeason::Show(words) => show(work, caller, words).await,
    }
}

/// A period closes once; whoever closes it again reads the result.
async fn close(
    work: &mut Work<'_>,
    caller: &Caller,
    period: Period,
    is_sure: bool,
) -> Result<(), Stop> {
    let manager = caller.manager()?;
    if let Some(season) = store::by_period(work.tx, period).await? {
        let closed = actions::closed(work, &season).await?;
        work.reply(&render::known(&closed, &work.program.prefix));
        return Ok(());
    }
    if is_sure {
        let closed = actions::close(work, &manager, period).await?;
        work.reply(&render::done(&closed, &work.program.prefix));
        return Ok(());
    }
    let prospect = actions::prospect(work, period).await?;
    let line = format!("season close {period}");
    let expires = work.now + work.program.limits.confirm_ms;
    let id = ConfirmationId(work.id().0);
    let boards = actions::foreseen(work, &prospect).await?;
    let organizations = actions::organizations::foreseen(work, &prospect).await?;
    let boards = (boards.as_slice(), organizations.as_slice());
    let prompt = render::ask(&prospect, boards, (&line, id), (&work.cause.actor, expires));
    Ok(confirm::ask(work, &line, &prompt).await?)
}

async fn list(work: &mut Work<'_>, is_team: bool) -> Result<(), Stop> {
    let (seasons, count) = actions::list(work).await?;
    let closable = if is_team { actions::closable(work, 0).await? } else { Vec::new() };
    let message = render::list(&seasons, count, &closable, &work.program.prefix);
    work.reply(&message);
    Ok(())
}

async fn show(work: &mut Work<'_>, caller: &Caller, words: Show) -> Result<(), Stop> {
    let period = rules::period(&words.period)?;
    let metric = words.metric.as_deref().map_or(Ok(Metric::Revenue), metric)?;
    let industry = match words.industry.as_deref() {
        Some(slug) => Some(crate::industries::actions::known_slug(work, slug).await?),
        None => None,
    };
    let key = BoardKey::new(metric, period, industry);
    let partner = caller.partner().ok();
    let me = partner.as_ref().map(crate::platform::access::Partner::row);
    if words.organizations {
        counts_organizations(metric, "season show 2026-10 --organizations")?;
        // To whom somebody without a name belongs is for their own chat.
        let alone = caller.place.is_direct();
        let own = me.filter(|me| alone || me.visibility == Visibility::Public);
        let own = own.and_then(|me| me.organization.as_deref());
        let (season, board, you) = actions::organizations::asked(work, &key, own).await?;
        work.reply(&render::final_board(&season, &board, you));
        return Ok(());
    }
    let (season, board, you) = actions::asked(work, &key, me).await?;
    work.reply(&render::final_board(&season, &board, you));
    Ok(())
}

/// # Errors
/// When no board counts that.
pub fn metric(word: &str) -> Result<Metric, Refusal> {
    word.parse().map_err(|_| {
        let words: Vec<&str> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();
        let sentence = format!("A board counts one of: {}.", words.join(", "));
        Refusal::new(Code::Usage, sentence).example("season show 2026-10 clients")
    })
}
