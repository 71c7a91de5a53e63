//! Rights that are lost and given back: to write a module of Zoho, to see a screen of Acumatica. Nothing is lost, and it goes on by itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use engine::{Outcome, Report};
use serde_json::{Value, json};
use sim::Size;
use sim::control::edit::Edit;
use support::world::{World, written};
use sync::Flow;

const SIZE: Size = Size { customers: 12, items: 8, invoices: 12, won_deals: 0, existing_accounts: 0 };

async fn loaded(seed: u64, level: &str) -> World {
    let world = World::new(seed, SIZE, |options| {
        options.zoho = serde_json::from_value(json!({"rights_error": level})).unwrap();
    })
    .await;
    let report = world.sync().await;
    assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
    world
}

fn edit(world: &World, edit: Value) {
    world.sim.change(&serde_json::from_value::<Edit>(edit).unwrap()).unwrap();
}

fn touch(world: &World, customers: usize, phone: &str) {
    let keys: Vec<String> = world
        .sim
        .with(|books, _| books.customers.values().take(customers).map(|customer| customer.key.clone()).collect());
    for key in keys {
        world.sim.change(&Edit::TouchCustomer { key, phone: phone.to_owned() }).unwrap();
    }
}

/// A run that ends because a right is missing, with one sentence that names it.
async fn refused(world: &World, words: &str) -> Report {
    let report = world.sync().await;
    assert_eq!((report.outcome, report.problems_total), (Outcome::NeedsPerson, 1), "{report:#?}");
    let problem = &report.problems[0];
    assert_eq!(problem.code, "forbidden", "{report:#?}");
    assert!(problem.message.contains(words) && !problem.remedy.is_empty(), "{problem:#?}");
    report
}

#[tokio::test]
async fn without_the_right_to_write_a_module_the_run_stops_and_goes_on_when_it_is_back() {
    for level in ["request", "record"] {
        let world = loaded(81, level).await;
        edit(&world, json!({"edit": "zoho_rights", "module": "Accounts", "granted": false}));
        assert_eq!(world.sync().await.outcome, Outcome::Settled, "nothing is to be written");
        touch(&world, 4, "+41 44 100 00 00");
        for _ in 0..3 {
            edit(&world, json!({"edit": "post_new"}));
        }
        for _ in 0..2 {
            let report = refused(&world, "Crm_Implied_Edit_Accounts").await;
            assert_eq!(report.flows[&Flow::Customers].parked, 0, "{level}: no record is to blame: {report:#?}");
            assert_eq!(written(&report), 0, "{level}: {report:#?}");
        }
        edit(&world, json!({"edit": "zoho_rights", "module": "Accounts", "granted": true}));
        let report = world.sync().await;
        assert_eq!((report.outcome, written(&report)), (Outcome::Settled, 7), "{level}: {report:#?}");
        world.assert_agreement("with the right given back");
    }
}

#[tokio::test]
async fn one_record_that_may_not_be_written_is_parked_and_tried_again() {
    let world = loaded(82, "record").await;
    edit(&world, json!({"edit": "zoho_rights", "module": "Accounts", "granted": false}));
    touch(&world, 1, "+41 44 100 00 00");
    let report = world.sync().await;
    assert_eq!((report.outcome, report.problems[0].code.as_str()), (Outcome::Parked, "not_permitted"), "{report:#?}");
    edit(&world, json!({"edit": "zoho_rights", "module": "Accounts", "granted": true}));
    world.clock.advance(Duration::from_secs(6 * 60));
    let report = world.sync().await;
    assert_eq!((report.outcome, written(&report)), (Outcome::Settled, 1), "{report:#?}");
    world.assert_agreement("with the right given back");
}

#[tokio::test]
async fn a_screen_that_the_user_may_not_open_any_more_stops_the_run_and_loses_nothing() {
    let world = loaded(83, "request").await;
    for entity in ["Customer", "Invoice"] {
        edit(&world, json!({"edit": "rights", "entity": entity, "granted": false}));
        touch(&world, 3, &format!("+41 44 200 00 0{}", entity.len()));
        edit(&world, json!({"edit": "post_new"}));
        for _ in 0..2 {
            let marks = world.store.checkpoints(world.row.id).await.unwrap();
            let report = refused(&world, entity).await;
            assert!(report.problems[0].message.starts_with("Acumatica"), "{report:#?}");
            let after = world.store.checkpoints(world.row.id).await.unwrap();
            let mark = |of: &std::collections::BTreeMap<_, sync::settle::Checkpoint>| {
                of.iter().find(|(known, _)| format!("{known:?}") == entity).map(|(_, mark)| mark.covered_up_to)
            };
            assert_eq!(mark(&after), mark(&marks), "its mark has not moved");
        }
        edit(&world, json!({"edit": "rights", "entity": entity, "granted": true}));
        let report = world.sync().await;
        assert_eq!(report.outcome, Outcome::Settled, "{report:#?}");
        world.assert_agreement("with the right given back");
    }
}
