//! What a seed draws before anything happens: how wild its world is, what the connection's owner chose, clocks, faults.
//!
//! Owns the shares. Everything that is drawn comes from the seed.

use jiff::SignedDuration;
use sim::Clock as _;
use sim::faults::{Dials, SystemDials};

use crate::executor::{Hub, Kill};
use crate::house::House;
use crate::oracle::{Deleted, Edited, Rules};
use crate::world::Wildness;

/// How far the ERP's stamps lag behind the clock that its answers tell, where they do: by less than windows overlap.
const LAG: i64 = 10 * 60 * 1_000_000;

/// What kind of trial it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Temper {
    /// The world.
    pub(super) wild: Wildness,
    /// Updates may arrive after newer ones.
    pub(super) updates_late: bool,
    /// Stamps lag by so many microseconds.
    pub(super) lag: i64,
    /// Days pass, so that links are checked and keys are swept.
    pub(super) days: bool,
}

pub(super) fn temper(hub: &Hub, rules: Rules) -> Temper {
    let lag = if hub.chance(60) { LAG } else { 0 };
    let wild = Wildness {
        unseen: hub.chance(150),
        deletions: true,
        // What was unlinked because it was out of sight is another record afterwards: a person's matter.
        rights: hub.chance(150) && rules.deleted != Deleted::Unlink,
        late: lag == 0,
        crm: hub.chance(400),
    };
    let updates_late = hub.chance(250);
    let days = wild.unseen || wild.rights || wild.crm || updates_late || hub.chance(100);
    Temper { wild, updates_late, lag, days }
}

/// What the connection's owner chose.
pub(super) fn rules(seed: u64) -> Rules {
    Rules {
        edited: match seed / 5 % 5 {
            0 => Edited::Ask,
            1 => Edited::Leave,
            _ => Edited::Heal,
        },
        deleted: match seed / 7 % 6 {
            0 => Deleted::Ask,
            1 => Deleted::Unlink,
            2 => Deleted::Deactivate,
            _ => Deleted::Mark,
        },
    }
}

/// The servers' clock is off, by minutes or by an hour.
pub(super) fn skew(house: &House) {
    let offsets = [0, 0, 0, -95, 40, -3_600, 3_600, -1_500];
    let seconds = offsets.get(usize::try_from(house.hub.below(8)).unwrap_or(0)).copied().unwrap_or_default();
    house.server_clock.shift(SignedDuration::from_secs(seconds));
    house.hub.say(|| format!("the server's clock is off by {seconds} s"));
}

/// Somebody sets the servers' clock: back by less than windows overlap, forwards by whatever. Not back where stamps lag.
pub(super) fn set_clock(hub: &Hub, temper: Temper) -> Option<i64> {
    let seconds = [-60, 20, 600, 3_600].get(usize::try_from(hub.below(4)).unwrap_or(0)).copied()?;
    (seconds > 0 || temper.lag == 0).then_some(seconds)
}

/// A place at which a process ends. One of them is reached only where a planted fault makes two steps of one.
pub(super) fn place(hub: &Hub) -> Kill {
    let names = ["before settling", "settled", "intent open", "between two transactions"];
    let name = names.get(usize::try_from(hub.below(4)).unwrap_or(0)).copied().unwrap_or_default();
    Kill::AtPlace(name, 1 + hub.below(12))
}

/// Turns the dials of both systems.
pub(super) fn faults(house: &House) {
    let hub = &house.hub;
    let rates = [0.0, 0.02, 0.05, 0.15];
    let rate = rates.get(usize::try_from(hub.below(4)).unwrap_or(0)).copied().unwrap_or_default();
    // Lost answers are the heart of the matter, so they have a dial of their own.
    let lost = if hub.chance(300) { 0.1 } else { 0.0 };
    let dials = SystemDials { rate, reset_after: lost, ..SystemDials::default() };
    let mut dials = Dials::both(dials);
    // One system, or one corner of it, as good as gone.
    let outage = hub.below(12);
    let failing = SystemDials { http_500: 0.5, reset_after: 0.2, ..SystemDials::default() };
    match outage {
        0 => dials.acumatica = failing,
        1 => dials.zoho = failing,
        2 => dials.zoho = SystemDials { path: Some("/Invoices".to_owned()), ..failing },
        3 => dials.acumatica = SystemDials { path: Some("Customer".to_owned()), ..failing },
        _ => {}
    }
    house.sim.faults().set(dials);
    hub.say(|| format!("faults {rate} lost {lost} outage {outage}"));
}
