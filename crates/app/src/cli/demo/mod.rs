//! `demo`: both simulators, a first sync, a few changes, a second sync, and a true table of what moved.
//!
//! Owns the story. Agreement is judged by the simulators' own comparison, never by our ledger.

mod simulators;
mod story;

use std::collections::BTreeMap;

use ::sim::Size;
use store::Access;

use super::args::DemoArgs;
use super::{Invocation, Opened, output, sim};
use crate::process::exit::{Exit, Failure};
use crate::process::settings::{Origin, Set};

use simulators::Simulators;

/// How many records the demo changes between its two syncs.
const CHANGES: usize = 12;

pub(super) async fn run(cx: &Invocation, args: DemoArgs) -> Result<Exit, Failure> {
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let size = Size {
        customers: count(args.customers),
        items: count(args.items),
        invoices: count(args.invoices),
        ..Size::default()
    };
    let simulators = Simulators::start(size, args.seed)?;
    let folder = tempfile::Builder::new()
        .prefix("ml-connector-demo-")
        .tempdir()
        .map_err(|error| Failure::fault(format!("A folder for the demo cannot be made: {error}.")))?;
    let data = folder.path().join("data");
    let inner = inside(cx, &data);
    let (text, secrets) = sim::connection_file(&simulators.sim, &simulators.running);
    write_files(folder.path(), &text, &secrets)?;
    let agree = {
        let opened = Opened::open(&inner, Access::Worker).await?;
        story::tell(&inner, &opened, &simulators, folder.path(), &text, CHANGES).await?
    };
    if args.once {
        simulators.stop();
        return Ok(if agree { Exit::Settled } else { Exit::Parked });
    }
    where_to_look(cx, &simulators, folder.path(), &data);
    let _ = tokio::signal::ctrl_c().await;
    simulators.stop();
    output::hint("Stopped. The demo's folder is removed.");
    Ok(Exit::Settled)
}

/// The invocation with the demo's own data folder, and nothing of the real one.
fn inside(cx: &Invocation, data: &std::path::Path) -> Invocation {
    let flag = |value| Set { value, origin: Origin::Flag };
    let mut settings = cx.settings.clone();
    settings.data_dir = flag(data.to_owned());
    settings.database = Set { value: None, origin: Origin::Flag };
    settings.key_file = Set { value: None, origin: Origin::Flag };
    settings.key_command = Set { value: None, origin: Origin::Flag };
    settings.key = Set { value: None, origin: Origin::Flag };
    settings.allow_loopback = Set { value: true, origin: Origin::Flag };
    Invocation { settings, env: cx.env.clone(), json: cx.json, quiet: true }
}

fn write_files(folder: &std::path::Path, text: &str, secrets: &BTreeMap<&'static str, String>) -> Result<(), Failure> {
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text)
            .map_err(|error| Failure::fault(format!("The demo's files cannot be written: {error}.")))
    };
    for (name, value) in secrets {
        write(name, value)?;
    }
    write("demo.toml", text)
}

fn where_to_look(cx: &Invocation, simulators: &Simulators, folder: &std::path::Path, data: &std::path::Path) {
    let control = simulators.running.control_url().unwrap_or_default();
    let program = cx.env.program();
    output::line("");
    output::line("Look around, in another terminal:");
    output::line(format!("  export ML_CONNECTOR_DATA={} ML_CONNECTOR_ALLOW_LOOPBACK=1", data.display()));
    output::line(format!("  {program} status"));
    output::line(format!("  {program} record {}", simulators.some_document()));
    output::line(format!("  {program} audit --most 10"));
    output::line("Change something in the simulated Acumatica, then sync again:");
    output::line(format!(
        "  curl -X POST -H 'content-type: application/json' -d '{{\"edit\":\"some\",\"count\":5}}' {control}/change"
    ));
    output::line(format!("  {program} sync"));
    output::line(format!("The connection file:   {}", folder.join("demo.toml").display()));
    output::line(format!("What both sides hold:  {control}"));
    output::line("Ctrl-C ends the demo and removes its folder.");
}
