//! Reading and using the library: lists, texts, versions, ratings, templates.
use super::post;
use crate::platform::access::Partner;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::text::Message;
use crate::platform::work::Work;
use crate::playbooks::facts::{Facts, known, unknown};
use crate::playbooks::render;
use crate::playbooks::rules::{self, changes::Changes, fields};
use crate::playbooks::store::library::{self, Head};
use crate::playbooks::store::{self, versions};
use crate::stories;
use schema::card::PlaybookEvent;
use schema::playbook::PlaybookStatus;

/// Rows of a list and of an index.
pub const ROWS_MAX: usize = 10;
/// A longer text goes to the person's own chat when it is asked for in a room.
const ROOM_BYTES_MAX: i64 = 3_000;

/// Where a person reads: who they are, whether they are alone with the bot, and whether they are of
/// the team in its own room, which may read what is not published.
#[derive(Debug, Clone, Copy)]
pub struct Chat<'a> {
    pub user: &'a str,
    pub direct: bool,
    pub team: bool,
}

/// The best playbooks, of an industry (with those that fit all) or in all, and how many there are.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    work: &mut Work<'_>,
    industry: Option<&str>,
) -> Result<(Vec<Facts>, usize), Fault> {
    let fits = |head: &Head| {
        industry.is_none_or(|slug| {
            head.industries.is_empty() || head.industries.iter().any(|own| own == slug)
        })
    };
    let mut heads = library::heads(work.tx).await?;
    heads.retain(fits);
    let key = |head: &Head| {
        // Of an industry its own come first.
        let own = industry.is_some() && !head.industries.is_empty();
        (!own, rules::order(head.outcome, head.rating, &head.slug))
    };
    heads.sort_by_cached_key(key);
    let count = heads.len();
    let mut rows = Vec::new();
    for head in heads.into_iter().take(ROWS_MAX) {
        if let Some(row) = store::by_slug(work.tx, &head.slug).await? {
            rows.push(Facts::of(work, row).await?);
        }
    }
    Ok((rows, count))
}

/// A playbook that this person may read: published or retired; one's own and, for the team, any.
///
/// # Errors
/// `E-REF` when there is none for them.
pub async fn readable(work: &mut Work<'_>, chat: Chat<'_>, word: &str) -> Result<Facts, Stop> {
    let row = known(work, word).await?;
    let newest = Facts::newest(work, row.clone()).await?;
    let shown = match row.status() {
        PlaybookStatus::Published | PlaybookStatus::Retired => Facts::of(work, row).await?,
        PlaybookStatus::TakenDown if !chat.team => return Err(unknown(work, word).await),
        _ => newest.clone(),
    };
    let may = shown.version.published_at.is_some() || newest.is_by(chat.user) || chat.team;
    if !may {
        return Err(unknown(work, word).await);
    }
    let waits = newest.version.published_at.is_none() && newest.version.rejected_at.is_none();
    // The team reads what waits for it.
    Ok(if chat.team && waits { newest } else { shown })
}

/// Answers with a text: here when it is short or the person is alone with the bot, else there.
///
/// # Errors
/// As [`readable`].
pub async fn show(work: &mut Work<'_>, chat: Chat<'_>, word: &str) -> Result<(), Stop> {
    let facts = readable(work, chat, word).await?;
    let here = chat.direct || chat.team || facts.version.bytes <= ROOM_BYTES_MAX;
    if here {
        let head = render::playbook(&facts, PlaybookEvent::Shown, None);
        let head = with_stories(work, &facts, head).await?;
        post::answer(work, &facts, &head).await?;
    } else {
        let link = link(work, &facts).await?;
        let head = render::taken(&facts, link.as_deref());
        let head = with_stories(work, &facts, head).await?;
        post::answer(work, &facts, &head).await?;
    }
    let text = facts.version.body.clone();
    let parts = post::parts(&text);
    for (at, part) in parts.iter().enumerate().filter(|_| facts.version.erased_at.is_none()) {
        let message = render::part(&facts, part, (at + 1, parts.len()));
        if here {
            post::answer(work, &facts, &message).await?;
        } else {
            tell(work, &facts, chat.user, &message).await?;
        }
    }
    Ok(())
}

/// What partners tell of sales that used it.
async fn with_stories(work: &mut Work<'_>, facts: &Facts, head: Message) -> Result<Message, Fault> {
    let told = stories::actions::of_playbook(work, &facts.row.slug).await?;
    Ok(stories::render::with_playbook(head, &told, &work.program.prefix))
}

/// A link to the root message, as soon as it is out.
async fn link(work: &mut Work<'_>, facts: &Facts) -> Result<Option<String>, Fault> {
    let Some((room, event)) = post::root_of(work, &facts.row).await? else { return Ok(None) };
    let escaped = |id: &str| id.replace('!', "%21").replace('$', "%24");
    let server = &work.program.server_name;
    let (room, event) = (escaped(&room), escaped(&event));
    Ok(Some(format!("https://matrix.to/#/{room}/{event}?via={server}")))
}

async fn tell(
    work: &mut Work<'_>,
    facts: &Facts,
    user: &str,
    message: &Message,
) -> Result<(), Fault> {
    let key = work.direct(user, message);
    post::note(work, facts, "reply", &key, &format!("direct:{user}")).await
}

/// # Errors
/// As [`readable`].
pub async fn history(work: &mut Work<'_>, chat: Chat<'_>, word: &str) -> Result<(), Stop> {
    let facts = readable(work, chat, word).await?;
    let heads = versions::heads(work.tx, &facts.row.slug, rules::VERSIONS_MAX).await?;
    let calendar = work.program.calendar.clone();
    let message = render::history(&facts, &heads, |at| calendar.day_of(at).to_string());
    Ok(post::answer(work, &facts, &message).await?)
}

/// How two versions differ: the newest that one may read and the one before, unless named.
///
/// # Errors
/// `E-REF` when there are no two such versions.
pub async fn difference(
    work: &mut Work<'_>,
    chat: Chat<'_>,
    word: &str,
    pair: Option<(i64, i64)>,
) -> Result<(), Stop> {
    let facts = readable(work, chat, word).await?;
    let own = chat.team || Facts::newest(work, facts.row.clone()).await?.is_by(chat.user);
    let newest = if own { facts.row.version } else { facts.version.version };
    let (from, to) = pair.unwrap_or((newest - 1, newest));
    let slug = facts.row.slug.clone();
    let mut found = Vec::new();
    for number in [from, to] {
        let version = versions::get(work.tx, &slug, number).await?;
        let version = version.filter(|v| own || v.published_at.is_some());
        let Some(version) = version else {
            let sentence = format!("{slug} has no version {number} to compare; see its history.");
            let example = format!("playbook history {slug}");
            return Err(Refusal::new(Code::Ref, sentence).example(example).into());
        };
        found.push(version.body);
    }
    let changes = match found.as_slice() {
        [old, new] => rules::changes::changes(old, new),
        _ => Changes::default(),
    };
    let shown = Facts::at(work, facts.row, to).await?;
    let message = render::difference(&shown, (from, to), &changes);
    let key = work.reply(&message);
    for number in [from, to] {
        let of = Facts::at(work, shown.row.clone(), number).await?;
        post::note_reply(work, &of, &key).await?;
    }
    Ok(())
}

/// # Errors
/// A refusal when it is one's own, not published, or no number from 1 to 5.
pub async fn rate(
    work: &mut Work<'_>,
    partner: &Partner,
    word: &str,
    stars: &str,
) -> Result<(), Stop> {
    let row = known(work, word).await?;
    let slug = row.slug.clone();
    visible_to_all(work, &row, word).await?;
    let stars = rules::stars(&slug, stars)?;
    let facts = Facts::of(work, row).await?;
    if facts.is_by(&partner.row().user_id) {
        let sentence = "Others rate your playbook; you cannot.";
        return Err(Refusal::new(Code::Auth, sentence).example("playbook list").into());
    }
    library::rate(work.tx, &slug, partner.id(), stars, work.now).await?;
    let facts = Facts::of(work, facts.row).await?;
    let message = render::rated(&facts, stars, facts.rating);
    post::answer(work, &facts, &message).await?;
    changed(work, &facts);
    Ok(())
}

/// Fills a template in, in the person's own chat.
///
/// # Errors
/// A refusal that names what is missing.
pub async fn fill(
    work: &mut Work<'_>,
    partner: &Partner,
    chat: Chat<'_>,
    word: &str,
    words: &str,
) -> Result<bool, Stop> {
    let row = known(work, word).await?;
    visible_to_all(work, &row, word).await?;
    let facts = Facts::of(work, row).await?;
    let slug = facts.row.slug.clone();
    let values = fields::values(&slug, words)?;
    let text = fields::fill(&slug, &facts.version.body, &values)?;
    let id = work.id().to_string();
    library::used(work.tx, &id, &slug, partner.id(), work.now).await?;
    store::touch(work.tx, &slug, work.now).await?;
    let parts = post::parts(&text);
    for (at, part) in parts.iter().enumerate() {
        let message = render::filled(&facts, &part.shown, (at + 1, parts.len()));
        if chat.direct {
            post::answer(work, &facts, &message).await?;
        } else {
            tell(work, &facts, chat.user, &message).await?;
        }
    }
    Ok(!chat.direct)
}

/// # Errors
/// A refusal when partners cannot use it now.
async fn visible_to_all(
    work: &mut Work<'_>,
    row: &store::PlaybookRow,
    word: &str,
) -> Result<(), Stop> {
    match row.status() {
        PlaybookStatus::Published => Ok(()),
        PlaybookStatus::Retired => Ok(rules::usable(&row.slug, row.status())?),
        _ => Err(unknown(work, word).await),
    }
}

/// Its figures have changed.
pub(super) fn changed(work: &mut Work<'_>, facts: &Facts) {
    post::show_soon(work, &facts.row.slug);
    post::owe_index(work, facts, None);
}
