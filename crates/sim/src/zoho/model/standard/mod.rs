//! What every organisation starts with: people, currencies, taxes, pipelines and the standard modules.
//!
//! Owns: the furnishing, from the fact sheet's sections 10 to 12. Must not: create records.

mod fields;
mod inventory;
mod modules;
mod people;

pub use inventory::LinePlan;

use super::{Layout, Module, ModuleMeta, Org, Section};

/// Fills a fresh organisation.
pub(super) fn furnish(org: &mut Org) {
    people::furnish(org);
    modules::furnish(org);
}

/// Adds a module with fields, ids, a standard layout and the usual indexes.
fn join(org: &mut Org, meta: ModuleMeta, fields: Vec<super::Field>, duplicate: Option<&str>, display: &str) -> usize {
    let mut module = Module::new(meta);
    module.meta.id = org.meta_id();
    for mut field in fields {
        field.id = org.meta_id();
        for pick in &mut field.picks {
            if pick.id == 0 {
                pick.id = org.meta_id();
            }
        }
        module.add_field(field);
    }
    module.meta.display = module.field_no(display).unwrap_or(0);
    module.meta.duplicate = duplicate.and_then(|name| module.field_no(name));
    if let Some(no) = module.meta.duplicate {
        module.index(no, false, false);
    }
    let (mut main, mut subforms) = (Vec::new(), Vec::new());
    for (_, field) in module.live_fields() {
        match field.kind {
            super::Kind::Id => {}
            super::Kind::Subform => subforms.push((field.id, field.api_name.clone(), field.label.clone())),
            _ => main.push(field.id),
        }
    }
    let singular = module.meta.singular.clone();
    let mut sections = vec![section(org, &format!("{singular} Information"), main, false)];
    for (id, _, label) in subforms {
        let held = section(org, &label, vec![id], true);
        sections.push(held);
    }
    let id = org.meta_id();
    module.layouts.push(Layout { id, name: "Standard".to_owned(), sections, required: Vec::new(), modified: None });
    org.add_module(module)
}

fn section(org: &mut Org, label: &str, fields: Vec<u64>, subform: bool) -> Section {
    Section {
        id: org.meta_id(),
        api_name: label.replace(' ', "_"),
        label: label.to_owned(),
        columns: if subform { 1 } else { 2 },
        traversal: "left_to_right".to_owned(),
        subform,
        custom: false,
        fields,
    }
}
