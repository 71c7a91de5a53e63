//! Faults on both systems: agreement after at most three passes, and no line doubled. Time is driven in process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use engine::Outcome;
use sim::Size;
use support::world::World;

/// Five of a hundred calls go wrong, in every way that there is, before and after the work.
const RATE: f64 = 0.05;

const SIZE: Size = Size { customers: 120, items: 160, invoices: 200, won_deals: 2, existing_accounts: 0 };

async fn agrees_under_faults(seed: u64, world: World) {
    world.faults(RATE);
    let mut passes = 0;
    loop {
        passes += 1;
        let report = world.sync().await;
        if report.outcome == Outcome::Settled && world.sim.compare().agree {
            break;
        }
        assert!(passes < 3, "seed {seed} after {passes} passes: {report:#?}\n{:#?}", world.sim.compare());
    }
    world.sim.change_some(25).unwrap();
    for pass in 1..=3 {
        let report = world.sync().await;
        if report.outcome == Outcome::Settled && world.sim.compare().agree {
            break;
        }
        assert!(pass < 3, "seed {seed}, changes: {report:#?}\n{:#?}", world.sim.compare());
    }
    world.faults(0.0);
    world.sync().await;
    world.assert_agreement(&format!("seed {seed}, faults over"));
}

#[tokio::test]
async fn seeds_1_to_10_agree_under_faults() {
    for seed in 1..=10 {
        agrees_under_faults(seed, World::new(seed, SIZE, |_| {}).await).await;
    }
}

#[tokio::test]
async fn seeds_11_to_20_agree_under_faults() {
    for seed in 11..=20 {
        agrees_under_faults(seed, World::new(seed, SIZE, |_| {}).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_seeds_agree_under_faults_over_sockets() {
    for seed in [101, 102] {
        agrees_under_faults(seed, World::over_sockets(seed, SIZE).await).await;
    }
}
