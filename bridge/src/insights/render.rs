//! The monthly post: what moved between industries, in numbers.
use super::rules::{Insights, Moved, Route, Template};
use crate::leaderboard::render::period_word;
use crate::platform::text::{Line, Message};
use schema::card::{
    AnswersAcross, AnswersRoute, Card, Envelope, Insights as InsightsCard, MovedPlaybook,
    TemplateUses,
};
use schema::period::Period;
use std::collections::HashMap;

const TITLE_CHARS_MAX: usize = 60;

/// `names`: what the industries are called, by slug.
#[must_use]
pub fn post(
    period: Period,
    insights: &Insights,
    names: &HashMap<String, String>,
    prefix: &str,
) -> Message {
    let words = Words { names };
    let title = format!("💡 Across industries · {}", period_word(period));
    let mut message = Message::text(Line::new().plain(&title));
    for row in &insights.moved {
        message = message.line(words.moved(row));
    }
    if insights.across > 0 {
        message = message.lines(words.answers(insights));
    }
    if !insights.templates.is_empty() {
        let lines = insights.templates.iter().map(template);
        let head = Line::new().strong("Most used templates");
        message = message.lines(std::iter::once(head).chain(lines).collect());
    }
    let first = insights.moved.first().map(|row| &row.slug);
    if let Some(slug) = first.or(insights.templates.first().map(|row| &row.slug)) {
        let show = format!("{prefix}playbook show {slug}");
        message = message.line(Line::new().plain("Read one: ").code(&show));
    }
    message.card(&card(period, insights))
}

struct Words<'a> {
    names: &'a HashMap<String, String>,
}

impl Words<'_> {
    fn industry(&self, line: Line, slug: &str) -> Line {
        line.person(self.names.get(slug).map_or(slug, String::as_str))
    }

    fn moved(&self, row: &Moved) -> Line {
        let line =
            Line::new().plain("📘 ").person_cut(&row.title, TITLE_CHARS_MAX).plain(", from ");
        let from = row.from.first().map_or("", String::as_str);
        let line = self.industry(line, from);
        let line = self.industry(line.plain(", now works in "), &row.to);
        line.plain(&format!(": {} won.", count(row.won, "sale")))
    }

    fn answers(&self, insights: &Insights) -> Vec<Line> {
        let Insights { answered, across, .. } = insights;
        let head = format!("{across} of {}", count(*answered, "answer"));
        let head = Line::new().strong(&head).plain(" came from another industry");
        let routes = insights.routes.iter().map(|route| self.route(route));
        std::iter::once(head).chain(routes).collect()
    }

    fn route(&self, route: &Route) -> Line {
        let line = self.industry(Line::new(), &route.from).plain(" → ");
        self.industry(line, &route.to).plain(&format!(": {}", route.answers))
    }
}

fn template(row: &Template) -> Line {
    let times = format!(": {} by {}", count(row.uses, "time"), count(row.partners, "partner"));
    Line::new().person_cut(&row.title, TITLE_CHARS_MAX).plain(&times)
}

/// `1 sale`, `3 sales`
#[must_use]
pub fn count(number: i64, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}

fn card(period: Period, insights: &Insights) -> Envelope {
    let moved = |row: &Moved| MovedPlaybook {
        slug: row.slug.clone(),
        title: row.title.clone(),
        from: row.from.clone(),
        to: row.to.clone(),
        won: row.won,
    };
    let route = |row: &Route| AnswersRoute {
        from: row.from.clone(),
        to: row.to.clone(),
        answers: row.answers,
    };
    let template = |row: &Template| TemplateUses {
        slug: row.slug.clone(),
        title: row.title.clone(),
        uses: row.uses,
        partners: row.partners,
    };
    Envelope::from(Card::from(InsightsCard {
        period,
        moved: insights.moved.iter().map(moved).collect(),
        answers: AnswersAcross {
            answered: insights.answered,
            across: insights.across,
            routes: insights.routes.iter().map(route).collect(),
        },
        templates: insights.templates.iter().map(template).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::rules::insights;
    use super::super::rules::tests::{answers, template, win};
    use super::*;

    fn text(insights: &Insights) -> String {
        let names = [("dental", "Dental practices"), ("gyms", "Gyms & <b>studios</b>")];
        let names = names.map(|(slug, name)| (slug.to_owned(), name.to_owned())).into();
        let message = post("2026-11".parse().unwrap(), insights, &names, "!");
        message.content()["body"].as_str().unwrap_or_default().replace(['\u{2068}', '\u{2069}'], "")
    }

    #[test]
    fn the_post_gives_numbers() {
        let found = insights(
            vec![win("recall", &["dental"], &[], "gyms", 3), win("menu", &["x"], &[], "dental", 1)],
            &[answers(Some("dental"), &["gyms"], 2), answers(Some("dental"), &["dental"], 1)],
            vec![template("offer", 12, 5), template("mail", 1, 1)],
        );
        assert_eq!(
            text(&found),
            "💡 Across industries · 2026-11\n\
             📘 RECALL, from Dental practices, now works in Gyms & <b>studios</b>: 3 sales won.\n\
             📘 MENU, from x, now works in Dental practices: 1 sale won.\n\
             2 of 3 answers came from another industry\n\
             Gyms & <b>studios</b> → Dental practices: 2\n\
             Most used templates\n\
             OFFER: 12 times by 5 partners\n\
             MAIL: 1 time by 1 partner\n\
             Read one: !playbook show recall"
        );
    }

    #[test]
    fn parts_without_facts_are_left_out() {
        let found = insights(Vec::new(), &[answers(Some("gyms"), &["dental"], 1)], Vec::new());
        let text = text(&found);
        assert!(text.ends_with("Dental practices → Gyms & <b>studios</b>: 1"), "{text}");
        assert!(!text.contains("templates") && !text.contains("playbook"), "{text}");
    }
}
