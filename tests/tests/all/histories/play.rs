//! What people say, by chance: sales alone and together, at home and abroad, refunds, disputes, voids,
//! payouts that are paid and come back, and days that pass between.
use partnerspace_tests::Outcome;
use partnerspace_tests::desk::{Desk, user};
use rand::Rng as _;
use rand::rngs::StdRng;
use serde_json::Value;

pub const PEOPLE: [&str; 3] = ["ana", "ben", "cy"];
const DAY: i64 = 86_400_000;
const RULES: [&str; 6] = [
    "!rule add plain --percent 33.33 --hold 7",
    "!rule add steps --tiers \"0:10%, 200:15%, 500:20%\" --kind marginal",
    "!rule add slab --tiers \"0:10%, 200:15%, 500:20%\" --kind slab --hold 3",
    "!rule add capped --percent 20 --cap 50/month --bonus-first 50",
    "!rule add dental --percent 12.5 --industry dental --priority 20",
    "!rule add flat --flat 30 --hold 1",
];

/// A command, and what the bot made of it.
#[derive(Debug)]
pub struct Said {
    pub line: String,
    pub answer: String,
    pub card: Value,
    pub was_taken: bool,
}

pub struct Play {
    pub desk: Desk,
    random: StdRng,
    /// Claims that wait, sales that counted, and payouts.
    claims: Vec<String>,
    sales: Vec<String>,
    payouts: Vec<String>,
}

impl Play {
    pub async fn begin(mut desk: Desk, mut random: StdRng) -> Outcome<Self> {
        for (n, name) in (1..).zip(PEOPLE) {
            desk.partner(name, n).await?;
        }
        desk.order("!industry add dental Dental").await?;
        desk.order("!rate set USD 0.8731 --from 2026-01-01").await?;
        for rule in RULES {
            if random.random_bool(0.4) {
                desk.order(&format!("{rule} --from 2026-01-01")).await?;
            }
        }
        let (claims, sales, payouts) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { desk, random, claims, sales, payouts })
    }

    pub fn somebody(&mut self) -> &'static str {
        PEOPLE[self.random.random_range(0..PEOPLE.len())]
    }

    fn one_of(&mut self, all: &[String]) -> String {
        all.get(self.random.random_range(0..all.len().max(1))).cloned().unwrap_or_default()
    }

    fn amount(&mut self) -> String {
        let most = 10_i64.pow(self.random.random_range(2..6));
        let minor = self.random.random_range(1..=most);
        format!("{}.{:02}", minor / 100, minor % 100)
    }

    fn claim(&mut self, who: &str) -> String {
        let amount = self.amount();
        let currency = if self.random.random_bool(0.2) { "USD" } else { "EUR" };
        let client = ["Acme", "Beta", "Gamma"][self.random.random_range(0..3)];
        let mut line = format!("sale add {amount} {currency} {client}");
        if self.random.random_bool(0.4) {
            line.push_str(" --industry dental");
        }
        if self.random.random_bool(0.3) {
            let back = self.random.random_range(0..40) * DAY;
            let on = self.desk.program.calendar.day_of(self.desk.now - back);
            line.push_str(&format!(" --on {on}"));
        }
        if self.random.random_bool(0.4) {
            let with = PEOPLE.into_iter().find(|name| *name != who).unwrap_or_default();
            let (own, theirs) = (self.random.random_range(1..9), self.random.random_range(1..9));
            line.push_str(&format!(" --with \"me {own}, {} {theirs}\"", user(with)));
        }
        line
    }

    /// What happens to a sale that counted.
    fn fate(&mut self) -> String {
        let sale = self.one_of(&self.sales.clone());
        let amount = self.amount();
        match self.random.random_range(0..12) {
            0..=4 => format!("!sale refund {sale} {amount} some came back --yes"),
            5..=7 => format!("!sale dispute {sale} {amount} open the bank asks"),
            8 => format!("!sale dispute {sale} {amount} won"),
            9 => format!("!sale dispute {sale} {amount} lost"),
            10 => format!("!sale correct {sale} --amount {amount} a slip --yes"),
            _ => format!("!sale void {sale} never paid --yes"),
        }
    }

    fn money(&mut self) -> String {
        let payout = self.payouts.last().cloned().unwrap_or_default();
        match self.random.random_range(0..8) {
            _ if self.payouts.is_empty() => "!payout prepare".to_owned(),
            0..=2 => "!payout prepare".to_owned(),
            3..=4 => format!("!payout lock {payout} --yes"),
            5..=6 => format!("!payout paid {payout} transfer 7 --yes"),
            _ => format!("!payout failed {payout} {} no such account", user(self.somebody())),
        }
    }

    pub async fn step(&mut self) -> Outcome<Said> {
        if self.random.random_bool(0.3) {
            self.desk.now += self.random.random_range(0..12 * DAY);
        }
        // Nobody says the same twice in one moment.
        self.desk.now += 60_000;
        let kind = self.random.random_range(0..10);
        let (line, (answer, card)) = match kind {
            0..=2 if self.claims.len() < 2 => {
                let who = self.somebody();
                let line = self.claim(who);
                let said = self.desk.ask(who, &line).await?;
                (line, said)
            }
            0..=4 if !self.claims.is_empty() => {
                let claim = self.claims.remove(0);
                let line = format!("!sale approve {claim} --anyway");
                let said = self.desk.order(&line).await?;
                self.sales.push(claim);
                (line, said)
            }
            8.. => self.control(Self::money).await?,
            _ if self.sales.is_empty() => self.control(Self::money).await?,
            _ => self.control(Self::fate).await?,
        };
        let number = card["number"].as_str().or(card["sale"]["number"].as_str());
        let number = number.map(str::to_owned);
        let was_taken = card["kind"] != "refusal";
        if was_taken && line.starts_with("sale add") {
            self.claims.extend(number);
        } else if was_taken && line == "!payout prepare" {
            self.payouts.extend(number);
        } else if was_taken && line.starts_with("!sale correct") {
            self.sales.extend(number);
        }
        Ok(Said { line, answer, card, was_taken })
    }

    async fn control(
        &mut self,
        words: impl FnOnce(&mut Self) -> String,
    ) -> Outcome<(String, (String, Value))> {
        let line = words(self);
        let said = self.desk.order(&line).await?;
        Ok((line, said))
    }
}
