//! How roles look.
use super::store::Grant;
use crate::platform::text::{Line, Message};
use schema::card::{Card, Envelope, RoleEvent, RoleGrant, Roles};
use schema::status::Role;

fn card(event: RoleEvent, roles: Vec<RoleGrant>) -> Envelope {
    Envelope::from(Card::from(Roles { event, roles }))
}

#[must_use]
pub fn changed(user: &str, role: Role, event: RoleEvent) -> Message {
    let line = Line::new().code(user);
    let line = match event {
        RoleEvent::Granted => {
            line.plain(&format!(" is a {role} now and is invited to the control room."))
        }
        RoleEvent::Revoked => line.plain(&format!(" is no {role} any more.")),
        RoleEvent::Unchanged | RoleEvent::Shown => {
            line.plain(&format!(" as {role}: nothing to change."))
        }
    };
    let grant = RoleGrant { user_id: user.to_owned(), role, granted_by: None, granted_at: None };
    Message::notice("Roles").line(line).card(&card(event, vec![grant]))
}

#[must_use]
pub fn list(owners: &[String], grants: &[Grant]) -> Message {
    let mut rows: Vec<RoleGrant> = owners
        .iter()
        .map(|user| RoleGrant {
            user_id: user.clone(),
            role: Role::Owner,
            granted_by: None,
            granted_at: None,
        })
        .collect();
    rows.extend(grants.iter().filter_map(|grant| {
        Some(RoleGrant {
            user_id: grant.user_id.clone(),
            role: grant.role.parse().ok()?,
            granted_by: Some(grant.granted_by.clone()),
            granted_at: Some(grant.granted_at),
        })
    }));
    let lines = rows
        .iter()
        .map(|row| Line::new().strong(row.role.as_str()).plain(" ").code(&row.user_id))
        .collect();
    Message::notice("Roles")
        .lines(lines)
        .line("Owners stand in the program's configuration.")
        .card(&card(RoleEvent::Shown, rows))
}
