//! Search finds the right playbook. What it takes is measured by `load --only search`.
use bridge::playbooks::search::Index;
use partnerspace_tests::Outcome;
use partnerspace_tests::search::{Quality, SHOWN, playbooks, quality, questions};

const PERMILLE_MIN: usize = 900;

#[test]
fn the_right_one_is_among_the_first() -> Outcome<()> {
    let (playbooks, questions) = (playbooks()?, questions()?);
    assert!(playbooks.len() >= 300 && questions.len() >= 200);
    let mut index = Index::default();
    playbooks.into_iter().for_each(|doc| index.put(doc));
    let (table, missed) = quality(&index, &questions);
    for held_out in [false, true] {
        let mut sum = Quality::default();
        table.iter().filter(|(key, _)| key.1 == held_out).for_each(|(_, row)| sum.add(*row));
        assert!(
            sum.permille() >= PERMILLE_MIN,
            "held out: {held_out}: {} of {} among the first {SHOWN}:\n{}",
            sum.found,
            sum.asked,
            missed.join("\n")
        );
    }
    Ok(())
}

/// The set itself: each question names a playbook, each slug is there once, ten industries.
#[test]
fn the_set_is_whole() -> Outcome<()> {
    let playbooks = playbooks()?;
    let slugs: std::collections::BTreeSet<_> = playbooks.iter().map(|doc| &doc.slug).collect();
    assert_eq!(slugs.len(), playbooks.len());
    for question in questions()? {
        assert!(slugs.contains(&question.slug), "{}", question.slug);
    }
    let industries: std::collections::BTreeSet<_> =
        playbooks.iter().flat_map(|doc| &doc.industries).collect();
    assert_eq!(industries.len(), 10);
    Ok(())
}
