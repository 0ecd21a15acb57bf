//! How a claim was said.
use crate::platform::access::Caller;
use crate::platform::commands::Said;
use crate::sales::actions::Manner;
use schema::ids::DealNumber;

impl<'a> Manner<'a> {
    /// `deal`: the one that the claim is said to win.
    #[must_use]
    pub fn of(caller: &Caller, said: Said<'a>, deal: Option<DealNumber>) -> Self {
        let Said { line, confirmed, late, cause, .. } = said;
        Self { line, confirmed, as_manager: caller.person.manager, late, cause, deal }
    }
}
