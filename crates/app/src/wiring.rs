//! From a connection's settings and sealed secrets to clients, and from those to what the engine runs.
//!
//! Owns the only place that knows every crate. Must not decide; a transport may be passed in, so that tests need no socket.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ::acumatica::{Acumatica, GrantKind};
use ::zoho::Zoho;
use engine::quota::{Pace, Pacer};
use engine::tokens::StoredTokens;
use engine::{Connection, FlowSettings, Start};
use port::{Clock, Entropy, Quota, Reader, System, Tokens, Transport, Writer};
use secrecy::SecretString;
use store::{ConnectionRow, Store};
use sync::Flow;
use wire::{ReqwestTransport, TransportOptions};

use crate::connection_file::{AcumaticaGrant as GrantSetting, Settings, Zoho as ZohoPart};

/// Our name towards both systems.
const USER_AGENT: &str = concat!("ml-connector/", env!("CARGO_PKG_VERSION"));

/// Randomness of the application, as the store asks for it.
pub struct Random(pub Arc<dyn Entropy>);

impl store::Random for Random {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}

/// What every client gets.
#[derive(Clone)]
pub struct Parts {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Permits loopback.
    pub allow_loopback: bool,
    /// Instead of the network, for tests.
    pub transport: Option<Arc<dyn Transport>>,
}

/// A connection with its clients.
#[derive(Clone)]
pub struct Wired {
    /// The ERP.
    pub acumatica: Arc<Acumatica>,
    /// The CRM.
    pub zoho: Arc<Zoho>,
    /// What the engine runs.
    pub connection: Connection,
}

/// Builds the clients of a connection.
///
/// # Errors
/// A sentence for people: settings that cannot be read, secrets that are missing, certificates that are none.
pub async fn wire(store: &Store, row: &ConnectionRow, parts: &Parts) -> Result<Wired, String> {
    let settings: Settings = serde_json::from_str(&row.settings)
        .map_err(|_| format!("The settings of {} cannot be read: apply its file again.", row.name))?;
    let tokens: Arc<dyn Tokens> = Arc::new(StoredTokens::new(store.clone(), row.id, Arc::clone(&parts.clock)));
    let quota = quota(&settings, parts);
    let acumatica = Arc::new(acumatica(store, row, &settings, parts, &quota, &tokens).await?);
    let zoho = Arc::new(zoho(store, row, &settings, parts, &quota, &tokens).await?);
    let (erp, crm) = (Arc::clone(&acumatica), Arc::clone(&zoho));
    let connection = Connection {
        id: row.id,
        name: row.name.clone(),
        settings: holding_for(store, row).await?,
        reader: Arc::clone(&acumatica) as Arc<dyn Reader>,
        writer: Arc::clone(&zoho) as Arc<dyn Writer>,
        flows: flows(&settings),
        check: settings.zoho.check.map(std::time::Duration::from_secs),
        parallel_writes: usize::try_from(settings.zoho.parallel_calls).unwrap_or(1),
        tallies: Arc::new(move |system| match system {
            System::Acumatica => erp.tally(),
            System::Zoho => crm.tally(),
        }),
    };
    Ok(Wired { acumatica, zoho, connection })
}

/// For what anything found out about the systems holds: the settings, and who signs in. After another person's consent, or with another
/// secret, it is found out again, because the same settings may then open another organisation.
async fn holding_for(store: &Store, row: &ConnectionRow) -> Result<String, String> {
    let sign_ins = store.sign_ins(row.id).await.map_err(|error| error.to_string())?;
    Ok(format!("{:?}; {sign_ins}", row.settings_digest))
}

fn quota(settings: &Settings, parts: &Parts) -> Arc<dyn Quota> {
    let per_minute = settings.acumatica.calls_per_minute;
    let burst = (per_minute / 2).max(1);
    let paces = BTreeMap::from([(System::Acumatica, Pace { per_minute, burst })]);
    Arc::new(Pacer::new(Arc::clone(&parts.clock), paces))
}

async fn secret(store: &Store, row: &ConnectionRow, field: &str) -> Result<Option<SecretString>, String> {
    store.unseal(row.id, field).await.map_err(|error| error.to_string())
}

async fn needed(store: &Store, row: &ConnectionRow, field: &str) -> Result<SecretString, String> {
    secret(store, row, field)
        .await?
        .ok_or_else(|| format!("The secret {field} of {} is missing: apply its connection file again.", row.name))
}

async fn acumatica(
    store: &Store,
    row: &ConnectionRow,
    settings: &Settings,
    parts: &Parts,
    quota: &Arc<dyn Quota>,
    tokens: &Arc<dyn Tokens>,
) -> Result<Acumatica, String> {
    let part = &settings.acumatica;
    let client_secret = needed(store, row, "acumatica.client_secret").await?;
    let (grant, password) = match part.grant {
        GrantSetting::AuthorizationCode => (GrantKind::AuthorizationCode, None),
        GrantSetting::Password => (GrantKind::Password, Some(needed(store, row, "acumatica.password").await?)),
    };
    let transport = match &parts.transport {
        Some(transport) => Arc::clone(transport),
        None => {
            let ca_pem = match &part.ca_file {
                Some(path) => Some(
                    std::fs::read(path)
                        .map_err(|error| format!("The certificate file {} cannot be read: {error}.", path.display()))?,
                ),
                None => None,
            };
            network(ca_pem, part.proxy.clone(), parts)?
        }
    };
    let settings = ::acumatica::Settings {
        url: part.url.clone(),
        endpoint: part.endpoint.clone(),
        grant,
        client_id: part.client_id.clone(),
        client_secret,
        username: part.username.clone(),
        password,
        parallel_calls: usize::try_from(part.parallel_calls).unwrap_or(1),
        allow_loopback: parts.allow_loopback,
    };
    Acumatica::new(
        &settings,
        transport,
        Arc::clone(tokens),
        Arc::clone(&parts.clock),
        Arc::clone(&parts.entropy),
        Arc::clone(quota),
    )
    .map_err(|fault| fault.to_string())
}

async fn zoho(
    store: &Store,
    row: &ConnectionRow,
    settings: &Settings,
    parts: &Parts,
    quota: &Arc<dyn Quota>,
    tokens: &Arc<dyn Tokens>,
) -> Result<Zoho, String> {
    let part = &settings.zoho;
    let transport = match &parts.transport {
        Some(transport) => Arc::clone(transport),
        None => network(None, None, parts)?,
    };
    let settings = ::zoho::Settings {
        datacenter: datacenter(part)?,
        environment: environment(part)?,
        accounts_url: part.accounts_url.clone(),
        client_id: part.client_id.clone(),
        client_secret: needed(store, row, "zoho.client_secret").await?,
        run_workflows: part.run_workflows,
        parallel_calls: usize::try_from(part.parallel_calls).unwrap_or(1),
        allow_loopback: parts.allow_loopback,
    };
    Ok(Zoho::new(
        settings,
        transport,
        Arc::clone(&parts.clock),
        Arc::clone(&parts.entropy),
        Arc::clone(quota),
        Arc::clone(tokens),
    ))
}

/// The data centre. With `accounts_url` none is named, and the client asks none.
fn datacenter(part: &ZohoPart) -> Result<::zoho::Datacenter, String> {
    if part.accounts_url.is_some() && part.datacenter.is_empty() {
        return Ok(::zoho::Datacenter::Us);
    }
    ::zoho::Datacenter::named(&part.datacenter).ok_or_else(|| unknown("datacenter", &part.datacenter))
}

fn environment(part: &ZohoPart) -> Result<::zoho::Environment, String> {
    ::zoho::Environment::named(&part.environment).ok_or_else(|| unknown("environment", &part.environment))
}

fn unknown(key: &str, word: &str) -> String {
    format!(
        "The settings say zoho.{key} = \"{word}\", which this version does not know: correct the connection file and apply it again."
    )
}

fn network(ca_pem: Option<Vec<u8>>, proxy: Option<String>, parts: &Parts) -> Result<Arc<dyn Transport>, String> {
    let options =
        TransportOptions { ca_pem, proxy, allow_loopback: parts.allow_loopback, user_agent: USER_AGENT.to_owned() };
    Ok(Arc::new(ReqwestTransport::new(options).map_err(|problem| problem.to_string())?))
}

fn flows(settings: &Settings) -> BTreeMap<Flow, FlowSettings> {
    let mut flows = BTreeMap::new();
    for (flow, part) in settings.flows.iter().filter(|(_, part)| part.enabled) {
        let start = match part.from.as_deref() {
            None | Some("all") => Start::All,
            Some("open") => Start::Open,
            Some(day) => day.parse().map_or(Start::All, Start::Since),
        };
        let default = FlowSettings::default();
        let often = |seconds: Option<u64>, default| match seconds {
            None => default,
            Some(0) => None,
            Some(seconds) => Some(Duration::from_secs(seconds)),
        };
        let settings = FlowSettings {
            start,
            sweep: part.sweep.map(Duration::from_secs),
            deleted: part.deleted,
            edited: part.edited,
            overlap: part.overlap.map_or(default.overlap, Duration::from_secs),
            balance_age: often(part.rereads.balance_age, default.balance_age),
            payments: often(part.rereads.payments, default.payments),
            reread: often(part.rereads.reread, default.reread),
        };
        flows.insert(*flow, settings);
    }
    flows
}

/// Carries out a sign-in by a person's consent, and remembers that there was one: before, in case that this process ends before it is
/// told the outcome, and afterwards, in case that a run has looked meanwhile.
///
/// # Errors
/// What the store reports.
pub(crate) async fn consent<T>(
    store: &Store,
    row: &ConnectionRow,
    system: System,
    sign_in: impl Future<Output = T>,
) -> Result<T, store::StoreError> {
    store.consented(row.id, system.name()).await?;
    let done = sign_in.await;
    store.consented(row.id, system.name()).await?;
    Ok(done)
}

/// Redeems the grant code of a self client, when one was applied and there is no refresh token yet. The code is forgotten either way:
/// it works once.
///
/// # Errors
/// What Zoho said, for people; what the store reports.
pub async fn redeem(store: &Store, row: &ConnectionRow, wired: &mut Wired) -> Result<(), port::Fault> {
    let told = |error: String| port::Fault::new(System::Zoho, port::Kind::Unavailable, error, "");
    let failed = |error: store::StoreError| told(error.to_string());
    let Some(code) = store.unseal(row.id, "zoho.grant_code").await.map_err(failed)? else { return Ok(()) };
    let grant = store.grant(row.id, System::Zoho.name()).await.map_err(failed)?;
    let result = if grant.refresh.is_some() {
        Ok(())
    } else {
        consent(store, row, System::Zoho, wired.zoho.sign_in(&code, None)).await.map_err(failed)?.result
    };
    wired.connection.settings = holding_for(store, row).await.map_err(told)?;
    if !matches!(&result, Err(fault) if matches!(fault.kind, port::Kind::Unreachable | port::Kind::Unavailable | port::Kind::Throttled))
    {
        store.forget_secret(row.id, "zoho.grant_code").await.map_err(failed)?;
    }
    result
}

/// Keeps a connection from the text of its file, as `apply` does; `env` answers for its secrets.
///
/// # Errors
/// What is wrong with the file, its secrets or the store, for people.
pub async fn plant(
    store: &Store,
    parts: &Parts,
    text: &str,
    env: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Result<ConnectionRow, String> {
    let folder = std::path::Path::new(".");
    let file = crate::connection_file::read(text, "connection", folder, parts.allow_loopback)
        .map_err(|troubles| troubles.to_string())?;
    let mut secrets = BTreeMap::new();
    for (field, source) in &file.secrets {
        secrets.insert(*field, source.value(folder, env)?);
    }
    crate::cli::keep_connection(store, parts.clock.now(), &file.name, &file.settings, &secrets)
        .await
        .map_err(|error| error.to_string())?;
    let row = store.connection(&file.name).await.map_err(|error| error.to_string())?;
    row.ok_or_else(|| "the connection was not kept".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::connection_file::{DATACENTERS, ENVIRONMENTS};

    fn part(datacenter: &str, environment: &str) -> ZohoPart {
        ZohoPart {
            datacenter: datacenter.to_owned(),
            environment: environment.to_owned(),
            accounts_url: None,
            client_id: "1000.X".to_owned(),
            parallel_calls: 1,
            daily_credits: None,
            run_workflows: false,
            check: None,
        }
    }

    #[test]
    fn words_that_a_file_may_hold_are_known_and_others_are_no_default() {
        for word in DATACENTERS {
            assert_eq!(datacenter(&part(word, "production")).unwrap().name(), word);
        }
        for word in ENVIRONMENTS {
            assert_eq!(environment(&part("eu", word)).unwrap().name(), word);
        }
        assert!(datacenter(&part("mars", "production")).unwrap_err().contains("zoho.datacenter = \"mars\""));
        assert!(datacenter(&part("", "production")).is_err(), "none is named and no address either");
        assert!(environment(&part("eu", "staging")).unwrap_err().contains("apply it again"));
        let simulated = ZohoPart { accounts_url: Some("http://127.0.0.1:9802".to_owned()), ..part("", "production") };
        assert!(datacenter(&simulated).is_ok());
    }
}
