//! Before the first record: signed in, right version, right to read, form fields, how lists can be made.
//!
//! Owns the order of those questions and the sentence for each refusal. Must change nothing and keep no record.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use port::{Exchange, Fault, Kind, SourceProfile};
use sync::Entity;

use super::Acumatica;
use super::page::{cannot_list, decode};
use super::projection::{Projection, form, other_stamp, wanted_custom};
use super::way::Way;
use crate::client::{Offer, Verdict, fault, not_offered, offered_fields};

/// What was found out of one entity.
struct Found {
    fields: Vec<String>,
    way: Way,
    /// Where it has another name than expected.
    stamp: Option<&'static str>,
}

impl Acumatica {
    pub(super) async fn look(&self, tape: &mut Vec<Exchange>) -> Result<SourceProfile, Fault> {
        let offer = self.offer(tape).await?;
        let checks = join_all(Entity::ALL.map(|entity| async move {
            let mut tape = Vec::new();
            let result = self.check(entity, &mut tape).await;
            (entity, result, tape)
        }));
        let (mut custom_fields, mut ways, mut stamps) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut first_fault = None;
        for (entity, result, exchanges) in checks.await {
            tape.extend(exchanges);
            match result {
                Ok(found) => {
                    let name = entity.name().to_owned();
                    if found.way != Way::Whole {
                        ways.insert(name.clone(), found.way.name().to_owned());
                    }
                    if let Some(stamp) = found.stamp {
                        stamps.insert(name.clone(), stamp.to_owned());
                    }
                    if !found.fields.is_empty() {
                        custom_fields.insert(name, found.fields);
                    }
                }
                Err(fault) => first_fault = first_fault.or(Some(fault)),
            }
        }
        match first_fault {
            Some(fault) => Err(fault),
            None => Ok(SourceProfile { build: offer.build, endpoints: offer.endpoints, custom_fields, ways, stamps }),
        }
    }

    /// The endpoints, among which ours must be. An instance that does not tell is asked by reading.
    async fn offer(&self, tape: &mut Vec<Exchange>) -> Result<Offer, Fault> {
        let url = self.session.instance.endpoints();
        let answer = self.session.read(&url, self.asked("the list of endpoints"), tape).await?;
        let Verdict::Body(body) = answer.0 else {
            return Ok(Offer::default());
        };
        let Some(offer) = Offer::read(&body) else {
            return Ok(Offer::default());
        };
        let ours = self.session.instance.endpoint();
        if offer.endpoints.is_empty() || offer.endpoints.iter().any(|listed| listed.eq_ignore_ascii_case(ours)) {
            Ok(offer)
        } else {
            Err(not_offered(self.asked("entities"), &offer.endpoints))
        }
    }

    /// The right to read an entity, which of the wanted form fields it offers, how it can be listed and what its stamp is called.
    async fn check(&self, entity: Entity, tape: &mut Vec<Exchange>) -> Result<Found, Fault> {
        let fields = self.form_fields(entity, tape).await?;
        let mut found = Found { fields, way: Way::Whole, stamp: None };
        loop {
            let fields = if found.way == Way::Plain { &[] } else { found.fields.as_slice() };
            let mut projection = Projection::new(entity, self.version, fields).stamped(found.stamp);
            let custom = projection.has_custom;
            if found.way > Way::Plain {
                projection = projection.keys_only();
            }
            let proof = projection.proof(&self.session.instance);
            let (verdict, response) = self.session.read(&proof, self.asked(form(entity)), tape).await?;
            match verdict {
                Verdict::Body(_) => {
                    let rows = decode(&projection, &response, 1, tape)?;
                    let stampless = rows.keyed.first().is_some_and(|(_, row)| row.stamp.is_none());
                    match (stampless, found.stamp) {
                        (false, _) => return Ok(found),
                        (true, None) => found.stamp = other_stamp(projection.stamp),
                        (true, Some(_)) => return Err(no_stamp(entity)),
                    }
                }
                // Lists by key cannot be told from others by one record: they are tried when records are read.
                Verdict::CannotOptimize(why) => match found.way.next(custom) {
                    Some(way) if found.way <= Way::Plain => found.way = way,
                    Some(_) | None => return Err(cannot_list(entity, &why)),
                },
                Verdict::Missing | Verdict::TokenRefused | Verdict::Passing(_) | Verdict::Fault(_) => {
                    return Err(self.not_offered(entity.name(), tape).await);
                }
            }
        }
    }

    /// Which of the wanted form fields an entity offers.
    async fn form_fields(&self, entity: Entity, tape: &mut Vec<Exchange>) -> Result<Vec<String>, Fault> {
        let wanted: Vec<&str> = wanted_custom(entity).iter().map(|(field, _)| *field).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let url = self.session.instance.ad_hoc_schema(entity.name());
        match self.session.read(&url, self.asked("form fields"), tape).await {
            Ok((Verdict::Body(body), _)) => Ok(offered_fields(&body, &wanted)),
            // Some builds do not have it; then no form field is asked for.
            Ok(_) => Ok(Vec::new()),
            Err(refusal) => match refusal.kind {
                Kind::Forbidden | Kind::Rejected | Kind::Unsupported | Kind::Protocol => Ok(Vec::new()),
                Kind::Unreachable
                | Kind::Unavailable
                | Kind::Throttled
                | Kind::OutcomeUnknown
                | Kind::Credentials
                | Kind::WrongSystem
                | Kind::Tls
                | Kind::AddressRefused => Err(refusal),
            },
        }
    }
}

fn no_stamp(entity: Entity) -> Fault {
    fault(
        Kind::Unsupported,
        format!(
            "The endpoint tells no change stamp of {}, neither LastModifiedDateTime nor LastModified.",
            form(entity)
        ),
        "Use a Default endpoint, or extend the custom one by LastModifiedDateTime on Web Service Endpoints (SM207060).",
    )
}
