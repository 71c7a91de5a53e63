//! Makes the fields that the mapping needs and puts them where people see them.
//!
//! Owns the order: profiles, fields (the key first), names and layouts read back, fields placed. Running it again changes nothing that
//! is there. Must not go on without the key; every other field may be missing, and is said to be. Modules run side by side, so that an
//! organisation with one layout per module takes seven round trips and 18 calls.

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};
use http::Method;
use port::{Call, Exchange, Fault, Kind};
use sync::Module;
use sync::mapping::Schema;

use super::Zoho;
use super::ours::{self, KEY};
use super::schema::{self, Metadata};
use crate::client::errors::{first_error, zoho};
use crate::client::fields::{self, MOST_PROFILES, NewField, Obstacle, PER_CALL};
use crate::client::metadata::{self, Layout};
use crate::client::{Question, understood};

const CREATE: &str = "ZohoCRM.settings.fields.CREATE";
const PLACE: &str = "ZohoCRM.settings.layouts.UPDATE";

/// Why fields of one module were not made, by label.
type Obstacles = BTreeMap<&'static str, Obstacle>;

impl Zoho {
    /// The schema with our fields made and placed.
    pub(super) async fn make_ready(&self, schema: &Schema, tape: &mut Vec<Exchange>) -> Result<Schema, Fault> {
        let mut notes = Vec::new();
        let mut metadata = match self.looked() {
            Some(metadata) => metadata,
            None => self.metadata().await.unpack(tape)?,
        };
        schema::check_keys(&metadata)?;
        let missing = missing(&metadata);
        if !missing.is_empty() {
            let profiles = self.profiles(&mut notes, tape).await?;
            let made = join_all(missing.iter().map(|(module, fields)| self.make(*module, fields, &profiles))).await;
            let mut obstacles = BTreeMap::new();
            let mut lost = None;
            for ((module, _), call) in missing.iter().zip(made) {
                let (hindered, fault) = call.unpack(tape)?;
                obstacles.insert(*module, hindered);
                lost = lost.or(fault);
            }
            let (read, layouts) = join(
                join_all(missing.keys().map(|module| self.fields(*module))),
                join_all(Module::ALL.map(|module| self.layouts(module))),
            )
            .await;
            for (module, call) in missing.keys().zip(read) {
                metadata.fields.insert(*module, call.unpack(tape)?);
            }
            judge(&metadata, &obstacles, lost, &mut notes)?;
            self.place_all(&metadata, layouts, &mut notes, tape).await?;
        } else {
            let layouts = join_all(Module::ALL.map(|module| self.layouts(module))).await;
            self.place_all(&metadata, layouts, &mut notes, tape).await?;
        }
        let mut schema = Schema { notes, prepared: true, ..schema.clone() };
        schema::fill(&mut schema, &metadata);
        self.keep_looked(metadata);
        Ok(schema)
    }

    /// Ids of all profiles. Without the right to read them fields are made without naming any.
    async fn profiles(&self, notes: &mut Vec<String>, tape: &mut Vec<Exchange>) -> Result<Vec<String>, Fault> {
        let question = ("Reading the profiles", "ZohoCRM.settings.profiles.READ");
        let call = self.client.ask(Question::get("/crm/v8/settings/profiles", question.1, question.0)).await;
        let read =
            call.unpack(tape).and_then(|response| understood(&response, question, |_, body| metadata::profiles(body)));
        match read {
            Ok(profiles) => {
                if profiles.len() > MOST_PROFILES {
                    notes.push(format!("Zoho CRM has {} profiles and takes {MOST_PROFILES} with a new field: give the others access to the ERP fields by hand.", profiles.len()));
                }
                Ok(profiles)
            }
            Err(fault) if hindrance(&fault) => {
                notes.push(format!(
                    "{} New fields were made without naming profiles: see that people can see them.",
                    fault.message
                ));
                Ok(Vec::new())
            }
            Err(fault) => Err(fault),
        }
    }

    /// Makes fields in calls of five, one after the other. Gives what stood in the way, and the fault of a call whose outcome is open.
    async fn make(&self, module: Module, wanted: &[NewField], profiles: &[String]) -> Call<(Obstacles, Option<Fault>)> {
        let mut exchanges = Vec::new();
        let mut hindered = Obstacles::new();
        for part in wanted.chunks(PER_CALL) {
            let path = format!("/crm/v8/settings/fields?module={}", module.name());
            let doing = format!("Making fields in {}", module.name());
            let question = Question::send(Method::POST, path, fields::create(part, profiles), CREATE, doing);
            match self.client.ask(question).await.unpack(&mut exchanges) {
                Ok(response) => {
                    let made = fields::created(response.status, &response.body, part.len());
                    let failed = part.iter().zip(made).filter_map(|(field, obstacle)| Some((field.label, obstacle?)));
                    hindered.extend(failed);
                }
                // The fields may be there: reading them back tells.
                Err(fault) if fault.kind == Kind::OutcomeUnknown => {
                    return Call { result: Ok((hindered, Some(fault))), exchanges };
                }
                Err(fault) if fault.kind == Kind::Forbidden => {
                    hindered.extend(part.iter().map(|field| (field.label, Obstacle::Scope)))
                }
                Err(fault) => {
                    return Call { result: Err(fault), exchanges };
                }
            }
            if hindered.contains_key(KEY) && !matches!(hindered.get(KEY), Some(Obstacle::Taken)) {
                break;
            }
        }
        Call { result: Ok((hindered, None)), exchanges }
    }

    async fn layouts(&self, module: Module) -> Call<Vec<Layout>> {
        let scope = "ZohoCRM.settings.layouts.READ";
        let doing = format!("Reading the layouts of {}", module.name());
        let path = format!("/crm/v8/settings/layouts?module={}", module.name());
        let call = self.client.ask(Question::get(path, scope, doing.clone())).await;
        let result = call.result.and_then(|response| understood(&response, (&doing, scope), metadata::layouts));
        Call { result, exchanges: call.exchanges }
    }

    /// Puts our fields on the layouts that lack them. Values arrive without it, but nobody would see them.
    async fn place_all(
        &self,
        metadata: &Metadata,
        layouts: Vec<Call<Vec<Layout>>>,
        notes: &mut Vec<String>,
        tape: &mut Vec<Exchange>,
    ) -> Result<(), Fault> {
        let mut plan = Vec::new();
        for (module, call) in Module::ALL.into_iter().zip(layouts) {
            match call.unpack(tape) {
                Ok(layouts) => plan.push((module, layouts)),
                Err(fault) if hindrance(&fault) => notes.push(format!("{} {}", fault.message, by_hand(module))),
                Err(fault) => return Err(fault),
            }
        }
        let placed = join_all(plan.iter().map(|(module, layouts)| self.place(*module, layouts, metadata))).await;
        for call in placed {
            notes.extend(call.unpack(tape)?);
        }
        Ok(())
    }

    /// Places the fields of one module, layout after layout; gives what could not be done.
    async fn place(&self, module: Module, layouts: &[Layout], metadata: &Metadata) -> Call<Vec<String>> {
        let (mut exchanges, mut notes) = (Vec::new(), Vec::new());
        let fields = metadata.fields.get(&module).map(Vec::as_slice).unwrap_or_default();
        let ours: Vec<&str> = ours::fields(module)
            .iter()
            .filter_map(|field| ours::find(fields, field.label))
            .map(|field| field.id.as_str())
            .collect();
        for layout in layouts {
            let lacking: Vec<&str> =
                ours.iter().copied().filter(|id| !layout.fields.iter().any(|there| there == id)).collect();
            if lacking.is_empty() {
                continue;
            }
            let Some((section, taken)) = &layout.section else {
                notes.push(format!(
                    "The layout {} of {} has no section that takes fields. {}",
                    layout.name,
                    module.name(),
                    by_hand(module)
                ));
                continue;
            };
            let mut taken = *taken;
            for part in lacking.chunks(PER_CALL) {
                let path = format!("/crm/v8/settings/layouts/{}?module={}", layout.id, module.name());
                let doing = format!("Placing fields on the layout {} of {}", layout.name, module.name());
                let mut question =
                    Question::send(Method::PATCH, path, fields::place(section, taken, part), PLACE, doing.clone());
                // Placing a field twice leaves it where it is.
                question.safety = wire::Safety::Repeatable;
                let answer = self.client.ask(question).await.unpack(&mut exchanges);
                let fault = match answer {
                    Ok(response) => match first_error(&response.body) {
                        // Zoho put it there by itself.
                        Some(item) if item.is("DUPLICATE_DATA") => None,
                        None if response.status < 300 => None,
                        _ => Some(crate::client::errors::fault(response.status, &response.body, &doing, PLACE)),
                    },
                    Err(fault) => Some(fault),
                };
                match fault {
                    None => taken += part.len(),
                    Some(fault) if hindrance(&fault) => {
                        notes.push(format!("{} {}", fault.message, by_hand(module)));
                        break;
                    }
                    Some(fault) => {
                        return Call { result: Err(fault), exchanges };
                    }
                }
            }
        }
        Call { result: Ok(notes), exchanges }
    }
}

/// True for a fault that another try would meet again: what it hindered is said, and the rest goes on.
fn hindrance(fault: &Fault) -> bool {
    matches!(fault.kind, Kind::Forbidden | Kind::Unsupported | Kind::Rejected)
}

fn by_hand(module: Module) -> String {
    format!("Drag the ERP fields onto the layouts of {} by hand where people shall see them.", module.name())
}

/// Our fields that are not there, by module.
fn missing(metadata: &Metadata) -> BTreeMap<Module, Vec<NewField>> {
    let lacking = |module: Module| {
        let there = metadata.fields.get(&module).map(Vec::as_slice).unwrap_or_default();
        let lacking: Vec<_> =
            ours::fields(module).iter().filter(|field| ours::find(there, field.label).is_none()).copied().collect();
        (!lacking.is_empty()).then_some((module, lacking))
    };
    Module::ALL.into_iter().filter_map(lacking).collect()
}

/// Whether what was read back suffices; the key must be there, what else is missing is noted.
fn judge(
    metadata: &Metadata,
    obstacles: &BTreeMap<Module, Obstacles>,
    lost: Option<Fault>,
    notes: &mut Vec<String>,
) -> Result<(), Fault> {
    schema::check_keys(metadata)?;
    let missing = missing(metadata);
    if let (Some(fault), false) = (lost, missing.is_empty()) {
        return Err(fault);
    }
    for (module, fields) in &missing {
        let hindered = obstacles.get(module);
        let why = |field: &NewField| hindered.and_then(|hindered| hindered.get(field.label));
        if let Some(key) = fields.iter().find(|field| field.label == KEY) {
            return Err(without_key(*module, fields, why(key)));
        }
        for field in fields {
            let reason = why(field).map_or_else(|| "Zoho CRM does not show it".to_owned(), reason);
            notes.push(format!(
                "{} has no field {}: {reason}. Its values are not sent until it is made by hand as {}.",
                module.name(),
                field.label,
                ours::by_hand(field)
            ));
        }
    }
    Ok(())
}

fn reason(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Limit(limit) if limit.is_empty() => "the edition allows no more fields of its kind".to_owned(),
        Obstacle::Limit(limit) => {
            format!("the edition allows no more than {limit} fields of its kind")
        }
        Obstacle::Permission(names) => format!("the Zoho user may not make fields{names}"),
        Obstacle::Scope => {
            format!("the consent or the user's profile does not cover making fields ({CREATE})")
        }
        Obstacle::Feature(said) => format!("the edition does not offer it ({said})"),
        Obstacle::Taken => {
            "a field of that name is there already, hidden from us or in the list of unused fields".to_owned()
        }
        Obstacle::Other(said) => format!("Zoho CRM answered {said}"),
    }
}

/// The way out when the key cannot be made.
fn without_key(module: Module, lacking: &[NewField], obstacle: Option<&Obstacle>) -> Fault {
    let place = format!("Setup, Modules and Fields, {}", module.name());
    let all: Vec<_> = lacking.iter().map(ours::by_hand).collect();
    let by_hand =
        format!("have an administrator make by hand ({place}): {}; only {KEY} is indispensable", all.join(", "));
    let (kind, remedy) = match obstacle {
        Some(Obstacle::Limit(_) | Obstacle::Feature(_)) => (
            Kind::Unsupported,
            format!(
                "Delete a custom field that is not used any more, or take an edition that allows more; or {by_hand}."
            ),
        ),
        Some(Obstacle::Permission(_)) => {
            (Kind::Forbidden, format!("Give the user's profile the permission \"Customize Zoho CRM\"; or {by_hand}."))
        }
        Some(Obstacle::Scope) => {
            (Kind::Forbidden, format!("Consent again with `login` to all scopes that `ping` lists; or {by_hand}."))
        }
        Some(Obstacle::Taken) => (
            Kind::Unsupported,
            format!(
                "Look for {KEY} among used and unused fields ({place}): make it visible and writable for the user's profile, or delete it."
            ),
        ),
        Some(Obstacle::Other(_)) | None => (Kind::Unsupported, format!("Try again; if it stays, {by_hand}.")),
    };
    let why = obstacle.map_or_else(|| "Zoho CRM does not show it".to_owned(), reason);
    zoho(kind, format!("The field {KEY} could not be made in {}: {why}.", module.name()), remedy)
}
