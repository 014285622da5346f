//! The dashboard, the alerts and their explanations are held to the metrics that there are.

use std::{collections::BTreeSet, time::Duration};

use prometheus_client::encoding::text::encode;
use serde_json::Value;

use super::Metrics;

const OPERATING: &str = include_str!("../../../docs/OPERATING.md");
const ALERTS: &str = include_str!("../../../docs/prometheus/alerts.yml");
const DASHBOARD: &str = include_str!("../../../docs/grafana/sealpost.json");

/// The names under which Prometheus knows the metrics.
fn names() -> BTreeSet<String> {
    let metrics = Metrics::default();
    metrics.count_accepted("sealed");
    metrics.count_refused("store");
    metrics.count_delivery("delivered");
    metrics.observe_seal_time(Duration::from_millis(1));
    metrics.connections("smtp");
    let mut text = String::new();
    encode(&mut text, &metrics.registry).unwrap();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let named = samples.map(|line| line.split(['{', ' ']).next().unwrap_or_default().to_owned());
    named.collect()
}

/// The names in an expression, or in a text.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.starts_with("sealpost_"))
        .map(str::to_owned)
        .collect()
}

/// The alerts: name, expression, summary, and where it is explained.
fn alerts() -> Vec<[String; 4]> {
    let file: Value = serde_yaml_ng::from_str(ALERTS).unwrap();
    let groups = file["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rules
        .map(|rule| {
            let notes = &rule["annotations"];
            [&rule["alert"], &rule["expr"], &notes["summary"], &notes["runbook"]].map(text)
        })
        .collect()
}

/// What the panels of the dashboard ask for.
fn expressions() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().cloned().unwrap_or_default());
    targets
        .map(|target| target["expr"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn alerts_and_dashboard_ask_for_metrics_that_there_are() {
    let names = names();
    for expression in alerts()
        .into_iter()
        .map(|[_, expression, ..]| expression)
        .chain(expressions())
    {
        let unknown: Vec<_> = named(&expression).difference(&names).cloned().collect();
        assert!(unknown.is_empty(), "{expression}: {unknown:?}");
    }
}

#[test]
fn the_dashboard_shows_each_metric() {
    let shown: BTreeSet<_> = expressions().iter().flat_map(|expression| named(expression)).collect();
    // Of a histogram its sum and count are not needed beside the buckets.
    let left_out: Vec<_> = names()
        .into_iter()
        .filter(|name| !shown.contains(name) && !name.ends_with("_sum") && !name.ends_with("_count"))
        .collect();
    assert!(left_out.is_empty(), "{left_out:?}");
}

#[test]
fn the_operators_guide_names_each_metric() {
    let told = named(OPERATING);
    let parts = ["_sum", "_count", "_bucket"];
    for name in names() {
        let whole = parts.iter().find_map(|part| name.strip_suffix(part)).unwrap_or(&name);
        assert!(told.contains(whole), "{name}");
    }
}

#[test]
fn each_alert_is_explained_in_the_operators_guide() {
    let alerts = alerts();
    assert!(alerts.len() > 5, "only {} alerts are found", alerts.len());
    for [alert, _, summary, explained] in alerts {
        assert!(!summary.is_empty(), "{alert} has no summary");
        assert_eq!(explained, format!("docs/OPERATING.md#{}", alert.to_lowercase()));
        let entry = OPERATING.split_once(&format!("\n### {alert}\n")).map(|(_, rest)| rest);
        let entry = entry.and_then(|rest| rest.split("\n#").next()).unwrap_or_default();
        for part in ["*What it means for mail.*", "*What to do.*"] {
            assert!(entry.contains(part), "{alert} lacks {part}");
        }
    }
}
