//! What a playbook may be called and hold, and in which order the library shows them.
use super::*;

#[test]
fn the_smoothed_rate_is_the_worked_example_s() {
    let rate = |won, uses| Outcome { uses, won }.rate_ppm();
    assert_eq!((rate(3, 3), rate(40, 50), rate(0, 0)), (714_285, 777_777, 500_000));
    let none = Rating::default();
    let mut names = ["3 of 3", "40 of 50", "unused"];
    names.sort_by_key(|name| {
        let (won, uses) = match *name {
            "3 of 3" => (3, 3),
            "40 of 50" => (40, 50),
            _ => (0, 0),
        };
        order(Outcome { uses, won }, none, name)
    });
    assert_eq!(names, ["40 of 50", "3 of 3", "unused"]);
}

#[test]
fn ratings_are_means_of_hundredths() {
    let x100 = |stars, ratings| Rating { stars, ratings }.x100();
    assert_eq!((x100(0, 0), x100(9, 2), x100(14, 3), x100(5, 1)), (0, 450, 467, 500));
}

#[test]
fn words_have_their_limits() {
    assert!(slug(&"a".repeat(SLUG_CHARS_MAX)).is_ok());
    assert_eq!(slug(&"a".repeat(SLUG_CHARS_MAX + 1)).unwrap_err().code, Code::Long);
    for bad in ["", "-a", "a b", "../secret", "a\u{2215}b", "prüfung"] {
        assert_eq!(slug(bad).unwrap_err().code, Code::Usage, "{bad}");
    }
    assert!(title(&"t".repeat(TITLE_CHARS_MAX)).is_ok());
    assert_eq!(title(&"t".repeat(TITLE_CHARS_MAX + 1)).unwrap_err().code, Code::Long);
    let long = "s".repeat(SUMMARY_CHARS_MAX + 1);
    assert_eq!(summary(Some(&long), "").unwrap_err().code, Code::Long);
    let many = (0..=TAGS_MAX).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(tags(Some(&many)).unwrap_err().code, Code::Long);
    assert_eq!(tags(Some(&"t".repeat(TAG_CHARS_MAX + 1))).unwrap_err().code, Code::Long);
    assert_eq!(tags(Some("Mail, #mail,  cold  call ")).unwrap(), ["mail", "cold call"]);
    assert!(body(&"b".repeat(BODY_BYTES_MAX)).is_ok());
    assert_eq!(body(&"b".repeat(BODY_BYTES_MAX + 1)).unwrap_err().code, Code::Long);
    assert_eq!(body("a\0").unwrap_err().code, Code::Chars);
    assert_eq!(body(" \n# ").unwrap_err().code, Code::Usage);
    let reasons = ["".to_owned(), "r".repeat(REASON_CHARS_MAX + 1)];
    assert!(reasons.iter().all(|text| reason("retire", "a", text).is_err()));
}

#[test]
fn stars_are_one_to_five() {
    for (text, stars_are) in [("1", Some(1)), ("5", Some(5)), ("4★", Some(4)), ("0", None)] {
        assert_eq!(stars("a", text).ok(), stars_are, "{text}");
    }
    for bad in ["6", "-1", "4.5", "five", ""] {
        assert!(stars("a", bad).is_err(), "{bad}");
    }
}

#[test]
fn a_summary_is_the_first_line_that_says_something() {
    assert_eq!(summary(None, "\n# Before\n---\n**Begin** `here`\nmore").unwrap(), "Begin here");
    assert_eq!(summary(None, "# **Begin** `here`").unwrap(), "Begin here");
    assert_eq!(summary(Some("  so  it is "), "x").unwrap(), "so it is");
    assert!(summary(None, &"long ".repeat(100)).unwrap().chars().count() <= 121);
}

#[test]
fn a_search_wants_words_and_says_where_else_to_look() {
    assert_eq!(wanted(Some(" cold mail ")).ok(), Some("cold mail"));
    for none in [None, Some(""), Some("?!"), Some("🎉")] {
        assert_eq!(wanted(none).err().map(|refusal| refusal.code), Some(Code::Usage));
    }
    let long = "x".repeat(WANTED_CHARS_MAX + 1);
    assert_eq!(wanted(Some(&long)).err().map(|refusal| refusal.code), Some(Code::Long));
    assert!(wanted(Some(&long[1..])).is_ok());
    let sentence = |industry, elsewhere| nothing_found("x", industry, elsewhere).sentence;
    assert!(sentence(Some("dental"), 1).contains("but others do: search without --industry"));
    assert!(sentence(Some("dental"), 0).contains("see all for dental"));
    assert!(sentence(None, 0).contains("see all."));
    let long = nothing_found(&"x".repeat(5_000), None, 0).sentence;
    assert!(long.chars().count() < 200, "{long}");
}

#[test]
fn what_just_fits_is_taken() {
    let summary_of = "s".repeat(SUMMARY_CHARS_MAX);
    assert_eq!(summary(Some(&summary_of), ""), Ok(summary_of.clone()));
    let longest = "t".repeat(TAG_CHARS_MAX);
    assert_eq!(tags(Some(&longest)), Ok(vec![longest.clone()]));
    let most: Vec<String> = (0..TAGS_MAX).map(|n| n.to_string()).collect();
    assert_eq!(tags(Some(&most.join(","))), Ok(most));
    assert_eq!(reason("retire", "a", &"ä".repeat(REASON_CHARS_MAX)), Ok(()));
}

#[test]
fn a_summary_that_is_cut_says_so() {
    let fits = "w".repeat(120);
    assert_eq!(summary(None, &fits).as_ref(), Ok(&fits));
    assert_eq!(summary(None, &format!("{fits}w")), Ok(format!("{fits}…")));
}

#[test]
fn only_a_published_playbook_is_used() {
    assert_eq!(usable("cold-mail", PlaybookStatus::Published), Ok(()));
    let retired = usable("cold-mail", PlaybookStatus::Retired).unwrap_err();
    assert!(retired.sentence.starts_with("cold-mail is retired"), "{}", retired.sentence);
    for hidden in [PlaybookStatus::Draft, PlaybookStatus::Review, PlaybookStatus::TakenDown] {
        let refusal = usable("cold-mail", hidden).unwrap_err();
        assert_eq!(refusal, no_such_playbook("cold-mail", None), "{hidden:?} tells that it exists");
    }
}

#[test]
fn a_version_is_decided_once_and_only_while_it_has_a_text() {
    assert_eq!(undecided("cold-mail", false, false), Ok(()));
    let refused = |decided, erased| undecided("cold-mail", decided, erased).unwrap_err();
    assert_eq!(refused(true, false).code, Code::Dup);
    for decided in [false, true] {
        let refusal = refused(decided, true);
        assert_eq!(refusal.code, Code::Ref);
        assert!(refusal.sentence.contains("was erased"), "{}", refusal.sentence);
    }
}
