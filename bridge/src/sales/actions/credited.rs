//! What follows when a sale's credit has moved and the boards know of it: each capability that lives on
//! credited sales is told here, once an entry.
use crate::ledger::actions::Posted;
use crate::ledger::rules::EntryBody;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::playbooks;
use crate::sales::store::SaleRow;

/// `sale` is as it stands after the entry.
pub(super) async fn credited(
    work: &mut Work<'_>,
    sale: &SaleRow,
    _entry: (&EntryBody, &Posted),
) -> Result<(), Fault> {
    playbooks::actions::sale_changed(work, sale.playbook.as_deref()).await
}
