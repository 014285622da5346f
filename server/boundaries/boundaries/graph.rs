//! Arrows between modules: circles, and what is left when an arrow follows from others.

use std::collections::{BTreeMap, BTreeSet};

/// Each node, and the nodes that it uses.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// A node and what it uses, for every arrow that is part of a circle.
pub fn circles(graph: &Graph) -> Vec<(String, String)> {
    let arrows = graph
        .iter()
        .flat_map(|(from, targets)| targets.iter().map(move |to| (from, to)));
    arrows
        .filter(|(from, to)| reached(graph, to).contains(from.as_str()))
        .map(|(from, to)| (from.clone(), to.clone()))
        .collect()
}

/// The arrows that do not follow from others: from a graph without circles, its transitive reduction.
pub fn reduced(graph: &Graph) -> Vec<(&str, &str)> {
    let mut kept = Vec::new();
    for (from, targets) in graph {
        for to in targets {
            let others = targets.iter().filter(|other| *other != to);
            if !others.clone().any(|other| reached(graph, other).contains(to.as_str())) {
                kept.push((from.as_str(), to.as_str()));
            }
        }
    }
    kept
}

/// All that is used by a node, near or far.
fn reached<'g>(graph: &'g Graph, from: &'g str) -> BTreeSet<&'g str> {
    let (mut seen, mut waiting) = (BTreeSet::new(), vec![from]);
    while let Some(node) = waiting.pop() {
        for next in graph.get(node).into_iter().flatten() {
            if seen.insert(next.as_str()) {
                waiting.push(next);
            }
        }
    }
    seen
}
