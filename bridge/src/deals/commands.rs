//! What partners and the team may say about registered deals.
mod won;

pub use won::{Won, claim};

use super::actions::{self, Registration};
use super::render::{self, Asked};
use super::rules::{self, Ruling};
use super::store::{self, DealRow, Which, conflicts};
use crate::industries;
use crate::partners::commands::user_id;
use crate::platform::access::{self, Caller, Partner};
use crate::platform::commands::{PROSE, Said};
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::sales::claim::CLIENT_CHARS_MAX;
use crate::sales::rules::{Domain, client_key, domain_of};
use schema::card::{DealEvent, DealStatus, PartnerRef};
use schema::ids::{ConflictNumber, DealNumber, PartnerId};

/// A partner's commands about registered deals.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerDeal {
    /// Have a client to yourself for a time, before you have sold
    #[command(
        after_help = "deal register Acme\ndeal register Acme Ltd --domain acme.com --industry dental --note \"met on the fair\""
    )]
    Register(Register),
    /// More time for a deal, once
    #[command(after_help = "deal extend D-1 they decide in May")]
    Extend {
        #[arg(value_name = "D-1")]
        number: String,
        #[arg(value_name = "<reason>", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Claim the sale that a deal has become
    #[command(
        after_help = "deal won D-1 1000 EUR\ndeal won D-1 2500.50 EUR --on yesterday --playbook cold-mail\ndeal won D-1 1000 EUR --with \"me 3, @ben:example.org 2\""
    )]
    Won(Won),
    /// Your deals
    #[command(after_help = "deal list\ndeal list --status open")]
    List {
        #[arg(long, value_name = "open|contested|won|dropped|lost|ended")]
        status: Option<String>,
    },
    /// One of your deals
    #[command(after_help = "deal show D-1")]
    Show {
        #[arg(value_name = "D-1")]
        number: String,
    },
    /// Give a client up
    #[command(after_help = "deal drop D-1\ndeal drop D-1 they closed")]
    Drop {
        #[arg(value_name = "D-1")]
        number: String,
        #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
}

/// What a registration says.
#[derive(Debug, Clone, clap::Args)]
pub struct Register {
    /// Whom you are selling to
    #[arg(value_name = "<client>", num_args = 1..)]
    pub client: Option<String>,
    /// Their domain: then they are known by it, whatever they are called
    #[arg(long, value_name = "acme.com")]
    pub domain: Option<String>,
    /// The industry, when not in its channel
    #[arg(long, value_name = "slug")]
    pub industry: Option<String>,
    /// A word to the team, for the day on which two name the same client
    #[arg(long, value_name = "text", num_args = 1..)]
    pub note: Option<String>,
}

/// The team's commands about registered deals.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ControlDeal {
    /// Rule on a client that two name: the first keeps it, the second has it, both share it, or none
    #[command(
        after_help = "deal rule C-1 first Ana told us in May\ndeal rule C-1 second Ana has not called since\ndeal rule C-1 shares --weights 2:1 both worked on it\ndeal rule C-1 none it is a public tender"
    )]
    Rule {
        /// The first partner's weight before the colon; equal when absent
        #[arg(long, value_name = "2:1")]
        weights: Option<String>,
        #[arg(value_name = "C-1")]
        number: String,
        #[arg(value_name = "first|second|shares|none")]
        ruling: String,
        #[arg(value_name = "<reason>", num_args = 1.., value_hint = PROSE)]
        reason: Option<String>,
    },
    /// Deals of everyone
    #[command(after_help = "deal list --status contested\ndeal list --partner @ana:example.org")]
    List {
        #[arg(long, value_name = "open|contested|won|dropped|lost|ended")]
        status: Option<String>,
        #[arg(long, value_name = "@user:server")]
        partner: Option<String>,
    },
    /// One deal, or one conflict
    #[command(after_help = "deal show D-1\ndeal show C-1")]
    Show {
        #[arg(value_name = "D-1")]
        number: String,
    },
}

const REGISTER: &str = "deal register Acme --domain acme.com";
const EXTEND: &str = "deal extend D-1 they decide in May";

/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: PartnerDeal,
    said: Said<'_>,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    match words {
        PartnerDeal::Register(words) => {
            let registration = registration(work, caller, words).await?;
            actions::register(work, &partner, &registration).await
        }
        PartnerDeal::Extend { number, reason } => {
            let number = self::number(&number)?;
            let reason = rules::reason(reason.as_deref(), rules::REASON_CHARS_MAX, EXTEND)?;
            let deal = actions::extend(work, &partner, number, &reason).await?;
            answer(work, &deal, DealEvent::Extended).await
        }
        PartnerDeal::Won(words) => won::won(work, caller, words, said).await,
        PartnerDeal::List { status } => list_own(work, &partner, status).await,
        PartnerDeal::Show { number } => {
            let deal = actions::own(work, &partner, self::number(&number)?).await?;
            show(work, &deal).await
        }
        PartnerDeal::Drop { number, reason } => {
            let number = self::number(&number)?;
            let reason = reason.map(|text| {
                rules::fits(text.trim(), "A reason", rules::REASON_CHARS_MAX, "deal drop D-1")
            });
            let reason = reason.transpose()?.filter(|text| !text.is_empty());
            let deal = actions::drop(work, &partner, number, reason.as_deref()).await?;
            answer(work, &deal, DealEvent::Dropped).await
        }
    }
}

async fn answer(work: &mut Work<'_>, deal: &DealRow, event: DealEvent) -> Result<(), Stop> {
    let shown = actions::shown_here(work, deal).await?;
    work.reply(&render::deal(&shown, event, work.now));
    Ok(())
}

async fn registration(
    work: &mut Work<'_>,
    caller: &Caller,
    words: Register,
) -> Result<Registration, Stop> {
    let client = words.client.unwrap_or_default();
    let client = client.split_whitespace().collect::<Vec<_>>().join(" ");
    if client.is_empty() {
        return Err(Refusal::new(Code::Usage, "Who is the client? Their name comes first.")
            .example(REGISTER)
            .into());
    }
    let client = rules::fits(&client, "A client's name", CLIENT_CHARS_MAX, REGISTER)?;
    let name_key = client_key(&client);
    let key = match words.domain.as_deref().map(|text| (text, domain_of(text))) {
        Some((_, Domain::Known(domain))) => domain,
        Some((text, Domain::None)) => return Err(rules::no_domain(text).into()),
        // Of no use to tell clients apart.
        Some((_, Domain::FreeMail)) | None => name_key.clone(),
    };
    let named = words.industry.or_else(|| caller.place.industry().map(str::to_owned));
    let industry = match named {
        Some(word) => Some(industries::actions::open_slug(work, &word).await?),
        None => None,
    };
    let note =
        words.note.map(|text| rules::fits(text.trim(), "A note", rules::NOTE_CHARS_MAX, REGISTER));
    let note = note.transpose()?.filter(|text| !text.is_empty());
    Ok(Registration { client, key, name_key, industry, note })
}

/// # Errors
/// When the person may not, or the words do not fit.
pub async fn control(work: &mut Work<'_>, caller: &Caller, words: ControlDeal) -> Result<(), Stop> {
    let reviewer = caller.reviewer()?;
    match words {
        ControlDeal::Rule { weights, number, ruling, reason } => {
            let manager = caller.manager()?;
            let conflict = conflict_number(&number)?;
            let kind = rules::ruling(&ruling)?;
            let weights = rules::weights(weights.as_deref(), kind)?;
            let example = format!("deal rule {conflict} {kind} Ana told us in May");
            let limit = rules::RULING_REASON_CHARS_MAX;
            let reason = rules::reason(reason.as_deref(), limit, &example)?;
            let ruling = Ruling { kind, weights, reason, by: manager.user_id().to_owned() };
            let who = (&manager, &reviewer);
            let (conflict, first) = actions::rule(work, who, conflict, &ruling).await?;
            work.reply(&render::ruled_reply(&first, &conflict, work.now));
            Ok(())
        }
        ControlDeal::List { status, partner } => list_all(work, status, partner).await,
        ControlDeal::Show { number } => match number.parse::<ConflictNumber>() {
            Ok(number) => {
                let (conflict, first) = actions::known_conflict(work, number).await?;
                work.reply(&render::conflict(&first, &conflict, work.now));
                Ok(())
            }
            Err(_) => {
                let deal = actions::known(work, self::number(&number)?).await?;
                show_whole(work, &deal).await
            }
        },
    }
}

/// # Errors
/// `E-REF` when the text is no deal's number.
pub fn number(text: &str) -> Result<DealNumber, Refusal> {
    text.parse().map_err(|_| rules::no_such_deal())
}

fn conflict_number(text: &str) -> Result<ConflictNumber, Refusal> {
    text.parse().map_err(|_| rules::no_such_conflict())
}

fn status(text: Option<String>) -> Result<Option<DealStatus>, Refusal> {
    let text = text.map(|text| text.parse());
    text.transpose().map_err(|_| {
        let sentence = "A status is open, contested, won, dropped, lost or ended.";
        Refusal::new(Code::Usage, sentence).example("deal list --status open")
    })
}

async fn show(work: &mut Work<'_>, deal: &DealRow) -> Result<(), Stop> {
    let shown = actions::shown_here(work, deal).await?;
    show_whole(work, &shown).await
}

async fn show_whole(work: &mut Work<'_>, deal: &DealRow) -> Result<(), Stop> {
    let open = conflicts::open_on(work.tx, deal.id).await?;
    let own = conflicts::of_deal(work.tx, deal.id).await?;
    let waiting: Vec<_> = open.iter().chain(&own).map(|conflict| conflict.number).collect();
    let reason = conflicts::last_reason(work.tx, deal.id).await?;
    work.reply(&render::shown(deal, &waiting, reason.as_deref(), work.now));
    Ok(())
}

async fn list_own(
    work: &mut Work<'_>,
    partner: &Partner,
    words: Option<String>,
) -> Result<(), Stop> {
    let status = status(words)?;
    listed(work, Some(partner.id()), Asked { status, partner: None, team: false }).await
}

async fn list_all(
    work: &mut Work<'_>,
    words: Option<String>,
    partner: Option<String>,
) -> Result<(), Stop> {
    let status = status(words)?;
    let partner = match partner {
        Some(text) => {
            let example = "deal list --partner @ana:example.org";
            let user = user_id(&text).map_err(|refusal| refusal.example(example))?;
            let person = access::person(work, &user).await?;
            let row = person.partner.clone().ok_or_else(crate::partners::rules::no_such_partner)?;
            Some(PartnerRef { id: row.id, user_id: Some(row.user_id), name: row.name })
        }
        None => None,
    };
    let id = partner.as_ref().map(|partner| partner.id);
    listed(work, id, Asked { status, partner, team: true }).await
}

/// `of`: whose deals.
async fn listed(work: &mut Work<'_>, of: Option<PartnerId>, asked: Asked) -> Result<(), Stop> {
    let id = of.map(|id| id.to_string());
    let which = Which { partner: id.as_deref(), now: work.now, status: asked.status };
    let mut listed = store::list(work.tx, which, render::ROWS_MAX).await?;
    if !asked.team {
        for row in &mut listed.newest {
            *row = actions::shown_here(work, row).await?;
        }
    }
    let waiting = conflicts::waiting(work.tx, of).await?;
    let prefix = work.program.prefix.clone();
    work.reply(&render::list(&listed, &waiting, asked, (work.now, &prefix)));
    Ok(())
}
