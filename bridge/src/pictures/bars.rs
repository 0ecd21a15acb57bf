//! Rows of bars: who or what, how much, and a bar under both, so that a phone has room for a name.
use super::font;
use super::scene::{Area, BODY, Ink, MARGIN, NOTE, STRONG, Scene, Style, WIDTH, part};

/// Rows in one picture; what is more does not read on a phone.
pub const ROWS_MAX: usize = 10;
const ROW: i32 = 72;
const BAR: i32 = 14;
/// Shorter would not be seen.
const BAR_MIN: i32 = 4;
const GAP: i32 = 16;
/// Before a row that stands apart.
const APART: i32 = 40;
/// In place of a name that the font cannot show.
const ELSEWHERE: &str = "name in the text";

/// One row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bar {
    /// A rank; rows of a board have one.
    pub rank: Option<u32>,
    pub name: String,
    pub value: i64,
    /// The value as people read it.
    pub label: String,
    /// Beside the name: `▲2`, `new`, `12 clients`.
    pub note: String,
    /// A mark on the bar: the value of the time before.
    pub before: Option<i64>,
    /// The asking person's.
    pub own: bool,
    /// Stands apart from the rows above: ranks between were left out.
    pub apart: bool,
}

/// The range that bars share, with 0 in it.
struct Range {
    low: i64,
    span: i64,
    from: i32,
    length: i32,
}

impl Range {
    fn of(bars: &[Bar], from: i32, length: i32) -> Self {
        let values = || bars.iter().flat_map(|bar| [Some(bar.value), bar.before]).flatten();
        let high = values().max().unwrap_or(0).max(0);
        let low = values().min().unwrap_or(0).min(0);
        // Cut off where the two ends lie further apart than can be counted.
        Self { low, span: high.saturating_sub(low), from, length }
    }

    fn at(&self, value: i64) -> i32 {
        self.from
            + part(value.saturating_sub(self.low), self.span, self.length).clamp(0, self.length)
    }
}

/// Puts rows of bars into a scene from `y` on; where the next may begin.
pub fn rows(scene: &mut Scene, y: i32, bars: &[Bar]) -> i32 {
    let bars = &bars[..bars.len().min(ROWS_MAX + 1)];
    let ranks = bars.iter().filter_map(|bar| bar.rank).map(|rank| STRONG.width(&rank.to_string()));
    let indent = ranks.max().map_or(0, |width| width + GAP);
    let left = MARGIN + indent;
    let range = Range::of(bars, left, WIDTH - MARGIN - left);
    let mut y = y;
    for bar in bars {
        if bar.apart {
            scene.left(left, y + 24, NOTE, "…");
            y += APART;
        }
        row(scene, (left, y), &range, bar);
        y += ROW;
    }
    y
}

fn row(scene: &mut Scene, (left, y): (i32, i32), range: &Range, bar: &Bar) {
    if bar.own {
        scene.bar(Area::new(MARGIN - 16, y, WIDTH - MARGIN + 16, y + ROW), 12, Ink::OwnGround);
    }
    let line = y + 38;
    if let Some(rank) = bar.rank {
        let style = if bar.own { STRONG } else { Style { ink: Ink::Muted, ..STRONG } };
        scene.right(left - GAP, line, style, &rank.to_string());
    }
    let label = STRONG.cut(&bar.label, (WIDTH - 2 * MARGIN) / 2);
    scene.right(WIDTH - MARGIN, line, STRONG, &label);
    let room = WIDTH - MARGIN - STRONG.width(&label) - GAP - left;
    names(scene, (left, line), room, bar);
    let top = y + ROW - BAR - 8;
    let whole = Area::new(range.from, top, range.from + range.length, top + BAR);
    scene.bar(whole, BAR / 2, Ink::Track);
    stretch(scene, range, bar, top);
}

/// The name and what stands beside it; the name gives way.
fn names(scene: &mut Scene, (x, y): (i32, i32), room: i32, bar: &Bar) {
    let style = if bar.own { STRONG } else { BODY };
    let parts = [if bar.own { "you" } else { "" }, bar.note.as_str()];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let note = NOTE.cut(&parts.join(" · "), room / 2);
    let taken = if note.is_empty() { 0 } else { NOTE.width(&note) + GAP };
    let (name, style) = match font::shown(&bar.name) {
        Some(name) => (style.cut(&name, room - taken), style),
        None => (NOTE.cut(ELSEWHERE, room - taken), NOTE),
    };
    let end = x + style.width(&name);
    scene.left(x, y, style, name);
    let style = if bar.own { Style { ink: Ink::Own, ..NOTE } } else { NOTE };
    scene.left(end + GAP, y, style, note);
}

fn stretch(scene: &mut Scene, range: &Range, bar: &Bar, top: i32) {
    let (zero, end) = (range.at(0), range.at(bar.value));
    let ink = match (bar.own, bar.value < 0) {
        (_, true) => Ink::Negative,
        (true, false) => Ink::Own,
        (false, false) => Ink::Bar,
    };
    let edge = range.from + range.length;
    if bar.value > 0 {
        let end = end.max(zero + BAR_MIN).min(edge);
        scene.bar(Area::new(zero.min(end - BAR_MIN), top, end, top + BAR), BAR / 2, ink);
    } else if bar.value < 0 {
        let end = end.min(zero - BAR_MIN).max(range.from);
        scene.bar(Area::new(end, top, zero.max(end + BAR_MIN), top + BAR), BAR / 2, ink);
    }
    if let Some(before) = bar.before {
        let at = range.at(before).clamp(range.from, edge - 4);
        scene.bar(Area::new(at, top - 5, at + 4, top + BAR + 5), 0, Ink::Text);
    }
}
