//! What counts as having moved: a playbook's first won sale in an industry it was not written for,
//! an accepted answer to a question of an industry that is not the answering partner's own.
use std::cmp::Reverse;
use std::collections::BTreeMap;

pub const MOVED_MAX: usize = 5;
pub const ROUTES_MAX: usize = 3;
pub const TEMPLATES_MAX: usize = 3;

/// A published playbook that was declared on won sales of an industry, the first of them in the
/// period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstWin {
    pub slug: String,
    pub title: String,
    /// What the playbook names; empty when it is for all.
    pub industries: Vec<String>,
    /// What its author sells in.
    pub author_industries: Vec<String>,
    /// Where the sales were won.
    pub industry: String,
    pub won: i64,
}

/// Accepted answers of the period, by the question's industry and the answering partner's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    pub industry: Option<String>,
    pub helper_industries: Vec<String>,
    pub answers: i64,
}

/// A template that was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub slug: String,
    pub title: String,
    pub uses: i64,
    pub partners: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub slug: String,
    pub title: String,
    pub from: Vec<String>,
    pub to: String,
    pub won: i64,
}

/// Answers that went from one industry to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub from: String,
    pub to: String,
    pub answers: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Insights {
    pub moved: Vec<Moved>,
    pub answered: i64,
    pub across: i64,
    pub routes: Vec<Route>,
    pub templates: Vec<Template>,
}

impl Insights {
    /// Answers within one industry are no news of this kind.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.moved.is_empty() && self.across == 0 && self.templates.is_empty()
    }
}

#[must_use]
pub fn insights(
    wins: Vec<FirstWin>,
    answers: &[Answers],
    mut templates: Vec<Template>,
) -> Insights {
    let mut moved: Vec<Moved> = wins.into_iter().filter_map(moved).collect();
    moved.sort_by(|a, b| (b.won, &a.slug, &a.to).cmp(&(a.won, &b.slug, &b.to)));
    moved.truncate(MOVED_MAX);
    let mut routes = routes(answers);
    let across = routes.iter().map(|route| route.answers).sum();
    routes.truncate(ROUTES_MAX);
    templates.sort_by(|a, b| (b.uses, b.partners, &a.slug).cmp(&(a.uses, a.partners, &b.slug)));
    templates.truncate(TEMPLATES_MAX);
    let answered = answers.iter().map(|row| row.answers).sum();
    Insights { moved, answered, across, routes, templates }
}

/// A playbook without industries comes from where its author sells; without either it comes from
/// everywhere, and cannot move.
fn moved(win: FirstWin) -> Option<Moved> {
    let from = if win.industries.is_empty() { win.author_industries } else { win.industries };
    let news = !from.is_empty() && !from.contains(&win.industry);
    news.then_some(Moved { slug: win.slug, title: win.title, from, to: win.industry, won: win.won })
}

/// The busiest first. A partner who sells in several counts for the first they named.
fn routes(answers: &[Answers]) -> Vec<Route> {
    let mut counts: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for row in answers {
        let Some((to, from)) = row.industry.as_ref().zip(row.helper_industries.first()) else {
            continue;
        };
        if !row.helper_industries.contains(to) {
            *counts.entry((from, to)).or_default() += row.answers;
        }
    }
    let route = |((from, to), answers): ((&str, &str), i64)| Route {
        from: from.to_owned(),
        to: to.to_owned(),
        answers,
    };
    let mut routes: Vec<Route> = counts.into_iter().map(route).collect();
    routes.sort_by_key(|route| Reverse(route.answers));
    routes
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn list(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    pub fn win(slug: &str, own: &[&str], author: &[&str], industry: &str, won: i64) -> FirstWin {
        FirstWin {
            slug: slug.into(),
            title: slug.to_uppercase(),
            industries: list(own),
            author_industries: list(author),
            industry: industry.into(),
            won,
        }
    }

    pub fn answers(industry: Option<&str>, helper: &[&str], answers: i64) -> Answers {
        Answers { industry: industry.map(str::to_owned), helper_industries: list(helper), answers }
    }

    pub fn template(slug: &str, uses: i64, partners: i64) -> Template {
        Template { slug: slug.into(), title: slug.to_uppercase(), uses, partners }
    }

    #[test]
    fn a_playbook_moves_to_an_industry_that_is_neither_its_own_nor_its_authors() {
        let wins = vec![
            win("own", &["dental"], &["gyms"], "dental", 9),
            win("from-author", &[], &["gyms"], "gyms", 9),
            win("homeless", &[], &[], "gyms", 9),
            win("few", &["dental"], &["gyms"], "legal", 1),
            win("back", &["dental"], &["gyms"], "gyms", 2),
            win("author", &[], &["gyms"], "dental", 2),
        ];
        let moved = insights(wins, &[], Vec::new()).moved;
        let shown: Vec<_> =
            moved.iter().map(|row| (row.slug.as_str(), row.from[0].as_str(), &*row.to)).collect();
        assert_eq!(
            shown,
            [("author", "gyms", "dental"), ("back", "dental", "gyms"), ("few", "dental", "legal")]
        );
    }

    #[test]
    fn answers_across_are_counted_by_route() {
        let rows = [
            answers(Some("dental"), &["gyms", "legal"], 2),
            answers(Some("dental"), &["gyms"], 1),
            answers(Some("legal"), &["gyms", "legal"], 7),
            answers(Some("legal"), &[], 1),
            answers(None, &["gyms"], 1),
            answers(Some("gyms"), &["dental"], 1),
        ];
        let found = insights(Vec::new(), &rows, Vec::new());
        assert_eq!((found.answered, found.across), (13, 4));
        let route =
            |from: &str, to: &str, answers| Route { from: from.into(), to: to.into(), answers };
        assert_eq!(found.routes, [route("gyms", "dental", 3), route("dental", "gyms", 1)]);
    }

    #[test]
    fn the_lists_are_short_and_in_order() {
        let wins = (0..9).map(|at| win(&format!("p{at}"), &["dental"], &[], "gyms", at)).collect();
        let names: Vec<String> = (0..9).map(|at| format!("i{at}")).collect();
        let rows: Vec<Answers> =
            names.iter().map(|name| answers(Some(name), &["dental"], 1)).collect();
        let templates = (0..9).map(|at| template(&format!("t{at}"), at, 1)).collect();
        let found = insights(wins, &rows, templates);
        assert_eq!((found.moved.len(), &*found.moved[0].slug), (MOVED_MAX, "p8"));
        assert_eq!((found.routes.len(), found.across), (ROUTES_MAX, 9));
        assert_eq!((found.templates.len(), &*found.templates[0].slug), (TEMPLATES_MAX, "t8"));
    }

    #[test]
    fn nothing_across_is_nothing_to_say() {
        assert!(insights(Vec::new(), &[], Vec::new()).is_empty());
        assert!(
            insights(Vec::new(), &[answers(Some("gyms"), &["gyms"], 5)], Vec::new()).is_empty()
        );
        assert!(
            !insights(Vec::new(), &[answers(Some("gyms"), &["legal"], 1)], Vec::new()).is_empty()
        );
        assert!(!insights(Vec::new(), &[], vec![template("t", 1, 1)]).is_empty());
    }
}
