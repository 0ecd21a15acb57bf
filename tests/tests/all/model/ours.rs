//! The program's own arithmetic, driven as its actions drive it: each event posts a difference.
use super::{Made, Pay, Rule, Step};
use bridge::commission::rules::{
    Body, Held, Member, Month, Pay as Pays, Pinned, Place, Terms, Tier, change, slab,
};
use bridge::sales::rules::{Share, adjusted};
use schema::ids::PartnerId;
use schema::money::{Currency, Money, Rate, split};

struct Line {
    partner: usize,
    terms: Terms,
    in_program: bool,
    base: i64,
    clear: i64,
    posted: Held,
    released: bool,
}

struct Sale {
    amount: Money,
    weights: Vec<u32>,
    rate: Option<Rate>,
    shares: Vec<Share>,
    net: i64,
    disputed: i64,
    void: bool,
    lines: Vec<Line>,
}

pub struct Ours {
    bodies: Vec<Body>,
    sales: Vec<Sale>,
    /// Held, payable, disputed by partner, as the postings add up; the last is what was expensed.
    accounts: Vec<[i64; 4]>,
}

fn own() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn share(partner: usize, weight: u32, minor: i64) -> Share {
    Share {
        partner: PartnerId(u128::try_from(partner).unwrap()),
        user: String::new(),
        name: String::new(),
        weight,
        minor,
        credited_minor: minor,
        asked_at: None,
        confirmed_at: None,
        declined_at: None,
        overridden_by: None,
    }
}

fn body(rule: &Rule) -> Body {
    let tiers = |tiers: &[(i64, i64)]| {
        tiers.iter().map(|(from, bps)| Tier { from: *from, bps: *bps }).collect::<Vec<_>>()
    };
    Body {
        pay: match &rule.pay {
            Pay::Percent(bps) => Pays::Percent(*bps),
            Pay::Flat(minor) => Pays::Flat(*minor),
            Pay::Marginal(steps) => Pays::Marginal(tiers(steps)),
            Pay::Slab(steps) => Pays::Slab(tiers(steps)),
        },
        industry: None,
        partner: None,
        priority: 0,
        cap: rule.cap,
        months: None,
        bonus_first: rule.bonus,
        hold_days: Some(1),
    }
}

impl Sale {
    fn counted(&self, minor: i64) -> i64 {
        let amount = Money { minor, ..self.amount };
        self.rate.map_or(minor, |rate| rate.convert(amount, own()).unwrap().minor)
    }

    fn part(&self, minor: i64, line: &Line) -> i64 {
        let minor = if line.in_program { self.counted(minor) } else { minor };
        split(minor, &self.weights).unwrap()[line.partner]
    }
}

impl Ours {
    pub fn new(rules: &[Rule]) -> Self {
        let bodies: Vec<Body> = rules.iter().map(body).collect();
        Self { accounts: vec![[0; 4]; bodies.len()], bodies, sales: Vec::new() }
    }

    pub fn sales(&self) -> usize {
        self.sales.len()
    }

    pub fn stands(&self, index: usize) -> (i64, i64) {
        (self.sales[index].net, self.sales[index].disputed)
    }

    pub fn sell(&mut self, made: &Made) {
        let currency = if made.rate.is_some() { "JPY" } else { "EUR" };
        let amount = Money::new(made.amount, Currency::parse(currency).unwrap());
        let rate = made.rate.map(|(digits, scale)| {
            let digits = format!("{digits:0>width$}", width = scale as usize + 1);
            let (whole, decimals) = digits.split_at(digits.len() - scale as usize);
            let text = if scale == 0 { digits.clone() } else { format!("{whole}.{decimals}") };
            text.parse::<Rate>().unwrap()
        });
        let mut sale = Sale {
            amount,
            weights: made.weights.clone(),
            rate,
            shares: Vec::new(),
            net: made.amount,
            disputed: 0,
            void: false,
            lines: Vec::new(),
        };
        let parts = split(sale.counted(made.amount), &made.weights).unwrap();
        sale.shares = parts
            .iter()
            .enumerate()
            .map(|(partner, minor)| share(partner, made.weights[partner], *minor))
            .collect();
        for partner in 0..made.weights.len() {
            let line = self.line(&sale, partner);
            sale.lines.push(line);
        }
        self.sales.push(sale);
        self.settle(self.sales.len() - 1);
    }

    fn line(&self, sale: &Sale, partner: usize) -> Line {
        let body = &self.bodies[partner];
        let own_lines = || self.sales.iter().flat_map(|sale| &sale.lines);
        let mut month = Month::default();
        for line in own_lines().filter(|line| line.partner == partner) {
            month.base += line.base;
            month.earned += line.posted.total;
        }
        let counts = |sale: &&Sale| {
            !sale.void
                && sale
                    .shares
                    .iter()
                    .enumerate()
                    .any(|(other, share)| other == partner && share.credited_minor > 0)
        };
        let first = !self.sales.iter().any(|sale| counts(&sale));
        let place = Place { weights: &sale.weights, index: partner };
        Line {
            partner,
            terms: Terms::pin(body, place, month, first).unwrap(),
            in_program: body.has_amounts(),
            base: 0,
            clear: 0,
            posted: Held::default(),
            released: false,
        }
    }

    pub fn take(&mut self, index: usize, step: Step) {
        let sale = &mut self.sales[index];
        match step {
            Step::Release => return self.release(index),
            Step::Open(minor) => sale.disputed = minor,
            Step::Won => sale.disputed = 0,
            Step::Lost => {
                let lost = std::mem::take(&mut sale.disputed);
                cut(sale, lost);
            }
            Step::Refund(minor) => cut(sale, minor),
            Step::Void => {
                let left = sale.net;
                sale.disputed = 0;
                cut(sale, left);
                sale.void = true;
            }
        }
        self.settle(index);
    }

    fn release(&mut self, index: usize) {
        for line in self.sales[index].lines.iter_mut().filter(|line| !line.released) {
            let free = line.posted.total - line.posted.disputed;
            self.accounts[line.partner][0] -= free;
            self.accounts[line.partner][1] += free;
            line.released = true;
        }
    }

    /// The sale's lines, then the other lines of months that are paid by slab.
    fn settle(&mut self, index: usize) {
        for at in 0..self.sales[index].lines.len() {
            let sale = &self.sales[index];
            let (base, clear) = (
                sale.part(sale.net, &sale.lines[at]),
                sale.part(sale.net - sale.disputed, &sale.lines[at]),
            );
            let line = &mut self.sales[index].lines[at];
            (line.base, line.clear) = (base, clear);
            let partner = line.partner;
            if let Pinned::Slab(tiers) = line.terms.pay.clone() {
                let cap = line.terms.room;
                let mut own: Vec<&mut Line> = self
                    .sales
                    .iter_mut()
                    .flat_map(|sale| &mut sale.lines)
                    .filter(|line| line.partner == partner)
                    .collect();
                let members: Vec<Member> = own
                    .iter()
                    .map(|line| Member {
                        base: line.base,
                        clear: line.clear,
                        bonus: line.terms.bonus,
                    })
                    .collect();
                let wanted = slab(&tiers, cap, &members).unwrap();
                for (line, wanted) in own.iter_mut().zip(wanted) {
                    post(&mut self.accounts, line, wanted);
                }
            } else {
                let wanted = line.terms.held(line.base, line.clear).unwrap();
                post(&mut self.accounts, line, wanted);
            }
        }
    }

    /// Of every line what is posted and disputed, of every partner the accounts, of every sale the parts.
    pub fn figures(&self) -> Vec<Vec<i128>> {
        let wide = |minor: i64| i128::from(minor);
        let mut all = Vec::new();
        for sale in &self.sales {
            all.push(sale.shares.iter().map(|share| wide(share.credited_minor)).collect());
            let lines = sale.lines.iter();
            all.push(
                lines
                    .flat_map(|line| [wide(line.posted.total), wide(line.posted.disputed)])
                    .collect(),
            );
        }
        all.extend(self.accounts.iter().map(|account| account.iter().map(|m| wide(*m)).collect()));
        all
    }
}

fn cut(sale: &mut Sale, minor: i64) {
    sale.net -= minor;
    let deltas = adjusted(&sale.shares, sale.counted(sale.net)).unwrap();
    for (share, delta) in sale.shares.iter_mut().zip(deltas) {
        share.credited_minor += delta;
    }
}

fn post(accounts: &mut [[i64; 4]], line: &mut Line, wanted: Held) {
    let moved = change(line.posted, wanted, line.released).unwrap();
    let account = &mut accounts[line.partner];
    account[0] += moved.held;
    account[1] += moved.payable;
    account[2] += moved.disputed;
    account[3] -= moved.total().unwrap();
    line.posted = wanted;
}
