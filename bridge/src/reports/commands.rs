//! `report`.
use super::{actions, file, picture, render, rules};
use crate::pictures;
use crate::platform::access::Caller;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::{File, Work};

/// How the program does
#[derive(Debug, Clone, clap::Args)]
pub struct Report {
    /// The present month when absent
    #[arg(value_name = "month|quarter|2026-10")]
    pub period: Option<String>,
    /// With a picture
    #[arg(long)]
    pub chart: bool,
    /// As a table for a spreadsheet
    #[arg(long)]
    pub csv: bool,
}

/// # Errors
/// When the person is not of the team, or the word is no time.
pub async fn report(work: &mut Work<'_>, caller: &Caller, words: &Report) -> Result<(), Stop> {
    let reviewer = caller.reviewer()?;
    let period = rules::period(words.period.as_deref(), &work.program.calendar, work.today())?;
    let figures = actions::figures(work, &reviewer, period).await?;
    let currency = work.program.currency;
    if words.csv {
        let bytes = file::table(&figures, currency);
        let bytes = bytes.map_err(|error| Fault::Bug(error.to_string()))?;
        let file = File::new(format!("report-{period}.csv"), "text/csv", bytes)?;
        work.reply_file(&file, &render::file(&figures, currency));
        return Ok(());
    }
    let picture = words.chart.then(|| picture::report(&figures, currency));
    let message = render::report(&figures, currency, &work.program.prefix);
    Ok(pictures::actions::answer(work, &format!("report-{period}"), picture, &message)?)
}
