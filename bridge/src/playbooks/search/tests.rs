//! What the index promises beyond quality, which `tests/tests/all/search.rs` measures: it stays in
//! step with what is put and removed, keeps its limits and takes any text.
use super::index::BODY_CHARS_MAX;
use super::rank::QUERY_WORDS_MAX;
use super::{Doc, Index};
use proptest::prelude::*;

fn doc(slug: &str, title: &str, industries: &[&str]) -> Doc {
    let industries = industries.iter().map(|slug| (*slug).to_owned()).collect();
    Doc { slug: slug.into(), title: title.into(), industries, ..Doc::default() }
}

fn index(docs: impl IntoIterator<Item = Doc>) -> Index {
    let mut index = Index::default();
    docs.into_iter().for_each(|doc| index.put(doc));
    index
}

fn found(index: &Index, query: &str, industry: Option<&str>) -> Vec<String> {
    index.find(query, industry, 5).into_iter().map(|hit| hit.slug).collect()
}

#[test]
fn a_slip_a_part_and_any_order_find() {
    let index =
        index([doc("recall", "Bring back patients", &[]), doc("menu", "Menu margins", &[])]);
    for query in ["patients back", "pateints", "patiens", "patie", "PATIENTS!", "recal", "brng bak"]
    {
        assert_eq!(found(&index, query, None), ["recall"], "{query}");
    }
    for query in ["", " \n", "!?", "🎉", "zzzzqqqq"] {
        assert!(found(&index, query, None).is_empty(), "{query}");
    }
}

#[test]
fn words_written_apart_or_together() {
    let index = index([doc("a", "A waitlist", &[]), doc("b", "Reminders", &[])]);
    assert_eq!(found(&index, "wait list", None), ["a"]);
}

#[test]
fn an_industry_leaves_what_is_for_it_and_for_all() {
    let docs = [
        ("a", vec!["dental"]),
        ("b", vec!["legal", "dental"]),
        ("c", vec!["legal"]),
        ("d", vec![]),
    ];
    let index = index(docs.iter().map(|(slug, industries)| doc(slug, "Reviews", industries)));
    let mut slugs = found(&index, "reviews", Some("dental"));
    slugs.sort();
    assert_eq!(slugs, ["a", "b", "d"]);
    assert_eq!(found(&index, "reviews", None).len(), 4);
}

#[test]
fn between_equals_the_better_outcome_leads() {
    let mut index = index(["a", "b", "c"].map(|slug| doc(slug, "Reviews", &[])));
    assert_eq!(found(&index, "reviews", None), ["a", "b", "c"]);
    index.set_outcome("a", 3, 3);
    index.set_outcome("c", 50, 40);
    assert_eq!(found(&index, "reviews", None), ["c", "a", "b"], "777 777, 714 285, 500 000 ppm");
    index.set_outcome("unknown", 1, 1);
    index.put(Doc { uses: 90, won: 90, summary: "reviews".into(), ..doc("z", "Other", &[]) });
    assert_ne!(found(&index, "reviews", None)[0], "z", "an outcome is no place in the title");
}

#[test]
fn text_beyond_the_limits_is_left_out() {
    let filler = "x ".repeat(BODY_CHARS_MAX / 2);
    let long = |body: String| Doc { body, ..doc("a", "Title", &[]) };
    assert!(found(&index([long(format!("{filler} needle"))]), "needle", None).is_empty());
    assert_eq!(found(&index([long(format!("needle {filler}"))]), "needle", None), ["a"]);
    let many: Vec<String> = (0..QUERY_WORDS_MAX).map(|number| format!("none{number}")).collect();
    let query = format!("{} title", many.join(" "));
    assert!(found(&index([doc("a", "Title", &[])]), &query, None).is_empty());
}

#[test]
fn limit_and_order_are_kept() {
    let index = index((0..50).map(|at| doc(&format!("p{at:02}"), "Reviews", &[])));
    assert_eq!(found(&index, "reviews", None), ["p00", "p01", "p02", "p03", "p04"]);
    assert!(index.find("reviews", None, 0).is_empty());
}

#[test]
fn what_is_removed_leaves_nothing() {
    let mut index = index([doc("a", "Alpha", &["dental"]), doc("b", "Beta", &[])]);
    index.remove("a");
    index.remove("a");
    index.remove("b");
    assert!(index.is_empty() && index.dictionary.is_empty());
    assert!(index.terms.iter().all(|term| term.postings.is_empty()));
}

fn any_doc() -> impl Strategy<Value = Doc> {
    ("[a-f]", "[ab]{0,4}( [ab]{1,5}){0,3}", "\\PC{0,30}", 0..9_i64)
        .prop_map(|(slug, title, body, won)| Doc { body, uses: 9, won, ..doc(&slug, &title, &[]) })
}

proptest! {
    /// Whatever was put and removed before, the index finds what a fresh one finds.
    #[test]
    fn an_index_in_step_is_a_fresh_one(
        steps in prop::collection::vec((any_doc(), any::<bool>()), 1..30),
        queries in prop::collection::vec("[ab]{1,6}( [ab]{1,9})?", 5),
    ) {
        let mut kept = std::collections::BTreeMap::new();
        let mut stepped = Index::default();
        for (doc, put) in steps {
            if put {
                kept.insert(doc.slug.clone(), doc.clone());
                stepped.put(doc);
            } else {
                kept.remove(&doc.slug);
                stepped.remove(&doc.slug);
            }
        }
        let fresh = index(kept.into_values());
        prop_assert_eq!(stepped.len(), fresh.len());
        for query in queries {
            prop_assert_eq!(stepped.find(&query, None, 9), fresh.find(&query, None, 9));
        }
    }

    #[test]
    fn any_text_is_taken(title in "\\PC{0,60}", query in "\\PC{0,60}") {
        let index = index([doc("a", &title, &[])]);
        let _ = index.find(&query, Some("dental"), 5);
        let mut first = None;
        super::words::each(&title, |word| { first.get_or_insert(word.to_owned()); });
        if let Some(word) = first {
            prop_assert_eq!(found(&index, &word, None), ["a"]);
        }
    }
}
