//! What people and the team may say about sales.
mod add;
mod correct;
mod dispute;
mod explain;
mod manner;
mod refund;
mod with;

pub use add::{ControlAdd, amend_for, claim};

use super::actions::{self, Manner};
use super::render::{self, Asked};
use super::rules;
use super::store::{self, Which};
use crate::partners::commands::user_id;
use crate::platform::access::{self, Caller, Partner};
use crate::platform::commands::{PROSE, Said};
use crate::platform::confirm;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::terms;
pub use explain::explain;
use refund::{Refund, refund};
use schema::card::{PartnerRef, SaleEvent};
use schema::ids::{PartnerId, SaleNumber};
use schema::period::Period;

/// What a claim says.
#[derive(Debug, Clone, clap::Args)]
pub struct Add {
    // What is missing or wrong is told by the claim: it knows what the other words mean.
    /// With a dot before the decimals, without other signs: 1000.50
    #[arg(value_name = "<amount>")]
    pub amount: Option<String>,
    /// Its three letters
    #[arg(value_name = "<currency>")]
    pub currency: Option<String>,
    /// Who bought
    #[arg(value_name = "<client>", num_args = 1..)]
    pub client: Option<String>,
    /// The industry, when not in its channel
    #[arg(long, value_name = "slug")]
    pub industry: Option<String>,
    /// The day of the sale; today when absent
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<String>,
    /// The playbook that you used
    #[arg(long, value_name = "short-name")]
    pub playbook: Option<String>,
    /// A word to the reviewers
    #[arg(long, value_name = "text", num_args = 1..)]
    pub note: Option<String>,
    /// Who sold it with you, with whole weights; yours is 1 unless "me 3" is among them
    #[arg(long, value_name = "@user weight", num_args = 1..)]
    pub with: Option<String>,
    /// The client may be named in public
    #[arg(long)]
    pub public: bool,
}

/// A partner's commands about sales.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerSale {
    /// Claim a sale
    #[command(
        after_help = "sale add 1000 EUR Acme\nsale add 2500.50 EUR Acme Ltd --industry dental --on yesterday\nsale add 900 EUR Acme --playbook cold-mail\nsale add 1000 EUR Acme --with \"me 3, @ben:example.org 2\""
    )]
    Add(Add),
    /// Your own sales
    #[command(after_help = "sale list\nsale list 2026-11")]
    List {
        #[arg(value_name = "period")]
        period: Option<String>,
    },
    /// One of your sales
    #[command(after_help = "sale show S-1")]
    Show {
        #[arg(value_name = "S-1")]
        number: String,
    },
    /// Take an open claim back
    #[command(after_help = "sale withdraw S-1")]
    Withdraw {
        #[arg(value_name = "S-1")]
        number: String,
    },
    /// Yes, the same sale a second time
    #[command(after_help = "sale confirm")]
    Confirm,
}

/// The team's commands about sales.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlSale {
    /// Claim a sale for a partner, also an old one
    #[command(after_help = "sale add 1000 EUR Acme --partner @ana:example.org --on 2026-09-30")]
    Add(ControlAdd),
    /// Let a claim count
    #[command(after_help = "sale approve S-1")]
    Approve {
        /// Without the yes of a co-seller; managers only
        #[arg(long)]
        anyway: bool,
        #[arg(value_name = "S-1")]
        number: String,
    },
    /// Turn a claim down
    #[command(after_help = "sale reject S-1 no invoice yet")]
    Reject {
        #[arg(value_name = "S-1")]
        number: String,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Take an approved sale back in full; asks first
    #[command(after_help = "sale void S-1 the client returned everything")]
    Void {
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        #[arg(value_name = "S-1")]
        number: String,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Take a part of an approved sale back; asks first
    #[command(after_help = "sale refund S-1 200 one of five seats returned")]
    Refund {
        /// Do not ask first
        #[arg(long)]
        yes: bool,
        #[arg(value_name = "S-1")]
        number: String,
        #[arg(value_name = "amount")]
        amount: String,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Put an approved sale right: its amount, its parts, its rule; asks first
    #[command(
        after_help = "sale correct S-1 --amount 900 a slip of the pen\nsale correct S-1 --parts \"@ana:example.org 2, @ben:example.org 1\" Ben was forgotten"
    )]
    Correct(correct::Correct),
    /// A client disputes an approved sale, or that is decided
    #[command(
        after_help = "sale dispute S-1 200 open the bank took it back\nsale dispute S-1 200 won"
    )]
    Dispute {
        #[arg(value_name = "S-1")]
        number: String,
        #[arg(value_name = "amount")]
        amount: String,
        #[arg(value_name = "open|won|lost", num_args = 1.., value_hint = PROSE)]
        words: Option<String>,
    },
    /// Sales of everyone
    #[command(
        after_help = "sale list --status claimed\nsale list 2026-11 --partner @ana:example.org"
    )]
    List {
        #[arg(value_name = "period")]
        period: Option<String>,
        #[arg(long, value_name = "claimed|approved|rejected|withdrawn|voided")]
        status: Option<String>,
        #[arg(long, value_name = "@user:server")]
        partner: Option<String>,
    },
    /// One sale
    #[command(after_help = "sale show S-1")]
    Show {
        #[arg(value_name = "S-1")]
        number: String,
    },
}

/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: PartnerSale,
    said: Said<'_>,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    match words {
        PartnerSale::Add(add) => {
            let claim = claim(work, caller, add).await?;
            terms::actions::must_have_accepted(work, &partner).await?;
            actions::record(work, &partner, &claim, Manner::of(caller, said, None)).await?;
        }
        PartnerSale::List { period } => list_own(work, &partner, period).await?,
        PartnerSale::Show { number } => {
            let sale = actions::own(work, &partner, self::number(&number)?).await?;
            let sale = actions::shown_here(work, &sale).await?;
            work.reply(&render::sale(&sale, SaleEvent::Shown, None));
        }
        PartnerSale::Withdraw { number } => {
            let sale = actions::withdraw(work, &partner, self::number(&number)?).await?;
            let sale = actions::shown_here(work, &sale).await?;
            work.reply(&render::sale(&sale, SaleEvent::Withdrawn, None));
        }
        // Reached only when nothing waits: the root takes an open question first.
        PartnerSale::Confirm => return Err(nothing_to_confirm().into()),
    }
    Ok(())
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlSale,
    said: Said<'_>,
) -> Result<(), Stop> {
    let reviewer = caller.reviewer()?;
    match words {
        ControlSale::Add(words) => return add::for_partner(work, caller, words, said).await,
        ControlSale::Approve { anyway, number } => {
            let over = anyway.then(|| caller.manager()).transpose()?;
            let number = self::number(&number)?;
            if let Some(sale) = actions::approve(work, &reviewer, number, over.as_ref()).await? {
                work.reply(&render::sale(&sale, SaleEvent::Approved, None));
            }
        }
        ControlSale::Reject { number, reason } => {
            let number = self::number(&number)?;
            actions::reject(work, &reviewer, number, reason.as_deref().unwrap_or_default()).await?;
            let sale = actions::known(work, number).await?;
            work.reply(&render::sale(&sale, SaleEvent::Rejected, None));
            return Ok(());
        }
        ControlSale::Void { yes, number, reason } => {
            return void(
                work,
                caller,
                self::number(&number)?,
                reason.as_deref().unwrap_or_default(),
                yes || said.confirmed,
            )
            .await;
        }
        ControlSale::Refund { yes, number, amount, reason } => {
            let reason = reason.as_deref().unwrap_or_default();
            let refund = Refund { number: self::number(&number)?, amount: &amount, reason };
            return self::refund(work, caller, refund, yes || said.confirmed).await;
        }
        ControlSale::Correct(words) => return correct::correct(work, caller, &words, said).await,
        ControlSale::Dispute { number, amount, words } => {
            let words = words.as_deref().unwrap_or_default();
            let number = self::number(&number)?;
            return dispute::dispute(work, caller, number, (&amount, words)).await;
        }
        ControlSale::List { period, status, partner } => {
            return list_all(work, period, status, partner).await;
        }
        ControlSale::Show { number } => {
            let sale = actions::known(work, self::number(&number)?).await?;
            work.reply(&render::for_team(&sale, &work.program.prefix));
        }
    }
    Ok(())
}

async fn void(
    work: &mut Work<'_>,
    caller: &Caller,
    number: SaleNumber,
    reason: &str,
    sure: bool,
) -> Result<(), Stop> {
    let manager = caller.manager()?;
    let sale = actions::voidable(work, number).await?;
    rules::reason(reason)
        .map_err(|no| no.example(format!("sale void {number} the client returned everything")))?;
    if sure {
        let sale = actions::void(work, &manager, number, reason).await?;
        work.reply(&render::sale(&sale, SaleEvent::Voided, None));
        return Ok(());
    }
    let line = format!("sale void {number} {reason}");
    let expires = work.now + work.program.limits.confirm_ms;
    let prompt = render::ask_void(&sale, &line, &work.cause.actor, expires);
    Ok(confirm::ask(work, &line, &prompt).await?)
}

/// # Errors
/// `E-REF` when the text is no sale number.
pub fn number(text: &str) -> Result<SaleNumber, Refusal> {
    text.parse().map_err(|_| rules::no_such_sale())
}

fn nothing_to_confirm() -> Refusal {
    Refusal::new(Code::Confirm, "Nothing waits for a yes here.").example("sale add 1000 EUR Acme")
}

fn period(text: Option<String>) -> Result<Option<Period>, Refusal> {
    text.map(|text| {
        text.parse().map_err(|_| {
            Refusal::new(Code::Date, "A period is written 2026-11, 2026-W47, 2026-Q4, 2026 or all.")
                .example("sale list 2026-11")
        })
    })
    .transpose()
}

async fn list_own(
    work: &mut Work<'_>,
    partner: &Partner,
    words: Option<String>,
) -> Result<(), Stop> {
    let asked = Asked { period: period(words)?, status: None, partner: None, team: false };
    show(work, Some(partner.id()), asked).await
}

async fn list_all(
    work: &mut Work<'_>,
    words: Option<String>,
    status: Option<String>,
    partner: Option<String>,
) -> Result<(), Stop> {
    let period = period(words)?;
    let status = status
        .map(|text| {
            text.parse().map_err(|_| {
                Refusal::new(
                    Code::Usage,
                    "A status is claimed, approved, rejected, withdrawn or voided.",
                )
                .example("sale list --status claimed")
            })
        })
        .transpose()?;
    let partner = match partner {
        Some(text) => {
            let example = "sale list --partner @ana:example.org";
            let user = user_id(&text).map_err(|refusal| refusal.example(example))?;
            let person = access::person(work, &user).await?;
            let row = person.partner.clone().ok_or_else(crate::partners::rules::no_such_partner)?;
            Some(PartnerRef { id: row.id, user_id: Some(row.user_id), name: row.name })
        }
        None => None,
    };
    let of = partner.as_ref().map(|partner| partner.id);
    show(work, of, Asked { period, status, partner, team: true }).await
}

/// `of`: whose sales; for the team the total is of them whole, else of the reader's own parts.
async fn show(work: &mut Work<'_>, of: Option<PartnerId>, asked: Asked) -> Result<(), Stop> {
    let days = asked.period.and_then(|period| work.program.calendar.days(period));
    let of = of.map(|id| id.to_string());
    let which = Which { partner: of.as_deref(), status: asked.status, days };
    let mut listed = store::list(work.tx, which, render::ROWS_MAX).await?;
    if !asked.team {
        for row in &mut listed.newest {
            *row = actions::shown_here(work, row).await?;
        }
    }
    work.reply(&render::list(&listed, asked, (work.program.currency, &work.program.prefix)));
    Ok(())
}
