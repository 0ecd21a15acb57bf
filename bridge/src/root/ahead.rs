//! What each claim of a batch asks for is asked for once, before all of them: every question to the database
//! takes its way there and back.
use super::commands::line_of;
use super::grammars::{PARTNER, Partner};
use crate::clients;
use crate::platform::commands::Parsed;
use crate::platform::inbox::Event;
use crate::platform::inbox::store::Waiting;
use crate::platform::refusal::Fault;
use crate::platform::work::{Memory, Work};
use crate::sales::commands::PartnerSale;
use crate::sales::rules;

/// Remembers which clients that are named are nobody's yet, until [`look_back`].
///
/// # Errors
/// When the database refuses.
pub async fn look_ahead(work: &mut Work<'_>, rows: &[Waiting]) -> Result<(), Fault> {
    let mut names = Vec::new();
    for row in rows {
        let Some(client) = client_of(work, row).await? else { continue };
        let key = rules::client_key(&client);
        names.push((rules::skeleton(&key), key));
    }
    Ok(clients::store::look_ahead(work, &names).await?)
}

/// Forgets it: what follows may have made them.
pub fn look_back(memory: &mut Memory) {
    clients::store::look_back(memory);
}

async fn client_of(work: &mut Work<'_>, row: &Waiting) -> Result<Option<String>, Fault> {
    let Ok(event) = Event::parse(&row.raw) else { return Ok(None) };
    let Some((_, line)) = line_of(work, &event).await? else { return Ok(None) };
    let Parsed::Command(Partner::Sale(PartnerSale::Add(add))) = PARTNER.parse(&line) else {
        return Ok(None);
    };
    Ok(add.client.map(|client| client.split_whitespace().collect::<Vec<_>>().join(" ")))
}
