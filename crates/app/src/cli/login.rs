//! `login`: consent from the terminal, through a browser that may be on another machine.
//!
//! Owns the order of things: redirect address, URL, wait for the redirect (listener or pasted line, whichever comes first), exchange.
//! Must not keep a token itself: the clients seal what they get. The code travels from the redirect to the client and nowhere else.

mod callback;
mod page;
mod pasted;
mod redirect;

use std::fmt::Write as _;
use std::time::Duration;

use port::{Entropy, Fault, Kind, System};
use store::ConnectionRow;
use tokio::sync::oneshot;

use super::args::{LoginArgs, Side};
use super::opened::refused;
use super::{Invocation, Opened, output};
use crate::connection_file::{AcumaticaGrant, Settings};
use crate::process::exit::{Exit, Failure};
use crate::wiring::{self, Wired};
use callback::Callback;
use redirect::{Granted, Refused};

/// How long a person may take.
const PATIENCE: Duration = Duration::from_mins(15);

pub(super) async fn run(cx: &Invocation, args: LoginArgs) -> Result<Exit, Failure> {
    let opened = Opened::open(cx, store::Access::Beside).await?;
    let row = opened.connection(Some(&args.name)).await?;
    let settings: Settings = serde_json::from_str(&row.settings).map_err(|error| Failure::fault(error.to_string()))?;
    if args.system == Side::Acumatica && settings.acumatica.grant == AcumaticaGrant::Password {
        return Err(Failure::usage(format!(
            "{0} signs in to Acumatica with a user name and password (grant = \"password\"): there is nothing to consent to. Next: ml-connector ping {0}",
            row.name
        )));
    }
    let wired = wiring::wire(&opened.store, &row, &opened.parts(cx)).await.map_err(Failure::person)?;
    let waiting = async {
        tokio::select! {
            biased;
            done = sign_in(cx, &opened, &wired, &row, &args) => done,
            () = opened.clock.sleep(PATIENCE) => Err(Failure::person("Nobody consented within 15 minutes. Begin again when you are ready.")),
        }
    };
    // Listened to from the start: whoever reads the address may change their mind at once.
    tokio::select! {
        biased;
        _ = tokio::signal::ctrl_c() => {
            output::hint("Interrupted; nothing was kept.");
            Ok(Exit::Interrupted)
        }
        done = waiting => done,
    }
}

async fn sign_in(
    cx: &Invocation,
    opened: &Opened,
    wired: &Wired,
    row: &ConnectionRow,
    args: &LoginArgs,
) -> Result<Exit, Failure> {
    let name = row.name.as_str();
    let system = system(args.system);
    let mut callback = Callback::listen(args.redirect_port).await?;
    let redirect_uri = format!("http://{}:{}{}", host(args.system), callback.port(), callback::PATH);
    let consent = Consent::new(wired, args.system, &redirect_uri, opened.entropy.as_ref()).await?;
    announce(cx, &consent, system, name);
    let mut lines = pasted::lines();
    let mut reading = true;
    loop {
        let (query, reply) = tokio::select! {
            biased;
            Some(arrived) = callback.next() => (arrived.query, Some(arrived.reply)),
            line = lines.recv(), if reading => match line {
                Some(line) if line.trim().is_empty() => continue,
                Some(line) => match redirect::query_of(&line) {
                    Some(query) => (query, None),
                    None => {
                        output::hint("That is no address that the browser was sent to. Paste the whole address, beginning with http://");
                        continue;
                    }
                },
                None => {
                    reading = false;
                    continue;
                }
            },
        };
        let result = match redirect::read(&query, &consent.state) {
            Err(Refused::NoCode) => {
                tell(reply, page::nothing());
                continue;
            }
            Err(refused) => Err(told_refused(&refused, system, name)),
            Ok(granted) => wiring::consent(&opened.store, row, system, consent.exchange(wired, granted))
                .await
                .map_err(refused)?
                .map_err(|fault| told(&fault)),
        };
        tell(reply, page::ending(result.as_ref().map(|_| &()).map_err(|failure| failure.message.as_str()), system));
        callback.close(opened.clock.as_ref()).await;
        if let Some(left) = result? {
            output::hint(format!("The session of the sign-in before may take a seat until it ends by itself. {left}"));
        }
        return Ok(done(cx, system, name));
    }
}

/// What one consent needs until its redirect comes.
struct Consent {
    side: Side,
    redirect_uri: String,
    state: String,
    url: String,
}

impl Consent {
    async fn new(wired: &Wired, side: Side, redirect_uri: &str, entropy: &dyn Entropy) -> Result<Self, Failure> {
        let state = random_word(entropy);
        let url = match side {
            Side::Acumatica => wired.acumatica.app().consent_url(redirect_uri, &state),
            Side::Zoho => wired.zoho.authorize_url(redirect_uri, &state).map_err(|fault| told(&fault))?,
        };
        Ok(Self { side, redirect_uri: redirect_uri.to_owned(), state, url })
    }

    /// Keeps what was granted; `Some` says why a session of an earlier sign-in may still be open.
    async fn exchange(&self, wired: &Wired, granted: Granted) -> Result<Option<Fault>, Fault> {
        match self.side {
            Side::Acumatica => wired.acumatica.accept_code(&granted.code, &self.redirect_uri).await.result,
            Side::Zoho => {
                let redirect = ::zoho::Redirect {
                    redirect_uri: self.redirect_uri.clone(),
                    location: granted.location,
                    accounts_server: granted.accounts_server,
                };
                wired.zoho.sign_in(&granted.code, Some(&redirect)).await.result.map(|()| None)
            }
        }
    }
}

fn announce(cx: &Invocation, consent: &Consent, system: System, name: &str) {
    let Consent { redirect_uri, url, .. } = consent;
    if cx.json {
        output::line(serde_json::json!({
            "connection": name, "system": system, "event": "consent_needed", "redirect_uri": redirect_uri, "url": url,
        }));
        return;
    }
    let place = match consent.side {
        Side::Acumatica => "Connected Applications (SM303010), tab Redirect URIs",
        Side::Zoho => "the API console, Authorized Redirect URIs",
    };
    output::line(format!("1. Register this redirect address once, exactly so, in {place}:"));
    output::line(format!("     {redirect_uri}"));
    output::line("2. Open this address in a browser, sign in and allow access:");
    output::line(format!("     {url}"));
    output::line(
        "3. Wait here. If the browser runs on another machine, its last page cannot be shown: paste that page's address here.",
    );
}

fn done(cx: &Invocation, system: System, name: &str) -> Exit {
    if cx.json {
        output::line(serde_json::json!({ "connection": name, "system": system, "event": "signed_in" }));
    } else {
        output::line(format!("Signed in to {}; the tokens are sealed.", system.title()));
        output::line(format!("Next:  ml-connector ping {name}"));
    }
    Exit::Settled
}

fn tell(reply: Option<oneshot::Sender<String>>, page: String) {
    if let Some(reply) = reply {
        // A browser that went away needs no page.
        let _ = reply.send(page);
    }
}

const fn system(side: Side) -> System {
    match side {
        Side::Acumatica => System::Acumatica,
        Side::Zoho => System::Zoho,
    }
}

/// Zoho's console takes plain http for `localhost` only; elsewhere the number cannot be mistaken for another machine.
const fn host(side: Side) -> &'static str {
    match side {
        Side::Acumatica => "127.0.0.1",
        Side::Zoho => "localhost",
    }
}

/// 256 random bits, in hexadecimal.
fn random_word(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    bytes.iter().fold(String::with_capacity(64), |mut word, byte| {
        let _ = write!(word, "{byte:02x}");
        word
    })
}

fn told_refused(refused: &Refused, system: System, name: &str) -> Failure {
    let again = format!("ml-connector login {name} {}", system.name());
    let title = system.title();
    Failure::person(match refused {
        Refused::WrongState => format!(
            "The redirect does not belong to this sign-in: its state is another one. Nothing was sent to {title}. Begin again: {again}"
        ),
        Refused::Denied => {
            format!("Access was refused on the consent page of {title}. To allow it, begin again: {again}")
        }
        Refused::Error(word) => {
            let remedy = match word.as_str() {
                "invalid_scope" => "The application must permit refresh tokens and the scopes that `ping` lists.",
                "unauthorized_client" | "unsupported_response_type" => {
                    "Register the application for the authorization code flow."
                }
                _ => "Check the registration of the application, then begin again.",
            };
            format!("{title} ended the sign-in with \"{}\". {remedy}", output::cut(word, 80))
        }
        Refused::NoCode => format!("{title} sent no code. Begin again: {again}"),
    })
}

fn told(fault: &Fault) -> Failure {
    let exit = match fault.kind {
        Kind::Unreachable | Kind::Unavailable | Kind::Throttled | Kind::OutcomeUnknown | Kind::Protocol => {
            Exit::Unavailable
        }
        _ => Exit::Person,
    };
    Failure { exit, message: output::safe(&fault.to_string()) }
}
