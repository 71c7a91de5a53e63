//! Medians, printed as a Markdown table.
//!
//! Owns the columns. Figures of the first pass are given without set-up, which has a line of its own.

use serde_json::Value;

use super::measure::Took;

/// Which pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Everything is new.
    First,
    /// Fifty changes in the ERP.
    Changes,
    /// Nothing changed.
    Nothing,
}

/// One pass of one repetition.
pub(crate) struct Row {
    pub(crate) pass: Pass,
    pub(crate) took: Took,
    pub(crate) report: Value,
}

/// Prints the table's head.
pub(crate) fn header() {
    println!("| latency | pass | wall s | CPU s | peak MB | Acumatica calls | Zoho calls | written |");
    println!("|---|---|---|---|---|---|---|---|");
}

/// Prints one latency's lines.
pub(crate) fn print(latency: u32, rows: &[Row]) {
    let setup: Vec<&Row> = rows.iter().filter(|row| row.pass == Pass::First).collect();
    let calls = |row: &Row, system: &str| number(&row.report["setup"]["calls"][system]["made"]);
    println!(
        "| {latency} ms | set-up, once | {:.3} | | | {} | {} | |",
        median(setup.iter().map(|row| row.report["setup"]["seconds"].as_f64().unwrap_or(0.0))),
        median(setup.iter().map(|row| calls(row, "acumatica"))),
        median(setup.iter().map(|row| calls(row, "zoho"))),
    );
    for (pass, name) in [(Pass::First, "first load"), (Pass::Changes, "50 changes"), (Pass::Nothing, "no change")] {
        let of: Vec<&Row> = rows.iter().filter(|row| row.pass == pass).collect();
        let setup = |row: &Row| row.report["setup"]["seconds"].as_f64().unwrap_or(0.0);
        let made = |row: &Row, system: &str| number(&row.report["calls"][system]["made"]) - calls(row, system);
        println!(
            "| {latency} ms | {name} | {:.3} | {:.3} | {:.0} | {} | {} | {} |",
            median(of.iter().map(|row| row.took.wall - setup(row))),
            median(of.iter().map(|row| row.took.cpu)),
            median(of.iter().map(|row| row.took.memory)),
            median(of.iter().map(|row| made(row, "acumatica"))),
            median(of.iter().map(|row| made(row, "zoho"))),
            median(of.iter().map(|row| written(&row.report))),
        );
    }
}

fn written(report: &Value) -> f64 {
    let flows = report["flows"].as_object();
    flows.into_iter().flatten().map(|(_, flow)| number(&flow["created"]) + number(&flow["updated"])).sum()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
