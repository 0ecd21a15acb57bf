//! What partners may say about mentorship.
use super::actions::{self, pair, requests};
use super::store::{self, MentorshipRow};
use super::{render, rules};
use crate::industries;
use crate::partners::commands::user_id;
use crate::platform::access::{Caller, Partner, Place};
use crate::platform::commands::reaction::Verdict;
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::text::foreign;
use crate::platform::work::Work;
use crate::rooms::rules::RoomKey;
use schema::card::MentorshipStatus;

/// A partner's commands about mentorship.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PartnerMentor {
    /// Offer to be a mentor
    #[command(
        after_help = "mentor offer\nmentor offer --industry dental,legal --capacity 2\nmentor offer --off"
    )]
    Offer {
        /// What you can teach; the industries of your profile when absent
        #[arg(long, value_name = "slug,slug")]
        industry: Option<String>,
        /// Mentees at a time
        #[arg(long, value_name = "n")]
        capacity: Option<String>,
        /// Take the offer back
        #[arg(long)]
        off: bool,
    },
    /// Mentors who fit you
    #[command(after_help = "mentor find\nmentor find --industry dental")]
    Find {
        #[arg(long, value_name = "slug")]
        industry: Option<String>,
    },
    /// Ask somebody to be your mentor
    #[command(after_help = "mentor ask @ben:example.org my first three clinics")]
    Ask {
        #[arg(value_name = "@user:server")]
        user: String,
        #[arg(value_name = "what you want to learn", num_args = 1..)]
        goal: Option<String>,
    },
    /// Say what the two of you work on
    #[command(after_help = "mentor goal three clinics until March")]
    Goal {
        /// Which mentorship, when you have several
        #[arg(long, value_name = "@user:server")]
        with: Option<String>,
        #[arg(value_name = "goal", num_args = 1..)]
        text: Option<String>,
    },
    /// Note that you met; the other side confirms
    #[command(after_help = "mentor log we went through the price list")]
    Log {
        /// Which mentorship, when you have several
        #[arg(long, value_name = "@user:server")]
        with: Option<String>,
        #[arg(value_name = "note", num_args = 1..)]
        note: Option<String>,
    },
    /// End a mentorship, or take a request back
    #[command(after_help = "mentor end\nmentor end thank you for everything")]
    End {
        /// Which mentorship, when you have several
        #[arg(long, value_name = "@user:server")]
        with: Option<String>,
        #[arg(value_name = "note", num_args = 1..)]
        note: Option<String>,
    },
    /// Say how a mentorship was, after its end
    #[command(after_help = "mentor feedback 5 we met every week")]
    Feedback {
        #[arg(value_name = "1-5")]
        score: String,
        #[arg(value_name = "text", num_args = 1..)]
        text: Option<String>,
    },
    /// Your mentorships
    #[command(after_help = "mentor list")]
    List,
}

/// Mentorships that a list shows.
const ROWS_MAX: i64 = 10;

/// # Errors
/// When the person is no partner, or the words do not fit.
pub async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: PartnerMentor,
) -> Result<(), Stop> {
    let partner = caller.partner()?;
    match words {
        PartnerMentor::Offer { off: true, .. } => actions::no_offer(work, &partner).await,
        PartnerMentor::Offer { industry, capacity, .. } => {
            let capacity = rules::capacity(capacity.as_deref())?;
            let industries = match industry {
                Some(list) => Some(industries::actions::open_slugs(work, &list).await?),
                None => None,
            };
            actions::offer(work, &partner, industries, capacity).await
        }
        PartnerMentor::Find { industry } => find(work, caller, &partner, industry).await,
        PartnerMentor::Ask { user, goal } => {
            let goal = goal.map(|text| rules::text(&text, "what you want to learn", ASK));
            requests::ask(work, &partner, &user_id(&user)?, goal.transpose()?).await
        }
        PartnerMentor::Goal { with, text } => {
            let row = active(work, caller, &partner, with).await?;
            let goal = rules::text(text.as_deref().unwrap_or_default(), "what you work on", GOAL)?;
            pair::goal(work, row, goal, pair_of(caller).is_some()).await
        }
        PartnerMentor::Log { with, note } => {
            let row = active(work, caller, &partner, with).await?;
            let note = rules::text(note.as_deref().unwrap_or_default(), "what you did", LOG)?;
            pair::log(work, &partner, &row, note, pair_of(caller).is_some()).await
        }
        PartnerMentor::End { with, note } => {
            let row = open(work, caller, &partner, with).await?;
            let note = note.map(|text| rules::text(&text, "a word", END)).transpose()?;
            pair::end(work, &partner, row, note.as_deref()).await
        }
        PartnerMentor::Feedback { score, text } => {
            feedback(work, caller, &partner, &score, text).await
        }
        PartnerMentor::List => list(work, caller, &partner).await,
    }
}

const ASK: &str = "mentor ask @ben:example.org my first three clinics";
const GOAL: &str = "mentor goal three clinics until March";
const LOG: &str = "mentor log we went through the price list";
const END: &str = "mentor end thank you";

async fn find(
    work: &mut Work<'_>,
    caller: &Caller,
    partner: &Partner,
    industry: Option<String>,
) -> Result<(), Stop> {
    let industry = match industry {
        Some(word) => Some(industries::actions::open_slug(work, &word).await?),
        None => None,
    };
    let mut rows = actions::fitting(work, partner.row(), industry.as_deref(), &[]).await?;
    rows.truncate(rules::matching::SHOWN_MAX);
    let (alone, prefix) = (caller.place.is_direct(), &work.program.prefix);
    work.reply(&render::found(&rows, industry.as_deref(), alone, prefix));
    Ok(())
}

async fn list(work: &mut Work<'_>, caller: &Caller, partner: &Partner) -> Result<(), Stop> {
    if !caller.place.is_direct() {
        return Err(Refusal::new(Code::Room, "Ask me this in a direct chat: it names others.")
            .example("mentor list")
            .into());
    }
    let rows = store::of(work.tx, partner.id(), ROWS_MAX).await?;
    work.reply(&render::list(&rows, partner.id(), &work.program.prefix));
    Ok(())
}

async fn feedback(
    work: &mut Work<'_>,
    caller: &Caller,
    partner: &Partner,
    score: &str,
    text: Option<String>,
) -> Result<(), Stop> {
    if !caller.place.is_direct() {
        return Err(Refusal::new(Code::Room, "Say this in a direct chat with me.")
            .example("mentor feedback 5 we met every week")
            .into());
    }
    let score = rules::stars(score)?;
    let text = text.map(|text| rules::text(&text, "how it was", "mentor feedback 5 good"));
    let text = text.transpose()?.unwrap_or_default();
    let since = work.now - rules::FEEDBACK_MS;
    let ended = |row: &MentorshipRow| {
        row.accepted_at.is_some() && row.ended_at.is_some_and(|at| at >= since)
    };
    let rows = store::of(work.tx, partner.id(), ROWS_MAX).await?;
    let last = rows.into_iter().filter(ended).max_by_key(|row| row.ended_at);
    let Some(row) = last else {
        let sentence = "No mentorship of yours has ended of late.";
        return Err(Refusal::new(Code::Ref, sentence).example("mentor list").into());
    };
    pair::feedback(work, partner, &row, score, &text).await
}

/// The mentorship of the private room in which something is said.
fn pair_of(caller: &Caller) -> Option<String> {
    match &caller.place {
        Place::Kept { key, .. } => match RoomKey::parse(key) {
            Some(RoomKey::Pair(id)) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

/// The one active mentorship that is meant.
async fn active(
    work: &mut Work<'_>,
    caller: &Caller,
    partner: &Partner,
    with: Option<String>,
) -> Result<MentorshipRow, Stop> {
    let row = open(work, caller, partner, with).await?;
    if row.status() == MentorshipStatus::Active {
        return Ok(row);
    }
    let name = foreign(&row.other(partner.id()).name);
    Err(Refusal::new(Code::Ref, format!("{name} has not said yes or no yet."))
        .example("mentor list")
        .into())
}

/// The one that is meant and not over: that of the room, or the only one, or the one named.
async fn open(
    work: &mut Work<'_>,
    caller: &Caller,
    partner: &Partner,
    with: Option<String>,
) -> Result<MentorshipRow, Stop> {
    let here = pair_of(caller);
    if here.is_none() && !caller.place.is_direct() {
        return Err(rules::in_private().into());
    }
    let with = with.map(|text| user_id(&text)).transpose()?;
    let meant = |row: &MentorshipRow| match (&here, &with) {
        (Some(id), _) => row.id.to_string() == *id,
        (None, Some(user)) => row.other(partner.id()).user_id == *user,
        (None, None) => true,
    };
    let mut rows = store::open(work.tx, partner.id()).await?;
    // What others ask of a mentor is answered by ✅ or ❌, not here.
    rows.retain(|row| meant(row) && (row.accepted_at.is_some() || row.mentee.id == partner.id()));
    match rows.len() {
        0 => Err(rules::no_mentorship().into()),
        1 => Ok(rows.remove(0)),
        _ => {
            let user = rows[0].other(partner.id()).user_id.clone();
            let sentence = "You have several; say which one with --with @user.";
            let example = format!("mentor log --with {user} we went through the price list");
            Err(Refusal::new(Code::Usage, sentence).example(example).into())
        }
    }
}

/// A ✅ or ❌ on a request, by the mentor; a ✅ on a session, by the other side. `None` for other
/// messages.
///
/// # Errors
/// A refusal when the mentor has no room left.
pub async fn pressed(
    work: &mut Work<'_>,
    caller: &Caller,
    key: &str,
    verdict: Verdict,
) -> Result<Option<&'static str>, Stop> {
    if let Some(id) = pair::session_of(key) {
        let Ok(partner) = caller.partner() else { return Ok(Some("no authority")) };
        return match verdict {
            Verdict::Yes => Ok(Some(pair::confirm(work, &partner, id).await?)),
            Verdict::No => Ok(Some("declined")),
        };
    }
    let Some(id) = requests::id_of(key) else { return Ok(None) };
    let Some(row) = store::by_id(work.tx, id).await? else { return Ok(Some("no such request")) };
    let partner = match caller.partner() {
        Ok(partner) if partner.id() == row.mentor.id => partner,
        _ => return Ok(Some("no authority")),
    };
    if row.status() != MentorshipStatus::Asked {
        return Ok(Some("decided already"));
    }
    match verdict {
        Verdict::Yes => requests::accept(work, &partner, row).await?,
        Verdict::No => requests::declined(work, row).await?,
    }
    Ok(Some("decided"))
}
