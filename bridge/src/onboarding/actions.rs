//! A person is asked step by step; each step is a row, so that it goes on where it was after a restart.
use super::rules::{self, Choice, Known, Step, Word};
use super::store::{self, WalkRow};
use super::{jobs, render};
use crate::industries;
use crate::organizations::actions::{servers as named, team};
use crate::organizations::store::{self as organizations, invitations as asked, proposals};
use crate::partners::actions::{self as partners, Settings};
use crate::platform::access::{self, Lead, Partner, PartnerRow};
use crate::platform::refusal::{Fault, Refusal, Stop};
use crate::platform::work::Work;
use schema::status::TeamRole;

/// The steps of a person as things are now.
async fn steps(work: &mut Work<'_>, row: &PartnerRow) -> Result<Vec<Step>, Fault> {
    let open = industries::actions::open(work).await?;
    Ok(rules::steps(row.team == Some(TeamRole::Lead), !open.is_empty()))
}

/// Those that they are to be asked. Who was a member before they led is not asked what is known.
async fn unknown(work: &mut Work<'_>, row: &PartnerRow) -> Result<Vec<Step>, Fault> {
    let all = steps(work, row).await?;
    let lead = row.team == Some(TeamRole::Lead);
    let Some(slug) = row.organization.as_deref().filter(|_| lead) else { return Ok(all) };
    if !organizations::members::was_member(work.tx, row.id, slug).await? {
        return Ok(all);
    }
    let others = organizations::members::of_organization(work.tx, slug).await?.len() > 1;
    let known = Known {
        servers: named::are_named(work, slug).await?,
        industries: !row.industries.is_empty(),
        people: others || !asked::open(work.tx, slug).await?.is_empty(),
    };
    Ok(rules::unknown(all, known))
}

/// Begins the questions to somebody who has just come into an organization; those about another one
/// end. `None` where there is nothing to ask. A member who has said what they sell to is not asked again.
///
/// # Errors
/// When the database refuses.
pub async fn begin(work: &mut Work<'_>, row: &PartnerRow) -> Result<Option<WalkRow>, Fault> {
    if let Some(old) = store::open_of(work.tx, &row.user_id).await? {
        store::end(work.tx, &old.id, "replaced", work.now).await?;
    }
    let Some(organization) = row.organization.clone() else { return Ok(None) };
    let is_lead = row.team == Some(TeamRole::Lead);
    let first = unknown(work, row).await?.first().copied();
    let Some(step) = first.filter(|_| is_lead || row.industries.is_empty()) else {
        return Ok(None);
    };
    let walk = WalkRow {
        id: work.id().to_string(),
        user_id: row.user_id.clone(),
        organization,
        step,
        choices: Vec::new(),
        asked_key: String::new(),
        touched_at: work.now,
    };
    store::insert(work.tx, &walk, work.now).await?;
    jobs::lapse_later(work, &walk);
    Ok(Some(walk))
}

/// A member leads from now on, or no longer: what was asked of them before is over, and a lead is asked what
/// nobody has answered for the organization.
///
/// # Errors
/// When the database refuses.
pub async fn role_changed(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    let Some(row) = access::person(work, user).await?.partner.clone() else { return Ok(()) };
    if row.team == Some(TeamRole::Lead) {
        return match begin(work, &row).await? {
            Some(walk) => ask(work, &row, walk, &Said::default(), How::Alone).await,
            None => Ok(()),
        };
    }
    if let Some(old) = store::open_of(work.tx, user).await? {
        store::end(work.tx, &old.id, "replaced", work.now).await?;
    }
    Ok(())
}

/// Puts the first question where the person has just said yes.
///
/// # Errors
/// When the database refuses.
pub async fn ask_first(work: &mut Work<'_>, row: &PartnerRow, walk: WalkRow) -> Result<(), Fault> {
    ask(work, row, walk, &Said::default(), How::Beside).await
}

/// The questions that a partner has before them; not those about an organization that they have left.
///
/// # Errors
/// When the database refuses.
pub async fn open_of(work: &mut Work<'_>, partner: &Partner) -> Result<Option<WalkRow>, Fault> {
    let walk = store::open_of(work.tx, &partner.row().user_id).await?;
    Ok(walk.filter(|walk| partner.row().organization.as_deref() == Some(&walk.organization)))
}

/// What the last answer has brought, told with the next question.
#[derive(Debug, Default)]
pub struct Said {
    /// User ids asked in.
    pub invited: Vec<String>,
    /// Who could not be, and why.
    pub refused: Vec<(String, Refusal)>,
}

/// All that is known of a person's answers, for words.
#[derive(Debug, Default)]
pub struct Facts {
    pub organization: String,
    pub slug: String,
    pub is_lead: bool,
    pub servers: Vec<String>,
    pub proposed: Vec<String>,
    pub choices: Vec<Choice>,
    pub industries: Vec<Choice>,
    /// User ids of those who are asked in and have not answered.
    pub invited: Vec<String>,
}

async fn facts(work: &mut Work<'_>, row: &PartnerRow, walk: &WalkRow) -> Result<Facts, Fault> {
    let slug = walk.organization.clone();
    let name = crate::organizations::actions::name(work, &slug).await?.unwrap_or_default();
    let open = choices(work).await?;
    let of_theirs = |choice: &&Choice| row.industries.contains(&choice.slug);
    let proposed = proposals::open(work.tx, &slug).await?;
    let invited = asked::open(work.tx, &slug).await?;
    Ok(Facts {
        organization: name,
        is_lead: row.team == Some(TeamRole::Lead),
        servers: organizations::servers(work.tx, &slug).await?,
        proposed: proposed.map(|row| row.servers).unwrap_or_default(),
        industries: open.iter().filter(of_theirs).cloned().collect(),
        choices: open,
        invited: invited.into_iter().map(|row| row.user_id).collect(),
        slug,
    })
}

/// The open industries, by short name.
///
/// # Errors
/// When the database refuses.
pub async fn choices(work: &mut Work<'_>) -> Result<Vec<Choice>, Fault> {
    let names = industries::actions::names(work).await?;
    let open = industries::actions::open(work).await?;
    let choice = |slug: String| {
        let name = names.get(&slug).cloned().unwrap_or_else(|| slug.clone());
        Choice { slug, name }
    };
    Ok(open.into_iter().map(choice).collect())
}

/// How a question comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Answer,
    /// With the answer to what they have said in their chat.
    Beside,
    /// In their chat, when somebody else has said something elsewhere.
    Alone,
}

/// Asks what is to be asked now.
async fn ask(
    work: &mut Work<'_>,
    row: &PartnerRow,
    mut walk: WalkRow,
    said: &Said,
    how: How,
) -> Result<(), Fault> {
    let facts = facts(work, row, &walk).await?;
    let shown = facts.choices.iter().take(rules::CHOICES_MAX);
    walk.choices = shown.map(|choice| choice.slug.clone()).collect();
    walk.touched_at = work.now;
    let all = steps(work, row).await?;
    let message = render::question(&facts, walk.step, &all, said);
    let mut room = work.cause.room_id.clone().unwrap_or_default();
    walk.asked_key = match how {
        How::Answer => work.reply(&message),
        How::Beside => work.send(&room, &message),
        How::Alone => {
            room = format!("direct:{}", row.user_id);
            work.direct(&row.user_id, &message)
        }
    };
    if walk.step == Step::Servers && !facts.servers.is_empty() {
        work.react(&room, &walk.asked_key, "✅");
    }
    Ok(store::update(work.tx, &walk).await?)
}

/// Goes on with the step behind the one that is answered, or ends.
async fn on(
    work: &mut Work<'_>,
    row: &PartnerRow,
    mut walk: WalkRow,
    said: &Said,
) -> Result<(), Fault> {
    let open = unknown(work, row).await?;
    let Some(step) = rules::next(&open, walk.step) else {
        return finish(work, row, &walk, said).await;
    };
    walk.step = step;
    ask(work, row, walk, said, How::Answer).await
}

async fn finish(
    work: &mut Work<'_>,
    row: &PartnerRow,
    walk: &WalkRow,
    said: &Said,
) -> Result<(), Fault> {
    store::end(work.tx, &walk.id, "done", work.now).await?;
    work.audit("onboarding.done", &walk.user_id, &walk.organization);
    let facts = facts(work, row, walk).await?;
    let message = render::done(&facts, said, work.program);
    work.reply(&message);
    Ok(())
}

/// One of the words that go through the questions.
///
/// # Errors
/// When the database refuses.
pub async fn word(
    work: &mut Work<'_>,
    partner: &Partner,
    mut walk: WalkRow,
    word: Word,
) -> Result<(), Fault> {
    let (row, said) = (partner.row(), Said::default());
    match word {
        Word::Skip => on(work, row, walk, &said).await,
        Word::Back => {
            let all = steps(work, row).await?;
            walk.step = rules::back(&all, walk.step);
            ask(work, row, walk, &said, How::Answer).await
        }
        Word::Done => finish(work, row, &walk, &said).await,
        Word::Cancel => {
            store::end(work.tx, &walk.id, "cancelled", work.now).await?;
            work.audit("onboarding.cancel", &walk.user_id, &walk.organization);
            let facts = facts(work, row, &walk).await?;
            let message = render::cancelled(&facts, work.program);
            work.reply(&message);
            Ok(())
        }
    }
}

/// The lead says on which homeservers their people are: the declared ones are all, or these as well.
///
/// # Errors
/// A refusal when there are too many.
pub async fn servers(
    work: &mut Work<'_>,
    (partner, lead): (&Partner, &Lead),
    walk: WalkRow,
    more: Option<&[String]>,
) -> Result<(), Stop> {
    match more {
        None => named::confirm(work, lead).await?,
        Some(servers) => named::name(work, lead, servers).await?,
    }
    Ok(on(work, partner.row(), walk, &Said::default()).await?)
}

/// The person says what they sell to.
///
/// # Errors
/// When the database refuses.
pub async fn industries(
    work: &mut Work<'_>,
    partner: &Partner,
    walk: WalkRow,
    slugs: Vec<String>,
) -> Result<(), Stop> {
    let settings = Settings { industries: Some(slugs), ..Settings::default() };
    let (row, _) = partners::set_profile(work, partner, settings).await?;
    Ok(on(work, &row, walk, &Said::default()).await?)
}

/// The lead asks people in; each is answered. Where nobody could be asked, the question stays.
///
/// # Errors
/// When the database refuses.
pub async fn people(
    work: &mut Work<'_>,
    (partner, lead): (&Partner, &Lead),
    walk: WalkRow,
    users: Vec<(String, Option<Refusal>)>,
) -> Result<(), Stop> {
    let mut said = Said::default();
    for (user, wrong) in users {
        match wrong {
            Some(refusal) => said.refused.push((user, refusal)),
            None if said.invited.contains(&user) => {}
            None => match team::invite_quietly(work, lead, (&user, TeamRole::Member)).await {
                Ok(_) => said.invited.push(user),
                Err(Stop::Refusal(refusal)) => said.refused.push((user, refusal)),
                Err(fault) => return Err(fault),
            },
        }
    }
    if said.invited.is_empty() {
        return Ok(ask(work, partner.row(), walk, &said, How::Answer).await?);
    }
    Ok(on(work, partner.row(), walk, &said).await?)
}

/// Nobody has gone on with it for long.
///
/// # Errors
/// When the database refuses.
pub async fn lapse(work: &mut Work<'_>, id: &str) -> Result<(), Fault> {
    let Some(walk) = store::open_by_id(work.tx, id).await? else { return Ok(()) };
    if work.now < jobs::lapses_at(&walk) {
        jobs::lapse_later(work, &walk);
        return Ok(());
    }
    Ok(store::end(work.tx, id, "lapsed", work.now).await?)
}
