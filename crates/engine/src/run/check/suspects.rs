//! Linked records whose link does not look as it was left: read by id, their keys looked up, the list of removed ones asked.
//!
//! Owns the calls, and who is not believed: a user who lost the right to see records must not look like people who deleted them.

use std::collections::BTreeMap;
use std::time::Duration;

use port::{Fault, Kind, Removed, System};
use sync::pairing::drift::{self, Follow, Removal, Shown};
use sync::pairing::{self, Pairing};
use sync::problem::Code;
use sync::settle::Entry;
use sync::{Draft, Fields, Instant, Module, Problem};

use super::{Check, RunError};
use crate::run::setup;
use crate::run::shared::Run;

/// How far back that list is read: longer than the sink keeps what can be restored.
const REMEMBERED: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Pages of the list of removed records that one run reads at most.
const PAGES: usize = 25;

/// Records of one stretch that may be missing without being listed as removed; more than that and a fifth of the stretch is not believed.
const BELIEVED: usize = 10;

impl Check<'_> {
    /// Finds out what happened to suspects among `of` links, and has it followed.
    pub(super) async fn look_closer(&mut self, suspects: Vec<Entry>, of: usize) -> Result<(), RunError> {
        let Some(facts) = self.facts(&suspects, of).await? else { return Ok(()) };
        let Facts { carried, holders } = facts;
        let removed = self.removed.take().unwrap_or_default();
        let mut plans = Vec::with_capacity(suspects.len());
        for entry in suspects {
            let target = entry.target_id.clone().unwrap_or_default();
            let shown = Shown {
                carried: carried.get(&target).map(String::as_str),
                holder: holders.get(&entry.erp_key.to_lowercase()).map(String::as_str).filter(|id| *id != target),
                removal: removed.get(&target).map(|removed| Removal {
                    by: &removed.by,
                    at: removed.at,
                    for_good: removed.for_good,
                }),
            };
            let follow = drift::follow(&entry, &shown);
            plans.push((entry, follow));
        }
        self.with_candidates(&mut plans).await?;
        self.removed = (!removed.is_empty()).then_some(removed);
        self.follow(plans).await
    }

    /// A record that is gone may have been merged into one without a key: where one has its name or code, a person is asked about that.
    async fn with_candidates(&self, plans: &mut [(Entry, Follow)]) -> Result<(), RunError> {
        let (run, module) = (self.run, self.flow.module());
        let is_gone = |follow: &Follow| matches!(follow, Follow::Park(problem) if problem.code == Code::TargetGone);
        let gone = plans.iter().filter(|(_, follow)| is_gone(follow));
        let keys: Vec<String> = gone.map(|(entry, _)| entry.erp_key.clone()).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let Some(index) = run.candidates.index(run, module).await? else { return Ok(()) };
        let mut agreed = run.cx.store.agreed(run.connection.id, self.flow, &keys).await?;
        let schema = run.target().schema;
        for (entry, follow) in plans.iter_mut() {
            let Follow::Park(problem) = follow else { continue };
            let Some(agreed) = agreed.remove(&entry.erp_key).filter(|_| problem.code == Code::TargetGone) else {
                continue;
            };
            let last = Draft {
                module,
                erp_key: entry.erp_key.clone(),
                fields: agreed.fields,
                on_create: Fields::default(),
                rows: Vec::new(),
            };
            if let Pairing::Undecided(candidate) = pairing::decide(&last, &schema, &index) {
                let words = format!("{} {}", problem.message, candidate.message);
                let problem = Problem { message: words, ..candidate };
                *follow =
                    if entry.problem.as_ref() == Some(&problem) { Follow::Nothing } else { Follow::Park(problem) };
            }
        }
        Ok(())
    }

    /// What the sink shows of the suspects; `None` when it could not be asked or is not believed.
    async fn facts(&mut self, suspects: &[Entry], of: usize) -> Result<Option<Facts>, RunError> {
        let (run, module) = (self.run, self.flow.module());
        let ids: Vec<String> = suspects.iter().filter_map(|entry| entry.target_id.clone()).collect();
        let keys: Vec<String> = suspects.iter().map(|entry| entry.erp_key.clone()).collect();
        let writer = &run.connection.writer;
        let asked = || async {
            let held = writer.read(module, &ids, false).await.result?;
            let found = writer.find(module, &keys).await.result?;
            let carried: BTreeMap<String, String> = held.into_iter().map(|held| (held.id, held.erp_key)).collect();
            let holders: BTreeMap<String, String> =
                found.into_iter().map(|(key, id)| (key.to_lowercase(), id)).collect();
            Ok::<_, Fault>(Facts { carried, holders })
        };
        let Some(facts) = setup::understood(run, asked).await? else { return Ok(None) };
        let missing: Vec<&Entry> = suspects.iter().filter(|entry| facts.is_missing(entry)).collect();
        if missing.is_empty() {
            return Ok(Some(facts));
        }
        if self.removed.is_none() {
            match removals(run, module, self.pass.began).await {
                Ok(removed) => self.removed = Some(removed),
                Err(fault) => {
                    run.fail(&fault);
                    return Ok(None);
                }
            }
        }
        let removed = self.removed.as_ref();
        let listed = |entry: &Entry| {
            entry.target_id.as_ref().is_some_and(|id| removed.is_some_and(|removed| removed.contains_key(id)))
        };
        let known = |entry: &Entry| entry.problem.as_ref().is_some_and(|problem| problem.code.breaks_link());
        let unexplained = missing.iter().filter(|entry| !listed(entry) && !known(entry)).count();
        if unexplained > BELIEVED.max(of / 5) && !run.options.accept_restored {
            run.fail(&hidden(unexplained, of, module.name()));
            return Ok(None);
        }
        Ok(Some(facts))
    }
}

/// The sink's list of what was removed from a module before `now`, by id.
pub(in crate::run) async fn removals(
    run: &Run<'_>,
    module: Module,
    now: Instant,
) -> Result<BTreeMap<String, Removed>, Fault> {
    let mut all = BTreeMap::new();
    let since = Some(now.minus(REMEMBERED));
    let mut cursor = None;
    for _ in 0..PAGES {
        let page = run.connection.writer.removed(module, since, cursor.as_deref()).await.result?;
        all.extend(page.records.into_iter().map(|removed| (removed.id.clone(), removed)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(all)
}

struct Facts {
    /// The key that each record carries which the sink shows, by id.
    carried: BTreeMap<String, String>,
    /// Who carries a key, by key in lower case.
    holders: BTreeMap<String, String>,
}

impl Facts {
    fn is_missing(&self, entry: &Entry) -> bool {
        let target = entry.target_id.as_deref().unwrap_or_default();
        !self.carried.contains_key(target) && !self.holders.contains_key(&entry.erp_key.to_lowercase())
    }
}

fn hidden(missing: usize, of: usize, module: &str) -> Fault {
    Fault::new(
        System::Zoho,
        Kind::Forbidden,
        format!(
            "{missing} of {of} records of {module} that ml-connector keeps are not shown any more, and are not listed as deleted."
        ),
        "Give the Zoho user a role and profile that see every record again (Setup, Security Control). Nothing was changed because of it.",
    )
}
