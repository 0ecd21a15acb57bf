//! `badge` and `tier`.
use super::actions::{self, tiers};
use super::render;
use super::rules::tiers::{Tier, WINDOW_MONTHS};
use super::rules::words;
use super::store::{self, Kind};
use crate::partners::commands::person_id;
use crate::platform::access::{self, Caller, PartnerRow};
use crate::platform::commands::PROSE;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::sales::claim;
use schema::card::{BadgeEvent, TierEvent};
use schema::money::Currency;

/// What partners may say about badges.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerBadge {
    /// Your badges, and those that you can still earn
    #[command(after_help = "badge list")]
    List,
}

/// What partners may say about tiers.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerTier {
    /// The tiers of the program, and yours
    #[command(after_help = "tier list")]
    List,
}

/// The team's commands about badges.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlBadge {
    /// All badges, which rules are on, and how many hold each
    #[command(after_help = "badge list")]
    List,
    /// Give a badge by hand
    #[command(after_help = "badge grant @ana:example.org speaker her talk in Graz")]
    Grant {
        #[arg(value_name = "@user:server")]
        user: String,
        #[arg(value_name = "badge")]
        badge: String,
        #[arg(value_name = "<reason>", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Take a badge back by hand
    #[command(after_help = "badge revoke @ana:example.org speaker it was Ben")]
    Revoke {
        #[arg(value_name = "@user:server")]
        user: String,
        #[arg(value_name = "badge")]
        badge: String,
        #[arg(value_name = "<reason>", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Make a badge that is given by hand
    #[command(after_help = "badge add speaker \"Speaker\" 🎤")]
    Add {
        #[arg(value_name = "id")]
        id: String,
        #[arg(value_name = "\"name\"")]
        name: String,
        #[arg(value_name = "emoji")]
        emoji: String,
    },
    /// Whom a rule would give its badge, before it does
    #[command(after_help = "badge preview loyalty")]
    Preview {
        #[arg(value_name = "badge")]
        badge: String,
    },
    /// Let a rule take effect
    #[command(after_help = "badge enable loyalty")]
    Enable {
        #[arg(value_name = "badge")]
        badge: String,
    },
    /// Let a rule give nothing more
    #[command(after_help = "badge disable loyalty")]
    Disable {
        #[arg(value_name = "badge")]
        badge: String,
    },
}

/// The team's commands about tiers.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlTier {
    /// A tier, or another bar for one: net revenue within the last months
    #[command(
        after_help = "tier set silver \"Silver\" 10000 EUR\ntier set gold \"Gold\" 50000 EUR --window 6"
    )]
    Set {
        /// Months that count; 12 when absent
        #[arg(long, value_name = "months")]
        window: Option<String>,
        #[arg(value_name = "slug")]
        slug: String,
        #[arg(value_name = "\"name\"")]
        name: String,
        #[arg(value_name = "bar")]
        bar: String,
        #[arg(value_name = "currency")]
        currency: String,
    },
    /// All tiers, and how many are in each
    #[command(after_help = "tier list")]
    List,
    /// End a tier
    #[command(after_help = "tier end silver")]
    End {
        #[arg(value_name = "slug")]
        slug: String,
    },
}

const GRANT: &str = "badge grant @ana:example.org speaker her talk in Graz";
const REVOKE: &str = "badge revoke @ana:example.org speaker it was Ben";
const ADD: &str = "badge add speaker \"Speaker\" 🎤";
const SET: &str = "tier set silver \"Silver\" 10000 EUR";

/// # Errors
/// When the person is no partner.
pub async fn partner(work: &mut Work<'_>, caller: &Caller) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let views = actions::progress(work, partner.id()).await?;
    let tier = tiers::of(work, partner.id()).await?.map(|tier| tier.name);
    work.reply(&render::own(views, tier.as_deref()));
    Ok(())
}

/// # Errors
/// When the person is no partner.
pub async fn partner_tiers(work: &mut Work<'_>, caller: &Caller) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let own = tiers::of(work, partner.id()).await?.map(|tier| tier.slug);
    let currency = work.program.currency;
    let all = tiers::all(work).await?;
    let views = all.iter().map(|tier| render::tiers::view(tier, currency)).collect();
    work.reply(&render::tiers::list(views, own, false, &work.program.prefix));
    Ok(())
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlBadge,
) -> Result<(), Stop> {
    match words {
        ControlBadge::List => {
            caller.reviewer()?;
            let views = actions::of_program(work).await?;
            work.reply(&render::of_program(views, &work.program.prefix));
        }
        ControlBadge::Grant { user, badge, reason } => {
            let manager = caller.manager()?;
            let reason = words::reason(reason.as_deref(), GRANT)?;
            let row = whom(work, &user, GRANT).await?;
            let badge = actions::grant(work, &manager, &row, (&badge, &reason)).await?;
            answer(work, &row, (BadgeEvent::Awarded, &badge), &reason).await?;
        }
        ControlBadge::Revoke { user, badge, reason } => {
            let manager = caller.manager()?;
            let reason = words::reason(reason.as_deref(), REVOKE)?;
            let row = whom(work, &user, REVOKE).await?;
            let badge = actions::revoke(work, &manager, &row, (&badge, &reason)).await?;
            answer(work, &row, (BadgeEvent::Revoked, &badge), &reason).await?;
        }
        ControlBadge::Add { id, name, emoji } => {
            let manager = caller.manager()?;
            let (id, name) = (words::slug(&id, ADD)?, words::name(&name, ADD)?);
            let kind = Kind { id, name, emoji: words::emoji(&emoji)? };
            actions::add(work, &manager, &kind).await?;
            let view = render::view(&kind.id, 0, std::slice::from_ref(&kind));
            work.reply(&render::added(view, &work.program.prefix));
        }
        ControlBadge::Preview { badge } => {
            caller.reviewer()?;
            actions::preview(work, &badge).await?;
        }
        ControlBadge::Enable { badge } => actions::enable(work, &caller.manager()?, &badge).await?,
        ControlBadge::Disable { badge } => {
            let rule = actions::disable(work, &caller.manager()?, &badge).await?;
            work.reply(&render::disabled(rule, &work.program.prefix));
        }
    }
    Ok(())
}

async fn answer(
    work: &mut Work<'_>,
    row: &PartnerRow,
    (event, badge): (BadgeEvent, &str),
    reason: &str,
) -> Result<(), Stop> {
    let view = render::view(badge, 1, &store::kinds(work.tx).await?);
    work.reply(&render::by_hand(row, event, view, reason));
    Ok(())
}

async fn whom(work: &mut Work<'_>, user: &str, example: &str) -> Result<PartnerRow, Stop> {
    let user = person_id(work, user).map_err(|refusal| refusal.example(example))?;
    let person = access::person(work, &user).await?;
    let row = person.partner.clone();
    row.ok_or_else(|| crate::partners::rules::no_such_partner().into())
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control_tiers(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlTier,
) -> Result<(), Stop> {
    let currency = work.program.currency;
    match words {
        ControlTier::List => {
            caller.reviewer()?;
            let counts = store::tiers::standing(work.tx).await?;
            let mut views = Vec::new();
            for tier in tiers::all(work).await? {
                let count = counts.iter().find(|(slug, _)| *slug == tier.slug);
                let mut view = render::tiers::view(&tier, currency);
                view.partners = Some(count.map_or(0, |(_, count)| *count));
                views.push(view);
            }
            work.reply(&render::tiers::list(views, None, true, &work.program.prefix));
        }
        ControlTier::Set { slug, name, bar, currency: said, window } => {
            let manager = caller.manager()?;
            let (slug, name) = (words::slug(&slug, SET)?, words::name(&name, SET)?);
            let bar_minor = bar_of(&bar, &said, currency)?;
            let window_months = months(window.as_deref())?;
            let tier = Tier { slug, name, bar_minor, window_months };
            tiers::set(work, &manager, tier.clone()).await?;
            work.reply(&render::tiers::changed(&tier, TierEvent::Set, currency));
        }
        ControlTier::End { slug } => {
            let tier = tiers::end(work, &caller.manager()?, &slug).await?;
            work.reply(&render::tiers::changed(&tier, TierEvent::Ended, currency));
        }
    }
    Ok(())
}

/// Bars are in the program's currency, in which boards count.
fn bar_of(bar: &str, said: &str, own: Currency) -> Result<i64, Refusal> {
    if !said.eq_ignore_ascii_case(own.code()) {
        let sentence = format!("Tiers count in {own}, as boards do.");
        let example = format!("tier set silver \"Silver\" 10000 {own}");
        return Err(Refusal::new(Code::Currency, sentence).example(example));
    }
    Ok(claim::amount(bar, own).map_err(|refusal| refusal.example(SET))?.minor)
}

fn months(text: Option<&str>) -> Result<i64, Refusal> {
    let Some(text) = text else { return Ok(WINDOW_MONTHS) };
    let months = text.parse().ok().filter(|n| (1..=words::WINDOW_MONTHS_MAX).contains(n));
    months.ok_or_else(|| {
        let sentence = format!("A window has 1 to {} months.", words::WINDOW_MONTHS_MAX);
        Refusal::new(Code::Usage, sentence).example(format!("{SET} --window 12"))
    })
}
