//! Records, line rows and their values, stored compactly.
//!
//! Owns: the value type and the sparse, sorted list of filled fields. Must not: know a field's rules.

use rust_decimal::Decimal;

/// Position of a field in its module's field table.
pub type FieldNo = u16;

/// One stored value. An empty field has no cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text, phone, e-mail, URL, picklist value, or a date as `YYYY-MM-DD`.
    Text(Box<str>),
    /// Integer, decimal, currency or percent.
    Number(Decimal),
    /// Boolean.
    Bool(bool),
    /// Id of the record or user referred to.
    Lookup(u64),
    /// Date-time, epoch seconds.
    Time(i64),
    /// Values of a multi-select picklist.
    List(Box<[Box<str>]>),
    /// Ready JSON of a structured value (taxes, tags).
    Raw(Box<str>),
    /// Line rows of a subform, in display order.
    Rows(Vec<Row>),
}

impl Cell {
    /// The text of a text cell.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a number cell.
    #[must_use]
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Cell::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// The filled fields of a record or row, sorted by field number.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cells(Vec<(FieldNo, Cell)>);

impl Cells {
    /// Builds from cells in any order; of two for one field the later one stays.
    #[must_use]
    pub fn from_unsorted(mut cells: Vec<(FieldNo, Cell)>) -> Self {
        cells.sort_by_key(|(no, _)| *no);
        let mut kept: Vec<(FieldNo, Cell)> = Vec::with_capacity(cells.len());
        for (no, cell) in cells {
            match kept.last_mut() {
                Some(last) if last.0 == no => last.1 = cell,
                _ => kept.push((no, cell)),
            }
        }
        Self(kept)
    }

    /// The value of a field, if filled.
    #[must_use]
    pub fn get(&self, no: FieldNo) -> Option<&Cell> {
        self.0.binary_search_by_key(&no, |(n, _)| *n).ok().map(|at| &self.0[at].1)
    }

    /// Mutable access to the value of a field.
    pub fn get_mut(&mut self, no: FieldNo) -> Option<&mut Cell> {
        self.0.binary_search_by_key(&no, |(n, _)| *n).ok().map(|at| &mut self.0[at].1)
    }

    /// Sets or (with `None`) clears a field; returns what was there.
    pub fn set(&mut self, no: FieldNo, cell: Option<Cell>) -> Option<Cell> {
        match (self.0.binary_search_by_key(&no, |(n, _)| *n), cell) {
            (Ok(at), Some(cell)) => Some(std::mem::replace(&mut self.0[at].1, cell)),
            (Ok(at), None) => Some(self.0.remove(at).1),
            (Err(at), Some(cell)) => {
                self.0.insert(at, (no, cell));
                None
            }
            (Err(_), None) => None,
        }
    }

    /// The filled fields in field order.
    pub fn iter(&self) -> impl Iterator<Item = (FieldNo, &Cell)> {
        self.0.iter().map(|(no, cell)| (*no, cell))
    }

    /// How many fields are filled.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when no field is filled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One line row of a subform. Rows share their parent's authors.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Row id, unique in the organisation.
    pub id: u64,
    /// Epoch seconds of creation.
    pub created: i64,
    /// Epoch seconds of the last change.
    pub modified: i64,
    /// Values by the subform module's field numbers.
    pub cells: Cells,
}

/// A state in which Zoho refuses to write a record. Set by world edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Locked by a user or a locking rule: `RECORD_LOCKED`.
    Locked,
    /// Being merged: `RECORD_LOCKED`.
    Merging,
    /// Being read by the vision service: `RECORD_LOCKED` with another action.
    Vision,
    /// Waits for approval: `NOT_APPROVED`.
    Approval,
    /// Waits for review: `NOT_REVIEWED`.
    Review,
    /// In a blueprint: the stage or status field cannot be written, `RECORD_IN_BLUEPRINT`.
    Blueprint,
}

/// One record of a module.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Record id, up to 19 digits.
    pub id: u64,
    /// `Created_Time`, epoch seconds.
    pub created: i64,
    /// `Modified_Time`, epoch seconds.
    pub modified: i64,
    /// User id of `Owner`.
    pub owner: u64,
    /// User id of `Created_By`.
    pub created_by: u64,
    /// User id of `Modified_By`.
    pub modified_by: u64,
    /// Filled fields.
    pub cells: Cells,
    /// Whether and why writes are refused.
    pub hold: Option<Hold>,
}

impl Record {
    /// The rows of a subform field; none when empty.
    #[must_use]
    pub fn rows(&self, no: FieldNo) -> &[Row] {
        match self.cells.get(no) {
            Some(Cell::Rows(rows)) => rows,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn cells_stay_sorted_and_single() {
        let mut cells =
            Cells::from_unsorted(vec![(4, Cell::Bool(true)), (1, Cell::Bool(false)), (4, Cell::Bool(false))]);
        assert_eq!(cells.len(), 2);
        assert_eq!(cells.get(4), Some(&Cell::Bool(false)));
        assert_eq!(cells.set(2, Some(Cell::Time(3))), None);
        assert_eq!(cells.set(1, None), Some(Cell::Bool(false)));
        assert_eq!(cells.iter().map(|(no, _)| no).collect::<Vec<_>>(), [2, 4]);
    }
}
