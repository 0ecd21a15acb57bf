//! The model: no difference is ever posted, everything is counted anew with integers without end.
use super::{Made, Pay, Rule, Step};
use num_bigint::BigInt;

struct Line {
    partner: usize,
    /// What the month stood at before this line, and what its cap still allowed.
    before: BigInt,
    room: Option<BigInt>,
    bonus: BigInt,
    released: bool,
}

struct Sale {
    made: Made,
    net: BigInt,
    disputed: BigInt,
    void: bool,
    lines: Vec<Line>,
}

pub struct Model {
    rules: Vec<Rule>,
    sales: Vec<Sale>,
}

/// Half away from zero; nothing here is below 0.
fn rounded(value: &BigInt, divisor: &BigInt) -> BigInt {
    (value * 2 + divisor) / (divisor * 2)
}

fn least(a: BigInt, b: Option<&BigInt>) -> BigInt {
    match b {
        Some(b) if *b < a => b.clone(),
        _ => a,
    }
}

/// The largest remainders get what is left over, the earlier first.
fn parts(minor: &BigInt, weights: &[u32]) -> Vec<BigInt> {
    let total: BigInt = weights.iter().map(|weight| BigInt::from(*weight)).sum();
    let exact: Vec<BigInt> = weights.iter().map(|weight| minor * *weight).collect();
    let mut found: Vec<BigInt> = exact.iter().map(|exact| exact / &total).collect();
    let mut left = minor - found.iter().sum::<BigInt>();
    let mut taken = vec![false; weights.len()];
    while left > BigInt::ZERO {
        let mut best: Option<usize> = None;
        for at in (0..weights.len()).filter(|at| !taken[*at]) {
            if best.is_none_or(|best| &exact[at] % &total > &exact[best] % &total) {
                best = Some(at);
            }
        }
        let best = best.unwrap();
        taken[best] = true;
        found[best] += 1;
        left -= 1;
    }
    found
}

fn in_program(rule: &Rule) -> bool {
    !matches!(rule.pay, Pay::Percent(_)) || rule.cap.is_some() || rule.bonus.is_some()
}

/// Yen into euros: two more decimals.
fn counted(sale: &Sale, minor: &BigInt) -> BigInt {
    match sale.made.rate {
        None => minor.clone(),
        Some((digits, scale)) => rounded(&(minor * digits * 100), &BigInt::from(10).pow(scale)),
    }
}

/// What a volume from nothing earns step by step, in parts of a minor unit.
fn climbed(tiers: &[(i64, i64)], volume: &BigInt) -> BigInt {
    let mut sum = BigInt::ZERO;
    for (at, (from, bps)) in tiers.iter().enumerate() {
        let end = tiers.get(at + 1).map(|next| BigInt::from(next.0));
        let top = least(volume.clone(), end.as_ref());
        if top > BigInt::from(*from) {
            sum += (top - from) * bps;
        }
    }
    sum
}

impl Model {
    pub fn new(rules: &[Rule]) -> Self {
        Self { rules: rules.to_vec(), sales: Vec::new() }
    }

    fn part(&self, sale: &Sale, line: &Line, minor: &BigInt) -> BigInt {
        let minor = if in_program(&self.rules[line.partner]) {
            counted(sale, minor)
        } else {
            minor.clone()
        };
        parts(&minor, &sale.made.weights)[line.partner].clone()
    }

    fn base(&self, sale: &Sale, line: &Line) -> BigInt {
        self.part(sale, line, &sale.net)
    }

    /// What a line earns of `base`; `rate` of a slab is its month's.
    fn earns(&self, sale: &Sale, line: &Line, base: &BigInt, rate: i64) -> BigInt {
        if *base == BigInt::ZERO {
            return BigInt::ZERO;
        }
        let percent = |bps: i64| rounded(&(base * bps), &BigInt::from(10_000));
        let earned = match &self.rules[line.partner].pay {
            Pay::Percent(bps) => percent(*bps),
            Pay::Flat(minor) => {
                parts(&BigInt::from(*minor), &sale.made.weights)[line.partner].clone()
            }
            Pay::Marginal(tiers) => {
                let end = &line.before + base;
                rounded(
                    &(climbed(tiers, &end) - climbed(tiers, &line.before)),
                    &BigInt::from(10_000),
                )
            }
            Pay::Slab(_) => percent(rate),
        };
        earned + &line.bonus
    }

    /// All lines of a partner: which sale, released, total, disputed.
    fn lines(&self, partner: usize) -> Vec<(usize, bool, BigInt, BigInt)> {
        let rule = &self.rules[partner];
        let own = || {
            self.sales.iter().enumerate().flat_map(|(at, sale)| {
                sale.lines.iter().filter(|l| l.partner == partner).map(move |line| (at, sale, line))
            })
        };
        let volume: BigInt = own().map(|(_, sale, line)| self.base(sale, line)).sum();
        let rate = match &rule.pay {
            Pay::Slab(tiers) => {
                tiers.iter().rfind(|(from, _)| BigInt::from(*from) <= volume).map_or(0, |t| t.1)
            }
            _ => 0,
        };
        let mut left = rule.cap.map(BigInt::from);
        let mut found = Vec::new();
        for (at, sale, line) in own() {
            let base = self.base(sale, line);
            let clear = self.part(sale, line, &(&sale.net - &sale.disputed));
            let (total, clear) = if matches!(rule.pay, Pay::Slab(_)) {
                let total = least(self.earns(sale, line, &base, rate), left.as_ref());
                let clear = least(self.earns(sale, line, &clear, rate), Some(&total));
                left = left.map(|left| left - &total);
                (total, clear)
            } else {
                let room = line.room.as_ref();
                (
                    least(self.earns(sale, line, &base, rate), room),
                    least(self.earns(sale, line, &clear, rate), room),
                )
            };
            let disputed = &total - clear;
            found.push((at, line.released, total, disputed));
        }
        found
    }

    pub fn sell(&mut self, made: &Made) {
        let mut sale = Sale {
            made: made.clone(),
            net: made.amount.into(),
            disputed: BigInt::ZERO,
            void: false,
            lines: Vec::new(),
        };
        for partner in 0..made.weights.len() {
            let rule = &self.rules[partner];
            let known = self.lines(partner);
            let before: BigInt = self
                .sales
                .iter()
                .flat_map(|sale| sale.lines.iter().map(move |line| (sale, line)))
                .filter(|(_, line)| line.partner == partner)
                .map(|(sale, line)| self.base(sale, line))
                .sum();
            let earned: BigInt = known.iter().map(|line| &line.2).sum();
            let room = rule.cap.map(|cap| (BigInt::from(cap) - earned).max(BigInt::ZERO));
            let first = !self.sales.iter().any(|sale| {
                let credit = parts(&counted(sale, &sale.net), &sale.made.weights);
                !sale.void && credit.get(partner).is_some_and(|minor| *minor > BigInt::ZERO)
            });
            let bonus = if first { rule.bonus.unwrap_or_default() } else { 0 };
            sale.lines.push(Line { partner, before, room, bonus: bonus.into(), released: false });
        }
        self.sales.push(sale);
    }

    pub fn take(&mut self, index: usize, step: Step) {
        let sale = &mut self.sales[index];
        match step {
            Step::Release => sale.lines.iter_mut().for_each(|line| line.released = true),
            Step::Open(minor) => sale.disputed = minor.into(),
            Step::Won => sale.disputed = BigInt::ZERO,
            Step::Lost => sale.net -= std::mem::replace(&mut sale.disputed, BigInt::ZERO),
            Step::Refund(minor) => sale.net -= minor,
            Step::Void => {
                (sale.net, sale.disputed, sale.void) = (BigInt::ZERO, BigInt::ZERO, true);
            }
        }
    }

    /// As `Ours::figures`.
    pub fn figures(&self) -> Vec<Vec<i128>> {
        let small = |minor: &BigInt| i128::try_from(minor).unwrap();
        let mut lines: Vec<Vec<i128>> = vec![Vec::new(); self.sales.len()];
        let mut accounts = Vec::new();
        for partner in 0..self.rules.len() {
            let mut account = vec![0_i128; 4];
            for (sale, released, total, disputed) in self.lines(partner) {
                lines[sale].extend([small(&total), small(&disputed)]);
                account[usize::from(released)] += small(&(&total - &disputed));
                account[2] += small(&disputed);
                account[3] -= small(&total);
            }
            accounts.push(account);
        }
        let mut all = Vec::new();
        for (sale, lines) in self.sales.iter().zip(lines) {
            let credit = parts(&counted(sale, &sale.net), &sale.made.weights);
            all.push(credit.iter().map(small).collect());
            all.push(lines);
        }
        all.extend(accounts);
        all
    }
}
