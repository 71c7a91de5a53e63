//! Doubtful points of the fact sheet, each with both behaviours. The defaults are the behaviour that the better
//! source describes; what is uncertain says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::StampRule;

/// One switch per doubtful point. Unknown names are refused when read from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Answer to a key or id that does not exist. Seen both ways on live sites.
    pub missing_record: MissingRecord,
    /// Body of the 404 for an endpoint version that does not exist. Unknown; seen as page and as JSON elsewhere.
    pub wrong_version_body: BodyKind,
    /// Whether `GET /entity` answers without a token. Hosted sites refuse it.
    pub entity_root_open: bool,
    /// What an order clause does. It is not part of the contract.
    pub orderby: OrderBy,
    /// Order of a list. Recordings suggest the key; no document says so.
    pub list_order: ListOrder,
    /// Whether document types sort by their stored code (`CRM`, `INV`) or by their label.
    pub type_order: TypeOrder,
    /// Greatest number of rows that one list answers, whatever `$top` says; none known.
    pub max_top: Option<usize>,
    /// Greatest size of an answer in bytes; beyond it the server gives up with 500. No limit is published.
    pub max_answer_bytes: Option<usize>,
    /// Fields behind which a customisation has put code, by entity: `Details` or `BillingContact` as in `$expand`, `Document.CuryID` as in
    /// `$custom`. Lists that ask for them fail, reads of one record do not.
    pub view_code: BTreeMap<String, Vec<String>>,
    /// Whether lists whose condition names nothing but keys get past such code. Not documented.
    pub key_lists_pass_code: bool,
    /// Entities whose lists under a condition on the change stamp are empty: no error, and no rows. Seen on some entities of live sites.
    pub blind_stamps: Vec<String>,
    /// Whether an expanded entity that `$select` does not name is left out.
    pub expand_needs_select: bool,
    /// Whether payments that are posted move the stamp of the documents that they settle.
    pub payment_moves_stamp: bool,
    /// Whether edits of a customer's contacts and addresses move the customer's stamp.
    pub contact_edit_moves_stamp: bool,
    /// Whether `$custom` offers the released flag of a document. It is stored, but no visible element.
    pub custom_released: bool,
    /// Whether `$custom` offers the instalment columns of a document.
    pub custom_installments: bool,
    /// How an empty custom field is written.
    pub custom_null: CustomNull,
    /// Whether lists of the entity Invoice also yield cash sales and returns.
    pub invoice_lists_cash_sales: bool,
    /// Whether lists of the entity Payment also yield credit memos, as the form does.
    pub payment_lists_credit_memos: bool,
    /// What a list does when `$select` names a payment field that is counted on the form.
    pub payment_computed_in_lists: Computed,
    /// What a list does when the customer's credit rules (a counted view) are expanded.
    pub customer_credit_in_lists: Computed,
    /// What a list does when a customer's attributes are expanded.
    pub customer_attributes_in_lists: Computed,
    /// Whether `cf.Boolean`, `cf.Int` and `cf.Guid` exist; only String, Decimal and DateTime were seen.
    pub cf_all_types: bool,
    /// Answer of the conversion of a prospect: done at once, or a long operation to poll.
    pub convert_answer: ActionAnswer,
    /// Zone of the server, by its IANA name; instants are shown with its offset. Hosted sites show UTC, others their own.
    pub server_zone: String,
    /// Zone of instants in `$filter` that name none.
    pub naive_literals: NaiveZone,
    /// Whether day fields of version 25.200.001 are written without a time.
    pub date_only_values: bool,
    /// Whether the identity server knows PKCE.
    pub pkce: bool,
    /// Whether the identity server has a revocation address.
    pub revocation: bool,
    /// Whether the 400 for a dead refresh token can be read as `invalid_grant`. Live ones could not always.
    pub dead_refresh_readable: bool,
    /// What a `PUT` does whose `$filter` matches several rows.
    pub put_filter_many: PutMany,
    /// What a `PUT` echoes: all fields of the record (recorded) or those that were sent (documented).
    pub put_echo: PutEcho,
    /// Status of a request that finds no free seat.
    pub login_limit_status: LoginLimit,
    /// When a session takes its seat: with the token, or with the first request.
    pub seat_taken_at: SeatTaken,
    /// Whether 429 carries `Retry-After`, in seconds. Never documented.
    pub retry_after_seconds: Option<u32>,
    /// Whether the company uses subitems (more fields in items and lines).
    pub feature_subitems: bool,
    /// Whether the company uses several branches (more fields in customers).
    pub feature_branches: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            missing_record: MissingRecord::Error500,
            wrong_version_body: BodyKind::Json,
            entity_root_open: false,
            orderby: OrderBy::Ignored,
            list_order: ListOrder::Key,
            type_order: TypeOrder::Code,
            max_top: None,
            max_answer_bytes: None,
            view_code: BTreeMap::new(),
            key_lists_pass_code: false,
            blind_stamps: Vec::new(),
            expand_needs_select: true,
            payment_moves_stamp: true,
            contact_edit_moves_stamp: false,
            custom_released: false,
            custom_installments: true,
            custom_null: CustomNull::Explicit,
            invoice_lists_cash_sales: false,
            payment_lists_credit_memos: true,
            payment_computed_in_lists: Computed::Fails,
            customer_credit_in_lists: Computed::Fails,
            customer_attributes_in_lists: Computed::Empty,
            cf_all_types: true,
            convert_answer: ActionAnswer::NoContent,
            server_zone: "UTC".to_owned(),
            naive_literals: NaiveZone::Server,
            date_only_values: false,
            pkce: true,
            revocation: true,
            dead_refresh_readable: true,
            put_filter_many: PutMany::Fails,
            put_echo: PutEcho::All,
            login_limit_status: LoginLimit::Status429,
            seat_taken_at: SeatTaken::FirstRequest,
            retry_after_seconds: None,
            feature_subitems: false,
            feature_branches: false,
        }
    }
}

impl Switches {
    /// Whether a posted payment moves its document's stamp.
    #[must_use]
    pub fn payment_stamp(&self) -> StampRule {
        if self.payment_moves_stamp { StampRule::Moves } else { StampRule::Stays }
    }

    /// Whether an edit of contacts and addresses moves the customer's stamp.
    #[must_use]
    pub fn contact_stamp(&self) -> StampRule {
        if self.contact_edit_moves_stamp { StampRule::Moves } else { StampRule::Stays }
    }
}

/// Answer to a missing record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingRecord {
    /// 500 with the exception that no entity satisfies the condition.
    Error500,
    /// 404.
    NotFound404,
}

/// Kind of an error's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// `{"message":…}`
    Json,
    /// A page.
    Html,
}

/// What `$orderby` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderBy {
    /// Nothing.
    Ignored,
    /// It sorts.
    Honoured,
    /// 500.
    Fails,
}

/// Order of lists without an order clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListOrder {
    /// By key.
    Key,
    /// By creation.
    Created,
}

/// Order of document types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TypeOrder {
    /// By the stored code.
    Code,
    /// By the label.
    Label,
}

/// How empty custom fields are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomNull {
    /// `{"type":…,"value":null}`, as in the schema of custom fields.
    Explicit,
    /// `{"type":…}`
    Absent,
}

/// What happens to values that a list cannot fetch in one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Computed {
    /// 500, optimisation cannot be performed.
    Fails,
    /// They are empty.
    Empty,
    /// They are there.
    Given,
}

/// How an action answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionAnswer {
    /// 204, done.
    NoContent,
    /// 202 with a `Location` to poll.
    Accepted,
}

/// Zone of instants without offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NaiveZone {
    /// The server's.
    Server,
    /// UTC.
    Utc,
}

/// A `PUT` with a filter that matches several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PutMany {
    /// 500.
    Fails,
    /// The first one is changed.
    First,
}

/// What a `PUT` echoes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PutEcho {
    /// Every top-level field.
    All,
    /// The fields that were sent.
    Sent,
}

/// Status when all seats are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginLimit {
    /// 429
    Status429,
    /// 500
    Status500,
}

/// When a seat is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatTaken {
    /// When the token is given; a full house is told at the token request.
    Token,
    /// With the first request.
    FirstRequest,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn a_misspelt_switch_is_refused_and_a_partial_file_keeps_the_defaults() {
        assert!(serde_json::from_str::<Switches>(r#"{"pkcee":true}"#).is_err());
        let switches: Switches = serde_json::from_str(r#"{"missing_record":"not_found404"}"#).unwrap();
        assert_eq!(switches.missing_record, MissingRecord::NotFound404);
        assert_eq!(switches.orderby, OrderBy::Ignored);
    }
}
