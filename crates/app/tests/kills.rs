//! The real binary killed with SIGKILL at its own requests, over SQLite and over PostgreSQL, during a first load and during changes.
//!
//! The simulator that gets the n-th request kills whoever sent it, before or after the work is done: no clock is involved. At the end
//! both sides agree, no line is doubled, the trail is whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/process.rs"]
mod process;

use std::os::unix::process::ExitStatusExt as _;

use process::World;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sim::Size;

const SIZE: Size = Size { customers: 30, items: 30, invoices: 40, won_deals: 0, existing_accounts: 0 };

/// How many processes each database loses, half of them during first loads; `cargo x soak` asks for more.
fn kills() -> usize {
    #[allow(clippy::disallowed_methods, reason = "how long a soak lasts is said from outside")]
    let asked = std::env::var("ML_CONNECTOR_TEST_KILLS").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(20)
}

/// Processes that one world loses.
const OF_ONE: usize = 20;

struct Story {
    world: World,
    draw: ChaCha8Rng,
    database: Option<String>,
}

impl Story {
    fn new(seed: u64, database: Option<String>) -> Self {
        let world = World::with(SIZE, |options| options.seed = seed);
        let mut story = Self { world, draw: ChaCha8Rng::seed_from_u64(seed), database };
        let name = format!("kills-{seed}");
        let text = story.world.text().replace("name = \"acme\"", &format!("name = \"{name}\""));
        let file = story.world.file("acme.toml", &text);
        assert!(story.run(&["apply", &file, "--yes", "-q"]).0);
        // Tokens are at hand from here on: a rotated one that is killed on its way would cost the consent, which no client can mend.
        assert!(story.run(&["ping", &name]).0);
        story
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.world.command(args);
        if let Some(url) = &self.database {
            command.env("ML_CONNECTOR_DATABASE", url);
        }
        command
    }

    /// Runs to the end: whether it went well, and what it printed.
    fn run(&mut self, args: &[&str]) -> (bool, String) {
        let ended = self.world.ended(self.command(args).output().unwrap());
        (ended.code == Some(0), format!("{ended:#?}"))
    }

    /// Starts a sync that is killed at a drawn request; true when it was, false when it ended before.
    fn killed(&mut self, name: &str, most: u32) -> bool {
        let nth = 1 + self.draw.next_u32() % most;
        let after_work = self.draw.next_u32().is_multiple_of(2);
        let child = self.command(&["sync", name, "--json"]).spawn().unwrap();
        self.world.killer.aim(&child, nth, after_work);
        let output = child.wait_with_output().unwrap();
        self.world.killer.rest();
        let killed = output.status.signal() == Some(9);
        let words = format!("{output:?}");
        assert!(killed || output.status.code() == Some(0), "request {nth}, after work {after_work}: {words}");
        killed
    }
}

/// Kills, changes, kills, and then looks.
fn survives(seed: u64, database: Option<String>) {
    let mut story = Story::new(seed, database);
    let name = format!("kills-{seed}");
    let mut kills = 0;
    while kills < OF_ONE / 2 && story.killed(&name, 30) {
        kills += 1;
    }
    let mut rounds = 0;
    while kills < OF_ONE {
        rounds += 1;
        assert!(rounds < 10 * OF_ONE, "only {kills} processes could be killed");
        story.world.sim.change_some(8).unwrap();
        kills += usize::from(story.killed(&name, 12));
    }
    let (well, words) = story.run(&["sync", &name, "--json"]);
    assert!(well, "seed {seed} after {kills} kills: {words}");
    let report = story.world.sim.compare();
    assert!(report.agree, "seed {seed} after {kills} kills: {}", serde_json::to_string_pretty(&report).unwrap());
    let (well, words) = story.run(&["audit", "verify"]);
    assert!(well, "{words}");
    let before = story.world.sim.requests().counters(sim::faults::System::Zoho).requests;
    let (well, words) = story.run(&["sync", &name, "--json"]);
    let after = story.world.sim.requests().counters(sim::faults::System::Zoho).requests;
    assert!(well && after == before, "nothing changed, and {} calls were made: {words}", after - before);
}

/// Seeds of the worlds that a database goes through.
fn worlds(first: u64) -> impl Iterator<Item = u64> {
    let count = u64::try_from(kills().div_ceil(OF_ONE)).unwrap();
    (0..count).map(move |nth| first + 2 * nth)
}

#[test]
fn kills_over_sqlite_lose_and_double_nothing() {
    worlds(1).for_each(|seed| survives(seed, None));
}

#[test]
fn kills_over_postgresql_lose_and_double_nothing() {
    #[allow(clippy::disallowed_methods, reason = "the one variable that a test may read")]
    let url = std::env::var("ML_CONNECTOR_TEST_POSTGRES")
        .expect("ML_CONNECTOR_TEST_POSTGRES must name a PostgreSQL server; `cargo x test` starts one");
    worlds(2).for_each(|seed| survives(seed, Some(url.clone())));
}
