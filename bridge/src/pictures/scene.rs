//! A picture before it is painted: texts and shapes with their places, in whole pixels. Layouts make
//! scenes, and tests read them.
use super::font::{self, Weight};

/// So that a phone of 390 points shows it pixel for pixel at twice the scale.
pub const WIDTH: i32 = 780;
/// Kept free on every side.
pub const MARGIN: i32 = 36;
/// The smallest type: 12 points on a phone.
pub const SMALL: i32 = 24;
pub const TEXT: i32 = 28;
pub const LARGE: i32 = 36;

/// The colors. Text has a contrast of 4.5 or more on what it stands on, shapes 3 or more, and no
/// two that must be told apart differ by hue alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Paper,
    Frame,
    Text,
    Muted,
    /// Under a bar: how long it could be.
    Track,
    Grid,
    Bar,
    /// Under a line.
    Shade,
    /// The asking person's own bar, and its ground.
    Own,
    OwnGround,
    Negative,
}

impl Ink {
    #[must_use]
    pub const fn rgb(self) -> [u8; 3] {
        match self {
            Self::Paper => [0xfb, 0xfb, 0xfd],
            Self::Frame => [0xd0, 0xd5, 0xdd],
            Self::Text => [0x16, 0x1c, 0x26],
            Self::Muted => [0x56, 0x5f, 0x6d],
            Self::Track => [0xe7, 0xea, 0xf0],
            Self::Grid => [0xdf, 0xe3, 0xea],
            Self::Bar => [0x0f, 0x6c, 0xb5],
            Self::Shade => [0xdc, 0xe9, 0xf5],
            Self::Own => [0xb8, 0x4a, 0x00],
            Self::OwnGround => [0xff, 0xf0, 0xe2],
            Self::Negative => [0x8a, 0x2b, 0x5e],
        }
    }
}

/// `x` is the left edge, `y` the base line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub x: i32,
    pub y: i32,
    pub size: i32,
    pub weight: Weight,
    pub ink: Ink,
    pub text: String,
}

/// A rectangle: left, top, right, bottom; half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    pub x0: i32,
    pub y0: i32,
    pub x1: i32,
    pub y1: i32,
}

impl Area {
    #[must_use]
    pub const fn new(x0: i32, y0: i32, x1: i32, y1: i32) -> Self {
        Self { x0, y0, x1, y1 }
    }

    #[must_use]
    pub const fn meets(&self, other: &Self) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }
}

impl Text {
    /// What the line takes, with room for accents and descenders.
    #[must_use]
    pub fn area(&self) -> Area {
        let right = self.x + font::width(&self.text, self.size, self.weight);
        Area::new(self.x, self.y - self.size * 9 / 10, right, self.y + self.size * 3 / 10)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// With round corners where `radius` is above 0.
    Box {
        area: Area,
        radius: i32,
        ink: Ink,
    },
    Polygon {
        points: Vec<(i32, i32)>,
        ink: Ink,
    },
    Line {
        points: Vec<(i32, i32)>,
        width: i32,
        ink: Ink,
    },
    Dot {
        x: i32,
        y: i32,
        radius: i32,
        ink: Ink,
    },
}

/// Shapes lie under all texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scene {
    pub height: i32,
    pub shapes: Vec<Shape>,
    pub texts: Vec<Text>,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub size: i32,
    pub weight: Weight,
    pub ink: Ink,
}

pub const BODY: Style = Style { size: TEXT, weight: Weight::Regular, ink: Ink::Text };
pub const STRONG: Style = Style { size: TEXT, weight: Weight::Bold, ink: Ink::Text };
pub const HEADING: Style = Style { size: LARGE, weight: Weight::Bold, ink: Ink::Text };
pub const NOTE: Style = Style { size: SMALL, weight: Weight::Regular, ink: Ink::Muted };

impl Style {
    #[must_use]
    pub fn width(self, text: &str) -> i32 {
        font::width(text, self.size, self.weight)
    }

    #[must_use]
    pub fn cut(self, text: &str, width_max: i32) -> String {
        font::cut(text, self.size, self.weight, width_max)
    }
}

impl Scene {
    /// A text from its left edge; nothing is no text.
    pub fn left(&mut self, x: i32, y: i32, style: Style, text: impl Into<String>) {
        let (text, Style { size, weight, ink }) = (text.into(), style);
        if !text.trim().is_empty() {
            self.texts.push(Text { x, y, size, weight, ink, text });
        }
    }

    /// A text that ends at a right edge.
    pub fn right(&mut self, x: i32, y: i32, style: Style, text: &str) {
        self.left(x - style.width(text), y, style, text);
    }

    /// A text around a middle, moved so that it lies between the two edges.
    pub fn middle(&mut self, x: i32, y: i32, style: Style, text: &str, (from, to): (i32, i32)) {
        let width = style.width(text);
        self.left((x - width / 2).min(to - width).max(from), y, style, text);
    }

    pub fn bar(&mut self, area: Area, radius: i32, ink: Ink) {
        if area.x0 < area.x1 && area.y0 < area.y1 {
            self.shapes.push(Shape::Box { area, radius, ink });
        }
    }

    /// The title and a second line under it; where the next may begin.
    pub fn head(&mut self, title: &str, under: &str) -> i32 {
        let room = WIDTH - 2 * MARGIN;
        self.left(MARGIN, 68, HEADING, HEADING.cut(title, room));
        if under.is_empty() {
            return 96;
        }
        self.left(MARGIN, 106, NOTE, NOTE.cut(under, room));
        132
    }
}

/// `value` of `whole` over a length; exact, and 0 where there is no whole.
#[must_use]
pub fn part(value: i64, whole: i64, length: i32) -> i32 {
    if whole <= 0 {
        return 0;
    }
    let part = i128::from(value) * i128::from(length) / i128::from(whole);
    i32::try_from(part).unwrap_or(length)
}
