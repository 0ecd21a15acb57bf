//! How far a goal has come, as a picture; of a challenge each side's, as bars.
use super::render::Shown;
use crate::pictures::{self, Bar, Goal, Head, Picture};

/// None where there is nothing to measure by.
#[must_use]
pub fn goal(shown: &Shown, program: &str) -> Option<Picture> {
    let view = &shown.view;
    if !view.between.is_empty() {
        let bars: Vec<Bar> = view
            .between
            .iter()
            .enumerate()
            .map(|(place, side)| Bar {
                name: shown.side(place),
                value: side.progress,
                label: shown.amount(side.progress),
                ..Bar::default()
            })
            .collect();
        return Some(pictures::board(Head { title: &view.title, under: program }, &bars));
    }
    let target = view.target?;
    Some(pictures::goal(&Goal {
        title: view.title.clone(),
        progress: view.progress,
        target,
        progress_label: shown.amount(view.progress),
        target_label: shown.amount(target),
        notes: vec![format!("until {}", view.until), together(view.contributors)],
    }))
}

fn together(contributors: i64) -> String {
    match contributors {
        1 => "1 partner".to_owned(),
        more => format!("{more} partners together"),
    }
}
