//! A case study's way: told part by part, agreed to, reviewed, published, taken down.
mod end;
mod review;
mod tell;

pub use end::{Retirer, cancel, erasable, erase, lapse, remind, retirable, retire, sale_gone};
pub use review::{people_changed, publish, reject, story_of, waits};
pub use tell::{answer, back, done, pressed, preview_of, skip, start};

use super::facts::Facts;
use super::store::{self, StoryRow};
use super::{render, rules};
use crate::platform::access::Partner;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::text::Message;
use crate::platform::work::Work;
use crate::wins::store::posts;
use schema::card::StoryStatus;
use schema::ids::StoryNumber;

/// What a message of ours with a case study's words is remembered under.
fn subject(row: &StoryRow) -> String {
    format!("story:{}", row.id)
}

async fn note(work: &mut Work<'_>, row: &StoryRow, key: &str, room: &str) -> Result<(), Fault> {
    Ok(posts::insert(work.tx, &subject(row), key, room).await?)
}

/// Answers the cause with a case study's words.
async fn answer_with(work: &mut Work<'_>, row: &StoryRow, message: &Message) -> Result<(), Fault> {
    let key = work.reply(message);
    let room = work.cause.room_id.clone().unwrap_or_default();
    note(work, row, &key, &room).await
}

/// The one that a partner is telling.
///
/// # Errors
/// When the database refuses.
pub async fn open_of(work: &mut Work<'_>, partner: &Partner) -> Result<Option<StoryRow>, Fault> {
    Ok(store::open_of(work.tx, &partner.id().to_string()).await?)
}

async fn open(work: &mut Work<'_>, partner: &Partner) -> Result<StoryRow, Stop> {
    open_of(work, partner).await?.ok_or_else(|| rules::none_open().into())
}

/// Published case studies, of one industry or of all.
///
/// # Errors
/// When the database refuses.
pub async fn list(work: &mut Work<'_>, industry: Option<&str>) -> Result<(), Fault> {
    let rows = store::published(work.tx, industry, rules::ROWS_MAX).await?;
    let count = store::published_count(work.tx, industry).await?;
    let mut facts = Vec::new();
    for row in rows {
        facts.push(Facts::of(work, row).await?);
    }
    let message = render::list(&facts, industry, count, &work.program.prefix);
    work.reply(&message);
    Ok(())
}

/// Published case studies of sales that used a playbook, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn of_playbook(work: &mut Work<'_>, slug: &str) -> Result<Vec<Facts>, Fault> {
    let mut facts = Vec::new();
    for row in store::of_playbook(work.tx, slug, rules::WITH_PLAYBOOK_MAX).await? {
        facts.push(Facts::of(work, row).await?);
    }
    Ok(facts)
}

/// Who wants to read: everybody what is published, its author all of their own where nobody reads along,
/// the team everything but what is still being told.
#[derive(Debug, Clone, Copy)]
pub enum Reader<'a> {
    Partner { own: &'a Partner, alone: bool },
    Team,
}

/// # Errors
/// `E-REF` when there is none of this number for the reader.
pub async fn show(
    work: &mut Work<'_>,
    reader: Reader<'_>,
    number: StoryNumber,
) -> Result<(), Stop> {
    let facts = Facts::known(work, number).await?;
    let status = rules::status(&facts.row);
    let may = match reader {
        _ if matches!(status, StoryStatus::Erased) => false,
        _ if status == StoryStatus::Published => true,
        Reader::Partner { own, alone } => alone && own.id() == facts.row.partner_id,
        Reader::Team => !matches!(status, StoryStatus::Draft | StoryStatus::Closed),
    };
    if !may {
        return Err(rules::no_such_story().into());
    }
    Ok(answer_with(work, &facts.row, &render::shown(&facts)).await?)
}

/// What the author has told so far.
///
/// # Errors
/// A refusal when nothing is being told, or others read along.
pub async fn show_open(work: &mut Work<'_>, partner: &Partner, alone: bool) -> Result<(), Stop> {
    let row = open(work, partner).await?;
    if !alone {
        work.reply(&render::elsewhere(&work.program.prefix));
    }
    let facts = Facts::of(work, row).await?;
    Ok(tell::show(work, facts).await?)
}
