//! Who may do what. The values made here (`Partner`, `Reviewer`, `Manager`, `Owner`) can be made
//! nowhere else; an action that needs one takes it as a parameter, so that a forgotten check does
//! not compile. Authority is the database and the exact user id: being in a room, a power level or
//! a display name grants nothing.
mod place;
pub mod store;

pub use place::Place;

use crate::platform::refusal::{Code, Fault, Refusal};
use crate::platform::work::Work;
use schema::ids::PartnerId;
use schema::status::{Enrollment, Role, TeamRole, Visibility};
use std::collections::HashMap;
use std::sync::Arc;

/// People remembered between inputs.
const PEOPLE_MAX: usize = 4_096;

/// A partner's row as far as authority and replies need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerRow {
    pub id: PartnerId,
    pub user_id: String,
    pub name: String,
    pub enrollment: Enrollment,
    pub visibility: Visibility,
    pub industries: Vec<String>,
    pub timezone: Option<String>,
    pub organization: Option<String>,
    pub since: Option<i64>,
    pub reason: Option<String>,
    /// Offers to be a mentor.
    pub mentoring: bool,
    /// What they are in their organization.
    pub team: Option<TeamRole>,
}

/// What the database says of a user id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub user_id: String,
    pub partner: Option<PartnerRow>,
    pub owner: bool,
    pub manager: bool,
    pub reviewer: bool,
}

/// Holds an approved partner's authority over their own things.
#[derive(Debug, Clone)]
pub struct Partner {
    row: PartnerRow,
}

/// May decide on claims; never on those in which they have a share.
#[derive(Debug, Clone)]
pub struct Reviewer {
    user_id: String,
    partner: Option<PartnerId>,
}

#[cfg(test)]
impl Reviewer {
    /// For tests of rules: outside of them only the database makes one.
    pub fn of(user_id: &str, partner: Option<PartnerId>) -> Self {
        Self { user_id: user_id.to_owned(), partner }
    }
}

#[derive(Debug, Clone)]
pub struct Manager {
    user_id: String,
}

#[derive(Debug, Clone)]
pub struct Owner {
    user_id: String,
}

/// May ask people into an organization and send them away: an approved partner who leads it.
#[derive(Debug, Clone)]
pub struct Lead {
    row: PartnerRow,
    organization: String,
}

/// An open invitation into an organization, as the database has it: its person may come in by it.
#[derive(Debug, Clone)]
pub struct Invitation {
    id: String,
    organization: String,
    user_id: String,
    role: TeamRole,
    by: String,
}

impl Lead {
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.row.user_id
    }
    /// Its short name.
    #[must_use]
    pub fn organization(&self) -> &str {
        &self.organization
    }
}

impl Invitation {
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
    /// The organization's short name.
    #[must_use]
    pub fn organization(&self) -> &str {
        &self.organization
    }
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }
    #[must_use]
    pub fn role(&self) -> TeamRole {
        self.role
    }
    /// Who asked.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.by
    }
}

impl Partner {
    #[must_use]
    pub fn row(&self) -> &PartnerRow {
        &self.row
    }
    #[must_use]
    pub fn id(&self) -> PartnerId {
        self.row.id
    }
}

impl Reviewer {
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }
    /// The partner that this reviewer also is.
    #[must_use]
    pub fn partner(&self) -> Option<PartnerId> {
        self.partner
    }
}

impl Manager {
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// A partner in whose name a manager acts; `None` when they are not active.
    #[must_use]
    pub fn acts_for(&self, person: &Person) -> Option<Partner> {
        let row = person.partner.as_ref()?;
        (row.enrollment == Enrollment::Approved).then(|| Partner { row: row.clone() })
    }
}

impl Owner {
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }
}

/// The person and the place of an input.
#[derive(Debug, Clone)]
pub struct Caller {
    pub person: Arc<Person>,
    pub place: Place,
}

impl Caller {
    /// # Errors
    /// When the person is no approved partner: says how to become one.
    pub fn partner(&self) -> Result<Partner, Refusal> {
        let refused = |sentence: &str| Err(Refusal::new(Code::Auth, sentence));
        match &self.person.partner {
            Some(row) => match row.enrollment {
                Enrollment::Approved => Ok(Partner { row: row.clone() }),
                Enrollment::Pending => refused(
                    "Your application waits for the program's team; you will hear from me here.",
                ),
                Enrollment::Suspended => {
                    refused("Your membership is suspended; please ask the program's team.")
                }
                Enrollment::Rejected | Enrollment::Left => Err(apply_first()),
            },
            None => Err(apply_first()),
        }
    }

    /// # Errors
    /// When the person is no approved partner, or leads no organization.
    pub fn lead(&self) -> Result<Lead, Refusal> {
        let row = self.partner()?.row;
        match (row.organization.clone(), row.team) {
            (Some(organization), Some(TeamRole::Lead)) => Ok(Lead { row, organization }),
            (Some(_), _) => Err(Refusal::new(
                Code::Auth,
                "Only a lead of your organization may do this; `team list` shows who is one.",
            )
            .example("team list")),
            (None, _) => Err(no_team()),
        }
    }

    /// # Errors
    /// When the person may not review.
    pub fn reviewer(&self) -> Result<Reviewer, Refusal> {
        if self.person.reviewer {
            let partner = self.person.partner.as_ref().map(|row| row.id);
            Ok(Reviewer { user_id: self.person.user_id.clone(), partner })
        } else {
            Err(Refusal::new(
                Code::Auth,
                "Only reviewers and managers may do this; an owner can make you one.",
            )
            .example("help"))
        }
    }

    /// # Errors
    /// When the person is no manager.
    pub fn manager(&self) -> Result<Manager, Refusal> {
        if self.person.manager {
            Ok(Manager { user_id: self.person.user_id.clone() })
        } else {
            Err(Refusal::new(Code::Auth, "Only managers may do this; an owner can make you one.")
                .example("help"))
        }
    }

    /// # Errors
    /// When the person is no owner.
    pub fn owner(&self) -> Result<Owner, Refusal> {
        if self.person.owner {
            Ok(Owner { user_id: self.person.user_id.clone() })
        } else {
            Err(Refusal::new(
                Code::Auth,
                "Only an owner may do this; owners stand in the program's configuration.",
            )
            .example("help"))
        }
    }

    /// Whether the person belongs to the program's team at all.
    #[must_use]
    pub fn is_team(&self) -> bool {
        self.person.reviewer
    }

    /// The strongest role, for help and cards.
    #[must_use]
    pub fn role(&self) -> Role {
        if self.person.owner {
            Role::Owner
        } else if self.person.manager {
            Role::Manager
        } else if self.person.reviewer {
            Role::Reviewer
        } else if self.partner().is_ok() {
            Role::Partner
        } else {
            Role::Applicant
        }
    }
}

/// For a partner who belongs to no organization.
#[must_use]
pub fn no_team() -> Refusal {
    Refusal::new(
        Code::Auth,
        "You belong to no organization here; the program's team can put you into one.",
    )
    .example("help")
}

/// The invitation that waits for a person's answer.
///
/// # Errors
/// When the database refuses.
pub async fn invitation(work: &mut Work<'_>, user_id: &str) -> Result<Option<Invitation>, Fault> {
    Ok(store::invitation(work.tx, user_id).await?)
}

fn apply_first() -> Refusal {
    Refusal::new(Code::Auth, "This is for approved partners; apply first.")
        .example("apply I sell to dentists in Vienna")
}

#[derive(Default)]
struct People(HashMap<String, Arc<Person>>);

/// Reads a person, or remembers them.
///
/// # Errors
/// When the database refuses.
pub async fn person(work: &mut Work<'_>, user_id: &str) -> Result<Arc<Person>, Fault> {
    if let Some(person) = work.memory.cache::<People>().0.get(user_id) {
        return Ok(person.clone());
    }
    let partner = store::partner_by_user(work.tx, user_id).await?;
    // What a suspended partner was granted rests until they are reinstated.
    let rests = partner.as_ref().is_some_and(|row| row.enrollment == Enrollment::Suspended);
    let granted = if rests { Vec::new() } else { store::roles(work.tx, user_id).await? };
    let owner = work.program.owners.iter().any(|id| id == user_id);
    let manager = owner || granted.contains(&Role::Manager);
    let reviewer = manager || granted.contains(&Role::Reviewer);
    let person =
        Arc::new(Person { user_id: user_id.to_owned(), partner, owner, manager, reviewer });
    let people = &mut work.memory.cache::<People>().0;
    if people.len() >= PEOPLE_MAX {
        people.clear();
    }
    people.insert(user_id.to_owned(), person.clone());
    Ok(person)
}

/// To be called by whoever changes a partner's row or a role.
pub fn forget(work: &mut Work<'_>, user_id: &str) {
    work.memory.cache::<People>().0.remove(user_id);
}
