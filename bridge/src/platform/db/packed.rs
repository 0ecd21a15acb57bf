//! Many rows in one: where a million rows are read, handing each over costs more than all that is done with
//! it. The database writes a page of them into one text, each text with its length in bytes before it, so that
//! nothing in it can be taken for its end: `12:` for a number, `3:abc` for a text.

/// Reads the fields of a packed text one after another.
#[derive(Debug, Clone, Copy)]
pub struct Packed<'a>(&'a str);

impl<'a> Packed<'a> {
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// # Errors
    /// When there is no number.
    pub fn number(&mut self) -> Result<i64, sqlx::Error> {
        let end = self.0.bytes().position(|byte| byte == b':').ok_or_else(bad)?;
        let (number, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).ok_or_else(bad)?;
        number.parse().map_err(|_| bad())
    }

    /// # Errors
    /// When there is no text of the length that is said.
    pub fn text(&mut self) -> Result<&'a str, sqlx::Error> {
        let bytes = usize::try_from(self.number()?).map_err(|_| bad())?;
        let (text, rest) = self.0.split_at_checked(bytes).ok_or_else(bad)?;
        self.0 = rest;
        Ok(text)
    }
}

fn bad() -> sqlx::Error {
    sqlx::Error::Decode("a page of rows".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out() {
        let mut packed = Packed::new("12:3:a:b-7:5:é€0:");
        assert_eq!(packed.number().unwrap(), 12);
        assert_eq!(packed.text().unwrap(), "a:b");
        assert_eq!(packed.number().unwrap(), -7);
        assert_eq!(packed.text().unwrap(), "é€");
        assert_eq!(packed.text().unwrap(), "");
        assert!(packed.is_at_end());
        for odd in ["", "3:ab", "x:", "-1:a", "2:€"] {
            assert!(Packed::new(odd).text().is_err(), "{odd}");
        }
    }
}
