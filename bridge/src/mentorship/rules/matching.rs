//! Which mentor fits: first who wins where the mentee does not yet, then who lives near in time, then
//! who has more room.
use jiff::Timestamp;
use jiff::tz::TimeZone;
use schema::ids::PartnerId;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Mentors that a search shows.
pub const SHOWN_MAX: usize = 4;

/// A standing offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentor {
    pub id: PartnerId,
    pub user_id: String,
    pub name: String,
    /// Slugs that they offer; empty for any.
    pub industries: Vec<String>,
    /// Slugs in which they have a counting sale; none where their results are not public.
    pub wins: BTreeSet<String>,
    pub timezone: Option<String>,
    pub capacity: i64,
    pub mentees: i64,
    /// Requests that wait for their answer.
    pub requests: i64,
}

impl Mentor {
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.mentees < self.capacity && self.requests < super::REQUESTS_MAX
    }

    fn offers(&self, industry: &str) -> bool {
        self.industries.is_empty() || self.industries.iter().any(|slug| slug == industry)
    }
}

/// Who looks for a mentor.
#[derive(Debug, Clone)]
pub struct Mentee {
    pub id: PartnerId,
    pub wins: BTreeSet<String>,
    pub timezone: Option<String>,
}

/// A mentor who fits, with the industries in which they win and the mentee does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub mentor: Mentor,
    pub gaps: Vec<String>,
}

/// What a search is narrowed by.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// Slug.
    pub industry: Option<&'a str>,
    /// The program's zone, for those who have named none.
    pub zone: &'a str,
    /// Epoch milliseconds: where clocks stand differs over the year.
    pub now: i64,
}

/// All who fit, the best first.
#[must_use]
pub fn suggestions(mentors: Vec<Mentor>, mentee: &Mentee, search: Search<'_>) -> Vec<Suggestion> {
    let here = offset_minutes(mentee.timezone.as_deref().unwrap_or(search.zone), search.now);
    let mut fit: Vec<Suggestion> = mentors
        .into_iter()
        .filter(|mentor| mentor.id != mentee.id && mentor.has_room())
        .filter(|mentor| search.industry.is_none_or(|slug| mentor.offers(slug)))
        .map(|mentor| Suggestion { gaps: gaps(&mentor, mentee, search.industry), mentor })
        .collect();
    fit.sort_by_key(|one| {
        let mentor = &one.mentor;
        let there = offset_minutes(mentor.timezone.as_deref().unwrap_or(search.zone), search.now);
        (
            Reverse(one.gaps.len()),
            apart(here, there),
            Reverse(mentor.capacity - mentor.mentees),
            mentor.id,
        )
    });
    fit
}

/// Industries in which the mentor wins and the mentee does not, as far as they are offered.
fn gaps(mentor: &Mentor, mentee: &Mentee, industry: Option<&str>) -> Vec<String> {
    mentor
        .wins
        .difference(&mentee.wins)
        .filter(|slug| mentor.offers(slug) && industry.is_none_or(|wanted| *slug == wanted))
        .cloned()
        .collect()
}

fn offset_minutes(zone: &str, now: i64) -> i64 {
    let at = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
    TimeZone::get(zone).map_or(0, |zone| i64::from(zone.to_offset(at).seconds()) / 60)
}

/// Minutes between two clocks, the short way around.
fn apart(one: i64, other: i64) -> i64 {
    const DAY: i64 = 24 * 60;
    let way = (one - other).abs() % DAY;
    way.min(DAY - way)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In summer.
    const JULY: i64 = 1_783_000_000_000;

    fn mentor(id: u128, wins: &[&str], zone: Option<&str>, free: i64) -> Mentor {
        Mentor {
            id: PartnerId(id),
            user_id: format!("@m{id}:x"),
            name: format!("M{id}"),
            industries: Vec::new(),
            wins: wins.iter().map(|slug| (*slug).to_owned()).collect(),
            timezone: zone.map(str::to_owned),
            capacity: free,
            mentees: 0,
            requests: 0,
        }
    }

    fn order(mentors: Vec<Mentor>, industry: Option<&str>) -> Vec<u128> {
        let wins = ["dental".to_owned()].into();
        let mentee = Mentee { id: PartnerId(99), wins, timezone: Some("Europe/Vienna".to_owned()) };
        let search = Search { industry, zone: "Europe/Berlin", now: JULY };
        suggestions(mentors, &mentee, search).into_iter().map(|one| one.mentor.id.0).collect()
    }

    #[test]
    fn gaps_go_before_zones_and_zones_before_room() {
        let all = vec![
            mentor(1, &["dental"], None, 9),
            mentor(2, &["legal"], Some("America/New_York"), 1),
            mentor(3, &["legal", "gyms"], Some("Pacific/Auckland"), 1),
            mentor(4, &["gyms"], Some("Europe/London"), 1),
            mentor(5, &["gyms"], Some("Europe/London"), 2),
        ];
        assert_eq!(order(all, None), [3, 5, 4, 2, 1]);
    }

    #[test]
    fn who_has_no_room_or_does_not_offer_it_is_left_out() {
        let full = Mentor { mentees: 2, ..mentor(1, &["legal"], None, 2) };
        let busy =
            Mentor { requests: super::super::REQUESTS_MAX, ..mentor(2, &["legal"], None, 2) };
        let other =
            Mentor { industries: vec!["gyms".to_owned()], ..mentor(3, &["legal"], None, 2) };
        let own = mentor(99, &["legal"], None, 2);
        assert_eq!(order(vec![full, busy, other.clone(), own], Some("legal")), Vec::<u128>::new());
        assert_eq!(order(vec![other], Some("gyms")), [3]);
    }

    #[test]
    fn clocks_are_compared_the_short_way_around() {
        assert_eq!(apart(13 * 60, -11 * 60), 0);
        assert_eq!(apart(0, 90), 90);
        let half = offset_minutes("Asia/Kolkata", JULY);
        assert_eq!(half, 330);
        assert_eq!(offset_minutes("Nowhere/Else", JULY), 0);
    }

    #[test]
    fn the_same_evening_is_near_on_either_side_of_the_day_s_line() {
        for (one, other, minutes) in
            [(11, -11, 2 * 60), (-11, 11, 2 * 60), (6, -6, 12 * 60), (7, -6, 11 * 60)]
        {
            assert_eq!(apart(one * 60, other * 60), minutes, "{one} and {other}");
        }
    }

    #[test]
    fn who_has_more_room_left_goes_first_however_many_they_take() {
        let busy = Mentor { mentees: 8, ..mentor(1, &["legal"], None, 9) };
        let free = Mentor { mentees: 0, ..mentor(2, &["legal"], None, 2) };
        assert_eq!(order(vec![busy, free], None), [2, 1]);
    }

    #[test]
    fn only_what_a_mentor_offers_and_is_asked_for_is_a_gap() {
        let mentee =
            Mentee { id: PartnerId(99), wins: ["dental".to_owned()].into(), timezone: None };
        let all = mentor(1, &["dental", "gyms", "legal"], None, 2);
        let one = Mentor { industries: vec!["legal".to_owned()], ..all.clone() };
        for (mentor, industry, expected) in [
            (&all, None, vec!["gyms", "legal"]),
            (&all, Some("legal"), vec!["legal"]),
            (&all, Some("dental"), vec![]),
            (&one, None, vec!["legal"]),
            (&one, Some("legal"), vec!["legal"]),
        ] {
            let search = Search { industry, zone: "Europe/Berlin", now: JULY };
            let found = suggestions(vec![mentor.clone()], &mentee, search);
            assert_eq!(found[0].gaps, expected, "{industry:?} of {:?}", mentor.industries);
        }
    }
}
