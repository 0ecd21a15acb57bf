//! Which steps there are, and what an answer means.
use crate::organizations;
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;
pub use schema::card::OnboardingStep as Step;

/// Questions that nobody goes on with end after these days.
pub const OPEN_DAYS: i64 = 14;
/// Industries shown with a number; more are chosen by their short names.
pub const CHOICES_MAX: usize = 20;
/// People asked in by one message.
pub const PEOPLE_MAX: usize = 20;

/// The steps of a person, in order.
#[must_use]
pub fn steps(lead: bool, has_industries: bool) -> Vec<Step> {
    let mut steps = Vec::with_capacity(3);
    if lead {
        steps.push(Step::Servers);
    }
    if has_industries {
        steps.push(Step::Industries);
    }
    if lead {
        steps.push(Step::People);
    }
    steps
}

/// What is known already of what a lead is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// A lead has said on which homeservers their people are.
    pub servers: bool,
    /// What they sell to themselves.
    pub industries: bool,
    /// There are others, or some are asked in.
    pub people: bool,
}

/// Those of the steps that nobody has answered.
#[must_use]
pub fn unknown(steps: Vec<Step>, known: Known) -> Vec<Step> {
    let is_known = |step: Step| match step {
        Step::Servers => known.servers,
        Step::Industries => known.industries,
        Step::People => known.people,
    };
    steps.into_iter().filter(|step| !is_known(*step)).collect()
}

/// The step after one, in an order that may have changed since it was asked.
#[must_use]
pub fn next(steps: &[Step], step: Step) -> Option<Step> {
    steps.iter().copied().find(|other| *other > step)
}

/// The step before one; the first one stays.
#[must_use]
pub fn back(steps: &[Step], step: Step) -> Step {
    steps.iter().copied().rfind(|other| *other < step).unwrap_or(step)
}

/// Words that go through the questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Skip,
    Back,
    Done,
    Cancel,
}

#[must_use]
pub fn word(text: &str) -> Option<Word> {
    let word = text.trim().trim_end_matches(['.', '!']);
    match word.to_ascii_lowercase().as_str() {
        "skip" => Some(Word::Skip),
        "back" => Some(Word::Back),
        "done" => Some(Word::Done),
        "cancel" => Some(Word::Cancel),
        _ => None,
    }
}

/// An open industry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub slug: String,
    pub name: String,
}

/// The industries that a person names, by number, short name or name, with commas between. `shown`: the
/// short names in the order of the numbers that the person saw.
///
/// # Errors
/// With the first that is none.
pub fn chosen(text: &str, open: &[Choice], shown: &[String]) -> Result<Vec<String>, Refusal> {
    let mut slugs: Vec<String> = Vec::new();
    let words = text.split([',', ';', '\n']).map(str::trim).filter(|word| !word.is_empty());
    for word in words {
        let slug = one(word, open, shown).ok_or_else(|| no_choice(word, open))?;
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
    }
    if slugs.is_empty() {
        return Err(no_choice(text, open));
    }
    Ok(slugs)
}

fn one(word: &str, open: &[Choice], shown: &[String]) -> Option<String> {
    let by_name = open.iter().find(|choice| {
        choice.slug.eq_ignore_ascii_case(word) || choice.name.to_lowercase() == word.to_lowercase()
    });
    if let Some(choice) = by_name {
        return Some(choice.slug.clone());
    }
    let number: usize = word.trim_end_matches('.').parse().ok()?;
    let slug = shown.get(number.checked_sub(1)?)?;
    open.iter().any(|choice| choice.slug == *slug).then(|| slug.clone())
}

fn no_choice(word: &str, open: &[Choice]) -> Refusal {
    let first = open.first().map_or("1", |choice| choice.slug.as_str());
    let sentence = format!(
        "There is no industry {}; name them by number or name, or say skip.",
        foreign(word.trim())
    );
    Refusal::new(Code::Ref, sentence).answer(first)
}

/// The homeservers that a lead names, with commas, spaces or lines between.
///
/// # Errors
/// With the first that is none.
pub fn servers(text: &str) -> Result<Vec<String>, Refusal> {
    let mut servers = Vec::new();
    let words = text.split(|ch: char| matches!(ch, ',' | ';') || ch.is_whitespace());
    for word in words.filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("and")) {
        let name = organizations::rules::server(word).ok().filter(|name| name.contains('.'));
        let Some(name) = name else {
            let sentence = format!(
                "{} is no homeserver: write what stands after the colon in their user ids, or say yes or skip.",
                foreign(word)
            );
            return Err(Refusal::new(Code::Usage, sentence).answer("acme.example"));
        };
        if !servers.contains(&name) {
            servers.push(name);
        }
    }
    Ok(servers)
}

/// The words of a message that names people.
///
/// # Errors
/// When none of them is a person, or there are too many.
pub fn people<'a>(text: &'a str, server: &str) -> Result<Vec<&'a str>, Refusal> {
    let edge = |ch: char| matches!(ch, ',' | ';' | '(' | ')') || ch.is_whitespace();
    let words: Vec<&str> = text.split(edge).filter(|word| word.starts_with('@')).collect();
    let example = format!("@ben:{server}");
    if words.is_empty() {
        let sentence = "Please send the user ids of your people, as many as you like, or say skip.";
        return Err(Refusal::new(Code::Usage, sentence).answer(example));
    }
    if words.len() > PEOPLE_MAX {
        let sentence = format!("At most {PEOPLE_MAX} people in one message; send the rest after.");
        return Err(Refusal::new(Code::Long, sentence).answer(example));
    }
    Ok(words)
}

/// A yes or no where it means nothing.
#[must_use]
pub fn write_servers(server: &str) -> Refusal {
    let sentence = "Then please write all homeservers of your people, or say skip.";
    Refusal::new(Code::Usage, sentence).answer(format!("{server}, other.example"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Vec<Choice> {
        [("dental", "Dental practices"), ("gyms", "Gyms"), ("law", "Law firms, notaries")]
            .map(|(slug, name)| Choice { slug: slug.to_owned(), name: name.to_owned() })
            .to_vec()
    }

    #[test]
    fn steps_follow_one_another_both_ways() {
        let all = steps(true, true);
        assert_eq!(all, [Step::Servers, Step::Industries, Step::People]);
        assert_eq!(next(&all, Step::Servers), Some(Step::Industries));
        assert_eq!((next(&all, Step::People), back(&all, Step::Servers)), (None, Step::Servers));
        assert_eq!(back(&all, Step::People), Step::Industries);
        // Nothing to choose from any more, no lead any more.
        assert_eq!(next(&steps(true, false), Step::Servers), Some(Step::People));
        assert_eq!(next(&steps(false, true), Step::Servers), Some(Step::Industries));
        assert_eq!(steps(false, false), []);
    }

    #[test]
    fn what_is_known_is_not_asked_again() {
        let known = Known { servers: true, industries: false, people: true };
        assert_eq!(unknown(steps(true, true), known), [Step::Industries]);
        assert_eq!(unknown(steps(true, true), Known::default()), steps(true, true));
    }

    #[test]
    fn industries_are_named_in_some_ways() {
        let shown: Vec<String> = ["dental", "gyms"].map(str::to_owned).to_vec();
        let read = |text| chosen(text, &open(), &shown);
        for (said, meant) in [
            ("1", vec!["dental"]),
            ("2, 1.", vec!["gyms", "dental"]),
            ("Dental Practices", vec!["dental"]),
            ("gyms\nLAW, 2", vec!["gyms", "law"]),
        ] {
            assert_eq!(read(said).unwrap(), meant, "{said}");
        }
        for wrong in ["", "0", "3", "-1", "dental and gyms", "yes", ","] {
            assert_eq!(read(wrong).unwrap_err().code, Code::Ref, "{wrong}");
        }
        let gone = &open()[..1];
        assert!(chosen("2", gone, &shown).is_err(), "closed since it was shown");
    }

    #[test]
    fn servers_and_people_are_read_out_of_a_message() {
        assert_eq!(
            servers("Acme.example, beta.example:8448 and acme.example").unwrap(),
            ["acme.example", "beta.example:8448"]
        );
        for wrong in ["https://acme.example", "we have none", "maybe"] {
            assert_eq!(servers(wrong).unwrap_err().code, Code::Usage, "{wrong}");
        }
        assert_eq!(
            people("@ben:a.org, @cy:a.org\n(and @dee:b.org)", "a.org").unwrap(),
            ["@ben:a.org", "@cy:a.org", "@dee:b.org"]
        );
        assert_eq!(people("Ben and Cy", "a.org").unwrap_err().code, Code::Usage);
        let many = "@a:a.org ".repeat(PEOPLE_MAX + 1);
        assert_eq!(people(&many, "a.org").unwrap_err().code, Code::Long);
        assert_eq!(people(&many[9..], "a.org").unwrap().len(), PEOPLE_MAX);
    }

    #[test]
    fn words_go_through_the_questions() {
        assert_eq!((word(" Skip."), word("DONE!")), (Some(Word::Skip), Some(Word::Done)));
        assert_eq!(
            (word("back"), word("cancel"), word("skip it")),
            (Some(Word::Back), Some(Word::Cancel), None)
        );
    }
}
