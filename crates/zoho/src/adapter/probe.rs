//! Looks at an organisation: who it is, what it has, whether that is enough.
//!
//! Owns the checks before a first record and their sentences for a consultant. Reads only; everything that can run together does, so
//! that it takes three round trips: token, metadata, currencies.

use futures_util::future::{join, join_all, join3};
use port::{Call, Exchange, Fault, Kind};
use sync::Module;
use sync::mapping::Schema;

use super::Zoho;
use super::schema::{self, Metadata};
use crate::client::datacenters::Environment;
use crate::client::errors::{first_error, zoho};
use crate::client::metadata::{self, CurrencyInfo, Field, ModuleInfo, Org};
use crate::client::records::ROWS;
use crate::client::{Question, understood};

const FIELDS: &str = "ZohoCRM.settings.fields.READ";

impl Zoho {
    /// Everything that a first look finds.
    pub(super) async fn look(&self, tape: &mut Vec<Exchange>) -> Result<(Schema, Metadata), Fault> {
        // Before the questions: where no token is to be had, it is asked for once and not by each of them.
        self.client.oauth.session(tape).await?;
        let (org, modules, fields) = join3(self.org(), self.modules(), self.metadata()).await;
        let (org, modules, fields) = (org.unpack(tape), modules.unpack(tape), fields.unpack(tape));
        let (org, modules) = both(org, modules)?;
        self.check_environment(&org)?;
        check_modules(&org, &modules)?;
        let metadata = fields?;
        schema::check_keys(&metadata)?;
        let currencies = if org.multi_currency { self.currencies().await.unpack(tape)? } else { None };
        Ok((schema::build(&org, currencies.as_deref(), &metadata), metadata))
    }

    async fn org(&self) -> Call<Org> {
        let question = ("Reading the organisation", "ZohoCRM.org.READ");
        let call = self.client.ask(Question::get("/crm/v8/org", question.1, question.0)).await;
        read(call, question, |_, body| metadata::org(body))
    }

    async fn modules(&self) -> Call<Vec<ModuleInfo>> {
        let question = ("Reading the modules", "ZohoCRM.settings.modules.READ");
        let call = self.client.ask(Question::get("/crm/v8/settings/modules", question.1, question.0)).await;
        read(call, question, |_, body| metadata::modules(body))
    }

    /// Fields of all modules and of the invoices' rows.
    pub(super) async fn metadata(&self) -> Call<Metadata> {
        let modules = join_all(Module::ALL.map(|module| self.fields(module)));
        let (modules, rows) = join(modules, self.columns()).await;
        let mut exchanges = Vec::new();
        let fields = modules.into_iter().map(|call| call.unpack(&mut exchanges)).collect::<Vec<_>>();
        let rows = rows.unpack(&mut exchanges);
        let result = fields
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .and_then(|fields| Ok(Metadata { fields: Module::ALL.into_iter().zip(fields).collect(), rows: rows? }));
        Call { result, exchanges }
    }

    /// Fields of one module.
    pub(super) async fn fields(&self, module: Module) -> Call<Vec<Field>> {
        let doing = format!("Reading the fields of {}", module.name());
        let path = format!("/crm/v8/settings/fields?module={}", module.name());
        let call = self.client.ask(Question::get(path, FIELDS, doing.clone())).await;
        read(call, (&doing, FIELDS), metadata::fields)
    }

    /// Columns of the invoices' rows. Whether they are a module of their own depends on the plan: none is no fault.
    async fn columns(&self) -> Call<Vec<Field>> {
        let question = ("Reading the columns of invoice lines", FIELDS);
        let path = format!("/crm/v8/settings/fields?module={ROWS}");
        let call = self.client.ask(Question::get(path, question.1, question.0)).await;
        let mut call = read(call, question, metadata::fields);
        call.result = call.result.or_else(|fault| match fault.kind {
            Kind::Unsupported | Kind::Rejected | Kind::Forbidden => Ok(Vec::new()),
            _ => Err(fault),
        });
        call
    }

    /// Active currencies; `None` when the organisation turns out to keep one only.
    async fn currencies(&self) -> Call<Option<Vec<CurrencyInfo>>> {
        let question = ("Reading the currencies", "ZohoCRM.settings.currencies.READ");
        let call = self.client.ask(Question::get("/crm/v8/org/currencies", question.1, question.0)).await;
        let off = |body: &[u8]| {
            first_error(body).is_some_and(|item| item.is("CURRENCIES_NOT_ENABLED") || item.is("FEATURE_NOT_ENABLED"))
        };
        Call {
            result: call.result.and_then(|response| match response.status {
                400 | 403 if off(&response.body) => Ok(None),
                _ => understood(&response, question, metadata::currencies).map(Some),
            }),
            exchanges: call.exchanges,
        }
    }

    /// A sandbox under a production connection (or the reverse) must not be written to.
    fn check_environment(&self, org: &Org) -> Result<(), Fault> {
        let told = Environment::ALL.into_iter().find(|environment| environment.name().eq_ignore_ascii_case(&org.kind));
        match told {
            Some(told) if told != self.environment => Err(zoho(
                Kind::WrongSystem,
                format!(
                    "The token opens the {} organisation {} ({}), the connection says {}.",
                    told.name(),
                    org.name,
                    org.id,
                    self.environment.name()
                ),
                "Correct `environment`, or consent again in the right organisation.",
            )),
            _ => Ok(()),
        }
    }
}

fn read<T>(call: Call<port::Response>, question: (&str, &str), read: impl FnOnce(u16, &[u8]) -> Option<T>) -> Call<T> {
    let result = call.result.and_then(|response| understood(&response, question, read));
    Call { result, exchanges: call.exchanges }
}

/// Both, or the faults of both in one: scopes are missing in numbers.
fn both<A, B>(a: Result<A, Fault>, b: Result<B, Fault>) -> Result<(A, B), Fault> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(mut a), Err(b)) if a.kind == b.kind && a.message != b.message => {
            a.message = format!("{} {}", a.message, b.message);
            Err(a)
        }
        (Err(fault), _) | (_, Err(fault)) => Err(fault),
    }
}

fn check_modules(org: &Org, modules: &[ModuleInfo]) -> Result<(), Fault> {
    let usable = |module: &Module| modules.iter().any(|info| info.usable && info.api_name == module.name());
    let missing: Vec<_> = Module::ALL.iter().filter(|module| !usable(module)).map(|module| module.name()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let edition = if org.edition.is_empty() { String::new() } else { format!(", edition {}", org.edition) };
    Err(zoho(
        Kind::Unsupported,
        format!("The organisation {}{edition} does not offer {} to this user.", org.name, missing.join(", ")),
        "Products and Invoices come with the Professional edition and above. Where the edition has them, show them to the user's profile and allow creating and editing.",
    ))
}
