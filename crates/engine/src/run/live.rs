//! One record as both systems have it at this moment, beside what was last agreed.
//!
//! Owns the two looks and what differs between the three. Reads only: nothing is written on either side nor in the ledger, no run is
//! claimed, and each side is told on its own, so that one that is away does not hide the other. Asked by people; runs have their own way.

use std::collections::BTreeSet;

use port::{Fault, HeldRecord, SourceProfile};
use store::{LedgerRow, Store};
use sync::mapping::{self, Lookups, Mapped, Names, Schema};
use sync::settle::{Agreed, Drift, Entry, same};
use sync::{Draft, Fields, Flow, Instant, Name, Record, Value};

use super::RunError;
use super::setup::{self, SINK, SOURCE};
use crate::connection::Connection;

/// A side of a record.
#[derive(Clone, Debug)]
pub enum Side<T> {
    /// It is there.
    There(T),
    /// The system says that it does not have it, or does not show it.
    Missing,
    /// There is nothing to ask for: no link yet.
    Unlinked,
    /// The system could not be asked.
    Away(Fault),
}

/// The record in the source.
#[derive(Clone, Debug)]
pub struct InSource {
    /// When the source says that it changed.
    pub changed: Option<Instant>,
    /// What would be written; `None` when it would not travel now, or when the sink's fields are not known.
    pub draft: Option<Draft>,
    /// Why nothing would be written, or what the draft cannot carry; empty when there is nothing to say.
    pub said: String,
}

/// A value that is not the same everywhere; `None` where that side is not known or does not have the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    /// Place of the line, from 1; `None` for the header.
    pub row: Option<usize>,
    /// The field, by API name.
    pub field: Name,
    /// What Acumatica's record comes to.
    pub source: Option<Value>,
    /// What Zoho CRM last took.
    pub agreed: Option<Value>,
    /// What Zoho CRM shows.
    pub sink: Option<Value>,
}

/// A record on both sides.
#[derive(Clone, Debug)]
pub struct Live {
    /// In Acumatica.
    pub source: Side<InSource>,
    /// In Zoho CRM.
    pub sink: Side<HeldRecord>,
    /// What differs, header first, then line by line. Empty when all that is known agrees.
    pub differing: Vec<Differing>,
}

/// Looks at the record of `row` on both sides; `agreed` is what was last written.
///
/// # Errors
/// Only when the store fails.
pub async fn look(
    store: &Store,
    connection: &Connection,
    row: &LedgerRow,
    agreed: Option<&Agreed>,
) -> Result<Live, RunError> {
    let schema = schema(store, connection).await?;
    let (source, sink) = futures_util::future::join(
        in_source(store, connection, &row.entry, schema.as_ref().ok()),
        in_sink(connection, &row.entry, schema.as_ref()),
    )
    .await;
    let source = source?;
    let drift = store.drifts(&[row.id]).await?.remove(&row.id).unwrap_or_default();
    let draft = match &source {
        Side::There(InSource { draft, .. }) => draft.as_ref(),
        Side::Missing | Side::Unlinked | Side::Away(_) => None,
    };
    let held = match &sink {
        Side::There(held) => Some(held),
        Side::Missing | Side::Unlinked | Side::Away(_) => None,
    };
    let differing = differing(draft, agreed, held, &drift);
    Ok(Live { source, sink, differing })
}

/// The sink's schema as earlier runs found it, else as it is found now.
async fn schema(store: &Store, connection: &Connection) -> Result<Result<Schema, Fault>, RunError> {
    if let Some(schema) = setup::known::<Schema>(store, connection, SINK).await? {
        connection.writer.adopt(&schema);
        return Ok(Ok(schema));
    }
    let probed = connection.writer.probe().await.result;
    if let Ok(schema) = &probed {
        connection.writer.adopt(schema);
    }
    Ok(probed)
}

async fn in_source(
    store: &Store,
    connection: &Connection,
    entry: &Entry,
    schema: Option<&Schema>,
) -> Result<Side<InSource>, RunError> {
    let reader = &connection.reader;
    match setup::known::<SourceProfile>(store, connection, SOURCE).await? {
        Some(profile) => reader.adopt(&profile),
        None => match reader.probe().await.result {
            Ok(profile) => reader.adopt(&profile),
            Err(fault) => return Ok(Side::Away(fault)),
        },
    }
    let mut found = Vec::new();
    // An item may have been converted: it is asked for in each entity of its flow until one has it.
    let mut entities = vec![entry.entity];
    entities
        .extend(entry.flow.entities().iter().filter(|entity| **entity != entry.entity && entry.flow == Flow::Items));
    for entity in entities {
        match reader.by_ids(entity, std::slice::from_ref(&entry.source_id)).await.result {
            Ok(records) => found = records,
            Err(fault) => return Ok(Side::Away(fault)),
        }
        if !found.is_empty() {
            break;
        }
    }
    // What a failed sign-out leaves open frees itself later; the look is not worse for it.
    let _ = reader.sign_out().await;
    let Some(record) = found.pop() else { return Ok(Side::Missing) };
    let changed = record.stamp;
    let (draft, said) = match schema {
        Some(schema) => drafted(store, connection, &record, schema).await?,
        None => (None, String::new()),
    };
    Ok(Side::There(InSource { changed, draft, said }))
}

/// What the mapping makes of the record, with the links that are known.
async fn drafted(
    store: &Store,
    connection: &Connection,
    record: &Record,
    schema: &Schema,
) -> Result<(Option<Draft>, String), RunError> {
    let needs = mapping::needs(record, schema);
    let mut products: Vec<String> = needs.products.into_iter().collect();
    if needs.placeholder {
        products.push(mapping::PLACEHOLDER_KEY.to_owned());
    }
    let accounts: Vec<String> = needs.accounts.into_iter().collect();
    let mut lookups = Lookups {
        accounts: store.targets_by_code(connection.id, Flow::Customers, &accounts).await?,
        products: store.targets_by_code(connection.id, Flow::Items, &products).await?,
        placeholder: None,
    };
    lookups.placeholder = lookups.products.remove(mapping::PLACEHOLDER_KEY);
    Ok(match mapping::map(record, schema, &lookups, &Names::of(schema)) {
        Mapped::Draft { draft, notes, .. } => {
            let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
            (Some(*draft), notes.join("; "))
        }
        Mapped::Skip { filter, problem } => {
            let why = problem.map(|problem| format!(": {}", problem.message)).unwrap_or_default();
            (None, format!("it stays behind by the filter \"{filter}\"{why}"))
        }
        Mapped::Wait { problem, .. } | Mapped::Park(problem) => (None, problem.message),
    })
}

async fn in_sink(connection: &Connection, entry: &Entry, schema: Result<&Schema, &Fault>) -> Side<HeldRecord> {
    let Some(target) = &entry.target_id else { return Side::Unlinked };
    if let Err(fault) = schema {
        return Side::Away(fault.clone());
    }
    let rows = entry.flow == Flow::Invoices;
    match connection.writer.read(entry.flow.module(), std::slice::from_ref(target), rows).await.result {
        Ok(mut held) => held.pop().map_or(Side::Missing, Side::There),
        Err(fault) => Side::Away(fault),
    }
}

/// What is not the same among those of the three that are known.
fn differing(
    draft: Option<&Draft>,
    agreed: Option<&Agreed>,
    held: Option<&HeldRecord>,
    drift: &Drift,
) -> Vec<Differing> {
    let header = [draft.map(|draft| &draft.fields), agreed.map(|agreed| &agreed.fields), held.map(|held| &held.fields)];
    let mut all = fields(None, header, drift);
    let rows = [
        draft.map(|draft| draft.rows.as_slice()),
        agreed.map(|agreed| agreed.rows.as_slice()),
        held.map(|held| held.rows.as_slice()),
    ];
    let most = rows.iter().flatten().map(|rows| rows.len()).max().unwrap_or(0);
    let nothing = Fields::default();
    for place in 0..most {
        let line = rows.map(|rows| rows.map(|rows| rows.get(place).unwrap_or(&nothing)));
        all.extend(fields(Some(place + 1), line, drift));
    }
    all
}

/// The same of one header or line: fields that source or ledger name; what only the sink has belongs to its people.
fn fields(row: Option<usize>, sides: [Option<&Fields>; 3], drift: &Drift) -> Vec<Differing> {
    let [source, agreed, sink] = sides;
    let ours = [source, agreed].into_iter().flatten().flat_map(|fields| &fields.0).map(|(name, _)| name);
    let mut seen = BTreeSet::new();
    ours.filter(|name| seen.insert(Name::clone(name)))
        .filter_map(|name| {
            let of = |side: Option<&Fields>| side.and_then(|fields| fields.get(name)).cloned();
            let told =
                Differing { row, field: Name::clone(name), source: of(source), agreed: of(agreed), sink: of(sink) };
            differs(&told, sides.map(|side| side.is_some()), drift).then_some(told)
        })
        .collect()
}

/// True when a side that is known says something else. A value that Acumatica leaves blank is not taken away from what was agreed, so
/// that its absence in the source alone is none.
fn differs(told: &Differing, [_, agreed_known, sink_known]: [bool; 3], drift: &Drift) -> bool {
    let same = |one: &Option<Value>, other: &Option<Value>| match (one, other) {
        (Some(one), Some(other)) => same(&told.field, one, other) || known_form(drift, &told.field, one, other),
        (one, other) => one.as_ref().or(other.as_ref()).is_none_or(Value::is_blank),
    };
    let wanted = if told.source.is_some() { &told.source } else { &told.agreed };
    (agreed_known && told.source.is_some() && !same(&told.source, &told.agreed))
        || (sink_known && !same(wanted, &told.sink))
}

/// True when `shown` is what the sink is known to make of `sent`.
fn known_form(drift: &Drift, name: &str, sent: &Value, shown: &Value) -> bool {
    drift.sent.get(name) == Some(sent) && drift.seen.get(name).is_some_and(|seen| same(name, seen, shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(name, value)| (Name::from(*name), Value::from(*value))).collect())
    }

    fn draft(header: &[(&str, &str)], rows: &[&[(&str, &str)]]) -> Draft {
        Draft {
            module: sync::Module::Invoices,
            erp_key: "Invoice/1".into(),
            fields: fields(header),
            on_create: Fields::default(),
            rows: rows.iter().map(|row| fields(row)).collect(),
        }
    }

    fn held(header: &[(&str, &str)], rows: &[&[(&str, &str)]]) -> HeldRecord {
        let Draft { fields, rows, .. } = draft(header, rows);
        HeldRecord { id: "9".into(), erp_key: "Invoice/1".into(), modified: None, fields, rows }
    }

    fn told(draft: Option<&Draft>, agreed: Option<&Agreed>, held: Option<&HeldRecord>) -> Vec<(Option<usize>, String)> {
        let found = differing(draft, agreed, held, &Drift::default());
        found.into_iter().map(|one| (one.row, one.field.to_string())).collect()
    }

    #[test]
    fn what_all_three_have_alike_is_not_told() {
        let one = draft(&[("Phone", "1"), ("Name", "A")], &[&[("Quantity", "1")]]);
        let agreed = Agreed { fields: one.fields.clone(), rows: one.rows.clone() };
        let there = held(&[("Phone", "1 "), ("Name", "A"), ("Industry", "theirs")], &[&[("Quantity", "1")]]);
        assert_eq!(told(Some(&one), Some(&agreed), Some(&there)), []);
        assert_eq!(told(None, Some(&agreed), Some(&there)), [], "also when a side is away");
        assert_eq!(told(Some(&one), None, None), [], "one alone differs from nothing");
    }

    #[test]
    fn each_side_can_be_the_one_that_differs() {
        let one = draft(&[("Phone", "2"), ("Name", "A")], &[&[("Quantity", "1")], &[("Quantity", "5")]]);
        let agreed =
            Agreed { fields: fields(&[("Phone", "1"), ("Name", "A")]), rows: vec![fields(&[("Quantity", "1")])] };
        let there = held(&[("Phone", "1"), ("Name", "B")], &[&[("Quantity", "1")]]);
        let all = told(Some(&one), Some(&agreed), Some(&there));
        assert_eq!(all, [(None, "Phone".into()), (None, "Name".into()), (Some(2), "Quantity".into())]);
        assert_eq!(told(None, Some(&agreed), Some(&there)), [(None, "Name".to_owned())]);
        let phone = differing(Some(&one), Some(&agreed), Some(&there), &Drift::default()).swap_remove(0);
        assert_eq!((phone.source, phone.agreed, phone.sink), (Some("2".into()), Some("1".into()), Some("1".into())));
    }

    #[test]
    fn what_the_source_leaves_blank_and_what_the_sink_makes_of_a_value_are_none() {
        let one = draft(&[("Name", "A")], &[]);
        let agreed = Agreed { fields: fields(&[("Name", "A"), ("Phone", "1")]), rows: Vec::new() };
        let there = held(&[("Name", "<b>A"), ("Phone", "1")], &[]);
        let drift = Drift { sent: fields(&[("Name", "A")]), seen: fields(&[("Name", "<b>A")]), ..Drift::default() };
        assert_eq!(differing(Some(&one), Some(&agreed), Some(&there), &drift), []);
    }
}
