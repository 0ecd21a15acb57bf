//! What partners may say in praise of what went well.
use super::store::told as store;
use super::{actions, rules};
use crate::platform::access::Caller;
use crate::platform::commands::{PROSE, Said};
use crate::platform::refusal::Stop;
use crate::platform::work::Work;
use crate::sales;
use schema::ids::SaleNumber;

/// A story.
#[derive(Debug, Clone, clap::Args)]
pub struct Tell {
    /// Your own approved sale that it is about
    #[arg(long, value_name = "S-1")]
    pub sale: Option<String>,
    #[arg(value_name = "story", num_args = 1.., value_hint = PROSE)]
    pub text: Option<String>,
}

impl Tell {
    fn number(&self) -> Result<Option<SaleNumber>, Stop> {
        Ok(self.sale.as_deref().map(sales::commands::number).transpose()?)
    }
}

/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn tell(
    work: &mut Work<'_>,
    caller: &Caller,
    words: Tell,
    said: Said<'_>,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let number = words.number()?;
    let text = [words.text.as_deref().unwrap_or_default(), said.rest].join("\n");
    actions::tell(work, &partner, &text, number).await
}

/// Whether a message told a story.
///
/// # Errors
/// When the database refuses.
pub async fn has_told(work: &mut Work<'_>, event: &str) -> Result<bool, Stop> {
    Ok(store::by_cause(work.tx, event).await?.is_some())
}

/// The message that told a story was edited; `below` stands under its line. `None` when it told none.
///
/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn edited(
    work: &mut Work<'_>,
    caller: &Caller,
    original: &str,
    words: Option<(Tell, &str)>,
) -> Result<Option<&'static str>, Stop> {
    let Some(row) = store::by_cause(work.tx, original).await? else { return Ok(None) };
    let partner = caller.partner()?;
    let Some((words, below)) = words.filter(|_| row.partner_id == partner.id()) else {
        return Ok(None);
    };
    let number = words.number()?;
    let text = [words.text.as_deref().unwrap_or_default(), below].join("\n");
    actions::edit(work, &partner, row, (&text, number)).await?;
    Ok(Some("story edited"))
}

/// The message that told a story was deleted by its author. `None` when it told none.
///
/// # Errors
/// When the database refuses.
pub async fn deleted(
    work: &mut Work<'_>,
    caller: &Caller,
    target: &str,
) -> Result<Option<&'static str>, Stop> {
    let Some(row) = store::by_cause(work.tx, target).await? else { return Ok(None) };
    let own = caller.partner().is_ok_and(|partner| partner.id() == row.partner_id);
    if !own || !actions::delete(work, &row).await? {
        return Ok(Some("redaction changes nothing"));
    }
    Ok(Some("story taken back"))
}

/// The value of `--amounts`.
///
/// # Errors
/// When the word is none of the three.
pub fn amounts(text: &str) -> Result<schema::card::Amounts, Stop> {
    Ok(rules::amounts(text)?)
}
