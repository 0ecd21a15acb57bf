//! The words of `--with`: who sold together, with which whole weights.
use crate::partners::commands::user_id;
use crate::platform::refusal::{Code, Refusal};
use crate::sales::rules::{CO_SELLERS_MAX, WEIGHT_MAX};

const EXAMPLE: &str = "sale add 1000 EUR Acme --with \"me 3, @ben:example.org 2\"";

/// One named part: a user id, or `None` for the claimant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub user: Option<String>,
    pub weight: u32,
}

/// Reads `@a:x 3, @b:x 2, me 1`; without `me` the claimant comes first with the weight 1.
///
/// # Errors
/// With one sentence for what is wrong.
pub fn parts(text: &str, claimant: &str) -> Result<Vec<Part>, Refusal> {
    let mut parts = Vec::new();
    for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
        let part = part(piece, claimant)?;
        if parts.iter().any(|known: &Part| known.user == part.user) {
            return Err(refused("Each person is named once in --with."));
        }
        parts.push(part);
    }
    if parts.iter().all(|part| part.user.is_none()) {
        return Err(refused("Who sold with you? Name at least one other partner."));
    }
    if parts.iter().all(|part| part.user.is_some()) {
        parts.insert(0, Part { user: None, weight: 1 });
    }
    if parts.len() > CO_SELLERS_MAX + 1 {
        return Err(refused(&format!("A sale has at most {CO_SELLERS_MAX} co-sellers.")));
    }
    Ok(parts)
}

/// Reads `@a:x 3, @b:x 2`: everybody who has a part, each named.
///
/// # Errors
/// With one sentence for what is wrong.
pub fn all(text: &str) -> Result<Vec<(String, u32)>, Refusal> {
    let example = |refusal: Refusal| refusal.example(super::correct::EXAMPLE);
    let mut all = Vec::new();
    for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
        match part(piece, "").map_err(example)? {
            Part { user: Some(user), weight } => all.push((user, weight)),
            Part { user: None, .. } => {
                return Err(example(refused("Name everybody by their user id in --parts.")));
            }
        }
    }
    if all.is_empty() || all.len() > CO_SELLERS_MAX + 1 {
        let sentence = format!("A sale has 1 to {} parts.", CO_SELLERS_MAX + 1);
        return Err(example(refused(&sentence)));
    }
    Ok(all)
}

fn part(piece: &str, claimant: &str) -> Result<Part, Refusal> {
    let mut words = piece.split_whitespace();
    let who = words.next().unwrap_or_default();
    let weight = words.next().map_or(Ok(1), weight)?;
    if words.next().is_some() {
        return Err(refused(
            "Write each part as a person and a whole weight, with commas between.",
        ));
    }
    if who.eq_ignore_ascii_case("me") {
        return Ok(Part { user: None, weight });
    }
    let user = user_id(who).map_err(|refusal| refusal.example(EXAMPLE))?;
    Ok(Part { user: (user != claimant).then_some(user), weight })
}

fn weight(text: &str) -> Result<u32, Refusal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|weight| plain && (1..=WEIGHT_MAX).contains(weight))
        .ok_or_else(|| refused(&format!("A weight is a whole number from 1 to {WEIGHT_MAX}.")))
}

fn refused(sentence: &str) -> Refusal {
    Refusal::new(Code::Usage, sentence).example(EXAMPLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: &str = "@ana:x.org";

    #[test]
    fn parts_are_read_as_people_write_them() {
        let ben = Part { user: Some("@ben:x.org".into()), weight: 2 };
        let me = |weight| Part { user: None, weight };
        assert_eq!(parts("@ben:x.org 2", ME).unwrap(), [me(1), ben.clone()]);
        assert_eq!(parts("@ben:x.org 2, me 3", ME).unwrap(), [ben.clone(), me(3)]);
        assert_eq!(parts("@ana:x.org 3, @ben:x.org 2,", ME).unwrap(), [me(3), ben]);
        for wrong in [
            "",
            "me 2",
            "@ben:x.org 0",
            "@ben:x.org 1.5",
            "@ben:x.org -1",
            "@ben:x.org 1, @ben:x.org 2",
            "@ben:x.org 1 2",
            "@ben:x.org 1000001",
            "ben 1",
        ] {
            assert!(parts(wrong, ME).is_err(), "{wrong}");
        }
        let many: Vec<String> = (0..11).map(|n| format!("@p{n}:x.org")).collect();
        assert!(parts(&many.join(","), ME).is_err());
        assert!(parts(&many[..10].join(","), ME).is_ok());
    }
}
