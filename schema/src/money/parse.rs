//! Reads an amount as a person types it, strictly: a wrong guess here is somebody's money.
use super::{CLAIM_MINOR_MAX, Currency, Money};

/// More characters than any amount that could fit; longer text is refused unread.
const AMOUNT_CHARS_MAX: usize = 40;

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Zero or below.
    #[error("must be above 0")]
    NotPositive,
    /// More decimals than the currency has.
    #[error("at most {exponent} decimals")]
    Scale { exponent: u8 },
    /// A separator of thousands (`1,000`, `1'000`, `1_000`) or a decimal comma.
    #[error("no separators")]
    Separator,
    /// A currency's symbol stands in the amount; carries it.
    #[error("{0} is a symbol, not a code")]
    Symbol(char),
    /// Not ASCII digits with at most one dot between them.
    #[error("not a number of ASCII digits")]
    Form,
    /// Over 10^15 minor units.
    #[error("too large")]
    TooLarge,
}

impl Money {
    /// Reads `1000`, `1000.5` or `1000.50`: ASCII digits, a dot before the decimals, no sign, no
    /// separators, digits on both sides of the dot; above 0 and at most 10^15 minor units.
    ///
    /// # Errors
    /// See `AmountError`.
    pub fn parse_amount(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let unsigned = text.strip_prefix(['-', '−']);
        let minor = magnitude(unsigned.unwrap_or(text), currency.exponent())?;
        match minor {
            0 => Err(AmountError::NotPositive),
            _ if unsigned.is_some() => Err(AmountError::NotPositive),
            minor if minor > CLAIM_MINOR_MAX => Err(AmountError::TooLarge),
            minor => Ok(Self { minor, currency }),
        }
    }
}

/// The minor units that an unsigned text names.
fn magnitude(text: &str, exponent: u8) -> Result<i64, AmountError> {
    check_characters(text)?;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if whole.is_empty() || decimals.is_empty() || decimals.contains('.') {
        return Err(AmountError::Form);
    }
    let scale = usize::from(exponent);
    if text.contains('.') && decimals.len() > scale {
        return Err(AmountError::Scale { exponent });
    }
    if text.len() > AMOUNT_CHARS_MAX {
        return Err(AmountError::TooLarge);
    }
    let digits = if scale == 0 { whole.to_owned() } else { format!("{whole}{decimals:0<scale$}") };
    digits.parse().map_err(|_| AmountError::TooLarge)
}

fn check_characters(text: &str) -> Result<(), AmountError> {
    let odd = text.chars().find(|c| !c.is_ascii_digit() && *c != '.');
    match odd {
        None => Ok(()),
        Some(',' | '\'' | '’' | '_' | '٬' | '·')
            if text.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            Err(AmountError::Separator)
        }
        Some(symbol) if is_currency_sign(symbol) => Err(AmountError::Symbol(symbol)),
        Some(_) => Err(AmountError::Form),
    }
}

/// Whether Unicode calls the character a currency symbol (category Sc), as far as people type them.
fn is_currency_sign(character: char) -> bool {
    matches!(character, '$' | '¢'..='¥' | '₠'..='⃀' | '฿' | '﷼' | '＄' | '￡' | '￥' | '￦')
}
