//! A line that was written before and waits in the database: both of its forms as they were made here.
use super::line::Line;

impl Line {
    /// The plain form and the HTML, to be kept.
    #[must_use]
    pub fn kept(&self) -> (&str, &str) {
        (&self.plain, &self.html)
    }

    /// A line that [`Line::kept`] gave: nothing else may be handed in.
    #[must_use]
    pub fn restored(plain: String, html: String) -> Self {
        Self::from_forms(plain, html)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_back_as_it_was() {
        let line = Line::new().plain("🎉 ").person_strong("<Ana> @room").code("x");
        let (plain, html) = line.kept();
        let again = Line::restored(plain.to_owned(), html.to_owned()).plain(" and more");
        assert!(again.kept().0.starts_with(plain) && again.kept().1.starts_with(html));
        assert!(again.kept().0.ends_with(" and more"));
    }
}
