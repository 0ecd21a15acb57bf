//! `reward`.
use super::actions;
use super::render;
use super::rules::{self, Gives};
use super::store::{RewardRow, Which};
use crate::industries;
use crate::platform::access::Caller;
use crate::platform::commands::PROSE;
use crate::platform::confirm;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::seasons::commands::metric;
use jiff::civil::Date;
use schema::ids::{ConfirmationId, RewardNumber};
use schema::metric::Metric;
use schema::period::PeriodKind;

/// What a reward is.
#[derive(Debug, Clone, clap::Args)]
pub struct Add {
    #[arg(value_name = "title")]
    pub title: String,
    /// The ranks that win it; 1 when absent
    #[arg(long, value_name = "1-3")]
    pub rank: Option<String>,
    /// On which board: revenue when absent
    #[arg(long, value_name = "metric")]
    pub metric: Option<String>,
    /// At the end of each: month when absent
    #[arg(long, value_name = "week|month|quarter|year")]
    pub kind: Option<String>,
    /// On the board of one industry
    #[arg(long, value_name = "slug")]
    pub industry: Option<String>,
    /// What it is, in a few words
    #[arg(long, value_name = "text")]
    pub value: Option<String>,
    /// Points for each rank
    #[arg(long, value_name = "n")]
    pub points: Option<String>,
    /// An amount for each rank, paid outside; those of ties are shared
    #[arg(long, value_name = "1000, 500, 250", num_args = 1..)]
    pub prizes: Option<String>,
    /// For periods that end after this day begins; today when absent
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<String>,
}

/// A partner's commands about rewards.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerReward {
    /// What can be won, your points, and in our own chat what you have won
    #[command(after_help = "reward list")]
    List,
}

/// The team's commands about rewards.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlReward {
    /// Promise something for places on a board
    #[command(
        after_help = "reward add \"Best of the month\" --rank 1-3 --metric revenue --kind month --prizes \"1000, 500, 250\"\nreward add \"Dinner for two\" --rank 1 --kind quarter --industry dental --value \"at a place you choose\" --points 50"
    )]
    Add(Box<Add>),
    /// What can be won, and what is to be handed over
    #[command(after_help = "reward list")]
    List,
    /// Promise it no more; what is over by now still earns it
    #[command(after_help = "reward end Best of the month")]
    End {
        #[arg(value_name = "title", num_args = 1.., value_hint = PROSE)]
        title: Option<String>,
    },
    /// Note how a reward was handed over; its winner hears of it
    #[command(after_help = "reward fulfil R-1 transferred on 2026-12-10")]
    Fulfil {
        #[arg(value_name = "R-1")]
        number: String,
        #[arg(value_name = "note", num_args = 1.., value_hint = PROSE)]
        note: Option<String>,
    },
    /// Take one back, with the points that it gave; its winner hears why. Asks first
    #[command(after_help = "reward revoke R-1 the sale behind it was not real")]
    Revoke {
        #[arg(value_name = "R-1")]
        number: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
}

/// # Errors
/// When the person is no partner.
pub async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    PartnerReward::List: PartnerReward,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let own = caller.place.is_direct().then(|| Which::Of(partner.id()));
    let (rewards, won) = actions::list(work, own).await?;
    let points = actions::points(work, partner.id()).await?;
    work.reply(&render::list(&rewards, &won, Some(points), &work.program.prefix));
    Ok(())
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlReward,
    confirmed: bool,
) -> Result<(), Stop> {
    caller.reviewer()?;
    let message = match words {
        ControlReward::Add(words) => {
            let manager = caller.manager()?;
            let reward = read(work, *words).await?;
            render::changed(&actions::add(work, &manager, reward).await?)
        }
        ControlReward::List => {
            let (rewards, won) = actions::list(work, Some(Which::Open)).await?;
            render::list(&rewards, &won, None, &work.program.prefix)
        }
        ControlReward::End { title } => {
            let manager = caller.manager()?;
            let title = title.as_deref().unwrap_or_default();
            render::changed(&actions::end(work, &manager, title).await?)
        }
        ControlReward::Fulfil { number, note } => {
            let manager = caller.manager()?;
            let number: RewardNumber = number.parse().map_err(|_| rules::none_of_this_number())?;
            let note = rules::note(note.as_deref().unwrap_or_default())?;
            render::noted(&actions::fulfil(work, &manager, number, &note).await?)
        }
        ControlReward::Revoke { number, yes, reason } => {
            let manager = caller.manager()?;
            let number: RewardNumber = number.parse().map_err(|_| rules::none_of_this_number())?;
            let reason = rules::reason(reason.as_deref().unwrap_or_default())?;
            if !(yes || confirmed) {
                return ask_revoke(work, number, reason).await;
            }
            render::taken_back(&actions::revoke(work, &manager, number, reason).await?)
        }
    };
    work.reply(&message);
    Ok(())
}

async fn ask_revoke(work: &mut Work<'_>, number: RewardNumber, reason: &str) -> Result<(), Stop> {
    let won = actions::revocable(work, number).await?;
    let line = format!("reward revoke {number} {reason}");
    let expires = work.now + work.program.limits.confirm_ms;
    let id = ConfirmationId(work.id().0);
    let prompt = render::ask_revoke(&won, (&line, id), (&work.cause.actor, expires));
    Ok(confirm::ask(work, &line, &prompt).await?)
}

async fn read(work: &mut Work<'_>, words: Add) -> Result<RewardRow, Stop> {
    let currency = work.program.currency;
    let industry = match words.industry.as_deref() {
        Some(slug) => Some(industries::actions::open_slug(work, slug).await?),
        None => None,
    };
    let ranks = rules::ranks(words.rank.as_deref().unwrap_or("1"))?;
    let prizes = words.prizes.as_deref().map(|text| rules::prizes(text, ranks, currency));
    let prizes = prizes.transpose()?.unwrap_or_default();
    let points = words.points.as_deref().map(rules::points).transpose()?;
    let value = rules::value(words.value.as_deref().unwrap_or_default())?;
    let has_value = value.is_some() || (prizes.is_empty() && points.is_none());
    Ok(RewardRow {
        n: 0,
        title: rules::title(&words.title)?,
        metric: words.metric.as_deref().map_or(Ok(Metric::Revenue), metric)?,
        kind: words.kind.as_deref().map_or(Ok(PeriodKind::Month), rules::kind)?,
        industry,
        value,
        gives: Gives { ranks, prizes, points, has_value },
        currency,
        from: day(work, words.from.as_deref())?,
        ended_at: None,
    })
}

fn day(work: &Work<'_>, text: Option<&str>) -> Result<Date, Refusal> {
    let Some(text) = text else { return Ok(work.today()) };
    text.parse().map_err(|_| {
        Refusal::new(Code::Date, "A day is written YYYY-MM-DD.")
            .example("reward add \"Rising\" --rank 1 --points 50 --from 2026-12-01")
    })
}
