//! World edits: what people and Zoho itself do to the data, without HTTP.
//!
//! Owns: seeding, edits by users, deletes, restores, merges, holds, removed fields, refreshed rates.
//! Must not: bypass the indexes or the computed values; edits go through `write` like API calls.

use rust_decimal::Decimal;

use super::api::State;
use super::json::parse;
use super::model::{Cell, FieldNo, Hold};
use super::refusal::Refusal;
use super::write::{Context, Mode, change, clash, draft, insert, recompute};

/// Turns refusals into a sentence.
fn told(refusals: Vec<Refusal>) -> String {
    let words: Vec<String> = refusals.iter().map(|r| format!("{} {}", r.code, r.details)).collect();
    words.join("; ")
}

impl State {
    fn place(&self, module: &str) -> Result<usize, String> {
        self.org.module_no(module).ok_or_else(|| format!("no module {module}"))
    }

    fn acting(&self, user: Option<u64>) -> u64 {
        user.or_else(|| self.org.users.first().map(|user| user.id)).unwrap_or(0)
    }

    /// Creates a record as a user (the first one when none is named) at `now`, epoch seconds. `values` are by
    /// API names, shaped as in the API. Returns the id, or what Zoho would refuse.
    pub fn insert_record(
        &mut self,
        module: &str,
        values: &serde_json::Value,
        user: Option<u64>,
        now: i64,
    ) -> Result<u64, String> {
        let at = self.place(module)?;
        let user = self.acting(user);
        let text = values.to_string();
        let json = parse(text.as_bytes()).map_err(|e| e.why.to_owned())?;
        let object = json.object().ok_or("not an object")?;
        let cx = Context { switches: &self.switches, user, now };
        let draft = draft(&self.org, cx, at, object, 0, Mode::Insert).map_err(told)?;
        let clashes = clash(&self.org, cx, at, &draft, None, 0);
        if !clashes.is_empty() {
            return Err(told(clashes));
        }
        Ok(insert(&mut self.org, cx, at, draft).id)
    }

    /// Changes fields of a record as a user, which moves `Modified_Time` and `Modified_By`.
    pub fn edit_record(
        &mut self,
        module: &str,
        id: u64,
        values: &serde_json::Value,
        user: Option<u64>,
        now: i64,
    ) -> Result<(), String> {
        let at = self.place(module)?;
        let user = self.acting(user);
        let text = values.to_string();
        let json = parse(text.as_bytes()).map_err(|e| e.why.to_owned())?;
        let object = json.object().ok_or("not an object")?;
        let cx = Context { switches: &self.switches, user, now };
        let draft = draft(&self.org, cx, at, object, 0, Mode::Update).map_err(told)?;
        let clashes = clash(&self.org, cx, at, &draft, Some(id), 0);
        if !clashes.is_empty() {
            return Err(told(clashes));
        }
        change(&mut self.org, cx, at, id, draft, true, 0).map(|_| ()).map_err(|refusal| told(vec![refusal]))
    }

    /// Moves a record to the recycle bin as a user.
    pub fn delete_record(&mut self, module: &str, id: u64, user: Option<u64>, now: i64) -> Result<(), String> {
        let at = self.place(module)?;
        let user = self.acting(user);
        let done = self.org.module_at_mut(at).delete(id, user, now);
        done.then_some(()).ok_or_else(|| format!("no record {id}"))
    }

    /// Brings a record back from the recycle bin; it keeps its id.
    pub fn restore_record(&mut self, module: &str, id: u64) -> Result<(), String> {
        let at = self.place(module)?;
        let done = self.org.module_at_mut(at).restore(id);
        done.then_some(()).ok_or_else(|| format!("no record {id} in the bin"))
    }

    /// Removes a record for good.
    pub fn purge_record(&mut self, module: &str, id: u64, now: i64) -> Result<(), String> {
        let at = self.place(module)?;
        let done = self.org.module_at_mut(at).purge(id, now);
        done.then_some(()).ok_or_else(|| format!("no record {id}"))
    }

    /// Merges two records: every lookup to the loser points to the winner, the loser is deleted.
    pub fn merge_records(
        &mut self,
        module: &str,
        winner: u64,
        loser: u64,
        user: Option<u64>,
        now: i64,
    ) -> Result<(), String> {
        let at = self.place(module)?;
        let user = self.acting(user);
        let there = self.org.module_at(at);
        if winner == loser || there.record(winner).is_none() || there.record(loser).is_none() {
            return Err(format!("{winner} and {loser} are not two records"));
        }
        let names: Vec<String> = self.org.modules().map(|held| held.meta.api_name.clone()).collect();
        for name in names {
            let Some(other) = self.org.module_no(&name) else {
                continue;
            };
            let held = self.org.module_at(other);
            let lookups: Vec<FieldNo> = held
                .live_fields()
                .filter(|(_, field)| field.target.as_deref() == Some(module))
                .map(|(no, _)| no)
                .collect();
            let pointing: Vec<u64> = held
                .records()
                .filter(|record| lookups.iter().any(|no| record.cells.get(*no) == Some(&Cell::Lookup(loser))))
                .map(|record| record.id)
                .collect();
            let held = self.org.module_at_mut(other);
            for id in pointing {
                let Some(mut record) = held.take(id) else {
                    continue;
                };
                for no in &lookups {
                    if record.cells.get(*no) == Some(&Cell::Lookup(loser)) {
                        record.cells.set(*no, Some(Cell::Lookup(winner)));
                    }
                }
                held.put(record);
            }
        }
        let held = self.org.module_at_mut(at);
        if let Some(mut record) = held.take(winner) {
            record.modified = now;
            record.modified_by = user;
            held.put(record);
        }
        held.delete(loser, user, now);
        Ok(())
    }

    /// Puts a record into a state that refuses writes, or (with `None`) frees it.
    pub fn hold_record(&mut self, module: &str, id: u64, hold: Option<Hold>) -> Result<(), String> {
        let at = self.place(module)?;
        let held = self.org.module_at_mut(at);
        let mut record = held.take(id).ok_or_else(|| format!("no record {id}"))?;
        record.hold = hold;
        held.put(record);
        Ok(())
    }

    /// An administrator deletes a field; its values are gone, sent values are ignored from now on.
    pub fn remove_field(&mut self, module: &str, api_name: &str) -> Result<(), String> {
        let at = self.place(module)?;
        let held = self.org.module_at_mut(at);
        let no = held.field_no(api_name).ok_or_else(|| format!("no field {api_name}"))?;
        held.remove_field(no);
        Ok(())
    }

    /// A user refreshes the exchange rates of a module's records: `Exchange_Rate` takes the currency's present
    /// rate and `Modified_Time` moves. Returns how many records changed.
    pub fn refresh_rates(&mut self, module: &str, user: Option<u64>, now: i64) -> Result<usize, String> {
        let at = self.place(module)?;
        let user = self.acting(user);
        let held = self.org.module_at(at);
        let (Some(currency), Some(rate)) = (held.field_no("Currency"), held.field_no("Exchange_Rate")) else {
            return Ok(0);
        };
        let mut changed: Vec<(u64, Decimal)> = Vec::new();
        for record in held.records() {
            let iso = record.cells.get(currency).and_then(Cell::text).unwrap_or_default();
            let present = self.org.currency(iso).and_then(|held| held.rate.parse::<Decimal>().ok());
            if let Some(present) = present
                && record.cells.get(rate).and_then(Cell::number) != Some(present)
            {
                changed.push((record.id, present));
            }
        }
        for (id, present) in &changed {
            let held = self.org.module_at_mut(at);
            let Some(mut record) = held.take(*id) else {
                continue;
            };
            record.cells.set(rate, Some(Cell::Number(*present)));
            record.modified = now;
            record.modified_by = user;
            recompute(&self.org, Context { switches: &self.switches, user, now }, at, &mut record);
            self.org.module_at_mut(at).put(record);
        }
        Ok(changed.len())
    }

    /// A record as JSON by API names, for comparisons: every field with a value, rows as arrays.
    #[must_use]
    pub fn record_json(&self, module: &str, id: u64) -> Option<serde_json::Value> {
        let at = self.org.module_no(module)?;
        let held = self.org.module_at(at);
        let record = held.record(id)?;
        let numbers: Vec<FieldNo> = held.live_fields().map(|(no, _)| no).collect();
        let mut out = super::json::Out::default();
        super::records::render_record(&self.org, at, record, &numbers, &mut out);
        serde_json::from_slice(out.as_bytes()).ok()
    }
}
