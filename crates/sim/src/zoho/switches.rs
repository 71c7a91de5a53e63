//! Doubtful points of Zoho's behaviour, each with both behaviours behind a switch.
//!
//! Owns: the switches, their words in files and their defaults (the fact sheet's sections 15 and 16).
//! Must not: act on them; `write`, `records`, `meta`, `coql` and `search` do.

/// What happens to a sent value that Zoho may ignore or refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// Left aside without a word.
    Ignore,
    /// The record is refused with `INVALID_DATA`.
    Refuse,
}

/// The code word of a 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RateCode {
    /// `TOO_MANY_REQUESTS`
    TooManyRequests,
    /// `RATE_LIMIT_EXCEEDED`
    RateLimitExceeded,
}

/// What `Sub_Total` of an inventory document adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubTotal {
    /// Row totals with their taxes.
    Net,
    /// Row totals before taxes; the taxes stand in `Tax`.
    BeforeTax,
}

/// Where an error stands that concerns the organisation rather than a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The whole request is refused.
    Request,
    /// Each record gets the error.
    Record,
}

/// What happens to `<` and `>` in texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Markup {
    /// Stored as sent.
    Keep,
    /// The two characters are dropped.
    Strip,
    /// The record is refused.
    Refuse,
}

/// How several faults of one record are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeveralFaults {
    /// All of them inside `MULTIPLE_OR_MULTI_ERRORS`.
    Together,
    /// Only the first one.
    First,
}

/// All switches. A file may name any of them; what it leaves out keeps the default.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Switches {
    /// `Authorization: Bearer` is taken as well as `Zoho-oauthtoken`.
    pub accept_bearer: bool,
    /// Code word of a 429 (doubt 1).
    pub rate_code: RateCode,
    /// Rows without id are appended when an upsert updates, as PUT does (doubt 2); else they replace all rows.
    pub upsert_appends_rows: bool,
    /// Sent totals and other computed values (doubt 3).
    pub totals_sent: Sent,
    /// Sent stamps and authors (doubt 23).
    pub system_fields_sent: Sent,
    /// What `Sub_Total` adds up (doubt 4).
    pub sub_total: SubTotal,
    /// A changed `Currency` (doubt 19).
    pub currency_change: Sent,
    /// Unique values of records in the recycle bin still block (doubt 13).
    pub bin_blocks_unique: bool,
    /// `DUPLICATE_DATA` carries `details.id` beside `duplicate_record.id`.
    pub duplicate_id: bool,
    /// `DUPLICATE_DATA` names the holder also when the user may not see it.
    pub duplicate_names_hidden: bool,
    /// `duplicate_field` is filled on inserts by upsert too (doubt 11).
    pub duplicate_field_on_insert: bool,
    /// An upsert that inserted everything answers 201 instead of 200.
    pub upsert_created_status: bool,
    /// Rows that a document may have; none for no cap (doubt 21).
    pub rows_per_record: Option<usize>,
    /// Rows of a subform that a read by id returns before `$has_more`; none for all (doubt 21).
    pub rows_per_read: Option<usize>,
    /// `[]` may empty a mandatory subform on update.
    pub empty_lines: bool,
    /// Negative `Quantity` is taken (doubt 14).
    pub negative_quantity: bool,
    /// Zero `Quantity` is taken (doubt 21).
    pub zero_quantity: bool,
    /// Negative `List_Price` is taken (doubt 14).
    pub negative_price: bool,
    /// Negative `Adjustment` is taken (doubt 14).
    pub negative_adjustment: bool,
    /// Rows may name a product that is not active (doubt 21).
    pub inactive_product: bool,
    /// Picklists take listed values only; else any text is stored.
    pub strict_picklists: bool,
    /// A lookup may be written as a bare id instead of an object.
    pub bare_lookup_id: bool,
    /// Phone numbers may hold a slash.
    pub phone_slash: bool,
    /// `<` and `>` in texts.
    pub markup: Markup,
    /// Several faults in one record.
    pub several_faults: SeveralFaults,
    /// Fields that one `POST /settings/fields` may create: 5, newer papers say 25.
    pub fields_per_call: usize,
    /// A created field stands on the standard layout at once (doubt 18).
    pub field_on_layout: bool,
    /// A created field is hidden from profiles that the call did not list (doubt 18).
    pub field_hidden_unless_listed: bool,
    /// Custom fields per module, instead of the edition's cap.
    pub custom_fields_cap: Option<usize>,
    /// Unique fields per module; none for no cap (doubt 18).
    pub unique_fields_cap: Option<usize>,
    /// Subform modules take custom fields.
    pub subform_fields: bool,
    /// `If-Modified-Since` includes records of that very second (doubt 23).
    pub modified_since_inclusive: bool,
    /// Values of a COQL `in` list: 50, newer papers say 100 (doubt 10).
    pub coql_in_values: usize,
    /// Lookups that one COQL query may follow (doubt 10).
    pub coql_joins: usize,
    /// Conditions of one search.
    pub search_conditions: usize,
    /// Text `equals` of a search matches like contains.
    pub search_equals_contains: bool,
    /// Seconds until a write is found by search.
    pub search_delay_seconds: u32,
    /// Refused calls cost credits too (doubt 15).
    pub failures_cost: bool,
    /// Where `MAX_RECORDS_LIMIT_REACHED` stands (doubt 22).
    pub storage_error: Level,
    /// Where it is said that the profile may neither create nor edit records of a module; the fact sheet knows the code only.
    pub rights_error: Level,
    /// Calls at once, instead of the edition's number.
    pub concurrency: Option<usize>,
    /// Heavy calls at once.
    pub sub_concurrency: usize,
    /// Credits a day, instead of the edition's number.
    pub credits: Option<u64>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            accept_bearer: false,
            rate_code: RateCode::TooManyRequests,
            upsert_appends_rows: true,
            totals_sent: Sent::Ignore,
            system_fields_sent: Sent::Ignore,
            sub_total: SubTotal::Net,
            currency_change: Sent::Refuse,
            bin_blocks_unique: false,
            duplicate_id: true,
            duplicate_names_hidden: false,
            duplicate_field_on_insert: false,
            upsert_created_status: false,
            rows_per_record: Some(100),
            rows_per_read: Some(100),
            empty_lines: true,
            negative_quantity: false,
            zero_quantity: false,
            negative_price: false,
            negative_adjustment: true,
            inactive_product: true,
            strict_picklists: true,
            bare_lookup_id: true,
            phone_slash: false,
            markup: Markup::Keep,
            several_faults: SeveralFaults::Together,
            fields_per_call: 5,
            field_on_layout: false,
            field_hidden_unless_listed: true,
            custom_fields_cap: None,
            unique_fields_cap: None,
            subform_fields: true,
            modified_since_inclusive: false,
            coql_in_values: 50,
            coql_joins: 2,
            search_conditions: 10,
            search_equals_contains: true,
            search_delay_seconds: 3,
            failures_cost: true,
            storage_error: Level::Request,
            rights_error: Level::Request,
            concurrency: None,
            sub_concurrency: 10,
            credits: None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_file_names_what_it_changes_and_nothing_unknown() {
        let switches: Switches =
            serde_json::from_str(r#"{"rate_code":"RATE_LIMIT_EXCEEDED","rows_per_record":null}"#).unwrap();
        assert_eq!(switches.rate_code, RateCode::RateLimitExceeded);
        assert_eq!(switches.rows_per_record, None);
        assert_eq!(switches.fields_per_call, 5);
        assert!(serde_json::from_str::<Switches>(r#"{"rate_kode":1}"#).is_err());
    }
}
