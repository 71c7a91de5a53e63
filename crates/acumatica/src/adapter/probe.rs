//! Before the first record: signed in, right version, right to read, form fields.
//!
//! Owns the order of those questions and the sentence for each refusal. Must change nothing and keep no record.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use port::{Exchange, Fault, Kind, SourceProfile};
use sync::Entity;

use super::Acumatica;
use super::projection::{form, wanted_custom};
use crate::client::{Offer, Verdict, fault, not_offered, offered_fields};

impl Acumatica {
    pub(super) async fn look(&self, tape: &mut Vec<Exchange>) -> Result<SourceProfile, Fault> {
        let offer = self.offer(tape).await?;
        let checks = join_all(Entity::ALL.map(|entity| async move {
            let mut tape = Vec::new();
            let result = self.check(entity, &mut tape).await;
            (entity, result, tape)
        }));
        let mut custom_fields = BTreeMap::new();
        let mut first_fault = None;
        for (entity, result, exchanges) in checks.await {
            tape.extend(exchanges);
            match result {
                Ok(fields) if fields.is_empty() => {}
                Ok(fields) => {
                    custom_fields.insert(entity.name().to_owned(), fields);
                }
                Err(fault) => first_fault = first_fault.or(Some(fault)),
            }
        }
        match first_fault {
            Some(fault) => Err(fault),
            None => Ok(SourceProfile { build: offer.build, endpoints: offer.endpoints, custom_fields }),
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

    /// The right to read an entity, and which of the wanted form fields it offers.
    async fn check(&self, entity: Entity, tape: &mut Vec<Exchange>) -> Result<Vec<String>, Fault> {
        let proof = self.projection(entity).proof(&self.session.instance);
        match self.session.read(&proof, self.asked(form(entity)), tape).await?.0 {
            Verdict::Body(_) => {}
            Verdict::CannotOptimize(why) => {
                return Err(fault(
                    Kind::Unsupported,
                    format!("Acumatica cannot list {}. It says: \"{why}\"", form(entity)),
                    "A customisation put code behind its key; use a Default endpoint.",
                ));
            }
            Verdict::Missing | Verdict::TokenRefused | Verdict::Passing(_) | Verdict::Fault(_) => {
                return Err(self.not_offered(entity.name(), tape).await);
            }
        }
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
