//! Giving and revoking tokens.
//!
//! Owns: the code exchange, the refresh, their caps and error words. Must not: read requests.

use std::collections::VecDeque;

use super::{
    ACCESS_LIFE, ALIVE, Access, Accounts, CODE_LIFE, Client, Denied, Grant, Issued, REQUESTS, Refresh, WINDOW,
};
use crate::zoho::api::Scopes;

/// What a person agreed to.
pub(super) struct Consent<'a> {
    pub(super) client: &'a str,
    pub(super) user: u64,
    pub(super) scopes: Scopes,
    pub(super) redirect: &'a str,
    /// `access_type=offline`
    pub(super) offline: bool,
    /// `prompt=consent`
    pub(super) prompted: bool,
}

impl Accounts {
    fn client(&self, id: &str, secret: &str) -> Result<&Client, Denied> {
        let client = self.clients.get(id).ok_or(Denied::Word("invalid_client"))?;
        if client.secret == secret { Ok(client) } else { Err(Denied::Word("invalid_client_secret")) }
    }

    /// Whether a client may send people back to a URI.
    pub(super) fn redirect_allowed(&self, client: &str, uri: &str) -> bool {
        let Some(client) = self.clients.get(client) else {
            return false;
        };
        let loopback = || {
            url::Url::parse(uri).is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https")
                    && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
            })
        };
        client.redirect_uris.iter().any(|known| known == uri) || (client.loopback && loopback())
    }

    /// True for a registered client.
    pub(super) fn knows(&self, client: &str) -> bool {
        self.clients.contains_key(client)
    }

    /// A web grant code after consent. Without `prompt=consent` a second consent gives no refresh token.
    pub(super) fn grant(&mut self, consent: Consent<'_>, now: i64) -> String {
        let Consent { client, user, scopes, redirect, offline, prompted } = consent;
        let again = self.refresh.values().any(|refresh| refresh.client == client && refresh.user == user);
        let code = self.make("code");
        self.grants.retain(|_, grant| grant.expires > now);
        let grant = Grant {
            client: client.to_owned(),
            user,
            scopes,
            redirect: Some(redirect.to_owned()),
            offline: offline && (prompted || !again),
            expires: now + CODE_LIFE,
        };
        self.grants.insert(code.clone(), grant);
        code
    }

    /// `grant_type=authorization_code`
    pub(super) fn exchange(
        &mut self,
        id: &str,
        secret: &str,
        code: &str,
        redirect: Option<&str>,
        now: i64,
    ) -> Result<Issued, Denied> {
        self.client(id, secret)?;
        let grant = self.grants.get(code).filter(|grant| grant.client == id && grant.expires > now);
        let grant = grant.ok_or(Denied::Word("invalid_code"))?;
        if grant.redirect.is_some() && grant.redirect.as_deref() != redirect {
            return Err(Denied::Word("invalid_redirect_uri"));
        }
        let Some(grant) = self.grants.remove(code) else {
            return Err(Denied::Word("invalid_code"));
        };
        let refresh = grant.offline.then(|| {
            let token = self.make("refresh");
            let order = self.made;
            let held = Refresh {
                client: grant.client.clone(),
                user: grant.user,
                scopes: grant.scopes.clone(),
                order,
                requests: VecDeque::from([now]),
                alive: VecDeque::new(),
            };
            self.refresh.insert(token.clone(), held);
            self.overflow(&grant.client, grant.user);
            token
        });
        let access = self.issue(grant.user, &grant.scopes, refresh.as_deref(), now);
        Ok(Issued { access, refresh, scopes: grant.scopes })
    }

    /// `grant_type=refresh_token`
    pub(super) fn renew(&mut self, id: &str, secret: &str, token: &str, now: i64) -> Result<Issued, Denied> {
        self.client(id, secret)?;
        let refresh = self.refresh.get_mut(token).filter(|refresh| refresh.client == id);
        let refresh = refresh.ok_or(Denied::Word("invalid_code"))?;
        while refresh.requests.front().is_some_and(|at| *at <= now - WINDOW) {
            refresh.requests.pop_front();
        }
        if refresh.requests.len() >= REQUESTS {
            return Err(Denied::Throttled);
        }
        refresh.requests.push_back(now);
        let (user, scopes) = (refresh.user, refresh.scopes.clone());
        let access = self.issue(user, &scopes, Some(token), now);
        Ok(Issued { access, refresh: None, scopes })
    }

    fn issue(&mut self, user: u64, scopes: &Scopes, refresh: Option<&str>, now: i64) -> String {
        let token = self.make("access");
        self.access.retain(|_, access| access.expires > now);
        let access =
            Access { user, scopes: scopes.clone(), expires: now + ACCESS_LIFE, refresh: refresh.map(str::to_owned) };
        self.access.insert(token.clone(), access);
        if let Some(held) = refresh.and_then(|refresh| self.refresh.get_mut(refresh)) {
            held.alive.retain(|token| self.access.contains_key(token));
            held.alive.push_back(token.clone());
            while held.alive.len() > ALIVE {
                if let Some(oldest) = held.alive.pop_front() {
                    self.access.remove(&oldest);
                }
            }
        }
        token
    }

    /// Revokes a refresh token with its access tokens, or one access token. False when it is unknown.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        if self.drop_refresh(token) {
            return true;
        }
        match self.access.remove(token) {
            Some(access) => {
                if let Some(held) = access.refresh.and_then(|refresh| self.refresh.get_mut(&refresh)) {
                    held.alive.retain(|alive| alive != token);
                }
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn accounts() -> Accounts {
        let mut accounts = Accounts::new(1);
        accounts.add_client(Client {
            id: "1000.A".to_owned(),
            secret: "s".to_owned(),
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            loopback: false,
        });
        accounts
    }

    fn consent(redirect: &str, prompted: bool) -> Consent<'_> {
        let scopes = Scopes::parse("ZohoCRM.org.READ");
        Consent { client: "1000.A", user: 7, scopes, redirect, offline: true, prompted }
    }

    #[test]
    fn codes_work_once_and_only_where_they_belong() {
        let mut accounts = accounts();
        let code = accounts.grant(consent("https://app.example/cb", true), 0);
        let word = |result: Result<Issued, Denied>| result.err().unwrap();
        assert_eq!(word(accounts.exchange("1000.B", "s", &code, None, 1)), Denied::Word("invalid_client"));
        assert_eq!(word(accounts.exchange("1000.A", "x", &code, None, 1)), Denied::Word("invalid_client_secret"));
        assert_eq!(word(accounts.exchange("1000.A", "s", &code, None, 1)), Denied::Word("invalid_redirect_uri"));
        let issued =
            accounts.exchange("1000.A", "s", &code, Some("https://app.example/cb"), 1).unwrap_or_else(|_| panic!());
        assert!(issued.refresh.is_some());
        assert_eq!(accounts.verify(&issued.access, 3600).unwrap().0, 7);
        assert!(accounts.verify(&issued.access, 3601).is_none());
        assert_eq!(
            word(accounts.exchange("1000.A", "s", &code, Some("https://app.example/cb"), 1)),
            Denied::Word("invalid_code")
        );
    }

    #[test]
    fn a_second_consent_without_prompt_gives_no_refresh_token() {
        let mut accounts = accounts();
        accounts.add_refresh_token("r", "1000.A", 7, "ZohoCRM.org.READ");
        let code = accounts.grant(consent("u", false), 0);
        assert!(accounts.exchange("1000.A", "s", &code, Some("u"), 1).unwrap_or_else(|_| panic!()).refresh.is_none());
        let code = accounts.grant(consent("u", true), 0);
        assert!(accounts.exchange("1000.A", "s", &code, Some("u"), 1).unwrap_or_else(|_| panic!()).refresh.is_some());
    }

    #[test]
    fn ten_requests_in_ten_minutes_and_ten_tokens_alive() {
        let mut accounts = accounts();
        accounts.add_refresh_token("r", "1000.A", 7, "ZohoCRM.org.READ");
        let mut tokens = Vec::new();
        for second in 0..10 {
            tokens.push(accounts.renew("1000.A", "s", "r", second).unwrap_or_else(|_| panic!()).access);
        }
        assert_eq!(accounts.renew("1000.A", "s", "r", 20).err(), Some(Denied::Throttled));
        assert!(accounts.verify(&tokens[0], 20).is_some());
        tokens.push(accounts.renew("1000.A", "s", "r", 600).unwrap_or_else(|_| panic!()).access);
        assert!(accounts.verify(&tokens[0], 601).is_none(), "the eleventh kills the oldest");
        assert!(accounts.verify(&tokens[1], 601).is_some());
        assert!(accounts.revoke("r") && accounts.verify(&tokens[10], 601).is_none());
        assert!(!accounts.revoke("r"));
    }

    #[test]
    fn the_twenty_first_refresh_token_deletes_the_first() {
        let mut accounts = accounts();
        for n in 0..21 {
            accounts.add_refresh_token(&format!("r{n}"), "1000.A", 7, "ZohoCRM.org.READ");
        }
        assert_eq!(accounts.refresh_tokens(), 20);
        assert_eq!(accounts.renew("1000.A", "s", "r0", 0).err(), Some(Denied::Word("invalid_code")));
        assert!(accounts.renew("1000.A", "s", "r1", 0).is_ok());
        assert!(!format!("{accounts:?}").contains("r1"));
    }
}
