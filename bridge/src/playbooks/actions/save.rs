//! A text becomes a draft: the first version of a playbook, or a new one of one's own.
use crate::platform::access::Partner;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::text::foreign;
use crate::platform::work::Work;
use crate::playbooks::facts::Facts;
use crate::playbooks::rules::{self, fields};
use crate::playbooks::store::versions::{self, VersionRow};
use crate::playbooks::store::{self, PlaybookRow};
use crate::playbooks::{render, review};
use schema::playbook::text_hash;

/// What is to be saved.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub slug: String,
    pub title: String,
    /// The beginning of the text when absent.
    pub summary: Option<String>,
    /// Exactly as it was said.
    pub body: String,
    /// User ids of those whose words it holds, in the order in which they first speak.
    pub authors: Vec<String>,
    /// Slugs of open industries.
    pub industries: Vec<String>,
    /// In small letters, each once.
    pub tags: Vec<String>,
}

/// Saves a draft and gives it to the reviewers. Says nothing to the person: that is for the caller.
///
/// # Errors
/// A refusal when a word does not fit, the name is another's, or nothing is new.
pub async fn draft(work: &mut Work<'_>, partner: &Partner, draft: &Draft) -> Result<Facts, Stop> {
    let slug = rules::slug(&draft.slug)?;
    rules::body(&draft.body)?;
    let title = rules::title(&draft.title)?;
    let summary = rules::summary(draft.summary.as_deref(), &draft.body)?;
    let before = store::by_slug(work.tx, &slug).await?;
    let mut version = VersionRow {
        slug,
        version: 1,
        title,
        summary,
        body: draft.body.clone(),
        bytes: i64::try_from(draft.body.len()).unwrap_or(i64::MAX),
        sha256: text_hash(&draft.body),
        industries: draft.industries.clone(),
        tags: draft.tags.clone(),
        fields: fields::fields(&draft.body),
        cause: work.cause.id.clone(),
        thread: work.cause.thread.clone().unwrap_or_else(|| work.cause.id.clone()),
        room_id: work.cause.room_id.clone().unwrap_or_default(),
        saved_at: work.now,
        published_at: None,
        rejected_at: None,
        reject_reason: None,
        erased_at: None,
    };
    match before {
        None => store::insert(work.tx, &version.slug, partner.id(), work.now).await?,
        Some(row) => {
            version.version = follow(work, partner, row, &version).await?;
            store::set_version(work.tx, &version.slug, version.version, work.now).await?;
        }
    }
    versions::insert(work.tx, &version, partner.id()).await?;
    let own = [partner.row().user_id.clone()];
    let authors = if draft.authors.is_empty() { &own[..] } else { &draft.authors };
    for (n, user) in authors.iter().enumerate() {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        versions::insert_author(work.tx, &version, n, user).await?;
    }
    let row = store::by_slug(work.tx, &version.slug).await?;
    let row = row.ok_or_else(|| Fault::Bug(format!("no row after a save of {}", version.slug)))?;
    let facts = Facts::newest(work, row).await?;
    work.audit("playbook.save", &version.slug, &format!("version {}", version.version));
    review::open(work, &facts).await?;
    Ok(facts)
}

/// The number of a new version; the one that waited until now is decided by it.
async fn follow(
    work: &mut Work<'_>,
    partner: &Partner,
    row: PlaybookRow,
    new: &VersionRow,
) -> Result<i64, Stop> {
    let newest = Facts::newest(work, row.clone()).await?;
    let shown = Facts::of(work, row.clone()).await?;
    let user = &partner.row().user_id;
    if !newest.is_by(user) && !shown.is_by(user) {
        return Err(taken(&newest).into());
    }
    if row.taken_down_at.is_some() {
        let sentence = format!("{} was taken down; please ask the program's team.", row.slug);
        return Err(Refusal::new(Code::Ref, sentence).example("playbook list").into());
    }
    let old = &newest.version;
    let same = old.sha256 == new.sha256
        && (&old.title, &old.summary, &old.tags, &old.industries)
            == (&new.title, &new.summary, &new.tags, &new.industries);
    if same && old.rejected_at.is_none() && row.retired_at.is_none() {
        let sentence = format!("That is what version {} says already.", row.version);
        let example = format!("playbook show {}", row.slug);
        return Err(Refusal::new(Code::Dup, sentence).example(example).into());
    }
    if row.version >= rules::VERSIONS_MAX {
        let sentence = format!("A playbook has at most {} versions.", rules::VERSIONS_MAX);
        return Err(Refusal::new(Code::Long, sentence).example("playbook list").into());
    }
    let waits = old.published_at.is_none() && old.rejected_at.is_none();
    if waits && old.erased_at.is_none() {
        let replaced =
            Facts { row: PlaybookRow { version: row.version + 1, ..row.clone() }, ..newest };
        let key = review::key(&row.slug, row.version);
        let card = render::review(&replaced, None, None);
        review::edit(work, &replaced, &key, &card).await?;
    }
    Ok(row.version + 1)
}

fn taken(facts: &Facts) -> Refusal {
    let slug = &facts.row.slug;
    let name = facts.authors.first().map(|one| render::author(one).name).unwrap_or_default();
    let sentence =
        format!("The name {slug} is taken by a playbook of {}; choose another.", foreign(&name));
    Refusal::new(Code::Dup, sentence).example(format!("playbook save my-{slug} \"…\""))
}
