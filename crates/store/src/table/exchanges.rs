//! Requests and answers, with compressed bodies apart.
//!
//! Owns the rows. They come redacted; nothing here looks into them.

use std::time::Duration;

use sync::Instant;

use crate::db::{Arg, Tx, nothing, statements};
use crate::error::Result;

statements! {
    PUT = "insert into exchanges (settlement, position, system, method, target, status, failure, started, took, attempt, bodies, digest) \
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
          "insert into exchanges (settlement, position, system, method, target, status, failure, started, took, attempt, bodies, digest) \
           select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], \
           $8::bigint[], $9::bigint[], $10::bigint[], $11::bytea[], $12::bytea[])";
    PUT_BODIES = "insert into bodies (settlement, position, request, response) values ($1, $2, $3, $4)",
                 "insert into bodies (settlement, position, request, response) \
                  select * from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[])";
}

/// A request and its answer, redacted, as kept for the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptExchange {
    /// Which system.
    pub system: String,
    /// `GET`, `POST` …
    pub method: String,
    /// Path and query.
    pub target: String,
    /// HTTP status; `None` when no answer came.
    pub status: Option<u16>,
    /// What went wrong on the way; empty when nothing did.
    pub failure: String,
    /// When it was sent.
    pub started: Instant,
    /// How long it took.
    pub took: Duration,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Request body, where it is kept.
    pub request_body: Option<Vec<u8>>,
    /// Answer body, where it is kept.
    pub response_body: Option<Vec<u8>>,
}

/// An exchange whose bodies are compressed and digested.
pub(crate) struct Packed<'a> {
    pub(crate) exchange: &'a KeptExchange,
    pub(crate) request: Option<Vec<u8>>,
    pub(crate) response: Option<Vec<u8>>,
    /// Digest of both bodies; `None` when there is none.
    pub(crate) bodies: Option<[u8; 16]>,
}

pub(crate) async fn put(tx: &mut Tx, settlement: i64, packed: &[Packed<'_>], digests: &[[u8; 16]]) -> Result<()> {
    let rows: Vec<[Arg<'_>; 12]> = packed
        .iter()
        .zip(digests)
        .enumerate()
        .map(|(position, (packed, digest))| {
            let exchange = packed.exchange;
            [
                settlement.into(),
                (position as i64).into(),
                exchange.system.as_str().into(),
                exchange.method.as_str().into(),
                exchange.target.as_str().into(),
                exchange.status.map(i64::from).into(),
                Some(exchange.failure.as_str()).filter(|failure| !failure.is_empty()).into(),
                exchange.started.micros().into(),
                micros(exchange.took).into(),
                i64::from(exchange.attempt).into(),
                packed.bodies.as_ref().map(<[u8; 16]>::as_slice).into(),
                digest.as_slice().into(),
            ]
        })
        .collect();
    tx.many(&PUT, &rows, nothing).await?;
    let bodies: Vec<[Arg<'_>; 4]> = packed
        .iter()
        .enumerate()
        .filter(|(_, packed)| packed.bodies.is_some())
        .map(|(position, packed)| {
            [
                settlement.into(),
                (position as i64).into(),
                packed.request.as_deref().into(),
                packed.response.as_deref().into(),
            ]
        })
        .collect();
    tx.many(&PUT_BODIES, &bodies, nothing).await?;
    Ok(())
}

/// Whole microseconds.
pub(crate) fn micros(took: Duration) -> i64 {
    i64::try_from(took.as_micros()).unwrap_or(i64::MAX)
}
