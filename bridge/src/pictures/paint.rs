//! From a scene to pixels. Edges are smoothed in sixteen steps, so that a picture keeps to 256
//! colors; the only floating numbers are those of the rasterizer, and they decide nothing but shades.
use super::font::{self};
use super::png::Pixels;
use super::scene::{Area, Ink, Scene, Shape, Text, WIDTH};
use ab_glyph_rasterizer::{Point, Rasterizer, point};
use std::collections::HashMap;
use ttf_parser::OutlineBuilder;

/// Steps of an edge between two colors.
const STEPS: u8 = 16;
const COLORS_MAX: usize = 256;
/// The ratio that makes four cubic curves a circle.
const ROUND: f32 = 0.552_284_8;

struct Canvas {
    width: usize,
    height: usize,
    palette: Vec<[u8; 3]>,
    indices: Vec<u8>,
    /// What a step of one color over another gives.
    mixed: HashMap<(u8, u8, u8), u8>,
}

#[must_use]
pub fn painted(scene: &Scene) -> Pixels {
    let size = |length: i32| usize::try_from(length).unwrap_or(0).max(1);
    let (width, height) = (size(WIDTH), size(scene.height));
    let mut canvas = Canvas {
        width,
        height,
        palette: vec![Ink::Paper.rgb()],
        indices: vec![0; width * height],
        mixed: HashMap::new(),
    };
    for shape in &scene.shapes {
        canvas.shape(shape);
    }
    for text in &scene.texts {
        canvas.text(text);
    }
    canvas.frame();
    Pixels {
        width: u32::try_from(width).unwrap_or(1),
        height: u32::try_from(height).unwrap_or(1),
        palette: canvas.palette,
        indices: canvas.indices,
    }
}

impl Canvas {
    /// A hair around all, so that light paper has an edge on a light page.
    fn frame(&mut self) {
        let (right, bottom) = (WIDTH, i32::try_from(self.height).unwrap_or(0));
        for area in [
            Area::new(0, 0, right, 2),
            Area::new(0, bottom - 2, right, bottom),
            Area::new(0, 0, 2, bottom),
            Area::new(right - 2, 0, right, bottom),
        ] {
            self.flat(area, Ink::Frame);
        }
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Box { area, radius: 0, ink } => self.flat(*area, *ink),
            Shape::Box { area, radius, ink } => self.round(*area, *radius, *ink),
            Shape::Polygon { points, ink } => self.polygon(points, *ink),
            Shape::Dot { x, y, radius, ink } => {
                let area = Area::new(x - radius, y - radius, x + radius, y + radius);
                self.round(area, *radius, *ink);
            }
            Shape::Line { points, width, ink } => {
                for ends in points.windows(2) {
                    if let [from, to] = ends {
                        self.stroke(*from, *to, *width, *ink);
                    }
                }
            }
        }
    }

    fn flat(&mut self, area: Area, ink: Ink) {
        let color = self.color(ink.rgb());
        let within = |at: i32, end: usize| usize::try_from(at).unwrap_or(0).min(end);
        let (x0, x1) = (within(area.x0, self.width), within(area.x1, self.width));
        for y in within(area.y0, self.height)..within(area.y1, self.height) {
            let row = y * self.width;
            self.indices[row + x0..row + x1.max(x0)].fill(color);
        }
    }

    fn round(&mut self, area: Area, radius: i32, ink: Ink) {
        let (w, h) = (area.x1 - area.x0, area.y1 - area.y0);
        let radius = radius.min(w / 2).min(h / 2).max(1);
        let (w, h, r) = (w as f32, h as f32, radius as f32);
        let corners = [
            [(0.0, r), (0.0, 0.0), (r, 0.0)],
            [(w - r, 0.0), (w, 0.0), (w, r)],
            [(w, h - r), (w, h), (w - r, h)],
            [(r, h), (0.0, h), (0.0, h - r)],
        ];
        self.fill(area, ink, |brush| {
            let mut at = None;
            for [from, edge, to] in corners {
                let [from, edge, to] = [from, edge, to].map(|(x, y)| point(x, y));
                if let Some(at) = at {
                    brush.draw_line(at, from);
                }
                brush.draw_cubic(from, toward(from, edge), toward(to, edge), to);
                at = Some(to);
            }
            brush.draw_line(point(0.0, h - r), point(0.0, r));
        });
    }

    fn polygon(&mut self, points: &[(i32, i32)], ink: Ink) {
        let xs = || points.iter().map(|(x, _)| *x);
        let ys = || points.iter().map(|(_, y)| *y);
        let (Some(x0), Some(x1)) = (xs().min(), xs().max()) else { return };
        let (Some(y0), Some(y1)) = (ys().min(), ys().max()) else { return };
        let place = |(x, y): (i32, i32)| point((x - x0) as f32, (y - y0) as f32);
        self.fill(Area::new(x0, y0, x1, y1), ink, |brush| {
            for (n, from) in points.iter().enumerate() {
                let to = points[(n + 1) % points.len()];
                brush.draw_line(place(*from), place(to));
            }
        });
    }

    fn stroke(&mut self, from: (i32, i32), to: (i32, i32), width: i32, ink: Ink) {
        let area = Area::new(
            from.0.min(to.0) - width,
            from.1.min(to.1) - width,
            from.0.max(to.0) + width,
            from.1.max(to.1) + width,
        );
        let place = |(x, y): (i32, i32)| point((x - area.x0) as f32, (y - area.y0) as f32);
        let (a, b) = (place(from), place(to));
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = (dx * dx + dy * dy).sqrt().max(1.0);
        let half = width as f32 / 2.0;
        let (nx, ny) = (-dy / length * half, dx / length * half);
        let corners = [
            point(a.x + nx, a.y + ny),
            point(b.x + nx, b.y + ny),
            point(b.x - nx, b.y - ny),
            point(a.x - nx, a.y - ny),
        ];
        self.fill(area, ink, |brush| {
            for n in 0..4 {
                brush.draw_line(corners[n], corners[(n + 1) % 4]);
            }
        });
    }

    fn text(&mut self, text: &Text) {
        let Some(face) = text.weight.face() else { return };
        let scale = text.size as f32 / f32::from(face.units_per_em());
        let mut pen = 0;
        for (glyph, advance) in font::glyphs(face, &text.text) {
            let at = text.x as f32 + pen as f32 * scale;
            pen += advance;
            let Some(bounds) = face.glyph_bounding_box(glyph) else { continue };
            // A tile around the glyph; the fraction of its place stays.
            let left = floor(at + f32::from(bounds.x_min) * scale) - 1;
            let top = text.y - floor(f32::from(bounds.y_max) * scale) - 2;
            let right = floor(at + f32::from(bounds.x_max) * scale) + 3;
            let bottom = text.y - floor(f32::from(bounds.y_min) * scale) + 2;
            self.fill(Area::new(left, top, right, bottom), text.ink, |brush| {
                let (x, y) = (at - left as f32, (text.y - top) as f32);
                let mut pen =
                    Pen { brush, scale, x, y, start: point(0.0, 0.0), at: point(0.0, 0.0) };
                face.outline_glyph(glyph, &mut pen);
            });
        }
    }

    /// Fills what is drawn onto a tile of the canvas.
    fn fill(&mut self, area: Area, ink: Ink, draw: impl FnOnce(&mut Rasterizer)) {
        let size = |length: i32| usize::try_from(length).unwrap_or(0);
        let (width, height) = (size(area.x1 - area.x0), size(area.y1 - area.y0));
        if width == 0 || height == 0 {
            return;
        }
        // One more, for an outline that ends on the very edge.
        let mut brush = Rasterizer::new(width + 1, height + 1);
        draw(&mut brush);
        let color = self.color(ink.rgb());
        brush.for_each_pixel_2d(|x, y, cover| {
            let place = |at: i32, n: u32| usize::try_from(i64::from(at) + i64::from(n)).ok();
            let (Some(x), Some(y)) = (place(area.x0, x), place(area.y0, y)) else { return };
            if x < self.width && y < self.height {
                self.dab(y * self.width + x, color, steps(cover));
            }
        });
    }

    fn dab(&mut self, at: usize, color: u8, steps: u8) {
        match steps {
            0 => {}
            STEPS => self.indices[at] = color,
            _ => self.indices[at] = self.mix(self.indices[at], color, steps),
        }
    }

    fn mix(&mut self, under: u8, over: u8, steps: u8) -> u8 {
        if let Some(known) = self.mixed.get(&(under, over, steps)) {
            return *known;
        }
        let (below, above) = (self.palette[usize::from(under)], self.palette[usize::from(over)]);
        let (steps_over, steps_under) = (u16::from(steps), u16::from(STEPS - steps));
        let channel = |n: usize| {
            let sum = u16::from(below[n]) * steps_under + u16::from(above[n]) * steps_over;
            u8::try_from((sum + u16::from(STEPS) / 2) / u16::from(STEPS)).unwrap_or(u8::MAX)
        };
        let found = self.color([channel(0), channel(1), channel(2)]);
        self.mixed.insert((under, over, steps), found);
        found
    }

    /// The index of a color; where all are taken, of the nearest.
    fn color(&mut self, rgb: [u8; 3]) -> u8 {
        let far = |known: &[u8; 3]| -> u32 {
            let apart = |n: usize| u32::from(known[n].abs_diff(rgb[n]));
            (0..3).map(|n| apart(n) * apart(n)).sum()
        };
        let nearest = self.palette.iter().enumerate().min_by_key(|(_, known)| far(known));
        let index = match nearest {
            Some((at, known)) if *known == rgb || self.palette.len() >= COLORS_MAX => at,
            _ => {
                self.palette.push(rgb);
                self.palette.len() - 1
            }
        };
        u8::try_from(index).unwrap_or(0)
    }
}

fn toward(from: Point, to: Point) -> Point {
    point(from.x + (to.x - from.x) * ROUND, from.y + (to.y - from.y) * ROUND)
}

#[expect(clippy::cast_possible_truncation, reason = "a place on the canvas")]
fn floor(value: f32) -> i32 {
    value.floor() as i32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 16")]
fn steps(cover: f32) -> u8 {
    (cover.clamp(0.0, 1.0) * f32::from(STEPS) + 0.5) as u8
}

/// A glyph's outline on its way onto a tile.
struct Pen<'a> {
    brush: &'a mut Rasterizer,
    scale: f32,
    x: f32,
    y: f32,
    start: Point,
    at: Point,
}

impl Pen<'_> {
    fn place(&self, x: f32, y: f32) -> Point {
        point(self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.start = self.place(x, y);
        self.at = self.start;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.place(x, y);
        self.brush.draw_line(self.at, to);
        self.at = to;
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let to = self.place(x, y);
        self.brush.draw_quad(self.at, self.place(x1, y1), to);
        self.at = to;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let to = self.place(x, y);
        self.brush.draw_cubic(self.at, self.place(x1, y1), self.place(x2, y2), to);
        self.at = to;
    }

    fn close(&mut self) {
        if self.at != self.start {
            self.brush.draw_line(self.at, self.start);
        }
        self.at = self.start;
    }
}
