//! The small integers that stand for flows, entities, states and kinds of transition in tables.
//!
//! Owns the numbers. They are kept for ever: a new word takes a new number, and none is used again.

use sync::digest::Digest;
use sync::settle::{State, What};
use sync::{Entity, Flow, Problem, problem};

use crate::error::{Result, StoreError};

macro_rules! numbers {
    ($what:literal, $kind:ty, $to:ident, $from:ident: $($variant:ident = $number:literal),+ $(,)?) => {
        /// The number in tables.
        pub(crate) const fn $to(value: $kind) -> i64 {
            match value { $(<$kind>::$variant => $number),+ }
        }

        /// What a number of a table stands for.
        pub(crate) fn $from(number: i64) -> Result<$kind> {
            match number {
                $($number => Ok(<$kind>::$variant),)+
                other => Err(StoreError::unreadable($what, other)),
            }
        }
    };
}

numbers!("flow", Flow, of_flow, flow: Customers = 1, Items = 2, Invoices = 3);
numbers!("entity", Entity, of_entity, entity: Customer = 1, StockItem = 2, NonStockItem = 3, Invoice = 4, CashSale = 5);
numbers!(
    "state", State, of_state, state:
    Settled = 1, Skipped = 2, Waiting = 3, Undecided = 4, Parked = 5, LeftAlone = 6, Gone = 7
);
numbers!(
    "kind of transition", What, of_what, what:
    Created = 1, Updated = 2, NothingToWrite = 3, Linked = 4, Skipped = 5, Waiting = 6, Undecided = 7, Parked = 8, Replayed = 9,
    LeftAlone = 10, Found = 11, Gone = 12, Edited = 13, Erased = 20
);

/// A digest from its 16 bytes.
pub(crate) fn digest(bytes: &[u8]) -> Result<Digest> {
    <[u8; 16]>::try_from(bytes)
        .map(Digest)
        .map_err(|_| StoreError::unreadable("digest", format!("a value of {} bytes", bytes.len())))
}

/// A problem from its columns. A code of another version of the program reads as a plain refusal: the sentence still says what it is.
pub(crate) fn problem(code: Option<String>, message: Option<String>, field: Option<String>) -> Option<Problem> {
    let code = problem::Code::named(&code?).unwrap_or(problem::Code::Refused);
    Some(Problem { code, message: message.unwrap_or_default(), field: field.unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_word_has_a_number_of_its_own_and_comes_back() {
        for value in Flow::ALL {
            assert_eq!(flow(of_flow(value)).unwrap(), value);
        }
        for value in Entity::ALL {
            assert_eq!(entity(of_entity(value)).unwrap(), value);
        }
        for value in State::ALL {
            assert_eq!(state(of_state(value)).unwrap(), value);
        }
        for value in What::ALL {
            assert_eq!(what(of_what(value)).unwrap(), value);
        }
        assert!(matches!(state(99), Err(StoreError::Corrupt { .. })));
    }
}
