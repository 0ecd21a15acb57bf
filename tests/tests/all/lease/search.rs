//! Every state that can be reached from the first one, breadth first: so that a wrong one is shown by the
//! shortest way to it.
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Debug;
use std::hash::Hash;

/// One thing that may happen, and what is so then.
pub struct Step<S> {
    pub what: String,
    /// Done to the instances, not by them.
    pub is_fault: bool,
    pub state: S,
}

/// All states, and the ways between them.
pub struct Graph<S> {
    pub states: Vec<S>,
    /// By which step each was first reached, and from where.
    from: Vec<Option<(usize, String)>>,
    /// The same way back, without faults.
    back: Vec<Vec<usize>>,
}

impl<S: Clone + Eq + Hash + Debug> Graph<S> {
    /// Goes everywhere.
    pub fn explore(first: S, steps: impl Fn(&S) -> Vec<Step<S>>) -> Self {
        let mut known = HashMap::from([(first.clone(), 0)]);
        let mut graph = Self { states: vec![first], from: vec![None], back: vec![Vec::new()] };
        let mut open = VecDeque::from([0]);
        while let Some(at) = open.pop_front() {
            for step in steps(&graph.states[at].clone()) {
                let next = *known.entry(step.state.clone()).or_insert_with(|| {
                    graph.states.push(step.state.clone());
                    graph.from.push(Some((at, step.what.clone())));
                    graph.back.push(Vec::new());
                    open.push_back(graph.states.len() - 1);
                    graph.states.len() - 1
                });
                if !step.is_fault {
                    graph.back[next].push(at);
                }
            }
        }
        graph
    }

    /// The shortest way to a state that is wrong, if there is one.
    pub fn way_to(&self, is_wrong: impl Fn(&S) -> bool) -> Option<Vec<String>> {
        self.states.iter().position(is_wrong).map(|at| self.way(at))
    }

    /// The shortest way to a state from which a good one can be reached only by another fault, or not at
    /// all; only states in which something can be hoped for count.
    pub fn stuck(
        &self,
        is_good: impl Fn(&S) -> bool,
        may_hope: impl Fn(&S) -> bool,
    ) -> Option<Vec<String>> {
        let mut reaches = vec![false; self.states.len()];
        let mut open: Vec<usize> =
            (0..self.states.len()).filter(|at| is_good(&self.states[*at])).collect();
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut reaches[at], true) {
                open.extend(&self.back[at]);
            }
        }
        let stuck = (0..self.states.len()).find(|at| !reaches[*at] && may_hope(&self.states[*at]));
        stuck.map(|at| self.way(at))
    }

    fn way(&self, mut at: usize) -> Vec<String> {
        let mut way = Vec::new();
        while let Some((before, what)) = &self.from[at] {
            way.push(what.clone());
            at = *before;
        }
        way.reverse();
        way
    }

    /// How many states a property holds in, by its words.
    pub fn count(&self, say: impl Fn(&S) -> &'static str) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for state in &self.states {
            *counts.entry(say(state)).or_default() += 1;
        }
        counts
    }
}
