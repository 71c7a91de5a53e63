//! The dials: how often which fault happens, on which calls. Read from TOML or JSON (`sim --faults FILE`, `POST
//! /control/faults`); unknown keys and impossible shares are refused.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Called, Fault, Kind, System};
use crate::rng::Seeds;

/// Dials of both systems.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dials {
    /// Faults of the ERP.
    pub acumatica: SystemDials,
    /// Faults of the CRM.
    pub zoho: SystemDials,
}

/// Dials of one system. Shares are probabilities per call (0 to 1); together they must not exceed 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SystemDials {
    /// Milliseconds that every answer takes.
    pub latency_ms: u64,
    /// Up to so many milliseconds more, evenly spread.
    pub jitter_ms: u64,
    /// A share that is spread evenly over all kinds but `http_413`, on top of their own.
    pub rate: f64,
    /// Share of calls answered 429.
    pub http_429: f64,
    /// Share of calls answered 500.
    pub http_500: f64,
    /// Share of calls whose connection closes before the work.
    pub reset_before: f64,
    /// Share of calls whose connection closes after the work.
    pub reset_after: f64,
    /// Share of calls answered with a page of HTML and 200.
    pub html_200: f64,
    /// Share of calls answered with a page of HTML and 503.
    pub html_503: f64,
    /// Share of calls whose access token dies.
    pub expired_token: f64,
    /// Share of calls that take `slow_seconds` more.
    pub slow: f64,
    /// How much more a slow call takes, in seconds.
    pub slow_seconds: f64,
    /// Share of calls whose answer ends in the middle.
    pub truncated: f64,
    /// Share of calls answered with a page of HTML and 413, as too large.
    pub http_413: f64,
    /// Only calls whose path contains this; all when absent.
    pub path: Option<String>,
    /// Only calls of these methods; all when empty.
    pub methods: Vec<String>,
    /// Only calls whose body contains this, as it stands there: a record that breaks every call which holds it.
    pub body: Option<String>,
    /// Whether the sign-in servers are hit too. Off by default: a lost answer to a rotated refresh token costs the
    /// consent, which no client can mend.
    pub sign_in: bool,
}

impl Default for SystemDials {
    fn default() -> Self {
        Self {
            latency_ms: 0,
            jitter_ms: 0,
            rate: 0.0,
            http_429: 0.0,
            http_500: 0.0,
            reset_before: 0.0,
            reset_after: 0.0,
            html_200: 0.0,
            html_503: 0.0,
            expired_token: 0.0,
            slow: 0.0,
            slow_seconds: 1.0,
            truncated: 0.0,
            http_413: 0.0,
            path: None,
            methods: Vec::new(),
            body: None,
            sign_in: false,
        }
    }
}

impl Dials {
    /// The same dials on both sides.
    #[must_use]
    pub fn both(dials: SystemDials) -> Self {
        Self { acumatica: dials.clone(), zoho: dials }
    }

    /// The dials of one system.
    #[must_use]
    pub fn of(&self, system: System) -> &SystemDials {
        match system {
            System::Acumatica => &self.acumatica,
            System::Zoho => &self.zoho,
        }
    }

    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// A sentence that names the system, the dial and its limits.
    pub fn check(&self) -> Result<(), String> {
        for system in [System::Acumatica, System::Zoho] {
            self.of(system).check().map_err(|why| format!("{}: {why}", system.name()))?;
        }
        Ok(())
    }
}

/// Paths of the sign-in servers of both systems.
const SIGN_IN: [&str; 3] = ["/identity/", "/oauth/", "/entity/auth/"];
/// A day: longer delays are typing errors.
const MOST_MS: u64 = 86_400_000;

impl SystemDials {
    fn share(&self, kind: Kind) -> f64 {
        let own = match kind {
            Kind::Http429 => self.http_429,
            Kind::Http500 => self.http_500,
            Kind::ResetBefore => self.reset_before,
            Kind::ResetAfter => self.reset_after,
            Kind::Html200 => self.html_200,
            Kind::Html503 => self.html_503,
            Kind::ExpiredToken => self.expired_token,
            Kind::Slow => self.slow,
            Kind::Truncated => self.truncated,
            // What is refused for good is no passing fault.
            Kind::Http413 => return self.http_413,
        };
        own + self.rate / 9.0
    }

    fn check(&self) -> Result<(), String> {
        let mut sum = 0.0;
        for kind in Kind::ALL {
            let share = self.share(kind);
            if !(0.0..=1.0).contains(&share) {
                return Err(format!("the share of {kind:?} is {share}; shares go from 0 to 1"));
            }
            sum += share;
        }
        if !(0.0..=1.0).contains(&self.rate) {
            return Err(format!("rate is {}; it goes from 0 to 1", self.rate));
        }
        if sum > 1.0 + 1e-9 {
            return Err(format!("all shares together are {sum}; they must not exceed 1"));
        }
        if !(0.0..=86_400.0).contains(&self.slow_seconds) {
            return Err(format!("slow_seconds is {}; it goes from 0 to 86400", self.slow_seconds));
        }
        if self.latency_ms > MOST_MS || self.jitter_ms > MOST_MS {
            return Err(format!("latency_ms and jitter_ms go from 0 to {MOST_MS}"));
        }
        Ok(())
    }

    fn meets(&self, method: &str, path: &str, body: &[u8]) -> bool {
        let signs_in = SIGN_IN.iter().any(|part| path.contains(part));
        (self.sign_in || !signs_in)
            && (self.methods.is_empty() || self.methods.iter().any(|one| one.eq_ignore_ascii_case(method)))
            && self.path.as_deref().is_none_or(|part| path.contains(part))
            && self.body.as_deref().is_none_or(|part| holds(body, part.as_bytes()))
    }

    pub(super) fn decide(&self, seeds: Seeds, system: System, ordinal: u64, call: Called<'_>) -> Fault {
        let mut draw = seeds.draw(system.name(), ordinal);
        let mut delay = Duration::from_millis(self.latency_ms + draw.below(self.jitter_ms.saturating_add(1)));
        let mut point = draw.unit();
        let mut kind = None;
        if self.meets(call.method, call.path, call.body) {
            for candidate in Kind::ALL {
                let share = self.share(candidate);
                if point < share {
                    kind = Some(candidate);
                    break;
                }
                point -= share;
            }
        }
        if kind == Some(Kind::Slow) {
            delay += Duration::try_from_secs_f64(self.slow_seconds).unwrap_or_default();
        }
        Fault { delay, kind }
    }
}

/// Whether `part` stands somewhere in `body`; an empty one stands everywhere.
fn holds(body: &[u8], part: &[u8]) -> bool {
    part.is_empty() || body.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn read(text: &str) -> Result<Dials, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn unknown_dials_are_refused() {
        assert!(read(r#"{"zoho":{"latency":5}}"#).unwrap_err().to_string().contains("latency_ms"));
        assert_eq!(read(r#"{"zoho":{"latency_ms":5}}"#).unwrap().zoho.latency_ms, 5);
    }

    #[test]
    fn impossible_shares_are_refused_by_name() {
        let check = |text: &str| read(text).unwrap().check().unwrap_err();
        assert!(check(r#"{"zoho":{"http_500":1.5}}"#).starts_with("zoho: the share of Http500"));
        assert!(check(r#"{"acumatica":{"http_500":0.7,"slow":0.7}}"#).contains("together"));
        assert!(check(r#"{"acumatica":{"slow_seconds":-1}}"#).contains("slow_seconds"));
        assert!(read(r#"{"zoho":{"rate":1}}"#).unwrap().check().is_ok());
    }

    #[test]
    fn filters_choose_the_calls() {
        let dials = SystemDials {
            http_500: 1.0,
            path: Some("/Invoices".into()),
            methods: vec!["post".into()],
            ..SystemDials::default()
        };
        let hit = |method, path| {
            dials.decide(Seeds::new(1), System::Zoho, 0, Called { method, path, body: b"" }).kind == Some(Kind::Http500)
        };
        assert!(hit("POST", "/crm/v8/Invoices"));
        assert!(!hit("GET", "/crm/v8/Invoices"));
        assert!(!hit("POST", "/crm/v8/Accounts"));
    }

    #[test]
    fn a_record_breaks_every_call_that_holds_it() {
        let dials = SystemDials { http_500: 1.0, body: Some("C00042".into()), ..SystemDials::default() };
        let hit = |body: &str| {
            let call = Called { method: "POST", path: "/crm/v8/Accounts/upsert", body: body.as_bytes() };
            dials.decide(Seeds::new(1), System::Zoho, 0, call).kind == Some(Kind::Http500)
        };
        assert!(hit(r#"{"data":[{"ERP_Code":"C00041"},{"ERP_Code":"C00042"}]}"#));
        assert!(!hit(r#"{"data":[{"ERP_Code":"C00041"}]}"#) && !hit(""));
    }

    #[test]
    fn sign_in_is_spared_unless_asked_for() {
        let path = "/AcumaticaERP/identity/connect/token";
        let call = Called { method: "POST", path, body: b"" };
        let kind = |dials: &SystemDials| dials.decide(Seeds::new(1), System::Acumatica, 0, call).kind;
        let dials = SystemDials { http_500: 1.0, ..SystemDials::default() };
        assert_eq!(kind(&dials), None);
        assert_eq!(kind(&SystemDials { sign_in: true, ..dials }), Some(Kind::Http500));
    }
}
