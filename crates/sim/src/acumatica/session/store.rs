//! Open sessions and their seats.
//!
//! Owns who holds which seat, for how long, and the operations that run in a session. Instants are passed in; answers
//! are worded by `service`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::acumatica::identity::GrantId;

/// Who holds a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A grant: one session, whatever the cookies.
    Grant(GrantId),
    /// A session cookie, with the grant of its token if there is one.
    Cookie(String),
}

/// A long operation of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its number in the status address.
    pub id: Uuid,
    /// When it ends.
    pub until: Timestamp,
}

#[derive(Debug)]
struct Session {
    gate: Arc<Mutex<()>>,
    last: Timestamp,
    /// Last instant of the session, for tokens without refresh.
    ends: Option<Timestamp>,
    operation: Option<Operation>,
}

/// Every seat is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// A session that was entered.
#[derive(Debug, Clone)]
pub struct Entered {
    /// Held while a request is worked on.
    pub gate: Arc<Mutex<()>>,
    /// Whether it was opened by this request.
    pub opened: bool,
}

/// The open sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    open: BTreeMap<Holder, Session>,
}

impl Sessions {
    /// Enters a holder's session and opens one where none is open.
    ///
    /// # Errors
    /// [`Full`] when it would need a seat and none is free.
    pub fn enter(
        &mut self,
        holder: &Holder,
        ends: Option<Timestamp>,
        seats: Option<usize>,
        idle: Duration,
        now: Timestamp,
    ) -> Result<Entered, Full> {
        self.prune(idle, now);
        if let Some(session) = self.open.get_mut(holder) {
            session.last = now;
            session.ends = ends;
            return Ok(Entered { gate: session.gate.clone(), opened: false });
        }
        if seats.is_some_and(|limit| self.open.len() >= limit) {
            return Err(Full);
        }
        let gate = Arc::new(Mutex::new(()));
        self.open.insert(holder.clone(), Session { gate: gate.clone(), last: now, ends, operation: None });
        Ok(Entered { gate, opened: true })
    }

    /// Whether a holder's session is open.
    #[must_use]
    pub fn is_open(&self, holder: &Holder) -> bool {
        self.open.contains_key(holder)
    }

    /// Closes a session; its seat is free at once.
    pub fn close(&mut self, holder: &Holder) {
        self.open.remove(holder);
    }

    /// Closes every session, as a recycled application pool does.
    pub fn close_all(&mut self) {
        self.open.clear();
    }

    /// How many seats are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.open.len()
    }

    /// Starts a long operation in a session.
    pub fn start(&mut self, holder: &Holder, operation: Operation) {
        if let Some(session) = self.open.get_mut(holder) {
            session.operation = Some(operation);
        }
    }

    /// The long operation of a session.
    #[must_use]
    pub fn operation(&self, holder: &Holder) -> Option<&Operation> {
        self.open.get(holder).and_then(|s| s.operation.as_ref())
    }

    fn prune(&mut self, idle: Duration, now: Timestamp) {
        let idle = SignedDuration::try_from(idle).unwrap_or(SignedDuration::MAX);
        self.open.retain(|_, s| {
            let in_use = Arc::strong_count(&s.gate) > 1;
            in_use || (now.duration_since(s.last) < idle && s.ends.is_none_or(|end| end > now))
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    const IDLE: Duration = Duration::from_secs(1200);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn seats_are_limited_and_freed_by_closing_idling_and_expiry() {
        let mut sessions = Sessions::default();
        let grant = |n| Holder::Grant(n);
        let enter = |s: &mut Sessions, n, ends, t| s.enter(&grant(n), ends, Some(2), IDLE, at(t)).map(|e| e.opened);
        assert_eq!(enter(&mut sessions, 1, None, 0), Ok(true));
        assert_eq!(enter(&mut sessions, 1, None, 1), Ok(false));
        assert_eq!(enter(&mut sessions, 2, Some(at(100)), 1), Ok(true));
        assert_eq!(enter(&mut sessions, 3, None, 2), Err(Full));
        sessions.close(&grant(1));
        assert_eq!(enter(&mut sessions, 3, None, 3), Ok(true));
        assert_eq!(enter(&mut sessions, 4, None, 99), Err(Full));
        assert_eq!(enter(&mut sessions, 4, None, 101), Ok(true));
        assert_eq!(enter(&mut sessions, 5, None, 1202), Err(Full));
        assert_eq!(enter(&mut sessions, 5, None, 1203), Ok(true));
        assert_eq!(sessions.taken(), 2);
    }

    #[test]
    fn a_session_in_use_is_not_ended() {
        let mut sessions = Sessions::default();
        let held = sessions.enter(&Holder::Grant(1), None, Some(1), IDLE, at(0)).unwrap();
        assert!(sessions.enter(&Holder::Grant(2), None, Some(1), IDLE, at(5000)).is_err());
        drop(held);
        assert!(sessions.enter(&Holder::Grant(2), None, Some(1), IDLE, at(5000)).is_ok());
    }
}
