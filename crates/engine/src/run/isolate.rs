//! A batch that is not answered: the system's trouble, or a record's.
//!
//! Owns carrying out the search that `sync::batching` decides: parts are sent once, and what is not known is looked up before it is
//! sent again. The records that are found are parked, everything else goes; the batch's one intent covers all of it. A run that ends
//! in the middle leaves the rest to the next one.

use port::{Fault, Kind, System};
use sync::Problem;
use sync::batching::{Halving, Next};
use sync::problem::Code;
use sync::settle::State;

use super::RunError;
use super::item::Item;
use super::send::{Fate, Manner, Sent, attempt, give_up};
use super::shared::Run;

/// Searches `items`, of which no call told anything.
pub(super) async fn search(run: &Run<'_>, mut sent: Sent, items: Vec<Item>) -> Result<Sent, RunError> {
    let mut draw = [0; 4];
    run.cx.entropy.fill(&mut draw);
    let mut search = Halving::new(items, u32::from_le_bytes(draw));
    loop {
        match search.proceed() {
            Next::Send(part) if run.ended() => {
                let left = part.into_iter().chain(search.rest()).collect();
                return Ok(give_up(sent, left, silent()));
            }
            Next::Send(part) => match attempt(run, &mut sent, part, Manner { later: true, once: true }).await? {
                Ok(tried) if tried.answered => search.answered(tried.again),
                Ok(tried) => search.silent(tried.again),
                Err((mut left, fault)) => {
                    left.extend(search.rest());
                    return Ok(give_up(sent, left, fault));
                }
            },
            Next::Found(found) => {
                sent.fates.extend(found.into_iter().map(|item| (item, unanswered())));
                return Ok(sent);
            }
            Next::Trouble(left) => return Ok(give_up(sent, left, silent())),
        }
    }
}

/// The record alone is not answered. What the sink holds of it is not known.
fn unanswered() -> Fate {
    let problem = Problem::new(
        Code::WriteUnanswered,
        "Zoho CRM gives no answer to a write of this record, while it answers otherwise.",
    );
    Fate::Open { state: State::Parked, problem, exchange: None, touched: true }
}

/// The sink is there and answers no write.
fn silent() -> Fault {
    Fault::new(
        System::Zoho,
        Kind::Unavailable,
        "writes are not answered.",
        "Nothing is lost: the next run looks up what arrived before it writes again.",
    )
}
