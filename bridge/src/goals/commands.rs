//! `goal set`, `goal list`, `goal show`, `goal end`.
use super::rules::{self, SIDES_MAX, SIDES_MIN, Said, Side};
use super::store::{self, GoalRow, figures};
use super::{actions, picture, render};
use crate::industries;
use crate::organizations;
use crate::pictures;
use crate::platform::access::{Caller, Partner, Place};
use crate::platform::commands::PROSE;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use schema::card::GoalEvent;
use schema::status::Visibility;

/// A partner's commands about goals.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerGoal {
    /// What all pull at together
    #[command(after_help = "goal list")]
    List,
    /// One goal, with who has given what
    #[command(after_help = "goal show G-1\ngoal show G-1 --chart")]
    Show {
        #[arg(value_name = "G-1")]
        number: String,
        /// With a picture
        #[arg(long)]
        chart: bool,
    },
}

/// The team's commands about goals.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlGoal {
    /// Set a goal, or a challenge between industries or organizations
    #[command(
        after_help = "goal set \"Autumn push\" revenue 50000 --until 2027-03-31\ngoal set \"Forty doors\" clients 40 --until 2027-03-31 --industry dental\ngoal set \"Derby\" revenue --until 2027-03-31 --between dental,legal\ngoal set \"Together\" clients 10 --until 2027-03-31 --organization acme"
    )]
    Set(Set),
    /// All goals
    #[command(after_help = "goal list")]
    List,
    /// One goal, with who has given what
    #[command(after_help = "goal show G-1\ngoal show G-1 --chart")]
    Show {
        #[arg(value_name = "G-1")]
        number: String,
        /// With a picture
        #[arg(long)]
        chart: bool,
    },
    /// End a goal before its time
    #[command(after_help = "goal end G-1\ngoal end G-1 the fair is off")]
    End {
        #[arg(value_name = "G-1")]
        number: String,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
}

/// What a goal is to be.
#[derive(Debug, Clone, clap::Args)]
pub struct Set {
    /// In quotes
    #[arg(value_name = "<title>")]
    pub title: Option<String>,
    /// What counts
    #[arg(value_name = "<revenue|clients>")]
    pub metric: Option<String>,
    /// An amount, or how many clients; in a challenge what each side wants, if anything
    #[arg(value_name = "<target>")]
    pub target: Option<String>,
    /// The program's own
    #[arg(value_name = "currency")]
    pub currency: Option<String>,
    /// Its last day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub until: Option<String>,
    /// Its first day; today when absent
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<String>,
    /// Only sales of this industry count
    #[arg(long, value_name = "slug")]
    pub industry: Option<String>,
    /// Only sales of this organization's people count, and only they hear of it
    #[arg(long, value_name = "slug")]
    pub organization: Option<String>,
    /// A challenge between two to four industries, or as many organizations
    #[arg(long, value_name = "slug,slug")]
    pub between: Option<String>,
}

/// Goals in a list that are over.
const OVER_MAX: i64 = 5;
const CHALLENGE: &str = "goal set \"Derby\" revenue --until 2027-03-31 --between dental,legal";

/// # Errors
/// When the person is no partner and not of the team, or there is no such goal.
pub async fn partner(work: &mut Work<'_>, caller: &Caller, words: PartnerGoal) -> Result<(), Stop> {
    if !caller.is_team() {
        caller.partner()?;
    }
    match words {
        PartnerGoal::List => list(work, caller).await,
        PartnerGoal::Show { number, chart } => show(work, caller, &number, chart).await,
    }
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(work: &mut Work<'_>, caller: &Caller, words: ControlGoal) -> Result<(), Stop> {
    match words {
        ControlGoal::Set(words) => {
            let manager = caller.manager()?;
            let wanted = rules::wanted(said(&words), work.program.currency, work.today())?;
            let sides = sides(work, &words).await?;
            actions::set(work, &manager, wanted, sides).await
        }
        ControlGoal::End { number, reason } => {
            let manager = caller.manager()?;
            let number = rules::number(&number)?;
            let reason = rules::reason(reason.as_deref())?;
            actions::end(work, &manager, number, reason).await
        }
        ControlGoal::List => {
            caller.reviewer()?;
            list(work, caller).await
        }
        ControlGoal::Show { number, chart } => {
            caller.reviewer()?;
            show(work, caller, &number, chart).await
        }
    }
}

fn said(words: &Set) -> Said<'_> {
    Said {
        title: words.title.as_deref(),
        metric: words.metric.as_deref(),
        target: words.target.as_deref(),
        currency: words.currency.as_deref(),
        from: words.from.as_deref(),
        until: words.until.as_deref(),
        challenge: words.between.is_some(),
    }
}

/// Where a goal counts: everywhere, in one industry or organization, or in several that stand against
/// each other.
async fn sides(work: &mut Work<'_>, words: &Set) -> Result<Vec<Side>, Stop> {
    match (&words.industry, &words.organization, &words.between) {
        (None, None, None) => Ok(vec![Side::Program]),
        (Some(slug), None, None) => {
            Ok(vec![Side::Industry(industries::actions::open_slug(work, slug).await?)])
        }
        (None, Some(slug), None) => {
            Ok(vec![Side::Organization(organizations::actions::active(work, slug).await?.slug)])
        }
        (None, None, Some(list)) => between(work, list).await,
        _ => {
            let sentence = "Say --industry or --organization for one, or --between for a challenge of several.";
            Err(Refusal::new(Code::Usage, sentence).example(CHALLENGE).into())
        }
    }
}

/// The sides of a challenge: all industries, or all organizations.
async fn between(work: &mut Work<'_>, list: &str) -> Result<Vec<Side>, Stop> {
    let words: Vec<&str> = list.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    let firms = organizations::actions::known(work, &words).await?;
    let sides: Vec<Side> = if firms {
        let mut slugs: Vec<String> = Vec::new();
        for word in words.iter().take(SIDES_MAX + 1) {
            let slug = organizations::actions::active(work, word).await?.slug;
            if !slugs.contains(&slug) {
                slugs.push(slug);
            }
        }
        slugs.into_iter().map(Side::Organization).collect()
    } else {
        let slugs = industries::actions::open_slugs(work, list).await?;
        slugs.into_iter().map(Side::Industry).collect()
    };
    if (SIDES_MIN..=SIDES_MAX).contains(&sides.len()) {
        return Ok(sides);
    }
    let what = if firms { "organizations" } else { "industries" };
    let sentence = format!("A challenge is between {SIDES_MIN} to {SIDES_MAX} different {what}.");
    Err(Refusal::new(Code::Usage, sentence).example(CHALLENGE).into())
}

/// Whether a goal may be shown to the people of this place: what an organization wants for itself, only
/// in its own room, in a chat of one of its people, and to the program's team.
fn may_see(caller: &Caller, goal: &GoalRow) -> bool {
    let Some(slug) = goal.private_to() else { return true };
    let own = |partner: Partner| partner.row().organization.as_deref() == Some(slug);
    match &caller.place {
        Place::Control => caller.is_team(),
        Place::Direct => caller.is_team() || caller.partner().is_ok_and(own),
        Place::Kept { key, .. } => key.strip_prefix("organization:") == Some(slug),
        Place::Other => false,
    }
}

async fn list(work: &mut Work<'_>, caller: &Caller) -> Result<(), Stop> {
    let mut goals = store::open(work.tx).await?;
    goals.extend(store::over(work.tx, OVER_MAX).await?);
    goals.retain(|goal| may_see(caller, goal));
    let mut shown = Vec::with_capacity(goals.len());
    for goal in &goals {
        shown.push(actions::shown(work, goal, 0).await?);
    }
    let may_set = caller.manager().is_ok();
    work.reply(&render::list(&shown, may_set, &work.program.prefix));
    Ok(())
}

async fn show(work: &mut Work<'_>, caller: &Caller, number: &str, chart: bool) -> Result<(), Stop> {
    let goal = actions::known(work, rules::number(number)?).await?;
    if !may_see(caller, &goal) {
        return Err(rules::no_such_goal().into());
    }
    let you = own(work, caller, &goal).await?;
    let shown = actions::shown(work, &goal, render::ROWS_ASKED).await?;
    let picture = if chart { picture::goal(&shown, &work.program.name) } else { None };
    let message = render::answer(&shown, GoalEvent::Shown, you);
    Ok(pictures::actions::answer(work, &shown.view.number.to_string(), picture, &message)?)
}

/// What the asking partner has given. Who hides it from others hears it in their own chat only.
async fn own(work: &mut Work<'_>, caller: &Caller, goal: &GoalRow) -> Result<Option<i64>, Stop> {
    let Ok(partner) = caller.partner() else { return Ok(None) };
    if partner.row().visibility != Visibility::Public && !caller.place.is_direct() {
        return Ok(None);
    }
    Ok(Some(figures::of_partner(work.tx, &goal.id, partner.id()).await?))
}
