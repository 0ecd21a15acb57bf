//! That every text has its own place inside the picture whatever people are called and whatever they
//! sold, that colors can be read, and that the pictures are those that were looked at.
use super::scene::{Area, Ink, Text};
use super::*;
use proptest::prelude::*;
use schema::money::{Currency, Money};
use std::path::Path;

fn euro() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn money(minor: i64) -> String {
    Money::new(minor, euro()).to_string()
}

fn bar(rank: u32, name: &str, value: i64, note: &str) -> Bar {
    let (name, note) = (name.to_owned(), note.to_owned());
    Bar { rank: Some(rank), name, value, label: money(value), note, ..Bar::default() }
}

/// A board as programs have it: scripts, a long name, one that the font cannot show, a tie.
fn ten() -> Vec<Bar> {
    vec![
        bar(1, "Ana Larsen", 9_240_000, "▲2"),
        bar(2, "Ben Okafor", 7_105_050, "▼1"),
        bar(2, "Wolfgang Amadeus von und zu Hohenstein-Lichtenberg", 7_105_050, ""),
        bar(4, "Дарья Иванова", 4_000_000, "new"),
        bar(5, "Ελένη Παπαδοπούλου", 2_599_999, "="),
        bar(6, "שלום עולם", 1_800_000, ""),
        bar(7, "Łukasz Żółć 🔥", 950_000, ""),
        bar(8, "Nguyễn Thị Ánh", 420_000, ""),
        bar(9, "a partner", 100_000, ""),
        bar(10, "former partner", 500, ""),
    ]
}

fn points(values: &[i64]) -> Vec<Point> {
    let months =
        ["Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May"];
    let label = |n: usize| months[n % 12].to_owned();
    values.iter().enumerate().map(|(n, value)| Point { label: label(n), value: *value }).collect()
}

fn samples() -> Vec<(&'static str, Scene)> {
    let head = Head { title: "Revenue · 2026-11", under: "Example Partners" };
    let mut own = ten();
    own.push(Bar { own: true, apart: true, ..bar(23, "Kim", -12_300, "") });
    let goal = Goal {
        title: "100 practices before Christmas".to_owned(),
        progress: 6_300_000,
        target: 10_000_000,
        progress_label: money(6_300_000),
        target_label: money(10_000_000),
        notes: vec!["until 2026-12-31".to_owned(), "7 partners together".to_owned()],
    };
    let industry = |name: &str, value, before, note: &str| Bar {
        rank: None,
        before: Some(before),
        ..bar(1, name, value, note)
    };
    let industries = [
        industry("Dental practices", 5_000_000, 4_000_000, "▲25 % · 18 new clients"),
        industry("Legal", 2_100_000, 2_600_000, "▼19 % · 6 new clients"),
        industry("Gyms & studios", 300_000, 0, "new · 3 new clients"),
        industry("No industry", -20_000, 100_000, "▼120 %"),
    ];
    let months = points(&[0, 1_240_000, 900_000, 2_350_000, 2_100_000, 3_999_900]);
    let under = Head { title: "By industry · 2026-11", under: "The mark is 2026-10" };
    let unit = Unit::Money(euro());
    let down = points(&[120_000, -50_000, 0, 35_000, -5_000, 80_000]);
    vec![
        ("board", board_scene(head, &own)),
        ("one", board_scene(head, &[Bar { own: true, ..bar(1, "Ana Larsen", 300, "new") }])),
        ("trend", trend_scene(Head { title: "Your revenue", under: "" }, &down, &unit)),
        ("goal", goal::scene(&goal)),
        ("report", report_scene(head, &months, &unit, (under, &industries))),
    ]
}

/// Texts that leave the picture, or lie on one another.
fn wrong(scene: &Scene) -> Vec<String> {
    let whole = Area::new(2, 2, WIDTH - 2, scene.height - 2);
    let mut wrong = Vec::new();
    for (n, text) in scene.texts.iter().enumerate() {
        let area = text.area();
        let inside = area.x0 >= whole.x0 && area.y0 >= whole.y0;
        if !inside || area.x1 > whole.x1 || area.y1 > whole.y1 {
            wrong.push(format!("{:?} leaves the picture: {area:?}", text.text));
        }
        let others: &[Text] = &scene.texts[n + 1..];
        if let Some(other) = others.iter().find(|other| other.area().meets(&area)) {
            wrong.push(format!("{:?} lies on {:?}", text.text, other.text));
        }
    }
    wrong
}

#[test]
fn samples_are_well_laid_out() {
    for (name, scene) in samples() {
        assert_eq!(wrong(&scene), Vec::<String>::new(), "{name}");
    }
    // The test can fail.
    let mut scene = board_scene(Head::default(), &ten());
    scene.left(MARGIN, 150, NOTE, "on top of it");
    scene.left(WIDTH - 20, 60, NOTE, "over the edge");
    assert!(wrong(&scene).len() >= 2);
}

/// Compared by pixels, so that another way to deflate them is no other picture.
#[test]
fn pictures_are_as_generated() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/pictures");
    for (name, scene) in samples() {
        let file = folder.join(format!("{name}.png"));
        let picture = finished(scene);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &picture.bytes).unwrap();
        }
        let kept = std::fs::read(&file).unwrap_or_default();
        assert!(!kept.is_empty(), "no {name}.png: UPDATE=1 cargo test --workspace -- generated");
        let (now, kept) = (png::tests::decoded(&picture.bytes), png::tests::decoded(&kept));
        assert!(now == kept, "{name}.png has other pixels: look at it, then UPDATE=1");
    }
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    let picture = || board(Head { title: "Revenue", under: "" }, &ten());
    assert_eq!(picture(), picture());
}

#[test]
fn the_largest_pictures_are_small() {
    let wide = "ÅÄÖ@%&#ŴŵŶßẞœŒ Wolfgang Mäßig".repeat(8);
    let bars: Vec<Bar> = (0..11)
        .map(|n| Bar { before: Some(5), ..bar(1_000_000 + n, &wide, 9_007_199_254_740_991, &wide) })
        .collect();
    let head = Head { title: &wide, under: &wide };
    let many = points(&(0..40).map(|n| n * n * 77_777 % 1_000_003).collect::<Vec<_>>());
    let unit = Unit::Money(Currency::parse("CHF").unwrap());
    for picture in [board(head, &bars), report(head, &many, &unit, (head, &bars))] {
        let bytes = picture.bytes.len();
        assert!(bytes <= PICTURE_BYTES_MAX, "{bytes} bytes");
        assert!(picture.width == 780 && picture.height < 1_700, "{}", picture.height);
        assert!(png::tests::decoded(&picture.bytes).palette.len() <= 256);
    }
}

#[test]
fn nothing_to_show_is_a_picture_too() {
    let unit = Unit::Count;
    for picture in [
        board(Head::default(), &[]),
        trend(Head::default(), &[], &unit),
        trend(Head::default(), &points(&[7]), &unit),
        goal(&Goal::default()),
        report(Head::default(), &[], &unit, (Head::default(), &[])),
    ] {
        assert!(png::tests::decoded(&picture.bytes).indices.len() > 780 * 70);
    }
}

/// Relative luminance in millionths, as WCAG defines it.
fn luminance(ink: Ink) -> f64 {
    let linear = |channel: u8| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = ink.rgb().map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: Ink, other: Ink) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn colors_can_be_read() {
    for ink in [Ink::Text, Ink::Muted, Ink::Own] {
        for ground in [Ink::Paper, Ink::OwnGround] {
            assert!(contrast(ink, ground) >= 4.5, "{ink:?} on {ground:?}");
        }
    }
    for ink in [Ink::Bar, Ink::Own, Ink::Negative] {
        for ground in [Ink::Paper, Ink::Track, Ink::OwnGround, Ink::Shade] {
            assert!(contrast(ink, ground) >= 3.0, "{ink:?} on {ground:?}");
        }
    }
    assert!(contrast(Ink::Text, Ink::Bar) >= 3.0, "the mark of the time before on a bar");
    assert!(contrast(Ink::Muted, Ink::Track) >= 3.0 && contrast(Ink::Paper, Ink::Bar) >= 3.0);
}

#[test]
fn bars_are_as_long_as_their_values() {
    let lengths = |values: &[i64]| -> Vec<i32> {
        let bars: Vec<Bar> = values.iter().map(|value| bar(1, "Ana", *value, "")).collect();
        let scene = board_scene(Head::default(), &bars);
        let filled = scene.shapes.iter().filter_map(|shape| match shape {
            scene::Shape::Box { area, ink: Ink::Bar | Ink::Negative, .. } => {
                Some(area.x1 - area.x0)
            }
            _ => None,
        });
        filled.collect()
    };
    let whole = lengths(&[100])[0];
    assert_eq!(lengths(&[100, 50, 1]), [whole, whole / 2, whole / 100]);
    assert_eq!(lengths(&[1_000_000, 1]), [whole, 4], "the smallest is seen");
    assert_eq!(lengths(&[0, 0]), Vec::<i32>::new());
    assert_eq!(lengths(&[300, -100]), [whole * 3 / 4, whole / 4]);
    assert_eq!(lengths(&[-100]), [whole]);
}

fn names() -> impl Strategy<Value = String> {
    let signs = prop::sample::select(vec![
        "👩‍👩‍👧",
        "שלום",
        "مرحبا",
        "中文",
        "é",
        "\u{301}",
        "\u{202e}",
        "W",
        "i",
        " ",
        "Ж",
        "\u{200d}",
        "🏴",
    ]);
    prop_oneof![
        any::<String>(),
        "\\PC{0,40}",
        prop::collection::vec(signs, 0..200).prop_map(|parts| parts.concat()),
        Just("W".repeat(200)),
        Just("Ana".to_owned()),
    ]
}

fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![
        Just(0),
        -1_000_i64..1_000,
        any::<i64>(),
        Just(i64::MIN),
        Just(i64::MAX),
        0_i64..10_000_000_000
    ]
}

prop_compose! {
    fn rows()(
        rank in prop::option::of(any::<u32>()), name in names(), value in amounts(), label in amounts(),
        note in prop_oneof![Just(String::new()), names()], before in prop::option::of(amounts()),
        own in any::<bool>(), apart in any::<bool>(),
    ) -> Bar {
        Bar { rank, name, value, label: money(label.max(-i64::MAX)), note, before, own, apart }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn boards_of_anybody_are_well_laid_out(
        title in names(), under in names(), bars in prop::collection::vec(rows(), 0..14),
    ) {
        let scene = board_scene(Head { title: &title, under: &under }, &bars);
        prop_assert_eq!(wrong(&scene), Vec::<String>::new());
    }

    #[test]
    fn trends_of_anything_are_well_laid_out(
        values in prop::collection::vec(amounts(), 0..30), money in any::<bool>(), label in names(),
    ) {
        let unit = if money { Unit::Money(Currency::parse("CHF").unwrap()) } else { Unit::Count };
        let points: Vec<Point> = values.into_iter().map(|value| Point { label: label.clone(), value }).collect();
        let scene = trend_scene(Head { title: "Revenue", under: "" }, &points, &unit);
        prop_assert_eq!(wrong(&scene), Vec::<String>::new());
    }

    #[test]
    fn goals_of_anything_are_well_laid_out(
        title in names(), progress in amounts(), target in amounts(), label in names(),
        notes in prop::collection::vec(names(), 0..5),
    ) {
        let goal = Goal {
            title, progress, target, progress_label: label.clone(), target_label: label, notes,
        };
        let scene = goal::scene(&goal);
        prop_assert_eq!(wrong(&scene), Vec::<String>::new());
        prop_assert!(goal.percent() < 100 || goal.progress >= goal.target);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    /// Whatever is asked for can be painted.
    #[test]
    fn anything_is_painted(bars in prop::collection::vec(rows(), 0..3), values in prop::collection::vec(amounts(), 0..9)) {
        let picture = report(Head::default(), &points(&values), &Unit::Count, (Head::default(), &bars));
        prop_assert!(picture.bytes.len() <= PICTURE_BYTES_MAX);
    }
}
