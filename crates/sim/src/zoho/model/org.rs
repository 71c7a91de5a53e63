//! The organisation: the root of everything a simulated Zoho holds.
//!
//! Owns: ids, people, currencies, taxes, pipelines, sharing defaults and the modules.
//! Must not: check writes or speak HTTP.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::standard;
use super::{Currency, Edition, FieldNo, Module, Pipeline, Profile, Record, Role, Share, Tax, User};
use crate::zoho::json::Out;

/// How a fresh organisation looks.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OrgOptions {
    /// Edition.
    pub edition: Edition,
    /// Company name.
    pub company: String,
    /// Two-letter country.
    pub country_code: String,
    /// Home currency, ISO 4217.
    pub base_currency: String,
    /// Further active currencies with their rates per home unit, as text. Ignored where the edition has none.
    pub currencies: Vec<(String, String)>,
    /// Zone name that `GET /org` shows.
    pub time_zone: String,
    /// Offset of stamps from UTC in minutes.
    pub offset_minutes: i32,
    /// First digits of every id.
    pub id_prefix: u64,
    /// Licences.
    pub licences: u64,
    /// Whether State and Country are picklists instead of text.
    pub country_picklists: bool,
    /// Creation, epoch seconds.
    pub created: i64,
}

impl Default for OrgOptions {
    fn default() -> Self {
        let rates = [("EUR", "0.920000000"), ("GBP", "0.790000000"), ("CAD", "1.360000000"), ("JPY", "150.000000000")];
        Self {
            edition: Edition::Enterprise,
            company: "Northwind Traders".to_owned(),
            country_code: "US".to_owned(),
            base_currency: "USD".to_owned(),
            currencies: rates.iter().map(|(iso, rate)| ((*iso).to_owned(), (*rate).to_owned())).collect(),
            time_zone: "America/Phoenix".to_owned(),
            offset_minutes: -420,
            id_prefix: 5_725_767,
            licences: 10,
            country_picklists: false,
            created: 1_672_560_000,
        }
    }
}

/// Ready JSON of a user as it appears in records.
#[derive(Debug, Clone)]
struct Face {
    who: String,
    owner: String,
}

/// A simulated organisation.
#[derive(Debug, Clone)]
pub struct Org {
    /// Organisation id.
    pub id: u64,
    /// Number that identifies the organisation among all Zoho products.
    pub zgid: u64,
    /// What it was made from.
    pub options: OrgOptions,
    /// `mc_status`: whether several currencies are on; none where the edition has none.
    pub multi_currency: Option<bool>,
    /// Currencies, the home currency first.
    pub currencies: Vec<Currency>,
    /// Taxes.
    pub taxes: Vec<Tax>,
    /// Profiles.
    pub profiles: Vec<Profile>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Users; the first one is the primary contact.
    pub users: Vec<User>,
    /// Pipelines of Deals.
    pub pipelines: Vec<Pipeline>,
    /// Sharing default by module.
    pub shares: BTreeMap<String, Share>,
    /// Cap on records (recycle bin counted) that replaces the edition's.
    pub record_cap: Option<u64>,
    /// What the formula of `Grand_Total` adds in this organisation, beyond what it is made of.
    pub total_extra: Decimal,
    modules: Vec<Module>,
    by_name: BTreeMap<String, usize>,
    faces: BTreeMap<u64, Face>,
    next_meta: u64,
    next_record: u64,
}

impl Org {
    /// A fresh organisation with the standard modules of its edition and no records.
    #[must_use]
    pub fn new(options: OrgOptions) -> Self {
        let base = options.id_prefix * 1_000_000_000_000;
        let mut org = Self {
            id: base + 1001,
            zgid: 600_000_000 + options.id_prefix % 100_000_000,
            multi_currency: None,
            currencies: Vec::new(),
            taxes: Vec::new(),
            profiles: Vec::new(),
            roles: Vec::new(),
            users: Vec::new(),
            pipelines: Vec::new(),
            shares: BTreeMap::new(),
            record_cap: None,
            total_extra: Decimal::ZERO,
            modules: Vec::new(),
            by_name: BTreeMap::new(),
            faces: BTreeMap::new(),
            next_meta: base + 2001,
            next_record: base + 451_001,
            options,
        };
        standard::furnish(&mut org);
        org
    }

    /// The edition.
    #[must_use]
    pub fn edition(&self) -> Edition {
        self.options.edition
    }

    /// A new id for metadata.
    pub fn meta_id(&mut self) -> u64 {
        self.next_meta += 2;
        self.next_meta
    }

    /// A new id for a record or row.
    pub fn record_id(&mut self) -> u64 {
        self.next_record += 1;
        self.next_record
    }

    /// The highest record id given so far.
    #[must_use]
    pub fn last_record_id(&self) -> u64 {
        self.next_record
    }

    /// Adds a module; it can be found by its API name and by its internal name.
    pub fn add_module(&mut self, module: Module) -> usize {
        let at = self.modules.len();
        self.by_name.insert(module.meta.module_name.clone(), at);
        self.by_name.insert(module.meta.api_name.clone(), at);
        self.modules.push(module);
        at
    }

    /// Position of a module that the edition brings, by API name or internal name.
    #[must_use]
    pub fn module_no(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied().filter(|at| self.modules[*at].meta.available)
    }

    /// A module by position.
    #[must_use]
    pub fn module_at(&self, at: usize) -> &Module {
        &self.modules[at]
    }

    /// A module by position, to be changed.
    pub fn module_at_mut(&mut self, at: usize) -> &mut Module {
        &mut self.modules[at]
    }

    /// A module by API name.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<&Module> {
        self.module_no(name).map(|at| &self.modules[at])
    }

    /// A module by API name, to be changed.
    pub fn module_mut(&mut self, name: &str) -> Option<&mut Module> {
        self.module_no(name).map(|at| &mut self.modules[at])
    }

    /// All modules that the edition brings.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.modules.iter().filter(|module| module.meta.available)
    }

    /// Adds a user and returns the id.
    pub fn add_user(&mut self, first_name: &str, last_name: &str, email: &str, profile: u64, role: u64) -> u64 {
        let id = self.meta_id();
        let user = User {
            id,
            zuid: 700_000_000 + id % 100_000,
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            email: email.to_owned(),
            profile,
            role,
            active: true,
            created: self.options.created,
        };
        let mut who = Out::default();
        who.open().pair("name", &user.name()).key("id").id(id).close();
        let mut owner = Out::default();
        owner.open().pair("name", &user.name()).key("id").id(id).pair("email", email).close();
        let text = |out: Out| String::from_utf8(out.finish()).unwrap_or_default();
        self.faces.insert(id, Face { who: text(who), owner: text(owner) });
        self.users.push(user);
        id
    }

    /// A user by id.
    #[must_use]
    pub fn user(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// A profile by id.
    #[must_use]
    pub fn profile(&self, id: u64) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }

    /// Ready JSON of a user with name and id.
    #[must_use]
    pub fn who(&self, user: u64) -> &str {
        self.faces.get(&user).map_or("null", |face| &face.who)
    }

    /// Ready JSON of an owner with name, id and e-mail.
    #[must_use]
    pub fn owner(&self, user: u64) -> &str {
        self.faces.get(&user).map_or("null", |face| &face.owner)
    }

    /// A currency by ISO code.
    #[must_use]
    pub fn currency(&self, iso: &str) -> Option<&Currency> {
        self.currencies.iter().find(|currency| currency.iso == iso)
    }

    /// The home currency's ISO code.
    #[must_use]
    pub fn home(&self) -> &str {
        &self.options.base_currency
    }

    /// Digits after the point of a currency; two when it is unknown.
    #[must_use]
    pub fn precision(&self, iso: Option<&str>) -> u32 {
        u32::from(self.currency(iso.unwrap_or(self.home())).map_or(2, |currency| currency.decimals))
    }

    /// A tax by name.
    #[must_use]
    pub fn tax(&self, name: &str) -> Option<&Tax> {
        self.taxes.iter().find(|tax| tax.name == name)
    }

    /// Adds a tax and returns its id.
    pub fn add_tax(&mut self, name: &str, percent: Decimal) -> u64 {
        let id = self.meta_id();
        self.taxes.push(Tax { id, name: name.to_owned(), percent });
        id
    }

    /// Records in all modules, recycle bin counted.
    #[must_use]
    pub fn stored(&self) -> u64 {
        self.modules.iter().map(|module| (module.len() + module.bin().len()) as u64).sum()
    }

    /// True when a user may read a record under the sharing default: public, owner, or superior of the owner.
    #[must_use]
    pub fn may_see(&self, module: &str, record: &Record, user: u64) -> bool {
        if record.owner == user || self.shares.get(module).copied().unwrap_or_default() != Share::Private {
            return true;
        }
        let (Some(mine), Some(owner)) = (self.user(user), self.user(record.owner)) else {
            return true;
        };
        let mut role = self.role(owner.role).and_then(|role| role.above);
        // The hierarchy is a tree of at most as many levels as there are roles.
        for _ in 0..=self.roles.len() {
            match role {
                Some(id) if id == mine.role => return true,
                Some(id) => role = self.role(id).and_then(|role| role.above),
                None => break,
            }
        }
        self.role(mine.role).is_some_and(|role| role.above.is_none())
    }

    fn role(&self, id: u64) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// Name of the record that a lookup points to.
    #[must_use]
    pub fn name_of(&self, module: usize, id: u64) -> Option<&str> {
        let module = &self.modules[module];
        module.record(id).map(|record| module.display_name(record))
    }

    /// A stored value as JSON, by API names; rows come with their ids. None when the record or field is not
    /// there, null when the field is empty. Lookups come as `{"id","name"}` like in the API.
    #[must_use]
    pub fn value(&self, module: &str, id: u64, field: &str) -> Option<serde_json::Value> {
        let at = self.module_no(module)?;
        let no: FieldNo = self.modules[at].field_no(field)?;
        let record = self.modules[at].record(id)?;
        let mut out = Out::default();
        crate::zoho::records::render_value(self, at, record, no, &mut out);
        serde_json::from_slice(out.as_bytes()).ok()
    }
}
