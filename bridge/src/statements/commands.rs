//! `statement`.
use super::store::Span;
use super::{actions, file, render};
use crate::platform::access::Caller;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use schema::period::{Period, PeriodKind};

/// Your statement; in your own chat only
#[derive(Debug, Clone, clap::Args)]
pub struct Words {
    /// The present month when absent
    #[arg(value_name = "YYYY-MM")]
    pub month: Option<String>,
    /// All lines, as a table or as a page to print
    #[arg(long, value_name = "csv|html")]
    pub file: Option<String>,
}

/// # Errors
/// When the person is no partner, not alone with the bot, or the month is none.
pub async fn statement(work: &mut Work<'_>, caller: &Caller, words: Words) -> Result<(), Stop> {
    let partner = caller.partner()?;
    if !caller.place.is_direct() {
        let sentence = "A statement is for you alone: ask for it in our own chat.";
        return Err(Refusal::new(Code::Room, sentence).example("statement").into());
    }
    let today = work.today();
    let now = work.program.calendar.period_of(PeriodKind::Month, today);
    let period = words.month.as_deref().map_or(Ok(now), |text| month(text, now))?;
    let bounds = work.program.calendar.bounds(period);
    let (from, to) = bounds.ok_or_else(|| Fault::Bug("a month without an end".into()))?;
    let accounts = actions::accounts(work, partner.id(), Span::time(from, to)).await?;
    let (calendar, own) = (work.program.calendar.clone(), work.program.currency);
    let name = format!("statement-{period}");
    let files = match words.file.as_deref().map(str::to_lowercase).as_deref() {
        None => {
            let open = period == now;
            let prefix = work.program.prefix.clone();
            work.reply(&render::statement((period, open), &accounts, (&calendar, own), &prefix));
            return Ok(());
        }
        Some("csv") => file::files(&accounts, (&name, "csv", "text/csv"), |part, _| {
            file::table(part, &calendar, own).map_err(|error| Fault::Bug(error.to_string()))
        }),
        Some("html") => {
            let who = (work.program.name.as_str(), partner.row().name.as_str());
            file::files(&accounts, (&name, "html", "text/html"), |part, of| {
                let title = format!("Statement {period}{of}");
                Ok(file::page(&title, who, part, (&calendar, own)).into_bytes())
            })
        }
        Some(_) => {
            return Err(Refusal::new(Code::Usage, "A statement comes as csv or html.")
                .example(format!("statement {period} --file csv"))
                .into());
        }
    };
    let files = files.map_err(|stop| match stop {
        Stop::Refusal(no) => Stop::from(no.example(format!("statement {period}"))),
        fault @ Stop::Fault(_) => fault,
    })?;
    for (n, file) in (1..).zip(&files) {
        work.reply_file(file, &render::file(period, (n, files.len()), &accounts, own));
    }
    Ok(())
}

/// A month that has begun.
///
/// # Errors
/// When it is none, or lies ahead.
pub fn month(text: &str, now: Period) -> Result<Period, Refusal> {
    let refused = |sentence: &str| {
        Err(Refusal::new(Code::Date, sentence.to_owned()).example(format!("statement {now}")))
    };
    match text.parse::<Period>() {
        Ok(period) if period.kind() == PeriodKind::Month && period <= now => Ok(period),
        Ok(period) if period.kind() == PeriodKind::Month => {
            refused("That month has not begun yet.")
        }
        _ => refused("A statement is of one month, written YYYY-MM."),
    }
}
