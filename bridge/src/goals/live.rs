//! The open goals as the worker remembers them, so that a sale that is of none costs no read. Dropped
//! whole after a rollback: the rows are the truth.
use super::rules::Terms;
use super::store;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use std::sync::Arc;

/// An open goal, as far as a sale needs it.
#[derive(Debug, Clone)]
pub struct Open {
    pub id: String,
    pub terms: Terms,
    pub target: Option<i64>,
}

#[derive(Default)]
struct Live(Option<Arc<[Open]>>);

/// # Errors
/// When the database refuses.
pub async fn open(work: &mut Work<'_>) -> Result<Arc<[Open]>, Fault> {
    if let Some(open) = &work.memory.cache::<Live>().0 {
        return Ok(open.clone());
    }
    let goals = store::open(work.tx).await?;
    let open: Arc<[Open]> = goals
        .into_iter()
        .map(|goal| Open { terms: goal.terms(), id: goal.id, target: goal.target })
        .collect();
    work.memory.cache::<Live>().0 = Some(open.clone());
    Ok(open)
}

/// A goal was set or is over.
pub fn forget(work: &mut Work<'_>) {
    *work.memory.cache::<Live>() = Live::default();
}
