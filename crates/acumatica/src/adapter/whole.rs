//! A page of whole records, in whichever way the server bears.
//!
//! Owns the way down where a list cannot be made: without form fields, then a list of keys and lists by key, then one call for each record.
//! Must not lose a record on the way: what lists by key leave out is asked for by its id.

use std::collections::BTreeSet;

use port::{Exchange, Fault, Page, PageRequest};
use sync::Record;

use super::Acumatica;
use super::page::Depth;
use super::way::Way;

impl Acumatica {
    pub(super) async fn read_whole(&self, request: &PageRequest, tape: &mut Vec<Exchange>) -> Result<Page, Fault> {
        let mut notes = Vec::new();
        let mut page = match self.way(request.entity) {
            Way::Whole | Way::Plain => self.read_listed(request, &mut notes, tape).await?,
            Way::ByKeys | Way::OneByOne => None,
        };
        if page.is_none() {
            page = Some(self.read_in_two(request, &mut notes, tape).await?);
        }
        let mut page = page.unwrap_or_default();
        let words = self.way(request.entity).words();
        page.fallback = match (page.fallback.is_empty(), words.is_empty()) {
            (_, true) => page.fallback,
            (true, false) => words.to_owned(),
            (false, false) => format!("{}; {words}", page.fallback),
        };
        notes.append(&mut page.notes);
        page.notes = notes;
        Ok(page)
    }

    /// By lists of whole records; `None` when the server cannot make them.
    async fn read_listed(
        &self,
        request: &PageRequest,
        notes: &mut Vec<String>,
        tape: &mut Vec<Exchange>,
    ) -> Result<Option<Page>, Fault> {
        loop {
            let tried = self.way(request.entity);
            if tried > Way::Plain {
                return Ok(None);
            }
            match self.read_page(request, Depth::Whole, tape).await? {
                Ok(page) => return Ok(Some(page)),
                Err(why) => {
                    let next = self.step_down(request.entity, tried);
                    notes.extend(next.map(|way| way.note(request.entity, &why)));
                }
            }
        }
    }

    /// A page of keys, small because each record costs part of a call or a whole one; then the records.
    async fn read_in_two(
        &self,
        request: &PageRequest,
        notes: &mut Vec<String>,
        tape: &mut Vec<Exchange>,
    ) -> Result<Page, Fault> {
        let entity = request.entity;
        let page = match self.read_page(request, Depth::Few, tape).await? {
            Ok(page) => page,
            Err(why) => return Err(super::page::cannot_list(entity, &why)),
        };
        let before = self.way(entity);
        let mut records: Vec<Record> = if before == Way::ByKeys {
            let keys: Vec<String> = page.records.iter().map(|row| row.key.clone()).collect();
            self.read_keys(entity, &keys, tape).await?
        } else {
            Vec::new()
        };
        let come: BTreeSet<&str> = records.iter().map(|record| record.id.as_str()).collect();
        let missing: Vec<String> =
            page.records.iter().filter(|row| !come.contains(row.id.as_str())).map(|row| row.id.clone()).collect();
        records.extend(self.read_ids(entity, &missing, tape).await?);
        if self.way(entity) > before {
            notes.push(self.way(entity).note(entity, "lists by key cannot be made either"));
        }
        Ok(Page { records, ..page })
    }
}
