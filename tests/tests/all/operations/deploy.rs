//! Dashboard and alert rules name only what is there, and every name is documented: the page of metrics
//! is made of the registry itself.
use anyhow::ensure;
use appservice::run::Metrics;
use bridge::platform::alarms::Alarm;
use partnerspace_tests::{Outcome, place};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::read_to_string;
use std::sync::Arc;

/// Name → what it is, and what it says.
fn known() -> BTreeMap<String, (String, String)> {
    let text = Metrics::new(Arc::default()).text();
    let mut known: BTreeMap<String, (String, String)> = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|l| l.split_once(' ')) {
            known.entry(name.to_owned()).or_default().1 = help.to_owned();
        }
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|l| l.split_once(' ')) {
            known.entry(name.to_owned()).or_default().0 = kind.to_owned();
        }
    }
    known
}

/// The names under which each is read.
fn readable() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, (kind, _)) in known() {
        match kind.as_str() {
            "counter" => drop(names.insert(format!("{name}_total"))),
            "histogram" => {
                names.extend(["bucket", "sum", "count"].map(|part| format!("{name}_{part}")));
            }
            _ => drop(names.insert(name)),
        }
    }
    names
}

#[test]
fn every_metric_named_in_deploy_is_there() -> Outcome<()> {
    let names = readable();
    let word = Regex::new("partnerspace_[a-z_]+")?;
    let kind = Regex::new("partnerspace_alarm\\{kind=\\\\?\"([a-z]+)")?;
    for file in ["deploy/metrics/dashboard.json", "deploy/metrics/alerts.yaml"] {
        let text = read_to_string(place::root().join(file))?;
        let used: BTreeSet<&str> = word.find_iter(&text).map(|found| found.as_str()).collect();
        ensure!(used.len() > 5, "{file} names only {used:?}");
        for name in used {
            ensure!(names.contains(name), "{file} names {name}, which is not there");
        }
        for found in kind.captures_iter(&text) {
            ensure!(Alarm::parse(&found[1]).is_some(), "{file}: no alarm is called {}", &found[1]);
        }
    }
    let dashboard = read_to_string(place::root().join("deploy/metrics/dashboard.json"))?;
    serde_json::from_str::<serde_json::Value>(&dashboard)?;
    Ok(())
}

/// Every alarm of the program has a rule.
#[test]
fn every_alarm_has_a_rule() -> Outcome<()> {
    let rules = read_to_string(place::root().join("deploy/metrics/alerts.yaml"))?;
    for alarm in Alarm::ALL {
        let expr = format!("partnerspace_alarm{{kind=\"{}\"}}", alarm.as_str());
        ensure!(rules.contains(&expr), "no rule has {expr}");
    }
    Ok(())
}

/// `docs/reference/metrics.md`, as generated.
pub fn page() -> String {
    let mut text = String::from("| name | kind | says |\n|---|---|---|\n");
    for (name, (kind, help)) in known() {
        let name = if kind == "counter" { format!("{name}_total") } else { name };
        text.push_str(&format!("| `{name}` | {kind} | {help} |\n"));
    }
    text
}
