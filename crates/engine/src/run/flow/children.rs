//! Customers that wait for their parent within a run.
//!
//! Owns the rounds: a child is drafted again once its parent is linked. A parent that nobody knows is fetched by key, once. A child
//! whose parent is open is written without it and stays *waiting*; one whose parent does not exist is written without it for good.

use std::collections::BTreeSet;

use sync::mapping::{self, Lookups, Mapped};
use sync::{Entity, Flow};

use super::{Child, Decided, Pass, RunError, page};

/// So many children wait before those are drafted whose parents have come meanwhile.
const MANY: usize = 200;

impl Pass<'_> {
    /// Drafts the children whose parents have come meanwhile, once there are many: memory must not grow with the number of records.
    pub(super) async fn thin_children(&mut self) -> Result<(), RunError> {
        if self.children.len() >= MANY {
            self.take_ready_children().await?;
        }
        Ok(())
    }

    /// Drafts the children whose parents are linked; false when there are none.
    async fn take_ready_children(&mut self) -> Result<bool, RunError> {
        let run = self.run;
        let codes: Vec<String> = self.parents().into_iter().collect();
        let accounts = self.beside(run.cx.store.targets_by_code(run.connection.id, Flow::Customers, &codes)).await?;
        let (ready, waiting): (Vec<Child>, Vec<Child>) =
            std::mem::take(&mut self.children).into_iter().partition(|child| accounts.contains_key(&child.parent));
        self.children = waiting;
        if ready.is_empty() {
            return Ok(false);
        }
        let lookups = Lookups { accounts, ..Lookups::default() };
        self.draft_children(ready, &lookups, &BTreeSet::new()).await?;
        Ok(true)
    }

    /// Codes of the parents that are waited for.
    fn parents(&self) -> BTreeSet<String> {
        self.children.iter().map(|child| child.parent.clone()).collect()
    }

    /// Drafts the children that can be drafted now; false when there are none.
    pub(super) async fn take_children(&mut self) -> Result<bool, RunError> {
        if self.children.is_empty() {
            return Ok(false);
        }
        if self.take_ready_children().await? {
            return Ok(true);
        }
        let run = self.run;
        let parents = self.parents();
        let codes: Vec<String> = parents.iter().cloned().collect();
        if self.flush() {
            return Ok(true);
        }
        // Nothing is on its way any more.
        let pending: BTreeSet<String> = self.children.iter().map(|child| child.meta.code.clone()).collect();
        let known = self.beside(run.cx.store.known_codes(run.connection.id, Flow::Customers, &codes)).await?;
        let unknown: Vec<String> = parents
            .into_iter()
            .filter(|code| !known.contains(code) && !pending.contains(code) && self.asked_parents.insert(code.clone()))
            .collect();
        if !unknown.is_empty() {
            return self.fetch_parents(&unknown).await;
        }
        let (later, mut now): (Vec<Child>, Vec<Child>) =
            std::mem::take(&mut self.children).into_iter().partition(|child| pending.contains(&child.parent));
        self.children = later;
        if now.is_empty() {
            // Only a circle of parents is left.
            now = std::mem::take(&mut self.children);
        }
        self.draft_children(now, &Lookups::default(), &known).await?;
        Ok(true)
    }

    async fn fetch_parents(&mut self, codes: &[String]) -> Result<bool, RunError> {
        let run = self.run;
        match self.beside(run.connection.reader.by_keys(Entity::Customer, codes)).await.result {
            Ok(records) => {
                self.take(records, None).await?;
            }
            Err(fault) => self.run.fail(&fault),
        }
        Ok(true)
    }

    /// Drafts children; those whose parent is in `open` stay waiting after they are written.
    async fn draft_children(
        &mut self,
        children: Vec<Child>,
        lookups: &Lookups,
        open: &BTreeSet<String>,
    ) -> Result<(), RunError> {
        let run = self.run;
        let target = run.target();
        let mut decided = Decided::default();
        let mut figures = self.figures;
        let mut marks = Vec::with_capacity(children.len());
        for child in children {
            let Child { record, mut meta, parent, page } = child;
            marks.push(page);
            if let Mapped::Draft { draft, notes, .. } = mapping::map(&record, &target.schema, lookups, &target.names) {
                meta.remark(&notes);
                if !lookups.accounts.contains_key(&parent) && !open.contains(&parent) {
                    meta.once_more = !self.reread.contains(&meta.erp_key);
                    decided.unsure.insert(meta.erp_key.clone(), (meta.entity, meta.code.clone()));
                }
                let awaits = open.contains(&parent).then_some(parent);
                self.beside(page::place(run, meta, *draft, page, awaits, &mut figures, &mut decided)).await?;
            }
        }
        self.figures = figures;
        let whole = !decided.cut_short;
        self.accept(decided).await?;
        if whole {
            marks.into_iter().for_each(|page| self.close(page));
        }
        Ok(())
    }
}
