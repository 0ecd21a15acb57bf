//! The homeserver that a house stands on: the fake, one that tests share, or one of its own.
use super::Ground;
use crate::Outcome;
use crate::fake::{self, Fake, Quirks};
use crate::people::Person;
use crate::registration::Registration;
use crate::synapse::{self, Synapse};

pub enum Homeserver {
    // Boxed: a whole homeserver lives in it.
    Fake(Box<Fake>),
    Shared(&'static Synapse),
    Own(Box<Synapse>),
}

/// How somebody logs in.
pub struct Login {
    pub id: String,
    secret: String,
}

impl Login {
    fn of((id, secret): (String, String)) -> Outcome<Self> {
        Ok(Self { id, secret })
    }
}

impl Homeserver {
    pub(super) async fn of(ground: Ground) -> Outcome<(Self, Registration)> {
        match ground {
            Ground::Synapse => {
                let synapse = synapse::shared().await?;
                return Ok((Self::Shared(synapse), synapse.registration()?));
            }
            Ground::OwnSynapse => {
                let synapse = Synapse::start(1).await?;
                let registration = synapse.registration()?;
                return Ok((Self::Own(Box::new(synapse)), registration));
            }
            Ground::FakeSqlite | Ground::FakePostgres => {}
        }
        let registration = Registration::new(0)?;
        let server = "example.org";
        let file = fake::Registration::from_yaml(&registration.yaml(server))?;
        let fake = Fake::start(server, file, Quirks::default(), 1).await?;
        Ok((Self::Fake(Box::new(fake)), registration))
    }

    /// The real one, where it is one.
    #[must_use]
    pub fn synapse(&self) -> Option<&Synapse> {
        match self {
            Self::Fake(_) => None,
            Self::Shared(synapse) => Some(synapse),
            Self::Own(synapse) => Some(synapse),
        }
    }

    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Fake(fake) => fake.url(),
            Self::Shared(Synapse { url, .. }) => url.clone(),
            Self::Own(synapse) => synapse.url.clone(),
        }
    }

    #[must_use]
    pub fn server_name(&self) -> String {
        match self {
            Self::Fake(fake) => fake.server_name(),
            Self::Shared(Synapse { server_name, .. }) => server_name.clone(),
            Self::Own(synapse) => synapse.server_name.clone(),
        }
    }

    /// A new account. On the shared Synapse, names are kept apart by the program's own prefix.
    pub async fn account(&self, registration: &Registration, name: &str) -> Outcome<Login> {
        match self {
            Self::Fake(fake) => {
                let id = fake.person(name);
                Ok(Login { secret: fake.token(&id), id })
            }
            Self::Shared(synapse) => {
                let name = format!("{name}-{}", registration.alias_prefix);
                Login::of(synapse.account(&name).await?)
            }
            Self::Own(synapse) => Login::of(synapse.account(name).await?),
        }
    }

    pub async fn log_in(&self, login: &Login) -> Outcome<Person> {
        match self {
            Self::Fake(fake) => Ok(Person::with_token(&fake.url(), &login.id, &login.secret)),
            // Much time passes there: a plain client takes it as it comes.
            Self::Own(synapse) if synapse.is_apart() => {
                let token = synapse.token(&login.id, &login.secret).await?;
                Ok(Person::with_token(&synapse.url, &login.id, &token))
            }
            Self::Shared(_) | Self::Own(_) => {
                Person::login(&self.url(), &login.id, &login.secret).await
            }
        }
    }
}
