//! A line over the months, with its axis and its values.
use super::font::Weight;
use super::scene::{Area, Ink, MARGIN, NOTE, SMALL, Scene, Shape, Style, WIDTH, part};
use super::unit::Unit;

/// Points in one line.
pub const POINTS_MAX: usize = 24;
const HEIGHT: i32 = 300;
/// Lines of the grid, at most, above and below zero together.
const TICKS_MAX: i64 = 5;
const GAP: i32 = 14;
/// The width of a time under the axis.
const LABEL_MAX: i32 = 160;
const VALUE: Style = Style { size: SMALL, weight: Weight::Bold, ink: Ink::Text };

/// One time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Under the axis: `Nov`, `W47`.
    pub label: String,
    pub value: i64,
}

/// The way up of an axis: its lines.
struct Axis {
    low: i64,
    high: i64,
    step: i64,
}

impl Axis {
    /// Round steps of 1, 2 or 5 that hold all values and 0.
    fn of(points: &[Point]) -> Self {
        let high = points.iter().map(|point| point.value).max().unwrap_or(0).max(0);
        let low = points.iter().map(|point| point.value).min().unwrap_or(0).min(0);
        let mut steps = (0..18).flat_map(|power| [1, 2, 5].map(|one| one * 10_i64.pow(power)));
        let fits = |step: &i64| {
            let lines = i128::from(high).div_euclid(i128::from(*step)) + 1
                - i128::from(low).div_euclid(i128::from(*step));
            lines < i128::from(TICKS_MAX)
        };
        let step = steps.find(fits).unwrap_or(10_i64.pow(18));
        let up = high.div_euclid(step) + i64::from(high.rem_euclid(step) > 0);
        let high = up.saturating_mul(step).max(if low == 0 { step } else { 0 });
        let down = low.div_euclid(step);
        // The lowest point has its value under it.
        let foot = down.saturating_mul(step).saturating_add(step / 2);
        let down = if low < 0 && low < foot { down - 1 } else { down };
        Self { low: down.saturating_mul(step), high, step }
    }

    fn lines(&self) -> impl Iterator<Item = i64> {
        let count = (i128::from(self.high) - i128::from(self.low)) / i128::from(self.step);
        let count = i64::try_from(count).unwrap_or(0).min(TICKS_MAX + 2);
        let (low, step) = (self.low, self.step);
        (0..=count).map(move |n| low.saturating_add(n.saturating_mul(step)))
    }

    fn at(&self, value: i64, top: i32, bottom: i32) -> i32 {
        let span = self.high.saturating_sub(self.low);
        let up = part(value.saturating_sub(self.low), span, bottom - top);
        bottom - up.clamp(0, bottom - top)
    }
}

/// Puts a line into a scene from `y` on; where the next may begin.
pub fn line(scene: &mut Scene, y: i32, points: &[Point], unit: &Unit) -> i32 {
    let points = &points[points.len().saturating_sub(POINTS_MAX)..];
    let axis = Axis::of(points);
    let (top, bottom) = (y + 40, y + 40 + HEIGHT);
    let labels: Vec<(i64, String)> = axis.lines().map(|at| (at, unit.short(at))).collect();
    let wide = labels.iter().map(|(_, label)| NOTE.width(label)).max().unwrap_or(0);
    let (left, right) = (MARGIN + wide + GAP, WIDTH - MARGIN);
    for (value, label) in &labels {
        let at = axis.at(*value, top, bottom);
        let ink = if *value == 0 { Ink::Muted } else { Ink::Grid };
        scene.bar(Area::new(left, at - 1, right, at + 1), 0, ink);
        scene.right(left - GAP, at + 8, NOTE, label);
    }
    let spots = spots(points, &axis, (left, right), (top, bottom));
    let zero = axis.at(0, top, bottom);
    drawn(scene, &spots, zero);
    words(scene, points, &spots, (left, right), (bottom, unit));
    bottom + 56
}

fn spots(
    points: &[Point],
    axis: &Axis,
    (left, right): (i32, i32),
    (top, bottom): (i32, i32),
) -> Vec<(i32, i32)> {
    let slots = i32::try_from(points.len()).unwrap_or(1).max(1);
    let place = |n: usize| {
        let n = i32::try_from(n).unwrap_or(0);
        left + (right - left) * (2 * n + 1) / (2 * slots)
    };
    let spot = |(n, point): (usize, &Point)| (place(n), axis.at(point.value, top, bottom));
    points.iter().enumerate().map(spot).collect()
}

/// The shade down to zero, the line, and a dot for each point.
fn drawn(scene: &mut Scene, spots: &[(i32, i32)], zero: i32) {
    if let (Some(first), Some(last)) = (spots.first(), spots.last())
        && spots.len() > 1
    {
        let foot = [(last.0, zero), (first.0, zero)];
        let points = spots.iter().copied().chain(foot).collect();
        scene.shapes.insert(0, Shape::Polygon { points, ink: Ink::Shade });
        scene.shapes.push(Shape::Line { points: spots.to_vec(), width: 5, ink: Ink::Bar });
    }
    for (x, y) in spots {
        scene.shapes.push(Shape::Dot { x: *x, y: *y, radius: 9, ink: Ink::Paper });
        scene.shapes.push(Shape::Dot { x: *x, y: *y, radius: 7, ink: Ink::Bar });
    }
}

/// The values at their points and the times under the axis: as many as have room, the last always.
fn words(
    scene: &mut Scene,
    points: &[Point],
    spots: &[(i32, i32)],
    edges: (i32, i32),
    (bottom, unit): (i32, &Unit),
) {
    let values: Vec<String> = points.iter().map(|point| unit.short(point.value)).collect();
    let labels: Vec<String> =
        points.iter().map(|point| NOTE.cut(&point.label, LABEL_MAX)).collect();
    let slot = (edges.1 - edges.0) / i32::try_from(points.len()).unwrap_or(1).max(1);
    let mut free = edges.1;
    for n in kept(&values, VALUE, slot) {
        let (x, y) = spots[n];
        let (from, to) = span(x, VALUE.width(&values[n]), edges);
        if to > free {
            continue;
        }
        free = from - GAP / 2;
        let down = if is_valley(spots, n) && y + 56 <= bottom { 62 } else { 0 };
        plate(scene, Area::new(from, y - 44 + down, to, y - 13 + down));
        scene.left(from, y - 20 + down, VALUE, values[n].as_str());
    }
    let mut free = edges.1;
    for n in kept(&labels, NOTE, slot) {
        let (from, to) = span(spots[n].0, NOTE.width(&labels[n]), edges);
        if to > free {
            continue;
        }
        free = from - GAP / 2;
        scene.left(from, bottom + 40, NOTE, labels[n].as_str());
    }
}

/// Which of the words are said, the last first: evenly, so that none touches the next.
fn kept(words: &[String], style: Style, slot: i32) -> impl Iterator<Item = usize> + use<> {
    let wide = words.iter().map(|word| style.width(word)).max().unwrap_or(0) + 8;
    let every = usize::try_from((wide + slot.max(1) - 1) / slot.max(1)).unwrap_or(1).max(1);
    let last = words.len().saturating_sub(1);
    (0..words.len()).rev().filter(move |n| (last - n).is_multiple_of(every))
}

/// Lower than what stands beside it: a word above would lie on the line.
fn is_valley(spots: &[(i32, i32)], n: usize) -> bool {
    let lower = |other: Option<&(i32, i32)>| other.is_none_or(|(_, y)| *y < spots[n].1);
    let before = n.checked_sub(1).and_then(|n| spots.get(n));
    spots.len() > 1 && lower(before) && lower(spots.get(n + 1))
}

fn span(x: i32, width: i32, (left, right): (i32, i32)) -> (i32, i32) {
    let from = (x - width / 2).min(right - width).max(left);
    (from, from + width)
}

/// The ground of a value, so that no line runs through it.
fn plate(scene: &mut Scene, area: Area) {
    let Area { x0, y0, x1, y1 } = area;
    scene.bar(Area::new(x0 - 5, y0 + 4, x1 + 5, y1), 6, Ink::Paper);
}
