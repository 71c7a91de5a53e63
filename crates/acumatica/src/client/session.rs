//! One session: a token that is always good, calls with it, and a sign-out.
//!
//! Owns when tokens are renewed and the rule that a rotated one is committed before it is used. Must not keep cookies: with bearer
//! tokens the server binds one session to the grant. Tokens come from and go to `port::Tokens`; answers go to the adapter.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{pin::pin, sync::Arc};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderName, HeaderValue, Method};
use port::{Access, Call, Exchange, Fault, Grant, Kind, Response, System, TokenError, Tokens};
use secrecy::{ExposeSecret as _, SecretString};
use sync::seam::{Mutant, mutant};
use tokio::sync::Mutex;
use wire::{Ask, Door, Safety};

use super::answer::{Asked, Verdict, fault, fresh_token_refused, judge};
use super::instance::Instance;
use super::oauth::{App, Issued};
use crate::settings::{GrantKind, Settings};

/// How often a read is made again with a newer token: one that was fresh can be dead at its next use, when another process renewed it.
const RENEWALS: u32 = 2;
/// A token is renewed this long before it ends.
const MARGIN: Duration = Duration::from_mins(1);
/// Longest time for a sign-out, all told.
const SIGN_OUT: Duration = Duration::from_secs(1);
/// Attempts of a read that Acumatica itself failed on.
const ATTEMPTS: u32 = 3;
/// Pause before such a read, or a renewal whose answer was lost, is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// The header without which archived records are left out of answers (integration guide, Working with Archived Records).
const ARCHIVE: HeaderName = HeaderName::from_static("px-apiarchive");

/// Which records an answer may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// Those that are not archived.
    Current,
    /// Archived ones too.
    Archived,
}

/// The session of one connection.
pub(crate) struct Session {
    pub(crate) door: Arc<Door>,
    pub(crate) instance: Instance,
    app: App,
    tokens: Arc<dyn Tokens>,
    grant: GrantKind,
    username: String,
    password: SecretString,
    /// The token in use. Held while one is obtained, so that only one caller obtains it.
    held: Mutex<Option<Access>>,
    /// Whether a call was made, so that there is something to sign out of.
    open: AtomicBool,
}

impl Session {
    pub(crate) fn new(settings: &Settings, door: Arc<Door>, tokens: Arc<dyn Tokens>) -> Self {
        Self {
            door,
            instance: Instance::new(&settings.url, &settings.endpoint),
            app: App::new(settings),
            tokens,
            grant: settings.grant,
            username: settings.username.clone().unwrap_or_default(),
            password: settings.password.clone().unwrap_or_else(|| SecretString::from(String::new())),
            held: Mutex::new(None),
            open: AtomicBool::new(false),
        }
    }

    /// Whether the instance answers, without a token.
    pub(crate) async fn reach(&self) -> Call<()> {
        self.app.reach(&self.door).await
    }

    /// The application, for `login`.
    pub(crate) const fn app(&self) -> &App {
        &self.app
    }

    /// Reads `url`, renewing the token when it is refused and repeating what Acumatica itself failed on.
    /// `Ok` holds the verdict, never `TokenRefused` nor `Passing`, and the answer it was made from.
    pub(crate) async fn read(
        &self,
        url: &str,
        asked: Asked<'_>,
        tape: &mut Vec<Exchange>,
    ) -> Result<(Verdict, Response), Fault> {
        self.read_shelf(url, Shelf::Current, asked, tape).await
    }

    /// The same, archived records included when `shelf` says so.
    pub(crate) async fn read_shelf(
        &self,
        url: &str,
        shelf: Shelf,
        asked: Asked<'_>,
        tape: &mut Vec<Exchange>,
    ) -> Result<(Verdict, Response), Fault> {
        let mut token = self.token(None, tape).await?;
        let mut renewals = 0;
        let mut attempt = 1;
        loop {
            let response = self.door.call(self.get(url, shelf, &token)?).await.unpack(tape)?;
            match judge(&response, asked) {
                Verdict::TokenRefused if renewals == RENEWALS => {
                    return Err(fresh_token_refused(asked.endpoint));
                }
                Verdict::TokenRefused => {
                    token = self.token(Some(&token), tape).await?;
                    renewals += 1;
                }
                Verdict::Passing(fault) if attempt >= ATTEMPTS => return Err(fault),
                Verdict::Passing(_) => {
                    self.door.clock().sleep(PAUSE * attempt).await;
                    attempt += 1;
                }
                Verdict::Fault(fault) => return Err(fault),
                verdict @ (Verdict::Body(_) | Verdict::CannotOptimize(_) | Verdict::Missing) => {
                    return Ok((verdict, response));
                }
            }
        }
    }

    fn get(&self, url: &str, shelf: Shelf, token: &SecretString) -> Result<Ask, Fault> {
        self.open.store(true, Ordering::Relaxed);
        let ask = Ask { answer_500: Some(|body| body.trim_ascii_start().starts_with(b"{")), ..Ask::get(url) };
        let ask = ask.header(ACCEPT, HeaderValue::from_static("application/json"));
        let ask = match shelf {
            Shelf::Current => ask,
            Shelf::Archived => ask.header(ARCHIVE, HeaderValue::from_static("SHOW")),
        };
        Ok(ask.header(AUTHORIZATION, bearer(token)?))
    }

    /// Signs out within a second. Nothing to do when no call was made. An error means that the session may still take a seat,
    /// also when the token has ended, because a session outlives the tokens of its grant; the next run uses the same session and signs
    /// out again.
    pub(crate) async fn sign_out(&self) -> Call<()> {
        if !self.open.swap(false, Ordering::Relaxed) {
            return Call::free(Ok(()));
        }
        let Ok(held) = self.held.try_lock().map(|held| held.clone()) else {
            return Call::free(Err(not_signed_out("a token is just being renewed")));
        };
        let Some(Access { token, .. }) = held else {
            return Call::free(Ok(()));
        };
        self.leave(&token).await
    }

    /// Signs out of the session of the grant to which `token` belongs.
    async fn leave(&self, token: &SecretString) -> Call<()> {
        let header = match bearer(token) {
            Ok(header) => header,
            Err(fault) => return Call::free(Err(fault)),
        };
        let ask = Ask {
            timeout: SIGN_OUT,
            json: false,
            body_limit: 64 * 1024,
            ..Ask::with_body(Method::POST, self.instance.logout(), Bytes::new(), Safety::Write)
        };
        let call = pin!(self.door.call(ask.header(AUTHORIZATION, header)));
        let clock = Arc::clone(self.door.clock());
        let call = match within(call, clock.sleep(SIGN_OUT)).await {
            Some(call) => call,
            None => return Call::free(Err(not_signed_out("no answer came within a second"))),
        };
        let result =
            call.result.map_err(|fault| not_signed_out(&fault.message)).and_then(|response| match response.status {
                200..=299 => Ok(()),
                401 => Err(not_signed_out("the access token has ended meanwhile")),
                status => Err(not_signed_out(&format!("it answered with status {status}"))),
            });
        Call { result, exchanges: call.exchanges }
    }

    /// Obtains and commits tokens for a consent that was just given. The consent before had a session of its own, which nobody can sign
    /// out of later: that is done now, while its token is good. `Some` says why it may still take a seat.
    pub(crate) async fn accept_code(&self, code: &SecretString, redirect: &str) -> Call<Option<Fault>> {
        let mut held = self.held.lock().await;
        let mut tape = Vec::new();
        let result = async {
            let issued = self.app.exchange(&self.door, code, redirect).await.unpack(&mut tape)?;
            if issued.refresh.is_none() {
                return Err(fault(
                    Kind::Credentials,
                    "Acumatica handed out no refresh token.",
                    "On Connected Applications (SM303010), choose a mode with refresh tokens and sign in again.",
                ));
            }
            let mut kept = self.load().await?;
            for _ in 0..3 {
                match self.commit(kept.version, &issued).await {
                    Err(TokenError::Stale) => kept = self.load().await?,
                    Err(error @ TokenError::Store(_)) => return Err(not_stored(&error)),
                    Ok(access) => {
                        *held = Some(access);
                        let before = kept.access.filter(|before| before.expires > self.door.clock().now());
                        return Ok(match before {
                            Some(before) => self.leave(&before.token).await.unpack(&mut tape).err(),
                            None => None,
                        });
                    }
                }
            }
            Err(not_stored(&TokenError::Stale))
        }
        .await;
        Call { result, exchanges: tape }
    }

    /// A token that is good now and is not `refused`. One caller obtains, the others wait for it.
    async fn token(&self, refused: Option<&SecretString>, tape: &mut Vec<Exchange>) -> Result<SecretString, Fault> {
        let mut held = self.held.lock().await;
        if let Some(access) = held.as_ref().filter(|access| self.is_good(access, refused)) {
            return Ok(access.token.clone());
        }
        let kept = self.load().await?;
        let access = match kept.access.clone().filter(|access| self.is_good(access, refused)) {
            Some(access) => access,
            None => match self.grant {
                GrantKind::Password => self.sign_in(kept, refused, tape).await?,
                GrantKind::AuthorizationCode => self.refresh(kept, refused, tape).await?,
            },
        };
        let token = access.token.clone();
        *held = Some(access);
        Ok(token)
    }

    fn is_good(&self, access: &Access, refused: Option<&SecretString>) -> bool {
        let same = refused.is_some_and(|refused| refused.expose_secret() == access.token.expose_secret());
        !same && access.expires > self.door.clock().now().plus(MARGIN)
    }

    async fn sign_in(
        &self,
        kept: Grant,
        refused: Option<&SecretString>,
        tape: &mut Vec<Exchange>,
    ) -> Result<Access, Fault> {
        let issued = self.app.password(&self.door, &self.username, &self.password).await.unpack(tape)?;
        match self.commit(kept.version, &issued).await {
            Ok(access) => Ok(access),
            Err(TokenError::Stale) => self.somebody_elses(refused).await,
            Err(error @ TokenError::Store(_)) => Err(not_stored(&error)),
        }
    }

    /// Renews with the refresh token. A lost answer is tried once more with the same token: if the server had not rotated it, that
    /// works; if it had, the consent is gone and only a person can help.
    async fn refresh(
        &self,
        kept: Grant,
        refused: Option<&SecretString>,
        tape: &mut Vec<Exchange>,
    ) -> Result<Access, Fault> {
        let Some(token) = kept.refresh.clone() else {
            return Err(fault(Kind::Credentials, "Nobody has signed in to Acumatica yet.", "Sign in with `login`."));
        };
        let mut answer = self.app.refresh(&self.door, &token).await.unpack(tape);
        let lost = matches!(&answer, Err(fault) if fault.kind == Kind::OutcomeUnknown);
        if lost {
            self.door.clock().sleep(PAUSE).await;
            answer = self.app.refresh(&self.door, &token).await.unpack(tape);
        }
        match answer {
            Ok(issued) => match self.commit(kept.version, &issued).await {
                Ok(access) => Ok(access),
                Err(TokenError::Stale) => self.somebody_elses(refused).await,
                Err(error @ TokenError::Store(_)) => Err(not_stored(&error)),
            },
            Err(refusal) if refusal.kind == Kind::OutcomeUnknown => Err(fault(
                Kind::Unavailable,
                "The identity server does not answer: a token could not be renewed.",
                "The next run tries again.",
            )),
            Err(refusal) if refusal.kind == Kind::Credentials => {
                // Another process may have renewed in the meantime; then its token is the good one.
                if self.load().await?.version != kept.version {
                    return self.somebody_elses(refused).await;
                }
                Err(if lost {
                    fault(
                        Kind::Credentials,
                        "The answer with the new refresh token was lost on the way, and the old one is dead.",
                        "Sign in again with `login`.",
                    )
                } else {
                    refusal
                })
            }
            Err(refusal) => Err(refusal),
        }
    }

    async fn somebody_elses(&self, refused: Option<&SecretString>) -> Result<Access, Fault> {
        let kept = self.load().await?;
        kept.access.filter(|access| self.is_good(access, refused)).ok_or_else(|| {
            fault(
                Kind::Unavailable,
                "Another process is renewing the tokens of this connection.",
                "The next run uses what it obtains.",
            )
        })
    }

    async fn load(&self) -> Result<Grant, Fault> {
        self.tokens.load(System::Acumatica).await.map_err(|error| not_stored(&error))
    }

    /// Commits what was issued, then gives it out for use.
    async fn commit(&self, version: u64, issued: &Issued) -> Result<Access, TokenError> {
        let access = Access {
            token: issued.access.clone(),
            expires: self.door.clock().now().plus(issued.lifetime),
            api_domain: String::new(),
        };
        if mutant(Mutant::TokenBeforeCommit) {
            self.door.clock().sleep(PAUSE).await;
        }
        self.tokens.replace(System::Acumatica, version, Some(access.clone()), issued.refresh.clone()).await?;
        Ok(access)
    }
}

/// What `work` gives, unless `limit` is over first.
async fn within<T>(work: impl Future<Output = T> + Unpin, limit: impl Future<Output = ()> + Unpin) -> Option<T> {
    match select(work, limit).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(((), _)) => None,
    }
}

fn bearer(token: &SecretString) -> Result<HeaderValue, Fault> {
    let mut header = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).map_err(|_| {
        fault(
            Kind::Protocol,
            "The access token holds characters that no header can carry.",
            "Sign in again with `login`.",
        )
    })?;
    header.set_sensitive(true);
    Ok(header)
}

fn not_stored(error: &TokenError) -> Fault {
    fault(
        Kind::Unavailable,
        format!("A token could not be loaded or kept: {error}."),
        "Check the data folder; the next run tries again.",
    )
}

fn not_signed_out(why: &str) -> Fault {
    fault(
        Kind::Unavailable,
        format!("Sign-out was not confirmed: {}", why.trim_end_matches('.')) + ".",
        "The session ends by itself in time; the next run signs out again.",
    )
}
