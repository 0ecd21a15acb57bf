//! `prove power|fuzz|chaos …`: the proofs of `docs/reliability.md` at any size; the tests play them small.
#[cfg(feature = "people")]
mod chaos;
mod fuzz;
mod power;

use partnerspace_tests::Outcome;

fn main() -> Outcome<()> {
    let mut words = std::env::args().skip(1);
    match words.next().as_deref() {
        Some("power") => power::run(words),
        Some("fuzz") => fuzz::run(words),
        #[cfg(feature = "people")]
        Some("chaos") => chaos::run(words),
        other => anyhow::bail!("{}? prove power|fuzz|chaos", other.unwrap_or_default()),
    }
}
