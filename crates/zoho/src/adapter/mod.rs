//! Fills [`port::Writer`] with the client.
//!
//! Owns one connection's view of its organisation: the schema in use, and the metadata behind it. Must not keep records. Drafts come
//! from the engine; outcomes and exchanges go back.

mod find;
mod hold;
mod ours;
mod prepare;
mod probe;
mod removed;
mod schema;
mod totals;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use port::{
    Batch, Call, CarrierPage, Clock, Entropy, Fault, Held, HeldPage, HeldRecord, Quota, RemovedPage, System, Tally,
    Tokens, Transport, UnlinkedPage, Writer,
};
use rust_decimal::Decimal;
use secrecy::SecretString;
use sync::mapping::Schema;
use sync::settle::Outcome;
use sync::{Instant, Module};
use wire::{Door, Manners};

use crate::client::Client;
use crate::client::coql::is_api_name;
use crate::client::datacenters::Environment;
use crate::client::oauth::Redirect;
use crate::settings::Settings;
use schema::Metadata;

/// Calls at once that make sense at most: the highest published limit of any edition.
const MOST_PARALLEL: usize = 25;

/// One connection's Zoho organisation.
pub struct Zoho {
    client: Client,
    environment: Environment,
    run_workflows: bool,
    view: RwLock<View>,
}

/// What is known of the organisation.
#[derive(Default)]
struct View {
    schema: Arc<Schema>,
    metadata: Option<Metadata>,
}

impl Zoho {
    /// A connection. Nothing is sent before the first call.
    #[must_use]
    pub fn new(
        settings: Settings,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        quota: Arc<dyn Quota>,
        tokens: Arc<dyn Tokens>,
    ) -> Self {
        let parallel = settings.parallel_calls.clamp(1, MOST_PARALLEL);
        // Zoho gives no Retry-After: short pauses for too many calls at once, longer ones up to a minute when it goes on.
        let manners = Manners { longest_pause: Duration::from_mins(1), ..Manners::new(System::Zoho, parallel, true) };
        let door = Arc::new(Door::new(transport, Arc::clone(&clock), entropy, quota, manners));
        let (environment, run_workflows) = (settings.environment, settings.run_workflows);
        Self { client: Client::new(settings, door, tokens, clock), environment, run_workflows, view: RwLock::default() }
    }

    /// Where a person consents; the redirect comes back to `redirect_uri` with `state` and a code.
    ///
    /// # Errors
    /// `AddressRefused` when the settings name an accounts server that is not permitted.
    pub fn authorize_url(&self, redirect_uri: &str, state: &str) -> Result<String, Fault> {
        self.client.oauth.authorize_url(redirect_uri, state)
    }

    /// Whether the accounts server of the connection's data centre answers, without signing in: name, connection and certificate.
    /// Gives its address.
    pub async fn reach(&self) -> Call<String> {
        self.client.oauth.reach().await
    }

    /// Exchanges a grant code for tokens and keeps them: the code of a redirect, or (without one) of a self client.
    /// What the redirect says of hosts is believed only as far as the table of data centres goes.
    pub async fn sign_in(&self, code: &SecretString, redirect: Option<&Redirect>) -> Call<()> {
        self.client.oauth.sign_in(code, redirect).await
    }

    /// Calls so far: attempts, repeats, 429 answers, and credits by the published price list.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.client.tally()
    }

    /// The API name of a field by the mapping's name for it; only names that may stand in a query.
    fn field_of(&self, module: Module, name: &str) -> Option<String> {
        let view = self.view.read().unwrap_or_else(PoisonError::into_inner);
        let field = view.schema.modules.get(&module)?.fields.get(name)?;
        is_api_name(&field.api_name).then(|| field.api_name.clone())
    }

    fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner).schema)
    }

    fn looked(&self) -> Option<Metadata> {
        self.view.read().unwrap_or_else(PoisonError::into_inner).metadata.clone()
    }

    fn keep_looked(&self, metadata: Metadata) {
        self.view.write().unwrap_or_else(PoisonError::into_inner).metadata = Some(metadata);
    }
}

#[async_trait]
impl Writer for Zoho {
    async fn probe(&self) -> Call<Schema> {
        let mut exchanges = Vec::new();
        let result = self.look(&mut exchanges).await.map(|(schema, metadata)| {
            self.keep_looked(metadata);
            self.adopt(&schema);
            schema
        });
        Call { result, exchanges }
    }

    async fn prepare(&self, schema: &Schema) -> Call<Schema> {
        let mut exchanges = Vec::new();
        let result = self.make_ready(schema, &mut exchanges).await;
        if let Ok(schema) = &result {
            self.adopt(schema);
        }
        Call { result, exchanges }
    }

    fn adopt(&self, schema: &Schema) {
        self.view.write().unwrap_or_else(PoisonError::into_inner).schema = Arc::new(schema.clone());
    }

    async fn write(&self, batch: &Batch) -> Call<Vec<Outcome>> {
        self.send(batch).await
    }

    async fn find(&self, module: Module, erp_keys: &[String]) -> Call<Vec<(String, String)>> {
        self.look_up(module, erp_keys).await
    }

    async fn held(&self, module: Module, id: &str) -> Call<Option<Held>> {
        self.document(module, id).await
    }

    async fn unlinked(&self, module: Module, cursor: Option<&str>) -> Call<UnlinkedPage> {
        self.without_key(module, cursor).await
    }

    async fn read(&self, module: Module, ids: &[String], rows: bool) -> Call<Vec<HeldRecord>> {
        self.hold(module, ids, rows).await
    }

    async fn totals(&self, ids: &[String]) -> Call<BTreeMap<String, Decimal>> {
        self.come_to(ids).await
    }

    async fn carriers(&self, module: Module, cursor: Option<&str>) -> Call<CarrierPage> {
        self.with_key(module, cursor).await
    }

    async fn edited(&self, module: Module, since: Instant, cursor: Option<&str>) -> Call<HeldPage> {
        self.changed(module, since, cursor).await
    }

    async fn removed(&self, module: Module, since: Option<Instant>, cursor: Option<&str>) -> Call<RemovedPage> {
        self.gone(module, since, cursor).await
    }
}

/// The scope that records of a module need.
const fn scope(module: Module) -> &'static str {
    match module {
        Module::Accounts => "ZohoCRM.modules.accounts.ALL",
        Module::Products => "ZohoCRM.modules.products.ALL",
        Module::Invoices => "ZohoCRM.modules.invoices.ALL",
    }
}
