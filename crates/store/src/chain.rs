//! What the trail's digests and chain links are made of.
//!
//! Owns the framing, so that writing and verifying agree. Must not read or write rows. A digest binds a row to its connection, its
//! settlement's number and its position; a link binds a settlement to the one before. Both are keyed: who can change the database but
//! does not know the key cannot make them.

use sync::Instant;
use sync::settle::What;

use crate::code;
use crate::table::chains::Link;
use crate::vault::Digests;

/// A short digest of a row.
pub(crate) type RowDigest = [u8; 16];

/// Where a row stands in a chain.
#[derive(Clone, Copy)]
pub(crate) struct Position {
    pub(crate) connection: i64,
    pub(crate) number: i64,
    pub(crate) position: usize,
}

/// What a row of the trail says.
pub(crate) struct Said<'a> {
    pub(crate) flow: i64,
    pub(crate) erp_key: &'a str,
    pub(crate) what: What,
    pub(crate) target_id: Option<&'a str>,
    pub(crate) problem: [Option<&'a str>; 3],
    pub(crate) note: &'a str,
    pub(crate) exchange: Option<i64>,
    /// What the write changed, packed.
    pub(crate) changes: Option<&'a [u8]>,
}

impl Said<'_> {
    /// True when nothing is left that could hold a person's values.
    pub(crate) fn is_bare(&self) -> bool {
        let [_, message, field] = self.problem;
        message.is_none() && field.is_none() && self.note.is_empty() && self.changes.is_none()
    }
}

/// What a row of an exchange says.
pub(crate) struct Exchanged<'a> {
    pub(crate) system: &'a str,
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) status: Option<i64>,
    pub(crate) failure: &'a str,
    pub(crate) started: i64,
    pub(crate) took: i64,
    pub(crate) attempt: i64,
    pub(crate) bodies: Option<&'a [u8]>,
}

struct Framed(blake3::Hasher);

impl Framed {
    fn int(&mut self, value: i64) -> &mut Self {
        self.0.update(&value.to_le_bytes());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    fn opt(&mut self, bytes: Option<&[u8]>) -> &mut Self {
        self.0.update(&[u8::from(bytes.is_some())]);
        self.bytes(bytes.unwrap_or_default())
    }

    fn opt_int(&mut self, value: Option<i64>) -> &mut Self {
        self.0.update(&[u8::from(value.is_some())]);
        self.int(value.unwrap_or_default())
    }

    fn at(&mut self, kind: u8, at: Position) -> &mut Self {
        self.0.update(&[kind]);
        self.int(at.connection).int(at.number).int(at.position as i64)
    }

    fn short(&self) -> RowDigest {
        let mut short = [0; 16];
        self.0.finalize_xof().fill(&mut short);
        short
    }
}

/// Digest of a row of the trail.
pub(crate) fn transition(digests: &Digests, at: Position, said: &Said<'_>) -> RowDigest {
    let mut framed = Framed(digests.trail());
    framed.at(b't', at).int(said.flow).bytes(said.erp_key.as_bytes()).int(code::of_what(said.what));
    framed.opt(said.target_id.map(str::as_bytes));
    for part in said.problem {
        framed.opt(part.map(str::as_bytes));
    }
    framed.bytes(said.note.as_bytes()).opt_int(said.exchange);
    if let Some(changes) = said.changes {
        framed.bytes(changes);
    }
    framed.short()
}

/// Seal of a row of the trail whose values were erased: binds what is left of it, and the digest of what it said, to its place.
pub(crate) fn erased(digests: &Digests, at: Position, digest: &[u8], left: &Said<'_>) -> RowDigest {
    let mut framed = Framed(digests.trail());
    framed.at(b'x', at).bytes(digest).int(left.flow).bytes(left.erp_key.as_bytes()).int(code::of_what(left.what));
    framed.opt(left.target_id.map(str::as_bytes)).opt(left.problem[0].map(str::as_bytes)).opt_int(left.exchange);
    framed.short()
}

/// Seal of a settlement whose rows went after their time: binds its link to the one before it.
pub(crate) fn pruned(digests: &Digests, before: &[u8], kept: &Pruned<'_>) -> RowDigest {
    let mut framed = Framed(digests.trail());
    framed.0.update(b"p");
    framed.bytes(before).int(kept.connection).int(kept.number).int(kept.at).int(kept.transitions).int(kept.exchanges);
    framed.bytes(kept.link);
    framed.short()
}

/// What is left of a settlement whose rows went.
pub(crate) struct Pruned<'a> {
    pub(crate) connection: i64,
    pub(crate) number: i64,
    pub(crate) at: i64,
    pub(crate) transitions: i64,
    pub(crate) exchanges: i64,
    pub(crate) link: &'a [u8],
}

/// Seal of agreed values: binds them to their record.
pub(crate) fn agreed(digests: &Digests, record: i64, packed: &[u8]) -> RowDigest {
    let mut framed = Framed(digests.trail());
    framed.0.update(b"a");
    framed.int(record).bytes(packed);
    framed.short()
}

/// Digest of an exchange.
pub(crate) fn exchange(digests: &Digests, at: Position, said: &Exchanged<'_>) -> RowDigest {
    let mut framed = Framed(digests.trail());
    framed.at(b'e', at).bytes(said.system.as_bytes()).bytes(said.method.as_bytes()).bytes(said.target.as_bytes());
    framed.opt_int(said.status).bytes(said.failure.as_bytes()).int(said.started).int(said.took).int(said.attempt);
    framed.opt(said.bodies);
    framed.short()
}

/// Digest of compressed bodies; `None` when there is none.
pub(crate) fn bodies(digests: &Digests, request: Option<&[u8]>, response: Option<&[u8]>) -> Option<RowDigest> {
    if request.is_none() && response.is_none() {
        return None;
    }
    let mut framed = Framed(digests.trail());
    framed.0.update(b"b");
    framed.opt(request).opt(response);
    Some(framed.short())
}

/// The link of a settlement.
pub(crate) struct Settled<'a> {
    pub(crate) connection: i64,
    pub(crate) number: i64,
    pub(crate) run: Option<&'a str>,
    pub(crate) at: Instant,
    pub(crate) transitions: &'a [RowDigest],
    pub(crate) exchanges: &'a [RowDigest],
}

/// The link that follows `before`.
pub(crate) fn link(digests: &Digests, before: &Link, settled: &Settled<'_>) -> Link {
    let mut framed = Framed(digests.trail());
    framed.0.update(b"l");
    framed.0.update(before);
    framed.int(settled.connection).int(settled.number).opt(settled.run.map(str::as_bytes)).int(settled.at.micros());
    for list in [settled.transitions, settled.exchanges] {
        framed.int(list.len() as i64);
        for digest in list {
            framed.0.update(digest);
        }
    }
    *framed.0.finalize().as_bytes()
}
