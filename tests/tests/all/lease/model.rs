//! The lease as a model: instances that die, stand still and wake at any moment, a clock, and the database
//! with its row, its locks and its transactions. Every state is looked at. Two things must hold: what was
//! begun under an earlier tenure is not committed after a later one has begun something; and as long as
//! one instance lives and moves, somebody will work again without any further fault. The rules can be
//! broken one by one, and each break must be found: else the model proves nothing.
use super::search::{Graph, Step};
use anyhow::ensure;
use bridge::platform::lease::rules::Seen;
use partnerspace_tests::Outcome;

const INSTANCES: usize = 3;
/// Ticks of a lease.
const LEASE: u8 = 2;
/// Tenures up to which the world is followed.
const EPOCHS: u8 = 3;

/// What may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Break {
    Nothing,
    /// A transaction begins without asking for the epoch.
    Unasked,
    /// It asks, and does not hold on to it.
    Unheld,
    /// Taking leaves the epoch as it is.
    SameEpoch,
    /// Only the holder's connection says whether it lives.
    NoClock,
    /// Taking waits for transactions that stand still.
    Waits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Role {
    Down,
    StandsBy,
    /// Believes to hold this epoch in this tenure; a transaction may be under way.
    Works {
        epoch: u8,
        tenure: u8,
        tx: Option<Tx>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Tx {
    /// Holds on to the epoch, if transactions do.
    Open,
    /// Its connection was ended by the database; the instance does not know yet.
    Dead,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Instance {
    role: Role,
    is_still: bool,
    /// The epoch whose lock its connection has.
    lock: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    instances: [Instance; INSTANCES],
    epoch: u8,
    left: u8,
    tenures: u8,
    /// The latest tenure that has begun a transaction.
    begun: u8,
    /// An earlier one has committed after that.
    is_wrong: bool,
}

impl World {
    fn first() -> Self {
        let down = Instance { role: Role::Down, is_still: false, lock: None };
        Self {
            instances: [down; INSTANCES],
            epoch: 0,
            left: 0,
            tenures: 0,
            begun: 0,
            is_wrong: false,
        }
    }

    fn seen(&self, broken: Break) -> Seen {
        let is_free = self.instances.iter().all(|one| one.lock != Some(self.epoch));
        let left_ms = if broken == Break::NoClock { 1 } else { i64::from(self.left) };
        Seen { epoch: i64::from(self.epoch), left_ms, is_free }
    }

    /// Whether somebody holds on to the epoch, so that it cannot be raised.
    fn is_held_on(&self) -> bool {
        self.instances.iter().any(|one| {
            matches!(one.role, Role::Works { epoch, tx: Some(Tx::Open), .. } if epoch == self.epoch)
        })
    }

    /// The lock of an epoch, where nobody has it.
    fn free(&self, epoch: u8) -> Option<u8> {
        self.instances.iter().all(|one| one.lock != Some(epoch)).then_some(epoch)
    }

    fn with(&self, n: usize, change: impl Fn(&mut Instance)) -> Self {
        let mut next = self.clone();
        change(&mut next.instances[n]);
        next
    }
}

fn steps(world: &World, broken: Break) -> Vec<Step<World>> {
    let mut steps = Vec::new();
    if world.is_wrong {
        return steps;
    }
    if world.left > 0 {
        let state = World { left: world.left - 1, ..world.clone() };
        steps.push(Step { what: "time passes".into(), is_fault: false, state });
    }
    for (n, one) in world.instances.iter().enumerate() {
        for (what, is_fault, state) in faults(world, n, one) {
            steps.push(Step { what: format!("{n} {what}"), is_fault, state });
        }
        if !one.is_still {
            for (what, state) in moves(world, broken, n, one) {
                steps.push(Step { what: format!("{n} {what}"), is_fault: false, state });
            }
        }
    }
    steps
}

/// What may be done to an instance at any moment.
fn faults(world: &World, n: usize, one: &Instance) -> Vec<(&'static str, bool, World)> {
    let down = |one: &mut Instance| {
        *one = Instance { role: Role::Down, is_still: false, lock: None };
    };
    if one.role == Role::Down {
        let up = |one: &mut Instance| one.role = Role::StandsBy;
        return vec![("starts", true, world.with(n, up))];
    }
    let mut faults = vec![("is killed", true, world.with(n, down))];
    let word = if one.is_still { "wakes" } else { "stands still" };
    faults.push((word, true, world.with(n, |one| one.is_still = !one.is_still)));
    if one.lock.is_some() {
        faults.push(("loses its connection", true, world.with(n, |one| one.lock = None)));
    }
    faults
}

/// What it does by itself, one statement at a time.
fn moves(world: &World, broken: Break, n: usize, one: &Instance) -> Vec<(&'static str, World)> {
    let stands_by = |one: &mut Instance| {
        (one.role, one.lock) = (Role::StandsBy, None);
    };
    match one.role {
        Role::Down => Vec::new(),
        Role::StandsBy => {
            let mut moves: Vec<_> = take(world, broken, n).into_iter().collect();
            if one.lock.is_some() {
                moves.push(("lets go", world.with(n, |one| one.lock = None)));
            } else if world.seen(broken).may_be_taken() && world.tenures < EPOCHS {
                let next = world.free(world.epoch + 1);
                moves.push(("tries in vain", world.with(n, |one| one.lock = next)));
            }
            moves
        }
        Role::Works { epoch, tenure, tx } => {
            let mut moves = Vec::new();
            if epoch == world.epoch {
                let lock = one.lock.or(world.free(epoch));
                let mut next = world.with(n, |one| one.lock = lock);
                next.left = LEASE;
                moves.push(("renews", next));
            } else {
                moves.push(("notices", world.with(n, stands_by)));
            }
            moves.extend(work(world, broken, n, (epoch, tenure, tx)));
            moves
        }
    }
}

/// Raises the epoch, if that can be done: one statement, which sees to all of it.
fn take(world: &World, broken: Break, n: usize) -> Option<(&'static str, World)> {
    let now = world.seen(broken);
    if !now.may_be_taken() || world.tenures == EPOCHS {
        return None;
    }
    let mut next = world.clone();
    if now.is_over() && broken != Break::Waits {
        for one in &mut next.instances {
            if let Role::Works { tx: tx @ Some(Tx::Open), .. } = &mut one.role {
                *tx = Some(Tx::Dead);
            }
        }
    }
    if next.is_held_on() && broken != Break::Unheld && broken != Break::Unasked {
        return None;
    }
    next.tenures += 1;
    next.left = LEASE;
    if broken != Break::SameEpoch {
        next.epoch += 1;
    }
    let (epoch, tenure) = (next.epoch, next.tenures);
    next.instances[n].role = Role::Works { epoch, tenure, tx: None };
    let lock = next.free(epoch).or(next.instances[n].lock.filter(|has| *has == epoch));
    next.instances[n].lock = lock;
    Some(("takes it", next))
}

/// Transactions of one who believes to work.
fn work(
    world: &World,
    broken: Break,
    n: usize,
    (epoch, tenure, tx): (u8, u8, Option<Tx>),
) -> Vec<(&'static str, World)> {
    let set = |tx| move |one: &mut Instance| one.role = Role::Works { epoch, tenure, tx };
    match tx {
        None if epoch == world.epoch || broken == Break::Unasked => {
            let mut next = world.with(n, set(Some(Tx::Open)));
            next.begun = next.begun.max(tenure);
            vec![("begins", next)]
        }
        None => Vec::new(),
        Some(Tx::Open) => {
            let mut next = world.with(n, set(None));
            next.is_wrong = tenure < next.begun;
            vec![("commits", next)]
        }
        Some(Tx::Dead) => vec![("cannot commit", world.with(n, set(None)))],
    }
}

fn explored(broken: Break) -> Graph<World> {
    Graph::explore(World::first(), |world| steps(world, broken))
}

fn unsafe_way(graph: &Graph<World>) -> Option<Vec<String>> {
    graph.way_to(|world| world.is_wrong)
}

/// Nobody works, and nobody will, though somebody lives, moves and could.
fn stuck_way(graph: &Graph<World>) -> Option<Vec<String>> {
    let works = |world: &World| {
        world.instances.iter().any(|one| {
            let is_held =
                matches!(one.role, Role::Works { epoch, tx: None, .. } if epoch == world.epoch);
            is_held && !one.is_still
        })
    };
    let moves = |world: &World| {
        let alive = |one: &Instance| one.role != Role::Down && !one.is_still;
        world.tenures < EPOCHS && world.instances.iter().any(alive)
    };
    graph.stuck(works, moves)
}

#[test]
#[expect(clippy::print_stdout, reason = "figures, for whoever asks with --nocapture")]
fn no_earlier_tenure_commits_after_a_later_one_began_and_somebody_always_works_again() -> Outcome<()>
{
    let graph = explored(Break::Nothing);
    ensure!(unsafe_way(&graph).is_none(), "{:?}", unsafe_way(&graph));
    ensure!(stuck_way(&graph).is_none(), "{:?}", stuck_way(&graph));
    // All that may happen does: a model in which nothing is at stake would hold, too.
    let counts = graph.count(|world| {
        let deposed = world.instances.iter().any(
            |one| matches!(one.role, Role::Works { epoch, tx: Some(_), .. } if epoch < world.epoch),
        );
        if deposed { "deposed in the middle" } else { "else" }
    });
    println!("{} states of {INSTANCES} instances: {counts:?}", graph.states.len());
    ensure!(counts.contains_key("deposed in the middle"), "{counts:?}");
    Ok(())
}

#[test]
#[expect(clippy::print_stdout, reason = "the ways, for whoever asks with --nocapture")]
fn each_rule_is_needed() -> Outcome<()> {
    for broken in [Break::Unasked, Break::Unheld, Break::SameEpoch] {
        let way = unsafe_way(&explored(broken));
        println!("{broken:?}: {way:?}");
        ensure!(way.is_some(), "{broken:?} is not found");
    }
    for broken in [Break::NoClock, Break::Waits] {
        let way = stuck_way(&explored(broken));
        println!("{broken:?}: {way:?}");
        ensure!(way.is_some(), "{broken:?} is not found");
    }
    Ok(())
}
