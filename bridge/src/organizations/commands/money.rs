//! `team numbers`, `team statement`: sums for everybody of an organization, the money of each for its leads
//! alone.
use crate::organizations::actions::{self, figures, figures::Reader};
use crate::organizations::render;
use crate::platform::access::Caller;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::{File, Work};
use crate::reports::rules as reports;
use crate::statements::actions::team;
use crate::statements::commands::month;
use crate::statements::render::team as statements;
use crate::statements::{file, store::Span};
use schema::period::PeriodKind;

pub(super) async fn numbers(
    work: &mut Work<'_>,
    caller: &Caller,
    slug: &str,
    period: Option<String>,
) -> Result<(), Stop> {
    let (calendar, today) = (work.program.calendar.clone(), work.today());
    let period = reports::period(period.as_deref(), &calendar, today)
        .map_err(|refusal| refusal.example("team numbers 2026-10"))?;
    let organization = actions::find(work, slug).await?;
    let is_lead = caller.place.is_direct() && caller.lead().is_ok();
    let reader = if is_lead { Reader::Lead } else { Reader::Members };
    let figures = figures::of(work, &organization, period, reader).await?;
    let message = render::room::numbers(&organization, &figures, &work.program.prefix);
    work.reply(&message);
    Ok(())
}

pub(super) async fn statement(
    work: &mut Work<'_>,
    caller: &Caller,
    words: Option<&str>,
    wanted: Option<String>,
) -> Result<(), Stop> {
    let lead = caller.lead()?;
    if !caller.place.is_direct() {
        let sentence = "What each one earns is for leads alone: ask for it in our own chat.";
        return Err(Refusal::new(Code::Room, sentence).example("team numbers").into());
    }
    let now = work.program.calendar.period_of(PeriodKind::Month, work.today());
    let period = words
        .map_or(Ok(now), |text| month(text, now))
        .map_err(|refusal| refusal.example(format!("team statement {now}")))?;
    let bounds = work.program.calendar.bounds(period);
    let (from, to) = bounds.ok_or_else(|| Fault::Bug("a month without an end".into()))?;
    let organization = actions::find(work, lead.organization()).await?;
    let who = (organization.slug.as_str(), organization.name.as_str());
    let members = team::members(work, who.0, Span::time(from, to)).await?;
    let sums = team::sums(&members)?;
    let (calendar, own) = (work.program.calendar.clone(), work.program.currency);
    match wanted.as_deref().map(str::to_lowercase).as_deref() {
        None => {
            let (all, when) = ((&*members, &*sums), (period, period == now));
            let prefix = work.program.prefix.clone();
            work.reply(&statements::statement(who, when, all, (&calendar, own), &prefix));
        }
        Some("csv") => {
            let bytes = file::team_table(&members, &calendar, own);
            let bytes = bytes.map_err(|error| Fault::Bug(error.to_string()))?;
            let file = File::new(format!("team-statement-{period}.csv"), "text/csv", bytes)
                .map_err(|no| no.example(format!("team statement {period}")))?;
            work.reply_file(&file, &statements::file(who, period, (&members, &sums), own));
        }
        Some(_) => {
            return Err(Refusal::new(Code::Usage, "An organization's statement comes as csv.")
                .example(format!("team statement {period} --file csv"))
                .into());
        }
    }
    Ok(())
}
