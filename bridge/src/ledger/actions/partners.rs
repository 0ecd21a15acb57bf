//! The ledger one partner at a time: for whoever replays what it makes of each of them.
use super::super::rules::Sealed;
use super::super::store;
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use schema::ids::PartnerId;

/// The entries in which a partner has credit, in order: `seq` and what it says. Every partner who has any
/// comes once.
///
/// # Errors
/// When the database refuses, an entry cannot be read, or `see` fails.
pub async fn each_partner(
    connection: &mut Conn,
    mut see: impl FnMut(PartnerId, &[(i64, Sealed)]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut group = Group::default();
    store::each_credit(connection, |account, seq, body| {
        if group.account != account {
            group.close(&mut see)?;
            account.clone_into(&mut group.account);
        }
        // Two parts in one entry are two postings of it.
        if group.entries.last().is_none_or(|last| last.0 != seq) {
            let sealed = Sealed::read(body).map_err(|error| Fault::Data(error.to_string()))?;
            group.entries.push((seq, sealed));
        }
        Ok(())
    })
    .await?;
    group.close(&mut see)
}

/// The entries of the account that is being read.
#[derive(Default)]
struct Group {
    account: String,
    entries: Vec<(i64, Sealed)>,
}

impl Group {
    fn close(
        &mut self,
        see: &mut impl FnMut(PartnerId, &[(i64, Sealed)]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let id = self.account.strip_prefix("credit:").and_then(|id| id.parse().ok());
        let bad = || Fault::Data(format!("{} is no partner's account", self.account));
        see(id.ok_or_else(bad)?, &self.entries)?;
        self.entries.clear();
        Ok(())
    }
}
