//! The author is asked part by part; an answer is any plain message in their chat with the bot. Every
//! step is a row, so that it goes on where it was after a restart.
use super::{answer_with, note, open, review};
use crate::platform::access::Partner;
use crate::platform::commands::reaction::Verdict;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::sales;
use crate::stories::facts::Facts;
use crate::stories::rules::{self, Step};
use crate::stories::store::{self, StoryRow, said, said::Side};
use crate::stories::{jobs, render};
use crate::wins;
use schema::card::{StoryStatus, StoryText};
use schema::ids::{SaleNumber, StoryNumber};

/// Begins a case study, or goes on with one: what was turned down is gone through again.
///
/// # Errors
/// A refusal when the sale is not the person's own or does not count, or another one is open.
pub async fn start(
    work: &mut Work<'_>,
    partner: &Partner,
    number: SaleNumber,
    alone: bool,
) -> Result<(), Stop> {
    let sale = sales::actions::own(work, partner, number).await?;
    wins::rules::counts(&sale, "sale list")?;
    let sale_id = sale.id.to_string();
    let open = super::open_of(work, partner).await?;
    if let Some(other) = open.filter(|open| open.sale_id != sale_id) {
        let sentence = format!("You are telling {} now; finish it, or give it up.", other.number);
        return Err(Refusal::new(Code::Dup, sentence).example("story cancel").into());
    }
    let row = match store::of_sale(work.tx, &sale_id).await? {
        Some(row) => again(work, partner, row).await?,
        None => begin(work, partner, sale_id).await?,
    };
    if !alone {
        work.reply(&render::elsewhere(&work.program.prefix));
    }
    Ok(ask(work, row, alone).await?)
}

async fn begin(work: &mut Work<'_>, partner: &Partner, sale_id: String) -> Result<StoryRow, Fault> {
    let row = StoryRow {
        id: work.id().to_string(),
        number: StoryNumber(store::last_number(work.tx).await? + 1),
        partner_id: partner.id(),
        sale_id,
        step: Step::FIRST,
        round: 0,
        touched_at: work.now,
        shown_at: None,
        submitted_at: None,
        published_at: None,
        rejected_at: None,
        reject_reason: None,
        closed_at: None,
        retired_at: None,
        erased_at: None,
    };
    store::insert(work.tx, &row).await?;
    jobs::lapse_later(work, &row);
    work.audit("story.start", &row.number.to_string(), "");
    Ok(row)
}

async fn again(
    work: &mut Work<'_>,
    partner: &Partner,
    mut row: StoryRow,
) -> Result<StoryRow, Stop> {
    let number = row.number;
    if row.partner_id != partner.id() {
        let sentence = format!("A co-seller tells of this sale already ({number}).");
        return Err(Refusal::new(Code::Dup, sentence).example("story list").into());
    }
    match rules::status(&row) {
        StoryStatus::Draft => return Ok(row),
        StoryStatus::Rejected => {}
        _ => {
            let sentence = format!("You have told of this sale already: {number}.");
            return Err(Refusal::new(Code::Dup, sentence)
                .example(format!("story show {number}"))
                .into());
        }
    }
    (row.step, row.rejected_at, row.reject_reason) = (Step::FIRST, None, None);
    (row.submitted_at, row.touched_at) = (None, work.now);
    jobs::lapse_later(work, &row);
    Ok(row)
}

/// Asks what is to be asked now.
async fn ask(work: &mut Work<'_>, mut row: StoryRow, alone: bool) -> Result<(), Fault> {
    row.touched_at = work.now;
    store::update(work.tx, &row).await?;
    let facts = Facts::of(work, row).await?;
    let prefix = &work.program.prefix;
    let message = match facts.row.step {
        Step::Part(part) => render::question(&facts, part, prefix),
        Step::Client => render::ask_client(&facts, prefix),
        Step::Ready => {
            if alone {
                work.reply(&render::noted(prefix));
            }
            return show(work, facts).await;
        }
    };
    if alone {
        return answer_with(work, &facts.row, &message).await;
    }
    let user = facts.author.user_id.clone();
    let key = work.direct(&user, &message);
    note(work, &facts.row, &key, &format!("direct:{user}")).await
}

/// The preview: a message of its own, so that it can be pressed on; the newest one counts.
pub(super) async fn show(work: &mut Work<'_>, mut facts: Facts) -> Result<(), Fault> {
    facts.row.shown_at = Some(work.now);
    store::update(work.tx, &facts.row).await?;
    let user = facts.author.user_id.clone();
    let key = format!("preview:story:{}:{}", facts.row.id, work.now);
    let message = render::preview(&facts, &work.program.prefix);
    work.direct_as(&key, &user, &message);
    let room = format!("direct:{user}");
    note(work, &facts.row, &key, &room).await?;
    if facts.row.step == Step::Ready {
        work.react(&room, &key, "✅");
    }
    Ok(())
}

/// A plain message of the author.
///
/// # Errors
/// A refusal when it does not answer what was asked.
pub async fn answer(
    work: &mut Work<'_>,
    partner: &Partner,
    mut row: StoryRow,
    text: &str,
) -> Result<(), Stop> {
    match row.step {
        Step::Part(part) => {
            let text = StoryText { part, text: rules::part(text)? };
            said::set_text(work.tx, &row.id, &text, work.now).await?;
        }
        Step::Client => {
            let Some(yes) = rules::yes_or_no(text) else {
                let sentence = "Please answer yes or no: did the client agree to be named?";
                return Err(Refusal::new(Code::Usage, sentence).example("story back").into());
            };
            consent(work, partner, &row, (Side::Client, yes)).await?;
        }
        Step::Ready => match rules::yes_or_no(text) {
            Some(true) => return submit(work, partner, row).await,
            Some(false) => {
                work.reply(&render::unsent(&work.program.prefix));
                return Ok(());
            }
            None => {
                return Err(rules::may_skip(Step::Ready, true)
                    .err()
                    .map_or_else(|| rules::none_open().into(), Stop::from));
            }
        },
    }
    row.step = row.step.next();
    Ok(ask(work, row, true).await?)
}

async fn consent(
    work: &mut Work<'_>,
    partner: &Partner,
    row: &StoryRow,
    said: (Side, bool),
) -> Result<(), Fault> {
    let cause = work.cause.id.clone();
    let by = (partner.row().user_id.as_str(), work.now, cause.as_str());
    Ok(said::consent(work.tx, &row.id, said, by).await?)
}

/// The author agrees: it goes to the reviewers.
async fn submit(work: &mut Work<'_>, partner: &Partner, mut row: StoryRow) -> Result<(), Stop> {
    let facts = Facts::of(work, row.clone()).await?;
    if let Some(step) = rules::missing(&facts.texts, facts.client.is_some()) {
        row.step = step;
        return Ok(ask(work, row, true).await?);
    }
    rules::unnamed(&facts.texts, &facts.sale.client_name, facts.client == Some(true))?;
    wins::rules::counts(&facts.sale, "sale list")?;
    consent(work, partner, &row, (Side::Partner, true)).await?;
    row.submitted_at = Some(work.now);
    row.touched_at = work.now;
    row.round += 1;
    store::update(work.tx, &row).await?;
    let facts = Facts { row, ..facts };
    review::open(work, &facts).await?;
    work.reply(&render::sent(&facts));
    work.audit("story.submit", &facts.row.number.to_string(), "");
    Ok(())
}

/// Leaves a part out, or keeps it as it is.
///
/// # Errors
/// A refusal when nothing is being told, or the part is needed.
pub async fn skip(work: &mut Work<'_>, partner: &Partner, alone: bool) -> Result<(), Stop> {
    let mut row = open(work, partner).await?;
    let facts = Facts::of(work, row.clone()).await?;
    let has = matches!(row.step, Step::Part(part) if facts.text(part).is_some());
    let kept = row.step == Step::Client && facts.client.is_some();
    if !kept {
        rules::may_skip(row.step, has)?;
    }
    row.step = row.step.next();
    Ok(ask(work, row, alone).await?)
}

/// Asks once more what was asked before.
///
/// # Errors
/// A refusal when nothing is being told.
pub async fn back(work: &mut Work<'_>, partner: &Partner, alone: bool) -> Result<(), Stop> {
    let mut row = open(work, partner).await?;
    row.step = row.step.back();
    Ok(ask(work, row, alone).await?)
}

/// Leaves out whatever need not be told.
///
/// # Errors
/// A refusal when nothing is being told.
pub async fn done(work: &mut Work<'_>, partner: &Partner, alone: bool) -> Result<(), Stop> {
    let mut row = open(work, partner).await?;
    let facts = Facts::of(work, row.clone()).await?;
    row.step = rules::missing(&facts.texts, facts.client.is_some()).unwrap_or(Step::Ready);
    Ok(ask(work, row, alone).await?)
}

/// The story of a preview's key, and which preview it is.
#[must_use]
pub fn preview_of(key: &str) -> Option<(&str, i64)> {
    let (id, at) = key.strip_prefix("preview:story:")?.split_once(':')?;
    Some((id, at.parse().ok()?))
}

/// ✅ or ❌ on a preview; only its author's on the newest one means anything.
///
/// # Errors
/// A refusal when it may not be told so.
pub async fn pressed(
    work: &mut Work<'_>,
    partner: &Partner,
    (id, at): (&str, i64),
    verdict: Verdict,
) -> Result<&'static str, Stop> {
    let row = super::open_of(work, partner).await?;
    let ready =
        |row: &StoryRow| row.id == id && row.shown_at == Some(at) && row.step == Step::Ready;
    let Some(row) = row.filter(ready) else { return Ok("nothing to decide") };
    match verdict {
        Verdict::Yes => submit(work, partner, row).await?,
        Verdict::No => drop(work.reply(&render::unsent(&work.program.prefix))),
    }
    Ok("decided")
}
