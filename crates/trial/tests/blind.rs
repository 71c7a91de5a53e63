//! Lists by stamp that are suddenly empty, after a first load that was killed anywhere: an empty list proves nothing, and who was
//! killed must not have forgotten by what the source is known.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use engine::{Options, Outcome};
use futures_util::FutureExt as _;
use jiff::SignedDuration;
use sim::Clock as _;
use sim::Size;
use sim::acumatica::Switches;
use sim::control::edit::Edit;
use tokio_util::sync::CancellationToken;
use trial::executor::{Ended, Kill, Task, drive};
use trial::house::House;
use trial::oracle::Rules;

const SIZE: Size = Size { customers: 8, items: 4, invoices: 4, won_deals: 0, existing_accounts: 0 };

/// Runs once; the outcome, unless the run was killed.
fn run(house: &House, kill: Option<Kill>) -> Option<Outcome> {
    let options = Options::default();
    let task = Task::new(house.run(&options, CancellationToken::new()), kill);
    match drive(&house.hub, vec![task], &mut || {}).pop().unwrap() {
        Ended::Done(report) => Some(report.unwrap().outcome),
        _ => None,
    }
}

#[test]
fn an_empty_list_proves_nothing_wherever_the_first_load_was_killed() {
    let mut killed = 0;
    for gates in (20..200).step_by(6) {
        let house = House::new(5, false, SIZE, Rules::default(), |_| {}).now_or_never().unwrap().unwrap();
        killed += u32::from(run(&house, Some(Kill::AfterGates(gates))).is_none());
        let keys: Vec<String> = house.sim.with(|books, _| books.customers.values().map(|c| c.key.clone()).collect());
        for key in keys {
            house.sim.change(&Edit::TouchCustomer { key, phone: "+41 44 500 00 00".to_owned() }).unwrap();
        }
        let blind_stamps = vec!["Customer".to_owned()];
        house.sim.acumatica().set_switches(Switches { blind_stamps, ..Switches::default() });
        house.hub.advance(Duration::from_secs(1_800));
        assert_eq!(run(&house, None), Some(Outcome::Settled), "killed after {gates} gates");
        let report = house.sim.compare();
        let accounts = report.modules().into_iter().find(|(name, _)| *name == "Accounts").unwrap().1;
        assert!(accounts.differing.is_empty(), "killed after {gates} gates: {:?}", accounts.differing);
    }
    assert!(killed > 10, "{killed}");
}

/// After two runs over a first change, lists go blank, `meanwhile` happens, every customer changes: the next run carries it over.
fn carried_over_though(meanwhile: impl FnOnce(&House, String)) {
    let house = House::new(5, false, SIZE, Rules::default(), |_| {}).now_or_never().unwrap().unwrap();
    let keys = || house.sim.with(|books, _| books.customers.values().map(|c| c.key.clone()).collect::<Vec<_>>());
    let touch = |key: String, phone: &str| {
        house.sim.change(&Edit::TouchCustomer { key, phone: phone.to_owned() }).unwrap();
    };
    assert_eq!(run(&house, None), Some(Outcome::Settled));
    house.hub.advance(Duration::from_secs(3_600));
    let newest = keys().remove(3);
    touch(newest.clone(), "+41 44 600 00 00");
    assert_eq!(run(&house, None), Some(Outcome::Settled));
    house.hub.advance(Duration::from_secs(3_600));
    touch(keys().remove(1), "+41 44 700 00 00");
    meanwhile(&house, newest);
    let blind_stamps = vec!["Customer".to_owned()];
    house.sim.acumatica().set_switches(Switches { blind_stamps, ..Switches::default() });
    assert_eq!(run(&house, None), Some(Outcome::Settled));
    let report = house.sim.compare();
    let accounts = report.modules().into_iter().find(|(name, _)| *name == "Accounts").unwrap().1;
    assert!(accounts.differing.is_empty(), "{:?}", accounts.differing);
}

#[test]
fn an_empty_list_proves_nothing_though_the_code_was_changed_of_what_was_changed_last() {
    carried_over_though(|house, newest| {
        house.sim.change(&Edit::RenameCustomer { from: newest, to: "RENAMED".to_owned() }).unwrap();
    });
}

#[test]
fn an_empty_list_proves_nothing_though_the_clock_was_set_back() {
    carried_over_though(|house, _| house.server_clock.shift(SignedDuration::from_mins(-20)));
}
