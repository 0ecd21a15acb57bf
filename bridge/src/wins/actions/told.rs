//! Stories that partners tell with `!win`: in the wins room in their own words, changed by an edit of the
//! message that told them, taken out when it is deleted.
use super::{ROOM, sale};
use crate::platform::access::store::partner_by_id;
use crate::platform::access::{Partner, PartnerRow};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::sales;
use crate::wins::render::{self, Told};
use crate::wins::rules;
use crate::wins::store::{self, posts, told::WinRow};
use schema::card::WinEvent;
use schema::ids::SaleNumber;

const TAKEN: &str = "taken back by its author";
const ERASED: &str = "erased";
/// Messages that follow when a person is to be named otherwise.
const FOLLOW_MAX: i64 = 20;

/// The key of a story's message.
fn key(id: &str) -> String {
    format!("win:{id}")
}

/// Tells a story.
///
/// # Errors
/// A refusal when the words do not fit, enough was told today, or the sale is not the person's own and
/// approved.
pub async fn tell(
    work: &mut Work<'_>,
    partner: &Partner,
    text: &str,
    number: Option<SaleNumber>,
) -> Result<(), Stop> {
    let text = rules::story(text)?;
    let day = work.program.calendar.start_of(work.today());
    let id = partner.id().to_string();
    rules::may_tell(store::told::since(work.tx, &id, day).await?)?;
    let sale_id = about(work, partner, number).await?;
    let row = WinRow {
        id: work.id().to_string(),
        partner_id: partner.id(),
        sale_id,
        text: Some(text),
        cause: work.cause.id.clone(),
        told_at: work.now,
    };
    store::told::insert(work.tx, &row).await?;
    let message = message(work, &row, partner.row(), WinEvent::Told).await?;
    let key = work.send_as(&key(&row.id), ROOM, &message);
    posts::insert(work.tx, &subject(&row), &key, ROOM).await?;
    work.reply(&render::told(&work.program.prefix));
    work.audit("win.tell", &row.id, "");
    Ok(())
}

fn subject(row: &WinRow) -> String {
    format!("win:{}", row.id)
}

async fn about(
    work: &mut Work<'_>,
    partner: &Partner,
    number: Option<SaleNumber>,
) -> Result<Option<String>, Stop> {
    let Some(number) = number else { return Ok(None) };
    let sale = sales::actions::own(work, partner, number).await?;
    rules::counts(&sale, "sale list")?;
    Ok(Some(sale.id.to_string()))
}

async fn message(
    work: &mut Work<'_>,
    row: &WinRow,
    teller: &PartnerRow,
    event: WinEvent,
) -> Result<crate::platform::text::Message, Fault> {
    let found = match &row.sale_id {
        Some(id) => sales::store::by_id(work.tx, id).await?,
        None => None,
    };
    let shown = match found {
        Some(found) => sale::sale_win(work, &found, Some(row.partner_id)).await?,
        None => None,
    };
    Ok(render::shown(
        &Told {
            teller: &rules::teller(teller),
            text: row.text.as_deref().unwrap_or_default(),
            sale: shown.as_ref().map(|(win, industry)| (win, industry.as_deref())),
            at: row.told_at,
        },
        event,
    ))
}

async fn show(work: &mut Work<'_>, row: &WinRow) -> Result<(), Fault> {
    let Some(teller) = partner_by_id(work.tx, &row.partner_id.to_string()).await? else {
        return Ok(());
    };
    let message = message(work, row, &teller, WinEvent::Edited).await?;
    let edit = work.edit(ROOM, &key(&row.id), &message);
    Ok(posts::insert(work.tx, &subject(row), &edit, ROOM).await?)
}

/// The message that told a story reads otherwise now.
///
/// # Errors
/// As [`tell`]; the story stays as it was.
pub async fn edit(
    work: &mut Work<'_>,
    partner: &Partner,
    mut row: WinRow,
    (text, number): (&str, Option<SaleNumber>),
) -> Result<(), Stop> {
    if row.text.is_none() {
        work.reply(&render::kept_out(&work.program.prefix));
        return Ok(());
    }
    let text = rules::story(text)?;
    row.sale_id = about(work, partner, number).await?;
    store::told::reword(work.tx, &row.id, (&text, row.sale_id.as_deref()), work.now).await?;
    row.text = Some(text);
    show(work, &row).await?;
    work.reply(&render::changed(&work.program.prefix));
    work.audit("win.edit", &row.id, "");
    Ok(())
}

/// The message that told a story was deleted by its author; whether there was one to take back.
///
/// # Errors
/// When the database refuses.
pub async fn delete(work: &mut Work<'_>, row: &WinRow) -> Result<bool, Fault> {
    if row.text.is_none() {
        return Ok(false);
    }
    store::told::take_back(work.tx, &row.id, work.now).await?;
    redact(work, &subject(row), (TAKEN, true)).await?;
    work.audit("win.delete", &row.id, "");
    Ok(true)
}

/// Takes our messages about a story or a case study out of their rooms.
///
/// # Errors
/// When the database refuses.
pub async fn redact(
    work: &mut Work<'_>,
    subject: &str,
    (reason, control): (&str, bool),
) -> Result<(), Fault> {
    for post in posts::standing(work.tx, subject, control).await? {
        work.redact(&post.room, &post.key, reason);
        posts::redacted(work.tx, &post.key, work.now).await?;
    }
    Ok(())
}

/// Deletes the words of a partner's stories; how many there were.
///
/// # Errors
/// When the database refuses.
pub async fn erase(work: &mut Work<'_>, partner: &str) -> Result<usize, Fault> {
    let rows = store::told::of_partner(work.tx, partner, i64::MAX).await?;
    for row in &rows {
        store::told::erase(work.tx, &row.id, work.now).await?;
        redact(work, &subject(row), (ERASED, true)).await?;
        posts::erased(work.tx, &subject(row), work.now).await?;
    }
    Ok(rows.len())
}

/// A sale counts no more: the stories about it stay, without it.
pub(super) async fn sale_gone(work: &mut Work<'_>, sale: &str) -> Result<(), Fault> {
    for mut row in store::told::of_sale(work.tx, sale).await? {
        store::told::unlink(work.tx, &row.id).await?;
        row.sale_id = None;
        show(work, &row).await?;
    }
    Ok(())
}

/// A sale counts for less; where the amount is shown, it follows.
pub(super) async fn sale_changed(work: &mut Work<'_>, sale: &str) -> Result<(), Fault> {
    for row in store::told::of_sale(work.tx, sale).await? {
        let exact = super::amounts(work, &row.partner_id.to_string()).await?;
        if exact == schema::card::Amounts::Exact {
            show(work, &row).await?;
        }
    }
    Ok(())
}

/// A partner is to be named otherwise, or no more: what they told of late follows, and what was celebrated
/// of them.
///
/// # Errors
/// When the database refuses.
pub async fn people_changed(work: &mut Work<'_>, partner: &str) -> Result<(), Fault> {
    for row in store::told::of_partner(work.tx, partner, FOLLOW_MAX).await? {
        show(work, &row).await?;
    }
    sale::people_changed(work, partner, FOLLOW_MAX).await
}
