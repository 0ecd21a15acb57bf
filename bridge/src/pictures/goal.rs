//! How far a goal has come.
use super::font::{self, Weight};
use super::scene::{Area, Ink, MARGIN, NOTE, SMALL, STRONG, Scene, Style, WIDTH, part};

const HUGE: Style = Style { size: 76, weight: Weight::Bold, ink: Ink::Text };
const BAR: i32 = 36;

/// A goal, its numbers also as people read them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Goal {
    pub title: String,
    pub progress: i64,
    pub target: i64,
    /// `€63,000`
    pub progress_label: String,
    /// `€100,000`
    pub target_label: String,
    /// One short line each: `until 2026-12-31`, `7 partners, €9,000 each`.
    pub notes: Vec<String>,
}

/// Notes that have room.
pub const NOTES_MAX: usize = 3;
const PERCENT_MAX: i64 = 9_999;

impl Goal {
    /// Whole percents of the target, cut off: 100 is reached and not before.
    #[must_use]
    pub fn percent(&self) -> i64 {
        if self.target <= 0 {
            return 0;
        }
        let percent = i128::from(self.progress.max(0)) * 100 / i128::from(self.target);
        i64::try_from(percent).unwrap_or(PERCENT_MAX).min(PERCENT_MAX)
    }
}

#[must_use]
pub fn scene(goal: &Goal) -> Scene {
    let mut scene = Scene::default();
    let title = font::shown(&goal.title).unwrap_or_else(|| "Goal".to_owned());
    let y = scene.head(&title, "");
    let room = WIDTH - 2 * MARGIN;
    let percent = format!("{} %", goal.percent());
    scene.left(MARGIN, y + 78, HUGE, percent.as_str());
    let right = room - HUGE.width(&percent) - 40;
    scene.right(WIDTH - MARGIN, y + 44, STRONG, &STRONG.cut(&goal.progress_label, right));
    let of = format!("of {}", goal.target_label);
    scene.right(WIDTH - MARGIN, y + 78, NOTE, &NOTE.cut(&of, right));
    let top = y + 110;
    progress(&mut scene, goal, top);
    let mut y = top + BAR + 44;
    for note in goal.notes.iter().filter_map(|note| font::shown(note)).take(NOTES_MAX) {
        y += 36;
        scene.left(MARGIN, y, NOTE, NOTE.cut(&note, room));
    }
    scene.height = y + 36;
    scene
}

/// The bar, with a mark at each quarter.
fn progress(scene: &mut Scene, goal: &Goal, top: i32) {
    let room = WIDTH - 2 * MARGIN;
    scene.bar(Area::new(MARGIN, top, WIDTH - MARGIN, top + BAR), BAR / 2, Ink::Track);
    let reached = part(goal.progress.max(0), goal.target, room).clamp(0, room);
    if goal.progress > 0 && goal.target > 0 {
        let end = MARGIN + reached.max(BAR);
        scene.bar(Area::new(MARGIN, top, end, top + BAR), BAR / 2, Ink::Bar);
    }
    let style = Style { size: SMALL, ..NOTE };
    for quarter in 1..4 {
        let x = MARGIN + room * quarter / 4;
        let ink = if x < MARGIN + reached { Ink::Paper } else { Ink::Muted };
        scene.bar(Area::new(x - 1, top + 9, x + 2, top + BAR - 9), 0, ink);
        let label = format!("{} %", quarter * 25);
        scene.middle(x, top + BAR + 34, style, &label, (MARGIN, WIDTH - MARGIN));
    }
}
