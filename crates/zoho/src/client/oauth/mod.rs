//! Consent and tokens: the authorize URL, the code exchange, and an access token that all calls share.
//!
//! Owns the single refresher of a connection within this process. A valid token costs no call: it is kept through [`port::Tokens`] and
//! shared with other processes. Must not send `scope` on a refresh, nor ask more often than Zoho allows (ten tokens in ten minutes),
//! nor believe a host that is not in the table of data centres.

mod answer;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use port::{Access, Call, Clock, Exchange, Fault, Grant, Kind, System, TokenError, Tokens};
use secrecy::{ExposeSecret, SecretString};
use sync::Instant;
use tokio::sync::Mutex;
use url::form_urlencoded;
use wire::{Ask, Door, Safety};

use super::datacenters::Datacenter;
use super::errors::{quote, zoho};
use crate::Settings;
use answer::{Asked, Issued, Refused};

/// What the consent must cover. A missing scope shows only when it is needed, and a consent cannot be widened later.
pub const SCOPES: [&str; 11] = [
    "ZohoCRM.modules.accounts.ALL",
    "ZohoCRM.modules.products.ALL",
    "ZohoCRM.modules.invoices.ALL",
    "ZohoCRM.coql.READ",
    "ZohoCRM.settings.modules.READ",
    "ZohoCRM.settings.fields.ALL",
    "ZohoCRM.settings.layouts.READ",
    "ZohoCRM.settings.layouts.UPDATE",
    "ZohoCRM.settings.profiles.READ",
    "ZohoCRM.settings.currencies.READ",
    "ZohoCRM.org.READ",
];

/// A token is replaced this long before its end, so that no call meets the end under way.
const AHEAD: Duration = Duration::from_mins(5);
/// How long nothing is asked after "too many requests".
const PAUSE: Duration = Duration::from_mins(10);

/// What a redirect from the consent page carried beside the code. All of it comes from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirect {
    /// The redirect address, exactly as it stood in the authorize URL.
    pub redirect_uri: String,
    /// `location`, when there.
    pub location: Option<String>,
    /// `accounts-server`, when there.
    pub accounts_server: Option<String>,
}

/// The token that calls go out with.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The value of the authorization header.
    pub(crate) authorization: HeaderValue,
    /// Base URL of the API, without a trailing slash.
    pub(crate) api: Arc<str>,
    expires: Instant,
    token: SecretString,
}

#[derive(Default)]
struct State {
    session: Option<Session>,
    silent_until: Option<Instant>,
}

/// Tokens of one connection.
pub(crate) struct OAuth {
    settings: Settings,
    door: Arc<Door>,
    tokens: Arc<dyn Tokens>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl OAuth {
    pub(crate) fn new(settings: Settings, door: Arc<Door>, tokens: Arc<dyn Tokens>, clock: Arc<dyn Clock>) -> Self {
        Self { settings, door, tokens, clock, state: Mutex::default() }
    }

    /// The URL where a person consents; the redirect comes back with `code`, `location`, `accounts-server` and `state`.
    pub(crate) fn authorize_url(&self, redirect_uri: &str, state: &str) -> Result<String, Fault> {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("scope", &SCOPES.join(","))
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("response_type", "code")
            .append_pair("access_type", "offline")
            .append_pair("prompt", "consent")
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", state)
            .finish();
        Ok(format!("{}/oauth/v2/auth?{query}", self.accounts_server()?))
    }

    /// Whether the accounts server answers; needs no credentials and changes nothing. What it says is not looked at: no document promises
    /// its form.
    pub(crate) async fn reach(&self) -> Call<String> {
        let server = match self.accounts_server() {
            Ok(server) => server,
            Err(fault) => return Call { result: Err(fault), exchanges: Vec::new() },
        };
        let ask = Ask { json: false, body_limit: 64 * 1024, ..Ask::get(format!("{server}/oauth/serverinfo")) };
        let call = self.door.call(ask).await;
        Call { result: call.result.map(|_| server), exchanges: call.exchanges }
    }

    /// Exchanges a grant code, of a consent page (`redirect`) or of a self client (without), and keeps both tokens.
    pub(crate) async fn sign_in(&self, code: &SecretString, redirect: Option<&Redirect>) -> Call<()> {
        let mut exchanges = Vec::new();
        let result = self.exchange(code, redirect, &mut exchanges).await;
        Call { result, exchanges }
    }

    async fn exchange(
        &self,
        code: &SecretString,
        redirect: Option<&Redirect>,
        tape: &mut Vec<Exchange>,
    ) -> Result<(), Fault> {
        if let Some(redirect) = redirect {
            self.check(redirect)?;
        }
        let mut state = self.state.lock().await;
        let mut more = vec![("code", code.expose_secret())];
        more.extend(redirect.map(|redirect| ("redirect_uri", redirect.redirect_uri.as_str())));
        let form = self.form("authorization_code", &more);
        // A code works once: sent again after a lost answer, it would be refused, and nobody would know why.
        let issued = self.ask(form, Safety::Write, Asked::Code, &mut state, tape).await?;
        let Some(refresh) = issued.refresh.clone() else {
            return Err(zoho(
                Kind::Credentials,
                "Zoho gave an access token but no refresh token.",
                "Consent again from the address that `login` prints (it asks for offline access), or make the grant code in a self client.",
            ));
        };
        let version = self.load().await?.version;
        self.keep(&mut state, &issued, Some(refresh), version).await.map(drop)
    }

    /// Refuses a redirect that names another data centre, or hosts that are none.
    fn check(&self, redirect: &Redirect) -> Result<(), Fault> {
        if self.settings.accounts_url.is_some() {
            let ours = self.accounts_server()?;
            return match redirect.accounts_server.as_deref() {
                Some(url) if super::datacenters::loopback(url).as_ref() != Some(&ours) => Err(strange_host(url)),
                _ => Ok(()),
            };
        }
        let elsewhere = |datacenter: Datacenter| {
            zoho(
                Kind::WrongSystem,
                format!(
                    "The user's organisation lives in the data center {}, the connection says {}.",
                    datacenter.title(),
                    self.settings.datacenter.title()
                ),
                format!("Set `datacenter = \"{}\"` and sign in again.", datacenter.name()),
            )
        };
        if let Some(url) = &redirect.accounts_server {
            match Datacenter::of_accounts_server(url) {
                None => return Err(strange_host(url)),
                Some(datacenter) if datacenter != self.settings.datacenter => {
                    return Err(elsewhere(datacenter));
                }
                Some(_) => {}
            }
        }
        if let Some(location) = &redirect.location {
            match Datacenter::named(location) {
                None => return Err(strange_host(location)),
                Some(datacenter) if datacenter != self.settings.datacenter => {
                    return Err(elsewhere(datacenter));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// A token that lives for some minutes more; asked for when there is none. One caller asks, the others wait for it.
    pub(crate) async fn session(&self, tape: &mut Vec<Exchange>) -> Result<Session, Fault> {
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        if let Some(session) = state.session.as_ref().filter(|session| session.fresh(now)) {
            return Ok(session.clone());
        }
        let grant = self.load().await?;
        let kept = self.adopt(&grant);
        if let Some(session) = kept.as_ref().filter(|session| session.fresh(now)) {
            state.session = kept.clone();
            return Ok(session.clone());
        }
        let last = kept.or_else(|| state.session.clone()).filter(|session| session.expires > now);
        match self.refresh(&mut state, &grant, tape).await {
            // The accounts server can wait while the old token lives.
            Err(fault) if matches!(fault.kind, Kind::Throttled | Kind::Unavailable | Kind::Unreachable) => {
                last.ok_or(fault)
            }
            other => other,
        }
    }

    /// Another token than `refused`, which an API call has just been refused with: another process's, or a new one.
    pub(crate) async fn renew(&self, refused: &Session, tape: &mut Vec<Exchange>) -> Result<Session, Fault> {
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        let other =
            |session: &Session| session.token.expose_secret() != refused.token.expose_secret() && session.fresh(now);
        if let Some(session) = state.session.as_ref().filter(|session| other(session)) {
            return Ok(session.clone());
        }
        state.session = None;
        let grant = self.load().await?;
        if let Some(session) = self.adopt(&grant).filter(other) {
            state.session = Some(session.clone());
            return Ok(session);
        }
        self.refresh(&mut state, &grant, tape).await
    }

    async fn refresh(&self, state: &mut State, grant: &Grant, tape: &mut Vec<Exchange>) -> Result<Session, Fault> {
        let Some(refresh) = &grant.refresh else {
            return Err(zoho(
                Kind::Credentials,
                "Nobody has consented yet: there is no refresh token.",
                "Run `login` for this connection, or put `refresh_token` or `grant_code` into its file and apply it.",
            ));
        };
        let form = self.form("refresh_token", &[("refresh_token", refresh.expose_secret())]);
        // A refresh does not rotate the refresh token, so that asking again after a lost answer does no harm.
        let issued = self.ask(form, Safety::Repeatable, Asked::Refresh, state, tape).await?;
        self.keep(state, &issued, None, grant.version).await
    }

    async fn ask(
        &self,
        form: String,
        safety: Safety,
        asked: Asked,
        state: &mut State,
        tape: &mut Vec<Exchange>,
    ) -> Result<Issued, Fault> {
        let server = self.accounts_server()?;
        let place = server.split_once("://").map_or(server.as_str(), |(_, host)| host).to_owned();
        if let Some(until) = state.silent_until.filter(|until| *until > self.clock.now()) {
            return Err(silence(&place, until));
        }
        let ask = Ask::with_body(Method::POST, format!("{server}/oauth/v2/token"), Bytes::from(form), safety)
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let ask = Ask { timeout: Duration::from_secs(30), body_limit: 64 * 1024, ..ask };
        let response = self.door.call(ask).await.unpack(tape)?;
        match answer::read(response.status, &response.body, asked, &place) {
            Ok(issued) => Ok(issued),
            Err(Refused::Fault(fault)) => Err(fault),
            Err(Refused::Pause) => {
                let until = self.clock.now().plus(PAUSE);
                state.silent_until = Some(until);
                Err(silence(&place, until))
            }
        }
    }

    /// Checks where the token belongs, commits it, and only then uses it.
    async fn keep(
        &self,
        state: &mut State,
        issued: &Issued,
        refresh: Option<SecretString>,
        mut version: u64,
    ) -> Result<Session, Fault> {
        let api_domain = self.settings.api_base(&issued.api_domain).map_err(|place| match place.as_str() {
            "" => strange_host(&issued.api_domain),
            place => zoho(
                Kind::WrongSystem,
                format!(
                    "The consent belongs to {place}, the connection to the {} environment of {}.",
                    self.settings.environment.name(),
                    self.settings.datacenter.title()
                ),
                "Correct `datacenter` or `environment`, or consent again in the right organisation.",
            ),
        })?;
        let access = Access { token: issued.access.clone(), expires: self.clock.now().plus(issued.life), api_domain };
        loop {
            match self.tokens.replace(System::Zoho, version, Some(access.clone()), refresh.clone()).await {
                Ok(_) => {
                    let session = Session::new(&access)?;
                    state.session = Some(session.clone());
                    return Ok(session);
                }
                Err(TokenError::Store(why)) => return Err(not_kept(&why)),
                Err(TokenError::Stale) => {
                    // Somebody refreshed or consented meanwhile: what they kept counts, unless it is this consent that is newer.
                    let grant = self.load().await?;
                    let theirs =
                        self.adopt(&grant).filter(|session| refresh.is_none() && session.fresh(self.clock.now()));
                    if let Some(session) = theirs {
                        state.session = Some(session.clone());
                        return Ok(session);
                    }
                    if grant.version == version {
                        return Err(not_kept("they are said to have changed, and have not"));
                    }
                    version = grant.version;
                }
            }
        }
    }

    async fn load(&self) -> Result<Grant, Fault> {
        self.tokens.load(System::Zoho).await.map_err(|error| not_kept(&error.to_string()))
    }

    /// The kept token as a session, when its host is one that this connection may call.
    fn adopt(&self, grant: &Grant) -> Option<Session> {
        let access = grant.access.as_ref()?;
        let api_domain = self.settings.api_base(&access.api_domain).ok()?;
        Session::new(&Access { api_domain, ..access.clone() }).ok()
    }

    fn form(&self, grant_type: &str, more: &[(&str, &str)]) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", grant_type)
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("client_secret", self.settings.client_secret.expose_secret())
            .extend_pairs(more)
            .finish()
    }

    fn accounts_server(&self) -> Result<String, Fault> {
        self.settings
            .accounts_server()
            .ok_or_else(|| strange_host(self.settings.accounts_url.as_deref().unwrap_or_default()))
    }
}

impl Session {
    fn new(access: &Access) -> Result<Self, Fault> {
        let mut authorization = HeaderValue::try_from(format!("Zoho-oauthtoken {}", access.token.expose_secret()))
            .map_err(|_| {
                zoho(
                    Kind::Protocol,
                    "The access token holds characters that no token has.",
                    "Sign in again with `login`.",
                )
            })?;
        authorization.set_sensitive(true);
        Ok(Self {
            authorization,
            api: Arc::from(access.api_domain.as_str()),
            expires: access.expires,
            token: access.token.clone(),
        })
    }

    fn fresh(&self, now: Instant) -> bool {
        self.expires > now.plus(AHEAD)
    }
}

fn not_kept(why: &str) -> Fault {
    zoho(
        Kind::Unavailable,
        format!("The tokens could not be kept: {why}."),
        "Look at the data folder or database; `doctor` tells more.",
    )
}

fn silence(place: &str, until: Instant) -> Fault {
    zoho(
        Kind::Throttled,
        format!("{place} says that too many tokens were asked for; nothing is asked before {until}."),
        "Nothing to do, unless other programs use the same consent: give each its own.",
    )
}

fn strange_host(host: &str) -> Fault {
    zoho(
        Kind::AddressRefused,
        format!("\"{}\" is not one of Zoho's hosts; nothing was sent there.", quote(host)),
        "If a simulator is meant, allow loopback addresses; else something between here and Zoho rewrites answers.",
    )
}

#[cfg(test)]
mod tests;
