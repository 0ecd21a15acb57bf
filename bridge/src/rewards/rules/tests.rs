//! Prizes of ties, and which periods a reward is for.
use super::*;
use proptest::prelude::*;

fn places(ranks: &[u32]) -> Vec<Place> {
    let place =
        |(at, rank): (u128, &u32)| Place { partner: PartnerId(at), rank: *rank, may_win: true };
    (0..).zip(ranks).map(place).collect()
}

fn gives(ranks: (u32, u32), prizes: &[i64], points: Option<i64>) -> Gives {
    Gives { ranks, prizes: prizes.to_vec(), points, has_value: false }
}

fn minors(parts: &[Part]) -> Vec<Option<i64>> {
    parts.iter().map(|part| part.minor).collect()
}

#[test]
fn prizes_of_a_tie_are_pooled() {
    let gives = gives((1, 3), &[100_000, 50_000, 25_001], None);
    let found = parts(&gives, &places(&[1, 2, 2, 2, 5]));
    assert_eq!(minors(&found), [100_000, 25_001, 25_000, 25_000].map(Some));
    assert_eq!(found.iter().map(|part| part.rank).collect::<Vec<_>>(), [1, 2, 2, 2]);
    let found = parts(&gives, &places(&[1, 1, 3]));
    assert_eq!(minors(&found), [75_000, 75_000, 25_001].map(Some));
    assert_eq!(minors(&parts(&gives, &places(&[1]))), [Some(100_000)]);
    assert_eq!(parts(&gives, &[]), []);
}

#[test]
fn who_may_not_win_leaves_it_to_those_who_tie() {
    let gives = gives((1, 3), &[900, 600, 300], Some(10));
    let mut all = places(&[1, 2, 2, 4]);
    (all[0].may_win, all[1].may_win) = (false, false);
    let found = parts(&gives, &all);
    let got: Vec<_> = found.iter().map(|part| (part.partner.0, part.minor, part.points)).collect();
    assert_eq!(got, [(2, Some(900), Some(20))]);
}

#[test]
fn a_value_goes_to_each_of_a_tie_and_nothing_to_nobody() {
    let value = Gives { has_value: true, ..gives((2, 2), &[], None) };
    let found = parts(&value, &places(&[1, 2, 2]));
    assert_eq!(found.iter().map(|part| part.partner.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(minors(&found), [None, None]);
    // Three tie for the first place: the second is among theirs.
    assert_eq!(parts(&value, &places(&[1, 1, 1])).len(), 3);
    assert_eq!(parts(&value, &places(&[1, 3])), []);
    // A cent among three is one's.
    assert_eq!(minors(&parts(&gives((1, 1), &[1], None), &places(&[1, 1, 1]))), [Some(1)]);
}

#[test]
fn a_promise_is_for_what_ends_while_it_stands() {
    assert!(is_for(100, (99, None)) && !is_for(100, (100, None)));
    assert!(is_for(100, (0, Some(100))) && !is_for(100, (0, Some(99))));
}

#[test]
fn words_are_read() {
    assert_eq!(ranks("1-3"), Ok((1, 3)));
    assert_eq!(ranks(" 2 "), Ok((2, 2)));
    assert_eq!(ranks("1–3"), Ok((1, 3)));
    assert!(ranks(&format!("1-{RANKS_MAX}")).is_ok());
    for text in ["0", "3-1", "", "-", "1-", "a", "+1", "1-2-3", &format!("1-{}", RANKS_MAX + 1)] {
        assert!(ranks(text).is_err(), "{text}");
    }
    let eur = Currency::parse("EUR").unwrap();
    assert_eq!(prizes("1000, 500, 250.01", (1, 3), eur), Ok(vec![100_000, 50_000, 25_001]));
    for text in
        ["1000, 500", "1000, 500, 0", "1000, 500, -1", "1,000, 500, 1", "1000, 500, 1.001", ""]
    {
        assert!(prizes(text, (1, 3), eur).is_err(), "{text}");
    }
    assert_eq!((points("50"), points("0").is_err()), (Ok(50), true));
    assert!(
        points(&POINTS_MAX.to_string()).is_ok() && points(&(POINTS_MAX + 1).to_string()).is_err()
    );
    assert!(kind("quarter").is_ok() && kind("all").is_err() && kind("day").is_err());
    assert_eq!(title("  Best   of all "), Ok("Best of all".to_owned()));
    assert!(title(" ").is_err() && note(" ").is_err());
    for (read, max) in [(title as fn(&str) -> _, TITLE_CHARS_MAX), (note, NOTE_CHARS_MAX)] {
        assert!(read(&"x".repeat(max)).is_ok() && read(&"x".repeat(max + 1)).is_err());
    }
    assert_eq!(value(" "), Ok(None));
    let long = "x".repeat(VALUE_CHARS_MAX);
    assert!(value(&long).is_ok() && value(&format!("{long}x")).is_err());
}

#[test]
fn a_title_is_the_same_in_small_and_large_letters() {
    assert_eq!(key("Best of the Month"), key("BEST of the month"));
    assert_eq!(key("Größte Öffnung"), key("GRÖßTE ÖFFNUNG"));
    assert_ne!(key("Best of the month"), key("Best of the year"));
}

#[test]
fn a_reward_is_handed_over_or_taken_back_once() {
    let number = RewardNumber(4);
    let over = |is_over, is_gone| fulfillable(&number, is_over, is_gone).err().map(|r| r.sentence);
    assert_eq!(over(false, false), None);
    assert_eq!(over(true, true).as_deref(), Some("R-4 was handed over already."));
    let gone = "R-4 was taken back: nothing is to be handed over.";
    assert_eq!(over(false, true).as_deref(), Some(gone));
    let back = |is_gone, has_some| revocable(&number, is_gone, has_some).is_ok();
    assert_eq!([back(false, true), back(false, false), back(true, true)], [true, false, false]);
    assert_eq!(reason(" not real ").ok(), Some("not real"));
    assert!(reason(" ").is_err() && reason(&"r".repeat(NOTE_CHARS_MAX)).is_ok());
    assert!(reason(&"r".repeat(NOTE_CHARS_MAX + 1)).is_err());
}

proptest! {
    /// Every prize whose place is taken by one who may win goes out, to the cent, and no other.
    #[test]
    fn prizes_go_out_whole(
        scores in prop::collection::vec(1..6_i64, 1..12),
        prizes in prop::collection::vec(1..10_000_i64, 1..6),
        points in 1..100_i64,
    ) {
        let mut scores = scores;
        scores.sort_unstable_by(|a, b| b.cmp(a));
        let rank = |score: &i64| {
            u32::try_from(scores.iter().filter(|other| *other > score).count()).unwrap() + 1
        };
        let ranks: Vec<u32> = scores.iter().map(rank).collect();
        let last = u32::try_from(prizes.len()).unwrap();
        let found = parts(&gives((1, last), &prizes, Some(points)), &places(&ranks));
        let taken = prizes.len().min(scores.len());
        let out: i64 = found.iter().filter_map(|part| part.minor).sum();
        prop_assert_eq!(out, prizes[..taken].iter().sum::<i64>());
        let out: i64 = found.iter().filter_map(|part| part.points).sum();
        prop_assert_eq!(out, points * i64::try_from(taken).unwrap());
        for tied in found.chunk_by(|a, b| a.rank == b.rank) {
            let minors = tied.iter().map(|part| part.minor.unwrap_or_default());
            prop_assert!(minors.clone().max().unwrap() - minors.min().unwrap() <= 1);
        }
    }
}
