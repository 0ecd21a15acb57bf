//! Charts as PNG pictures, rendered here: data in, bytes out, the same bytes for the same data. They
//! are as wide as a phone at twice its scale and bring their own paper, so that they read in light
//! and dark clients alike. A layout makes a scene of whole pixels; `paint` alone knows of curves.
pub mod actions;
pub mod bars;
mod font;
pub mod goal;
mod paint;
mod png;
mod scene;
pub mod trend;
mod unit;

pub use bars::Bar;
pub use goal::Goal;
pub use trend::Point;
pub use unit::Unit;

use scene::{MARGIN, NOTE, Scene, WIDTH};

/// No picture is larger; a test holds the largest against it.
pub const PICTURE_BYTES_MAX: usize = 100 * 1024;

/// A finished PNG file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// What stands above a chart.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'a> {
    pub title: &'a str,
    /// A second line: people's words such as an industry's name may be in it.
    pub under: &'a str,
}

/// A board: a row for each partner, ten at most and perhaps the asking person's own.
#[must_use]
pub fn board(head: Head<'_>, bars: &[Bar]) -> Picture {
    finished(board_scene(head, bars))
}

/// A line over the months.
#[must_use]
pub fn trend(head: Head<'_>, points: &[Point], unit: &Unit) -> Picture {
    finished(trend_scene(head, points, unit))
}

/// How far a goal has come.
#[must_use]
pub fn goal(goal: &Goal) -> Picture {
    finished(goal::scene(goal))
}

/// A line over time, and under it rows of bars with a title of their own and a last small line.
#[must_use]
pub fn report(head: Head<'_>, points: &[Point], unit: &Unit, rows: (Head<'_>, &[Bar])) -> Picture {
    finished(report_scene(head, points, unit, rows))
}

fn finished(mut scene: Scene) -> Picture {
    scene.height = scene.height.max(2 * MARGIN);
    let pixels = paint::painted(&scene);
    Picture { bytes: png::encoded(&pixels), width: pixels.width, height: pixels.height }
}

fn titled(head: Head<'_>) -> (Scene, i32) {
    let mut scene = Scene::default();
    let shown = |text: &str| font::shown(text).unwrap_or_default();
    let y = scene.head(&shown(head.title), &shown(head.under));
    (scene, y)
}

fn board_scene(head: Head<'_>, bars: &[Bar]) -> Scene {
    let (mut scene, y) = titled(head);
    let end = bars::rows(&mut scene, y, bars);
    scene.height = end + MARGIN * 2 / 3;
    scene
}

fn trend_scene(head: Head<'_>, points: &[Point], unit: &Unit) -> Scene {
    let (mut scene, y) = titled(head);
    let end = trend::line(&mut scene, y, points, unit);
    scene.height = end + MARGIN / 3;
    scene
}

fn report_scene(
    head: Head<'_>,
    points: &[Point],
    unit: &Unit,
    (under, bars): (Head<'_>, &[Bar]),
) -> Scene {
    let (mut scene, y) = titled(head);
    let mut end = trend::line(&mut scene, y, points, unit);
    if !bars.is_empty() {
        let room = WIDTH - 2 * MARGIN;
        let shown = |text: &str| font::shown(text).unwrap_or_default();
        scene.left(MARGIN, end + 36, scene::STRONG, scene::STRONG.cut(&shown(under.title), room));
        scene.left(MARGIN, end + 72, NOTE, NOTE.cut(&shown(under.under), room));
        end = bars::rows(&mut scene, end + 88, bars);
    }
    scene.height = end + MARGIN * 2 / 3;
    scene
}

#[cfg(test)]
mod tests;
