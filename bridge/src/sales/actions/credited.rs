//! What follows when a sale's credit has moved and the boards know of it: each capability that lives on
//! credited sales is told here, once an entry.
use crate::badges;
use crate::goals;
use crate::industries;
use crate::ledger::actions::Posted;
use crate::ledger::rules::EntryBody;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::playbooks;
use crate::sales::store::SaleRow;
use crate::{stories, wins};

/// `sale` is as it stands after the entry.
pub(super) async fn credited(
    work: &mut Work<'_>,
    sale: &SaleRow,
    (body, posted): (&EntryBody, &Posted),
) -> Result<(), Fault> {
    let approved = matches!(body, EntryBody::SaleApproved(_));
    wins::actions::credited(work, sale, approved).await?;
    if !wins::rules::stands(sale) {
        stories::actions::sale_gone(work, &sale.id.to_string()).await?;
    }
    goals::actions::credited(work, body).await?;
    playbooks::actions::sale_changed(work, sale.playbook.as_deref()).await?;
    if sale.playbook.is_some() {
        let won = playbooks::actions::Won {
            id: sale.id,
            claimant: sale.partner_id,
            industry: sale.industry.as_deref(),
            counts: sale.voided_at.is_none() && sale.net_minor > 0,
        };
        if approved || !won.counts {
            playbooks::actions::sale_counts(work, won).await?;
        }
    }
    if let Some(industry) = sale.industry.as_deref() {
        work.effects.jobs.push(industries::actions::state_job(industry, work.now));
    }
    badges::actions::credited(work, (body, posted)).await
}
