//! Records by their keys, many per call.
//!
//! Owns the grouping: as many keys per list as the length of an address allows, up to 25. A list and not a key address, because a key
//! with a slash cannot stand in an address and a missing record is an error there on some builds.

use futures_util::stream::{self, StreamExt as _};
use port::{Exchange, Fault, Kind};
use sync::{Entity, Record};

use super::cursor::Key;
use super::page::{cannot_list, decode};
use super::projection::{KeyFields, Projection};
use super::way::Way;
use super::{Acumatica, row};
use crate::client::filter::Filter;
use crate::client::instance::LONGEST_QUERY;
use crate::client::{Verdict, fault, json};

/// Most keys of one call.
const MOST_KEYS: usize = 25;

impl Acumatica {
    pub(super) async fn read_keys(
        &self,
        entity: Entity,
        keys: &[String],
        tape: &mut Vec<Exchange>,
    ) -> Result<Vec<Record>, Fault> {
        let groups = group(&self.projection(entity), keys);
        let calls = groups.into_iter().map(|group| async move {
            let mut tape = Vec::new();
            let result = self.read_group(entity, &group, &mut tape).await;
            (result, tape)
        });
        let mut answers = stream::iter(calls).buffered(self.parallel);
        let mut records = Vec::new();
        while let Some((result, exchanges)) = answers.next().await {
            tape.extend(exchanges);
            records.extend(result?);
        }
        Ok(records)
    }

    async fn read_group(&self, entity: Entity, keys: &[Key], tape: &mut Vec<Exchange>) -> Result<Vec<Record>, Fault> {
        loop {
            let tried = self.way(entity);
            if tried == Way::OneByOne {
                return self.read_each(entity, keys, tape).await;
            }
            let projection = self.projection(entity);
            let filter = any(&projection, keys);
            let url =
                self.session.instance.list(entity.name(), &projection.query(Some(&filter), Some(keys.len()), None));
            match self.session.read(&url, self.asked(entity.name()), tape).await? {
                (Verdict::Body(body), _) => {
                    let rows = json::rows(&body, &projection.shape).map_err(|error| {
                        fault(
                            Kind::Protocol,
                            format!("The answer for {} is {error}.", entity.name()),
                            "A proxy in between may change answers.",
                        )
                    })?;
                    let keyed = rows.into_iter().filter_map(|row| Some((row::key(&projection, &row)?, row)));
                    return Ok(keyed.filter_map(|(key, row)| row::record(entity, &key, row)).collect());
                }
                (Verdict::CannotOptimize(why), _) => {
                    if self.step_down(entity, tried).is_none() {
                        return Err(cannot_list(entity, &why));
                    }
                }
                (_, _) => return Err(self.not_offered(entity.name(), tape).await),
            }
        }
    }
}

impl Acumatica {
    /// Finds the ids of keys by a light list, and reads each record by its own.
    async fn read_each(&self, entity: Entity, keys: &[Key], tape: &mut Vec<Exchange>) -> Result<Vec<Record>, Fault> {
        let projection = self.key_projection(entity);
        let query = projection.query(Some(&any(&projection, keys)), Some(keys.len()), None);
        let url = self.session.instance.list(entity.name(), &query);
        let rows = match self.session.read(&url, self.asked(entity.name()), tape).await? {
            (Verdict::Body(_), response) => decode(&projection, &response, keys.len(), tape)?,
            (Verdict::CannotOptimize(why), _) => return Err(cannot_list(entity, &why)),
            (_, _) => return Err(self.not_offered(entity.name(), tape).await),
        };
        let ids: Vec<String> = rows.keyed.into_iter().map(|(_, row)| row.id).collect();
        self.read_ids(entity, &ids, tape).await
    }
}

fn any(projection: &Projection, keys: &[Key]) -> Filter {
    Filter::Any(keys.iter().map(|key| key.filter(projection.keys)).collect())
}

/// Splits keys into groups that fit into one call each. A key that cannot be one (blank, a document without its type) is left out: no
/// record has it.
fn group(projection: &Projection, keys: &[String]) -> Vec<Vec<Key>> {
    let mut wanted: Vec<Key> = Vec::new();
    for text in keys {
        let key = match projection.keys {
            KeyFields::One(_) => Some(Key { kind: String::new(), number: text.trim().to_owned() }),
            KeyFields::Document => text
                .split_once('/')
                .map(|(kind, number)| Key { kind: kind.trim().to_owned(), number: number.trim().to_owned() })
                .filter(|key| !key.kind.is_empty()),
        };
        if let Some(key) = key.filter(|key| !key.number.is_empty() && !wanted.contains(key)) {
            wanted.push(key);
        }
    }
    let mut groups: Vec<Vec<Key>> = Vec::new();
    for key in wanted {
        if let Some(last) = groups.last_mut().filter(|last| last.len() < MOST_KEYS) {
            last.push(key.clone());
            if projection.query(Some(&any(projection, last)), Some(MOST_KEYS), None).encode().len() <= LONGEST_QUERY {
                continue;
            }
            last.pop();
        }
        groups.push(vec![key]);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::EndpointVersion;

    fn groups(entity: Entity, keys: &[String]) -> Vec<Vec<Key>> {
        group(&Projection::new(entity, EndpointVersion::V24_200, &[]), keys)
    }

    #[test]
    fn groups_keep_every_key_once_and_fit_an_address() {
        let keys: Vec<String> =
            (0..60).map(|n| format!("ITEM-{n:04}")).chain(["ITEM-0001".to_owned(), " ".to_owned()]).collect();
        let groups = groups(Entity::StockItem, &keys);
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [25, 25, 10]);
        let projection = Projection::new(Entity::StockItem, EndpointVersion::V24_200, &[]);
        for group in &groups {
            assert!(projection.query(Some(&any(&projection, group)), Some(25), None).encode().len() <= LONGEST_QUERY);
        }
    }

    #[test]
    fn long_keys_make_small_groups() {
        let keys: Vec<String> = (0..10).map(|n| format!("{n}{}", "'ü".repeat(30))).collect();
        let groups = groups(Entity::Customer, &keys);
        assert!(groups.len() > 2 && groups.iter().map(Vec::len).sum::<usize>() == 10);
    }

    #[test]
    fn documents_need_type_and_number() {
        let keys = ["Invoice/A/1".to_owned(), "000123".to_owned(), "/5".to_owned(), "Credit Memo/7".to_owned()];
        let groups = groups(Entity::Invoice, &keys);
        assert_eq!(groups.concat().iter().map(Key::text).collect::<Vec<_>>(), ["Invoice/A/1", "Credit Memo/7"]);
    }
}
