//! The words of a correction, and the question before it.
use super::{number, with};
use crate::partners::commands::user_id;
use crate::platform::access::{self, Caller, PartnerRow};
use crate::platform::commands::{PROSE, Said};
use crate::platform::confirm;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::sales::actions::{self, Correction};
use crate::sales::claim::{self, ClaimPart};
use crate::sales::store::SaleRow;
use crate::sales::{render, rules};
use schema::card::SaleEvent;
use schema::status::Enrollment;

/// What is to be put right.
#[derive(Debug, Clone, clap::Args)]
pub struct Correct {
    /// Do not ask first
    #[arg(long)]
    pub yes: bool,
    /// What it should be; what is left of it when absent
    #[arg(long, value_name = "amount")]
    pub amount: Option<String>,
    /// Who has which part, all of them; as before when absent
    #[arg(long, value_name = "\"@user weight, …\"")]
    pub parts: Option<String>,
    #[arg(value_name = "S-1")]
    pub number: String,
    #[arg(value_name = "reason", num_args = 1.., value_hint = PROSE)]
    pub reason: Option<String>,
}

pub async fn correct(
    work: &mut Work<'_>,
    caller: &Caller,
    words: &Correct,
    said: Said<'_>,
) -> Result<(), Stop> {
    let manager = caller.manager()?;
    let sale = actions::known(work, number(&words.number)?).await?;
    let number = sale.number;
    let amount = |text: &String| claim::amount(text, sale.amount.currency);
    let amount = words.amount.as_ref().map(amount).transpose()?;
    let parts = match &words.parts {
        Some(text) => Some(parts(work, &sale, text).await?),
        None => None,
    };
    let reason = words.reason.as_deref().unwrap_or_default().trim();
    let example = || format!("sale correct {number} --amount {} a slip", sale.net().plain());
    rules::reason(reason).map_err(|no| no.example(example()))?;
    let wanted = Correction { number, amount, parts, reason };
    let (wrong, right) = actions::corrected(work, &manager, &wanted).await?;
    let line = line(&wanted);
    if words.yes || said.confirmed {
        let sale = actions::correct(work, &manager, &wanted, (said.cause, &line)).await?;
        work.reply(&render::sale(&sale, SaleEvent::Approved, None));
        return Ok(());
    }
    let expires = work.now + work.program.limits.confirm_ms;
    let prompt = render::ask_correct((&wrong, &right), &line, (&work.cause.actor, expires));
    Ok(confirm::ask(work, &line, &prompt).await?)
}

/// The same words once more, as they were understood.
fn line(wanted: &Correction<'_>) -> String {
    let amount = wanted.amount.map(|amount| format!(" --amount {}", amount.plain()));
    let parts = wanted.parts.as_ref().map(|parts| {
        let part = |part: &ClaimPart| format!("{} {}", part.user, part.weight);
        format!(" --parts \"{}\"", parts.iter().map(part).collect::<Vec<_>>().join(", "))
    });
    let [amount, parts] = [amount, parts].map(Option::unwrap_or_default);
    format!("sale correct {}{amount}{parts} {}", wanted.number, wanted.reason)
}

/// Who is named; an active partner, or somebody who had a part before.
async fn parts(work: &mut Work<'_>, sale: &SaleRow, text: &str) -> Result<Vec<ClaimPart>, Stop> {
    let mut parts = Vec::new();
    for (user, weight) in with::all(text)? {
        let user = user_id(&user).map_err(|refusal| refusal.example(EXAMPLE))?;
        let person = access::person(work, &user).await?;
        let had = |row: &PartnerRow| sale.shares.iter().any(|share| share.partner == row.id);
        let fits = |row: &&PartnerRow| row.enrollment == Enrollment::Approved || had(row);
        let row = person.partner.as_ref().filter(fits).cloned().ok_or_else(not_a_partner)?;
        if parts.iter().any(|known: &ClaimPart| known.partner == row.id) {
            let sentence = "Each person is named once in --parts.";
            return Err(Refusal::new(Code::Usage, sentence).example(EXAMPLE).into());
        }
        parts.push(ClaimPart { partner: row.id, user: row.user_id, name: row.name, weight });
    }
    Ok(parts)
}

pub(super) const EXAMPLE: &str =
    "sale correct S-1 --parts \"@ana:example.org 2, @ben:example.org 1\" Ben was forgotten";

fn not_a_partner() -> Refusal {
    let sentence = "Parts go to active partners, and to those who had one.";
    Refusal::new(Code::Ref, sentence).example(EXAMPLE)
}
