//! The demo's two syncs and its tables.
//!
//! Owns what is shown between them. Figures come from the runs' reports, agreement from the simulators.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::{Options, Outcome, Report, Silent};
use port::System;

use super::super::{apply, interrupt, opened::refused, progress, tables};
use super::{Invocation, Opened, Simulators, output, sim};
use crate::connection_file;
use crate::process::exit::Failure;
use crate::wiring;

/// Tells the story; true when both sides agree after each sync.
pub(super) async fn tell(
    cx: &Invocation,
    opened: &Opened,
    simulators: &Simulators,
    folder: &Path,
    text: &str,
    changes: usize,
) -> Result<bool, Failure> {
    connect(cx, opened, folder, text).await?;
    let size = &simulators.sim.options().size;
    output::line(format!(
        "Two simulated systems: an Acumatica with {} customers, {} items, {} documents, and an empty Zoho CRM.",
        output::count(size.customers as u64),
        output::count(size.items as u64),
        output::count(size.invoices as u64)
    ));
    output::line("");
    output::line("First sync: everything is new.");
    let first = run(cx, opened).await?;
    tables::report(&first);
    let agree_first = agreement(simulators);

    let made = simulators
        .sim
        .change_some(changes)
        .map_err(|refused| Failure::fault(format!("The demo's changes were refused: {refused}.")))?;
    output::line("");
    output::line(format!("{} changes in Acumatica:", made.len()));
    for change in &made {
        output::line(format!("  {:<24} {}", output::cut(&change.key, 24), output::cut(&change.what, 80)));
    }
    output::line("");
    output::line("Second sync: only what changed moves.");
    let second = run(cx, opened).await?;
    tables::report(&second);
    let agree_second = agreement(simulators);
    output::line("");
    output::line(moved(&[("first", &first), ("second", &second)]));
    let fine = |report: &Report| matches!(report.outcome, Outcome::Settled);
    Ok(agree_first && agree_second && fine(&first) && fine(&second))
}

async fn connect(cx: &Invocation, opened: &Opened, folder: &Path, text: &str) -> Result<(), Failure> {
    let file = connection_file::read(text, "demo.toml", folder, true)
        .map_err(|troubles| Failure::fault(troubles.to_string()))?;
    let mut secrets = std::collections::BTreeMap::new();
    for (field, source) in &file.secrets {
        secrets.insert(*field, source.value(folder, &|name| cx.env.get(name)).map_err(Failure::fault)?);
    }
    apply::keep_connection(&opened.store, opened.clock.now(), &file.name, &file.settings, &secrets)
        .await
        .map_err(refused)
}

async fn run(cx: &Invocation, opened: &Opened) -> Result<Report, Failure> {
    let row = opened.connection(Some(sim::CONNECTION)).await?;
    let wired = wiring::wire(&opened.store, &row, &opened.parts(cx)).await.map_err(Failure::fault)?;
    let watcher: Arc<dyn engine::Progress> = {
        use std::io::IsTerminal;
        if std::io::stderr().is_terminal() { Arc::new(progress::Bars::new()) } else { Arc::new(Silent) }
    };
    let context = opened.context(watcher);
    interrupt::watch(context.stop.clone())?;
    let result = engine::sync(&context, &wired.connection, &Options::default()).await;
    result.map_err(|engine::RunError::Store(error)| refused(error))
}

/// Prints whether the simulators find both sides in agreement, and where not.
fn agreement(simulators: &Simulators) -> bool {
    let report = simulators.sim.compare();
    let counts: Vec<String> = report
        .modules()
        .iter()
        .map(|(module, found)| {
            format!("{} {} of {}", module, output::count(found.present as u64), output::count(found.expected as u64))
        })
        .collect();
    let verdict = if report.agree { "Both sides agree" } else { "Both sides DIFFER" };
    output::line(format!(
        "{verdict}, record by record and field by field, as the simulators compare themselves: {}.",
        counts.join(", ")
    ));
    for (module, found) in report.modules() {
        for key in found.missing.iter().take(3) {
            output::line(format!("  {module}: {} is missing", output::safe(key)));
        }
        for difference in found.differing.iter().take(3) {
            output::line(format!(
                "  {module}: {} differs in {}",
                output::safe(&difference.key),
                output::safe(&difference.field)
            ));
        }
        if found.extra_total + found.doubled_total > 0 {
            output::line(format!("  {module}: {} extra, {} doubled", found.extra_total, found.doubled_total));
        }
    }
    report.agree
}

/// What moved, and what did not need to.
fn moved(runs: &[(&str, &Report)]) -> comfy_table::Table {
    let headers =
        ["sync", "read", "written", "left as it was", "stayed behind", "Acumatica calls", "Zoho calls", "time"];
    let mut table = output::table(&headers, &[1, 2, 3, 4, 5, 6, 7]);
    for (name, report) in runs {
        let sum = |of: fn(&engine::report::FlowReport) -> u64| output::count(report.flows.values().map(of).sum());
        let calls = |system: System| output::count(report.calls.get(&system).map_or(0, |calls| calls.made));
        table.add_row(vec![
            (*name).to_owned(),
            sum(|flow| flow.read),
            sum(|flow| flow.created + flow.updated),
            sum(|flow| flow.unchanged),
            sum(|flow| flow.skipped + flow.waiting + flow.undecided + flow.parked),
            calls(System::Acumatica),
            calls(System::Zoho),
            output::duration(Duration::from_secs_f64(report.seconds)),
        ]);
    }
    table
}
