//! Payments by stamp: whom they touched.
//!
//! Owns one short list. A list does not tell what a payment paid, and its calculated fields break lists, so only its key and customer
//! are asked for. It is a hint: more payments than one answer holds are said so and not paged through.

use std::collections::BTreeSet;

use port::{Exchange, Fault, Kind as FaultKind, Paid};
use sync::Instant;

use super::{Acumatica, server_time};
use crate::client::filter::Filter;
use crate::client::instance::ListQuery;
use crate::client::json::{self, Kind, Shape};
use crate::client::{Verdict, fault};

/// Most payments of one answer.
const MOST: usize = 1000;

const STAMP: &str = "LastModifiedDateTime";

impl Acumatica {
    pub(super) async fn read_paid(&self, from: Instant, tape: &mut Vec<Exchange>) -> Result<Paid, Fault> {
        let query = ListQuery {
            select: "Type,ReferenceNbr,CustomerID",
            filter: Filter::since(STAMP, from).to_string(),
            top: Some(MOST),
            ..ListQuery::default()
        };
        let url = self.session.instance.list("Payment", &query);
        match self.session.read(&url, self.asked("Payment"), tape).await? {
            (Verdict::Body(body), response) => {
                let rows = json::rows(&body, &Shape::new(&[("CustomerID", Kind::Text)])).map_err(|error| {
                    fault(
                        FaultKind::Protocol,
                        format!("The answer for Payment is {error}."),
                        "A proxy in between may change answers.",
                    )
                })?;
                let customers: BTreeSet<String> = rows
                    .iter()
                    .filter_map(|row| row.fields.text("CustomerID"))
                    .map(|customer| customer.trim().to_owned())
                    .filter(|customer| !customer.is_empty())
                    .collect();
                Ok(Paid { customers, whole: rows.len() < MOST, server_time: server_time(&response, tape) })
            }
            (Verdict::CannotOptimize(why), _) => Err(fault(
                FaultKind::Unsupported,
                format!("Acumatica cannot list payments. It says: \"{why}\""),
                "Set payments = \"off\" under [flows.invoices]; open documents are then looked at by balance_age alone.",
            )),
            (_, _) => Err(self.not_offered("Payment", tape).await),
        }
    }
}
