//! Which currencies a sale may be in: the ISO 4217 codes in circulation, from `iso_currency`.
use std::fmt;
use std::str::FromStr;

use iso_currency::{Currency as Iso, Flag};

use crate::wire::as_text;

/// A currency in circulation: its ISO 4217 code and how many decimals it has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    iso: Iso,
    exponent: u8,
}

/// Why a text is not a currency that a sale can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    /// A symbol that several currencies share, or that is not a code (`$`, `€`).
    #[error("{0} is a symbol, not a code")]
    Symbol(char),
    /// A letter that only looks like one of A–Z; carries it, so that a reply can name it.
    #[error("U+{:04X} is not one of the letters A to Z", *.0 as u32)]
    LookAlike(char),
    #[error("not an ISO 4217 code")]
    Unknown,
    /// Test codes, metals, funds, units of account: no one is paid in them.
    #[error("not a currency in circulation")]
    NotCirculating,
    /// A code that another replaced.
    #[error("replaced by {}", .0.code())]
    Superseded(Iso),
}

impl Currency {
    /// What points are counted in: ISO 4217's code for no currency. No text reads as it, so that no
    /// sale can be in it.
    pub const NONE: Self = Self { iso: Iso::XXX, exponent: 0 };

    /// Reads a code, in any case: `EUR`, `chf`.
    ///
    /// # Errors
    /// See `CurrencyError`: symbols, look-alike letters, unknown codes, `XXX`, `XTS`, metals,
    /// funds and codes that another has replaced.
    pub fn parse(text: &str) -> Result<Self, CurrencyError> {
        if let Some(odd) = text.chars().find(|c| !c.is_ascii()) {
            return Err(match odd {
                c if c.is_alphabetic() => CurrencyError::LookAlike(c),
                c => CurrencyError::Symbol(c),
            });
        }
        if text.starts_with('$') || text.ends_with('$') {
            return Err(CurrencyError::Symbol('$'));
        }
        let iso = match text.len() {
            3 => Iso::from_code(&text.to_ascii_uppercase()).ok_or(CurrencyError::Unknown)?,
            _ => return Err(CurrencyError::Unknown),
        };
        circulating(iso)
    }

    /// The ISO 4217 code, upper case.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.iso.code()
    }

    /// Decimals: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub const fn exponent(self) -> u8 {
        self.exponent
    }

    /// The English name.
    #[must_use]
    pub fn name(self) -> String {
        self.iso.name().to_owned()
    }

    /// A sign that people read as this currency and no other, where there is one.
    pub fn symbol(self) -> Option<&'static str> {
        match self.code() {
            "EUR" => Some("€"),
            "GBP" => Some("£"),
            "INR" => Some("₹"),
            "JPY" => Some("¥"),
            "KRW" => Some("₩"),
            "USD" => Some("$"),
            _ => None,
        }
    }
}

fn circulating(iso: Iso) -> Result<Currency, CurrencyError> {
    // ISO's own list still holds both bolívar codes, and VES is the one that people are paid in.
    let flags = if iso == Iso::VES { Vec::new() } else { iso.flags() };
    match flags.first() {
        Some(Flag::Superseded(by)) => return Err(CurrencyError::Superseded(*by)),
        Some(Flag::Fund | Flag::Special) => return Err(CurrencyError::NotCirculating),
        None => {}
    }
    let exponent = iso.exponent().and_then(|e| u8::try_from(e).ok());
    let exponent = exponent.ok_or(CurrencyError::NotCirculating)?;
    Ok(Currency { iso, exponent })
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        Self::parse(text)
    }
}

as_text!(Currency, "Currency", "An ISO 4217 code in circulation", "^[A-Z]{3}$");
