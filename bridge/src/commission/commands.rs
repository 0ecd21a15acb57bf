//! `rule`.
use super::actions::{self, imagined};
use super::render::{self, Named, Told};
use super::rules::{self, Body, Pay, Version};
use crate::industries;
use crate::partners::commands::user_id;
use crate::partners::rules::no_such_partner;
use crate::platform::access::{self, Caller, PartnerRow, store as people};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use jiff::civil::Date;
use schema::money::Money;

/// What a rule says.
#[derive(Debug, Clone, clap::Args)]
pub struct Add {
    #[arg(value_name = "name")]
    pub name: String,
    /// Of the partner's part
    #[arg(long, value_name = "p")]
    pub percent: Option<String>,
    /// A fixed amount a sale, shared as the sale is
    #[arg(long, value_name = "amount")]
    pub flat: Option<String>,
    /// By what the month has brought: amount:percent, …
    #[arg(long, value_name = "0:10%, 10000:15%", num_args = 1..)]
    pub tiers: Option<String>,
    /// Tiers step by step, or the reached one for the whole month
    #[arg(long, value_name = "marginal|slab")]
    pub kind: Option<String>,
    /// Only of this industry
    #[arg(long, value_name = "slug")]
    pub industry: Option<String>,
    /// Only for this partner
    #[arg(long, value_name = "@user:server")]
    pub partner: Option<String>,
    /// The higher goes first; 0 when absent
    #[arg(long, value_name = "n")]
    pub priority: Option<String>,
    /// At most so much a partner and month
    #[arg(long, value_name = "amount/month")]
    pub cap: Option<String>,
    /// Only so long from the first sale to a client
    #[arg(long, value_name = "n")]
    pub months: Option<String>,
    /// On top of a partner's first sale
    #[arg(long, value_name = "amount")]
    pub bonus_first: Option<String>,
    /// Full days until it is payable; at once when absent
    #[arg(long, value_name = "days")]
    pub hold: Option<String>,
    /// The first day of sales that it is for; today when absent
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<String>,
}

/// A partner's commands about commission.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerRule {
    /// Which rule applied to your part of a sale
    #[command(after_help = "rule explain S-1")]
    Explain {
        #[arg(value_name = "S-1")]
        number: String,
    },
}

/// The team's commands about commission rules.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlRule {
    /// A new rule, or a new version of one
    #[command(
        after_help = "rule add start --percent 10\nrule add dental --percent 12.5 --industry dental --priority 10 --hold 14\nrule add ladder --tiers \"0:10%, 10000:15%\" --kind marginal --cap 500/month"
    )]
    Add(Box<Add>),
    /// All rules as they stand
    #[command(after_help = "rule list")]
    List,
    /// Every version of a rule
    #[command(after_help = "rule show start")]
    Show {
        #[arg(value_name = "name")]
        name: String,
    },
    /// Let a rule count no more
    #[command(after_help = "rule end start\nrule end start --from 2027-01-01")]
    End {
        #[arg(value_name = "name")]
        name: String,
        /// The first day of sales that it is not for; today when absent
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<String>,
    },
    /// Which rule applied to a sale, and why the others did not
    #[command(after_help = "rule explain S-1")]
    Explain {
        #[arg(value_name = "S-1")]
        number: String,
    },
    /// What would come out; writes nothing
    #[command(after_help = "rule try 1000 dental @ana:example.org")]
    Try {
        #[arg(value_name = "amount")]
        amount: String,
        #[arg(value_name = "industry")]
        industry: String,
        #[arg(value_name = "@user:server")]
        partner: String,
    },
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(work: &mut Work<'_>, caller: &Caller, words: ControlRule) -> Result<(), Stop> {
    caller.reviewer()?;
    let own = work.program.currency;
    match words {
        ControlRule::Add(add) => {
            let manager = caller.manager()?;
            let (name, body, from) = read(work, *add).await?;
            let version = actions::add(work, &manager, &name, body, from).await?;
            let rule = named(work, version).await?;
            work.reply(&render::made(&rule, own));
        }
        ControlRule::End { name, from } => {
            let manager = caller.manager()?;
            let from = day(work, from.as_deref())?;
            let version = actions::end(work, &manager, &name.to_lowercase(), from).await?;
            work.reply(&render::made(&(version, None), own));
        }
        ControlRule::List => {
            let mut rules = Vec::new();
            for version in actions::list(work).await? {
                rules.push(named(work, version).await?);
            }
            work.reply(&render::list(&rules, own, &work.program.prefix));
        }
        ControlRule::Show { name } => {
            let mut rules = Vec::new();
            for version in actions::versions(work).await? {
                if version.name.eq_ignore_ascii_case(&name) {
                    rules.push(named(work, version).await?);
                }
            }
            if rules.is_empty() {
                return Err(rules::no_such_rule(&name).into());
            }
            work.reply(&render::history(&rules, own));
        }
        ControlRule::Try { amount, industry, partner } => {
            return tried(work, (&amount, &industry, &partner)).await;
        }
        // The root asks sales, who know the sale.
        ControlRule::Explain { .. } => return Err(Fault::Bug("sales explain".into()).into()),
    }
    Ok(())
}

fn day(work: &Work<'_>, text: Option<&str>) -> Result<Date, Refusal> {
    let today = work.today();
    let Some(text) = text else { return Ok(today) };
    text.parse().map_err(|_| {
        Refusal::new(Code::Date, "A day is written YYYY-MM-DD.")
            .example(format!("rule add start --percent 10 --from {today}"))
    })
}

/// Reads a rule's words.
async fn read(work: &mut Work<'_>, add: Add) -> Result<(String, Body, Date), Stop> {
    let own = work.program.currency;
    let name = rules::name(&add.name)?;
    let industry = match &add.industry {
        Some(word) => Some(industries::actions::known_slug(work, word).await?),
        None => None,
    };
    let partner = match &add.partner {
        Some(word) => Some(partner(work, word).await?.id),
        None => None,
    };
    let body = Body {
        pay: pay(&add, own)?,
        industry,
        partner,
        priority: add.priority.as_deref().map_or(Ok(0), rules::priority)?,
        cap: add.cap.as_deref().map(|text| rules::amount(text, own)).transpose()?,
        months: add.months.as_deref().map(rules::months).transpose()?,
        bonus_first: add.bonus_first.as_deref().map(|text| rules::amount(text, own)).transpose()?,
        hold_days: add.hold.as_deref().map(rules::days).transpose()?,
    };
    Ok((name, body, day(work, add.from.as_deref())?))
}

fn pay(add: &Add, own: schema::money::Currency) -> Result<Pay, Refusal> {
    let refused = |sentence: &str, example: &str| {
        Err(Refusal::new(Code::Usage, sentence.to_owned()).example(example))
    };
    match (&add.percent, &add.flat, &add.tiers, add.kind.as_deref()) {
        (Some(percent), None, None, None) => Ok(Pay::Percent(rules::percent(percent)?)),
        (None, Some(flat), None, None) => Ok(Pay::Flat(rules::amount(flat, own)?)),
        (None, None, Some(tiers), Some(kind)) => {
            let tiers = rules::tiers(tiers, own)?;
            match kind.to_lowercase().as_str() {
                "marginal" => Ok(Pay::Marginal(tiers)),
                "slab" => Ok(Pay::Slab(tiers)),
                _ => refused(
                    "Tiers are marginal (step by step) or slab (the reached one for all).",
                    "rule add ladder --tiers \"0:10%, 10000:15%\" --kind slab",
                ),
            }
        }
        (None, None, Some(_), None) => refused(
            "Please say how tiers count: --kind marginal (step by step) or --kind slab.",
            "rule add ladder --tiers \"0:10%, 10000:15%\" --kind marginal",
        ),
        (_, _, None, Some(_)) => refused(
            "--kind says how tiers count; it goes with --tiers.",
            "rule add ladder --tiers \"0:10%, 10000:15%\" --kind marginal",
        ),
        (None, None, None, None) => {
            refused("A rule needs --percent, --flat or --tiers.", "rule add start --percent 10")
        }
        _ => refused(
            "A rule has one of --percent, --flat and --tiers.",
            "rule add start --percent 10",
        ),
    }
}

async fn partner(work: &mut Work<'_>, word: &str) -> Result<PartnerRow, Stop> {
    let example = "rule add ana --percent 15 --partner @ana:example.org";
    let user = user_id(word).map_err(|refusal| refusal.example(example))?;
    let person = access::person(work, &user).await?;
    Ok(person.partner.clone().ok_or_else(no_such_partner)?)
}

/// A version with the name of the partner it is for.
async fn named(work: &mut Work<'_>, version: Version) -> Result<Named, Fault> {
    let partner = version.body.as_ref().and_then(|body| body.partner);
    let name = match partner {
        Some(partner) => {
            people::partner_by_id(work.tx, &partner.to_string()).await?.map(|row| row.name)
        }
        None => None,
    };
    Ok((version, name))
}

async fn tried(
    work: &mut Work<'_>,
    (amount, industry, who): (&str, &str, &str),
) -> Result<(), Stop> {
    let own = work.program.currency;
    let example = "rule try 1000 dental @ana:example.org";
    let minor = rules::amount(amount, own).map_err(|refusal| refusal.example(example))?;
    let industry = industries::actions::known_slug(work, industry).await?;
    let row = partner(work, who).await.map_err(|stop| match stop {
        Stop::Refusal(refusal) => Stop::Refusal(refusal.example(example)),
        fault @ Stop::Fault(_) => fault,
    })?;
    let sale = imagined(
        (Money::new(minor, own), work.today()),
        Some(industry),
        (row.id, row.user_id.clone()),
    );
    let tried = actions::tried(work, &sale).await?;
    let told = told(work, tried.explained.clone(), row.name);
    work.reply(&render::tried(&tried, &told, own));
    Ok(())
}

/// An explanation with the name of whom it is about, and the day from which it is payable.
#[must_use]
pub fn told(work: &Work<'_>, explained: actions::Explained, name: String) -> Told {
    let open = explained.line.as_ref().filter(|(_, line)| line.released_at.is_none());
    let at = open.and_then(|(_, line)| line.release_at).filter(|at| *at > work.now);
    let payable_on = at.map(|at| work.program.calendar.day_of(at));
    Told { name, explained, payable_on }
}
