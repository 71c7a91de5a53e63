//! Actions, `POST /{Entity}/{Action}`: converting a prospect, and the refusal of everything else.
//!
//! Owns which actions exist, who may, and what a form answers. Changes the books through their own edits, nothing else.

use http::StatusCode;
use serde_json::{Map, Value};

use super::body::{Sent, object, sent};
use super::errors::Errors;
use super::no_rights;
use crate::acumatica::entity::Entity;
use crate::acumatica::failure::Failure;
use crate::acumatica::model::{Books, EditError, fold};
use crate::rng::Stream;
use jiff::Timestamp;

/// An action that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done;

/// Actions of the forms that change documents or items: the user may not.
const FORBIDDEN: [(&str, &str); 12] = [
    ("Invoice", "ReleaseInvoice"),
    ("SalesInvoice", "ReleaseSalesInvoice"),
    ("CashSale", "ReleaseCashSale"),
    ("Payment", "ReleasePayment"),
    ("Payment", "VoidPayment"),
    ("Payment", "CaptureCreditCardPayment"),
    ("Payment", "VoidCardPayment"),
    ("Payment", "CardOperation"),
    ("StockItem", "UpdateStandardCostStockItem"),
    ("NonStockItem", "UpdateStandardCostNonStockItem"),
    ("BusinessAccount", "ChangeBusinessAccountID"),
    ("BusinessAccount", "CreateContactFromBusinessAccount"),
];

/// Carries out an action.
///
/// # Errors
/// 404 for an action that the entity does not have, 403 without rights, 422 and 500 as the form answers.
pub fn act(
    entity: &Entity,
    name: &str,
    bytes: &[u8],
    books: &mut Books,
    stream: &mut Stream,
    now: Timestamp,
) -> Result<Done, Failure> {
    if FORBIDDEN.contains(&(entity.name, name)) {
        return Err(no_rights());
    }
    if (entity.name, name) != ("BusinessAccount", "ConvertBusinessAccountToCustomer") {
        return Err(Failure::not_found(format!("Action {name} not found")));
    }
    let body = object(bytes)?;
    let Some(target) = body.get("entity").and_then(Value::as_object) else {
        return Err(Failure::Model("entity", "The entity of the action is missing.".to_owned()));
    };
    foreign(target, stream)?;
    let id = target.get("id").and_then(Value::as_str).and_then(|i| i.parse::<uuid::Uuid>().ok());
    let key = match (id, sent(target, "BusinessAccountID").and_then(Sent::text)) {
        (Some(id), _) => {
            let prospect = books.prospects.values().find(|p| p.meta.id == id).map(|p| p.key.clone());
            prospect.or_else(|| books.customer_by_id(id).map(|c| c.key.clone()))
        }
        (None, key) => key,
    };
    let missing = || {
        Failure::Exception(
            "PX.Api.ContractBased.NoEntitySatisfiesTheConditionException",
            "No entity satisfies the condition.".to_owned(),
        )
    };
    let key = key.ok_or_else(missing)?;
    match books.convert_prospect(&fold(&key), now) {
        Ok(()) => Ok(Done),
        Err(EditError::NotFound) => Err(missing()),
        Err(_) => Err(Failure::erp("The ConvertBusinessAccountToCustomer action is disabled.")),
    }
}

/// The action's form takes no other fields than the key.
fn foreign(target: &Map<String, Value>, stream: &mut Stream) -> Result<(), Failure> {
    let mut errors = Errors::default();
    for name in target.keys().filter(|n| !matches!(n.as_str(), "BusinessAccountID" | "id" | "custom")) {
        errors.add(name, "The field is not available in the action.");
    }
    if errors.is_empty() {
        return Ok(());
    }
    match errors.into_failure(target, "BusinessAccount", "Updating", stream.guid()) {
        Failure::Ready(_, kind, text) => Err(Failure::Ready(StatusCode::UNPROCESSABLE_ENTITY, kind, text)),
        other => Err(other),
    }
}
