//! The words of a claim, read in their place; and claims that a manager makes for a partner.
use super::{Add, with};
use crate::industries;
use crate::partners::commands::user_id;
use crate::platform::access::{self, Caller, Manager, Partner, PartnerRow};
use crate::platform::commands::Said;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::text::foreign;
use crate::platform::work::Work;
use crate::playbooks;
use crate::sales::actions::{self, Manner};
use crate::sales::claim::{self, Claim, ClaimPart, Words};
use crate::sales::rules;
use crate::sales::store::SaleRow;
use schema::status::Enrollment;

const EXAMPLE: &str = "sale add 1000 EUR Acme --partner @ana:example.org";

/// What a claim for a partner says.
#[derive(Debug, Clone, clap::Args)]
pub struct ControlAdd {
    /// Whose sale it is
    #[arg(long, value_name = "@user:server")]
    pub partner: Option<String>,
    #[command(flatten)]
    pub add: Add,
}

/// Reads a claim's words in its place.
///
/// # Errors
/// With the code and sentence for what is wrong.
pub async fn claim(work: &mut Work<'_>, caller: &Caller, add: Add) -> Result<Claim, Stop> {
    let partner = caller.partner()?;
    read(work, &partner, caller.place.industry(), add).await
}

async fn read(
    work: &mut Work<'_>,
    partner: &Partner,
    here: Option<&str>,
    add: Add,
) -> Result<Claim, Stop> {
    let words = Words { amount: add.amount, currency: add.currency, client: add.client };
    let (amount, client) = claim::amount_and_client(&words, work.program.currency)?;
    let today = work.today();
    let on = add.on.map_or(Ok(today), |text| claim::day(&text, today))?;
    let named = add.industry.or_else(|| here.map(str::to_owned));
    let industry = match named {
        Some(word) => Some(industries::actions::open_slug(work, &word).await?),
        None => None,
    };
    let playbook = match add.playbook {
        Some(word) => Some(playbooks::actions::declared(work, &word).await?),
        None => None,
    };
    let parts = parts(work, partner, add.with.as_deref()).await?;
    let note = claim::note(add.note)?;
    Ok(Claim { amount, client, industry, on, note, public: add.public, playbook, parts })
}

/// The claimant and those named in `--with`; all must be active partners.
async fn parts(
    work: &mut Work<'_>,
    claimant: &Partner,
    with: Option<&str>,
) -> Result<Vec<ClaimPart>, Stop> {
    let named = match with {
        Some(text) => with::parts(text, &claimant.row().user_id)?,
        None => vec![with::Part { user: None, weight: 1 }],
    };
    let mut parts = Vec::with_capacity(named.len());
    for with::Part { user, weight } in named {
        let row = match user {
            None => claimant.row().clone(),
            Some(user) => {
                let person = access::person(work, &user).await?;
                let active = |row: &&PartnerRow| row.enrollment == Enrollment::Approved;
                person.partner.as_ref().filter(active).cloned().ok_or_else(rules::not_a_partner)?
            }
        };
        parts.push(ClaimPart { partner: row.id, user: row.user_id, name: row.name, weight });
    }
    Ok(parts)
}

/// A manager claims for a partner.
///
/// # Errors
/// When the person may not, or the words do not fit.
pub async fn for_partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: ControlAdd,
    said: Said<'_>,
) -> Result<(), Stop> {
    let manager = caller.manager()?;
    let (partner, claim) = read_for(work, &manager, words).await?;
    let Said { line, confirmed, late, cause, .. } = said;
    let manner = Manner { line, confirmed, as_manager: true, late, cause, deal: None };
    actions::record(work, &partner, &claim, manner).await?;
    Ok(())
}

/// A manager has edited the message that claims for a partner.
///
/// # Errors
/// When the person may not any more, the words do not fit, or name another partner.
pub async fn amend_for(
    work: &mut Work<'_>,
    caller: &Caller,
    sale: &SaleRow,
    words: ControlAdd,
    line: &str,
) -> Result<(), Stop> {
    let manager = caller.manager()?;
    let (partner, claim) = read_for(work, &manager, words).await?;
    if partner.id() != sale.partner_id {
        return Err(not_moved(sale).into());
    }
    let manner = Manner {
        line,
        confirmed: true,
        as_manager: true,
        late: false,
        cause: &sale.cause,
        deal: None,
    };
    actions::amend(work, &partner, sale, &claim, manner).await
}

async fn read_for(
    work: &mut Work<'_>,
    manager: &Manager,
    words: ControlAdd,
) -> Result<(Partner, Claim), Stop> {
    let user = words.partner.as_deref().ok_or_else(whose)?;
    let user = user_id(user).map_err(|refusal| refusal.example(EXAMPLE))?;
    let person = access::person(work, &user).await?;
    let partner = manager.acts_for(&person).ok_or_else(not_active)?;
    match read(work, &partner, None, words.add).await {
        Ok(claim) => Ok((partner, claim)),
        Err(Stop::Refusal(refusal)) => Err(for_whom(refusal, &user).into()),
        Err(fault) => Err(fault),
    }
}

/// What a partner would be told, with the field that a manager needs.
fn for_whom(mut refusal: Refusal, user: &str) -> Refusal {
    let claims = |text: &String| text.starts_with("sale add");
    for text in
        [&mut refusal.example, &mut refusal.usage].into_iter().flatten().filter(|t| claims(t))
    {
        text.push_str(" --partner ");
        text.push_str(user);
    }
    refusal
}

fn whose() -> Refusal {
    let sentence =
        "Whose sale is it? Name the partner; your own you claim in a program room or in our chat.";
    Refusal::new(Code::Usage, sentence).example(EXAMPLE)
}

fn not_active() -> Refusal {
    Refusal::new(Code::Ref, "A sale is claimed for an active partner; `partner list` shows them.")
        .example("partner list")
}

fn not_moved(sale: &SaleRow) -> Refusal {
    let sentence = format!(
        "{} stays with {}: delete your message to withdraw it, and claim anew for somebody else.",
        sale.number,
        foreign(&sale.partner_name)
    );
    Refusal::new(Code::Ref, sentence).example(EXAMPLE)
}
