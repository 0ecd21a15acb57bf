//! What partners may say about playbooks; the team's words stand in a file of their own.
mod control;

pub use control::{ControlPlaybook, control};

use super::actions::{self, Chat, Draft, Retirer};
use super::facts::Facts;
use super::render;
use super::rules::{self, sources};
use super::store;
use crate::industries;
use crate::platform::access::{Caller, Partner};
use crate::platform::commands::Said;
use crate::platform::confirm;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use schema::card::PlaybookEvent;

/// What is saved, and under which name.
#[derive(Debug, Clone, clap::Args)]
pub struct Save {
    /// Its short name, by which it is asked for
    #[arg(value_name = "short-name")]
    pub slug: String,
    /// What people read; may be left out when you save it anew
    #[arg(value_name = "title", num_args = 1..)]
    pub title: Option<String>,
    /// The industries that it is for; the channel's when absent
    #[arg(long, value_name = "slug,slug")]
    pub industry: Option<String>,
    /// Words by which it is found
    #[arg(long, value_name = "word,word", num_args = 1..)]
    pub tag: Option<String>,
    /// What it is about, in a sentence
    #[arg(long, value_name = "text", num_args = 1..)]
    pub summary: Option<String>,
    /// The whole thread of the message that you answer
    #[arg(long)]
    pub thread: bool,
}

/// A partner's commands about playbooks.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerPlaybook {
    /// What works, best first
    #[command(after_help = "playbook list\nplaybook list --industry dental")]
    List {
        #[arg(long, value_name = "slug")]
        industry: Option<String>,
    },
    /// Look for one; slips and parts of words are understood
    #[command(
        after_help = "playbook search cold mail\nplaybook search missed appointments --industry dental"
    )]
    Search {
        #[arg(value_name = "words", num_args = 1..)]
        words: Option<String>,
        #[arg(long, value_name = "slug")]
        industry: Option<String>,
    },
    /// Read one
    #[command(after_help = "playbook show cold-mail")]
    Show {
        #[arg(value_name = "short-name")]
        slug: String,
    },
    /// Save what works: from the lines below, from the message that you answer, or from a thread
    #[command(
        after_help = "playbook save cold-mail \"Cold mail that works\"\nplaybook save cold-mail \"Cold mail that works\" --industry dental,legal --tag mail,first-contact\nplaybook save objections \"Ten objections\" --thread"
    )]
    Save(Save),
    /// How good it is, from 1 to 5
    #[command(after_help = "playbook rate cold-mail 4")]
    Rate {
        #[arg(value_name = "short-name")]
        slug: String,
        #[arg(value_name = "1-5")]
        stars: String,
    },
    /// Fill a template in; you get it in our own chat
    #[command(
        after_help = "playbook use cold-mail client=\"Acme\" city=Berlin\nplaybook use cold-mail --client Acme --city Berlin"
    )]
    Use {
        #[arg(value_name = "short-name")]
        slug: String,
        #[arg(value_name = "name=value", num_args = 1.., allow_hyphen_values = true)]
        fields: Option<String>,
    },
    /// Its versions
    #[command(after_help = "playbook history cold-mail")]
    History {
        #[arg(value_name = "short-name")]
        slug: String,
    },
    /// What changed between two versions; the last two when not named
    #[command(after_help = "playbook diff cold-mail\nplaybook diff cold-mail 1 3")]
    Diff {
        #[arg(value_name = "short-name")]
        slug: String,
        #[arg(value_name = "version")]
        from: Option<String>,
        #[arg(value_name = "version")]
        to: Option<String>,
    },
    /// Tell the team that one should not stand
    #[command(after_help = "playbook report cold-mail it names a client")]
    Report {
        #[arg(value_name = "short-name")]
        slug: String,
        #[arg(value_name = "reason", num_args = 1..)]
        reason: Option<String>,
    },
    /// Take your own out of use; asks first
    #[command(after_help = "playbook retire cold-mail the prices are out of date")]
    Retire {
        #[arg(value_name = "short-name")]
        slug: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        #[arg(value_name = "reason", num_args = 1..)]
        reason: Option<String>,
    },
}

impl PartnerPlaybook {
    /// Whether it only asks.
    #[must_use]
    pub const fn is_question(&self) -> bool {
        matches!(
            self,
            Self::List { .. }
                | Self::Search { .. }
                | Self::Show { .. }
                | Self::History { .. }
                | Self::Diff { .. }
        )
    }
}

/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: PartnerPlaybook,
    said: Said<'_>,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let user = caller.person.user_id.clone();
    let chat = Chat { user: &user, direct: caller.place.is_direct(), team: false };
    match words {
        PartnerPlaybook::List { industry } => list(work, caller, industry).await,
        PartnerPlaybook::Search { words, industry } => {
            search(work, caller, words.as_deref(), industry).await
        }
        PartnerPlaybook::Show { slug } => actions::show(work, chat, &slug).await,
        PartnerPlaybook::Save(words) => save(work, caller, &partner, words, said).await,
        PartnerPlaybook::Rate { slug, stars } => actions::rate(work, &partner, &slug, &stars).await,
        PartnerPlaybook::Use { slug, fields } => {
            let fields = fields.unwrap_or_default();
            if actions::fill(work, &partner, chat, &slug, &fields).await? {
                work.reply(&render::sent(&slug.to_lowercase()));
            }
            Ok(())
        }
        PartnerPlaybook::History { slug } => actions::history(work, chat, &slug).await,
        PartnerPlaybook::Diff { slug, from, to } => {
            let pair = pair(&slug, from, to)?;
            actions::difference(work, chat, &slug, pair).await
        }
        PartnerPlaybook::Report { slug, reason } => {
            actions::report(work, &partner, &slug, reason.as_deref().unwrap_or_default()).await
        }
        PartnerPlaybook::Retire { slug, yes, reason } => {
            let reason = reason.unwrap_or_default();
            let who = Retirer::Author(&partner);
            retire(work, who, (&slug, &reason), yes || said.confirmed).await
        }
    }
}

/// In a channel its own industry is meant.
async fn meant(
    work: &mut Work<'_>,
    caller: &Caller,
    industry: Option<String>,
) -> Result<Option<String>, Stop> {
    let named = industry.or_else(|| caller.place.industry().map(str::to_owned));
    Ok(match named {
        Some(word) => Some(industries::actions::open_slug(work, &word).await?),
        None => None,
    })
}

async fn search(
    work: &mut Work<'_>,
    caller: &Caller,
    words: Option<&str>,
    industry: Option<String>,
) -> Result<(), Stop> {
    let words = rules::wanted(words)?;
    let industry = meant(work, caller, industry).await?;
    let found = actions::find(work, words, industry.as_deref()).await?;
    let message = render::found(words, industry.as_deref(), &found, &work.program.prefix);
    let key = work.reply(&message);
    for facts in &found {
        actions::post::note_reply(work, facts, &key).await?;
    }
    Ok(())
}

async fn list(work: &mut Work<'_>, caller: &Caller, industry: Option<String>) -> Result<(), Stop> {
    let industry = meant(work, caller, industry).await?;
    let (rows, count) = actions::list(work, industry.as_deref()).await?;
    let message = render::list(&rows, industry.as_deref(), count, &work.program.prefix);
    work.reply(&message);
    Ok(())
}

async fn save(
    work: &mut Work<'_>,
    caller: &Caller,
    partner: &Partner,
    words: Save,
    said: Said<'_>,
) -> Result<(), Stop> {
    let below = !said.below.trim().is_empty();
    let source = if below {
        sources::below(said.below, &partner.row().user_id)
    } else {
        let (bot, prefix) = (&work.program.bot, &work.program.prefix);
        sources::quoted(said.quoted, bot, prefix, &work.cause.id)
    };
    let draft = draft(work, caller, words, &source).await?;
    let facts = actions::draft(work, partner, &draft).await?;
    let message = render::saved(&facts, &source, !below);
    Ok(actions::post::answer(work, &facts, &message).await?)
}

/// What is not said stays as it was in the version before.
async fn draft(
    work: &mut Work<'_>,
    caller: &Caller,
    words: Save,
    source: &sources::Source,
) -> Result<Draft, Stop> {
    let slug = rules::slug(&words.slug)?;
    let before = match store::by_slug(work.tx, &slug).await? {
        Some(row) => Some(Facts::newest(work, row).await?.version),
        None => None,
    };
    let title = words.title.or_else(|| before.as_ref().map(|old| old.title.clone()));
    let tags = match (&words.tag, &before) {
        (None, Some(old)) => old.tags.clone(),
        (given, _) => rules::tags(given.as_deref())?,
    };
    let industries = match (words.industry, &before) {
        (None, Some(old)) => old.industries.clone(),
        (Some(list), _) => industries(work, &list).await?,
        (None, None) => caller.place.industry().map(str::to_owned).into_iter().collect(),
    };
    Ok(Draft {
        slug,
        title: title.unwrap_or_default(),
        summary: words.summary,
        body: source.text.clone(),
        authors: source.authors.clone(),
        industries,
        tags,
    })
}

async fn industries(work: &mut Work<'_>, list: &str) -> Result<Vec<String>, Stop> {
    let mut slugs = Vec::new();
    for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let slug = industries::actions::open_slug(work, word).await?;
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
    }
    if slugs.len() > rules::INDUSTRIES_MAX {
        let sentence = format!("A playbook is for at most {} industries.", rules::INDUSTRIES_MAX);
        return Err(Refusal::new(Code::Long, sentence)
            .example("playbook save cold-mail \"Cold mail that works\" --industry dental,legal")
            .into());
    }
    Ok(slugs)
}

fn pair(
    slug: &str,
    from: Option<String>,
    to: Option<String>,
) -> Result<Option<(i64, i64)>, Refusal> {
    let number = |text: String| {
        let digits = text.trim().trim_start_matches(['v', 'V']);
        digits.parse::<i64>().ok().filter(|number| *number > 0).ok_or_else(|| {
            Refusal::new(Code::Usage, "Versions are numbers from 1 on.")
                .example(format!("playbook diff {} 1 2", rules::slug(slug).unwrap_or_default()))
        })
    };
    match (from, to) {
        (None, _) => Ok(None),
        (Some(from), None) => number(from).map(|from| Some((from, from + 1))),
        (Some(from), Some(to)) => Ok(Some((number(from)?, number(to)?))),
    }
}

async fn retire(
    work: &mut Work<'_>,
    who: Retirer<'_>,
    (slug, reason): (&str, &str),
    sure: bool,
) -> Result<(), Stop> {
    let facts = actions::retirable(work, who, slug).await?;
    let slug = facts.row.slug.clone();
    if !reason.is_empty() {
        rules::reason("retire", &slug, reason)?;
    }
    if sure {
        let facts = actions::retire(work, who, &slug, reason).await?;
        let message = render::playbook(&facts, PlaybookEvent::Retired, Some(reason));
        return Ok(actions::post::answer(work, &facts, &message).await?);
    }
    let line = format!("playbook retire {slug} {reason}");
    let expires = work.now + work.program.limits.confirm_ms;
    let prompt = render::ask_retire(&facts, line.trim(), &work.cause.actor, expires);
    Ok(confirm::ask(work, line.trim(), &prompt).await?)
}
