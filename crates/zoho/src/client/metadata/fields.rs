//! Fields of a module, as far as writing depends on them.
//!
//! Owns what counts as writable and unique. Must not offer a computed or hidden field, nor a name that is no API name.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::coql::is_api_name;
use super::super::errors::quote;
use super::super::loose::Loose;
use super::{places, shaped};

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its id.
    pub(crate) id: String,
    /// Its API name, checked to be one.
    pub(crate) api_name: String,
    /// Its label.
    pub(crate) label: String,
    /// `text`, `currency`, `picklist` …
    pub(crate) data_type: String,
    /// Made in this organisation.
    pub(crate) custom: bool,
    /// We may write it.
    pub(crate) writable: bool,
    /// No two records may hold the same value.
    pub(crate) unique: bool,
    /// Longest text in characters.
    pub(crate) length: Option<usize>,
    /// Decimal places of a number.
    pub(crate) places: Option<u32>,
    /// Actual values of a picklist.
    pub(crate) values: Option<Vec<String>>,
}

/// Reads `GET /settings/fields`. Fields without a usable id or API name are left out.
pub(crate) fn fields(status: u16, body: &[u8]) -> Option<Vec<Field>> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        fields: Vec<RawField<'a>>,
    }
    if status == 204 {
        return Some(Vec::new());
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    Some(answer.fields.iter().filter_map(RawField::read).collect())
}

#[derive(Deserialize)]
struct RawField<'a> {
    #[serde(borrow, default)]
    id: Loose<'a>,
    #[serde(borrow, default)]
    api_name: Loose<'a>,
    #[serde(borrow, default)]
    field_label: Loose<'a>,
    #[serde(borrow, default)]
    data_type: Loose<'a>,
    #[serde(borrow, default)]
    length: Loose<'a>,
    #[serde(borrow, default)]
    decimal_place: Loose<'a>,
    #[serde(borrow, default)]
    custom_field: Loose<'a>,
    #[serde(borrow, default)]
    read_only: Loose<'a>,
    #[serde(borrow, default)]
    field_read_only: Loose<'a>,
    #[serde(borrow, default)]
    visible: Loose<'a>,
    #[serde(borrow, default)]
    virtual_field: Loose<'a>,
    #[serde(borrow, default)]
    operation_type: Option<&'a RawValue>,
    #[serde(borrow, default)]
    formula: Option<&'a RawValue>,
    #[serde(borrow, default)]
    unique: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pick_list_values: Option<Vec<RawPick<'a>>>,
}

#[derive(Deserialize)]
struct RawPick<'a> {
    #[serde(borrow, default)]
    actual_value: Loose<'a>,
    #[serde(borrow, default)]
    display_value: Loose<'a>,
}

#[derive(Default, Deserialize)]
struct RawOperations<'a> {
    #[serde(borrow, default)]
    api_create: Loose<'a>,
    #[serde(borrow, default)]
    api_update: Loose<'a>,
}

#[derive(Default, Deserialize)]
struct RawFormula<'a> {
    #[serde(borrow, default)]
    return_type: Loose<'a>,
}

impl RawField<'_> {
    fn read(&self) -> Option<Field> {
        let api_name = self.api_name.as_str();
        if !is_api_name(api_name) {
            return None;
        }
        let operations: RawOperations<'_> = shaped(self.operation_type);
        let formula: RawFormula<'_> = shaped(self.formula);
        let data_type = self.data_type.as_str();
        let computed =
            !formula.return_type.is_empty() || matches!(data_type, "formula" | "autonumber" | "rollup_summary");
        // The currency of a record can be given on creation and never changed.
        let updatable = operations.api_update.flag() != Some(false) || api_name == "Currency";
        let writable = !computed
            && updatable
            && operations.api_create.flag() != Some(false)
            && self.read_only.flag() != Some(true)
            && self.field_read_only.flag() != Some(true)
            && self.virtual_field.flag() != Some(true)
            && self.visible.flag() != Some(false);
        let picklist = matches!(data_type, "picklist" | "multiselectpicklist");
        let values = self.pick_list_values.as_ref().filter(|_| picklist).map(|values| {
            let actual = |pick: &RawPick<'_>| {
                let value = if pick.actual_value.is_empty() { &pick.display_value } else { &pick.actual_value };
                value.as_str().to_owned()
            };
            values.iter().map(actual).filter(|value| !value.is_empty() && value != "-None-").collect()
        });
        Some(Field {
            id: self.id.id()?.to_owned(),
            api_name: api_name.to_owned(),
            label: quote(self.field_label.as_str()),
            data_type: quote(data_type),
            custom: self.custom_field.flag() == Some(true),
            writable,
            unique: self.unique.is_some_and(says_unique),
            length: self.length.whole().filter(|length| *length > 0).and_then(|length| usize::try_from(length).ok()),
            places: places(&self.decimal_place),
            values,
        })
    }
}

/// `unique` is an object with members (or `true`) when it holds, an empty one (or nothing) when it does not.
fn says_unique(raw: &RawValue) -> bool {
    let plain: String = raw.get().chars().filter(|c| !c.is_whitespace()).collect();
    !matches!(plain.as_str(), "{}" | "null" | "false" | "\"\"" | "[]")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn fields_tell_what_may_be_written() {
        let body = br#"{"fields":[
            {"id":"1","api_name":"Account_Name","field_label":"Account Name","data_type":"text","length":100,"read_only":false,"field_read_only":false,"visible":true,"unique":{},"custom_field":false,"operation_type":{"api_create":true,"api_update":true},"formula":{},"decimal_place":null},
            {"id":"2","api_name":"ERP_Key","field_label":"ERP Key","data_type":"text","length":50,"unique":{"case_sensitive":false},"custom_field":true},
            {"id":"3","api_name":"Grand_Total","data_type":"formula","formula":{"return_type":"currency"}},
            {"id":"4","api_name":"Sub_Total","data_type":"currency","formula":{"return_type":"currency"}},
            {"id":"5","api_name":"Status","data_type":"picklist","pick_list_values":[{"display_value":"-None-","actual_value":"-None-"},{"display_value":"Genehmigt","actual_value":"Approved"}]},
            {"id":"6","api_name":"Currency","data_type":"picklist","operation_type":{"api_create":true,"api_update":false},"pick_list_values":null},
            {"id":"7","api_name":"Hidden","data_type":"text","visible":false},
            {"id":"8","api_name":"Locked","data_type":"text","field_read_only":true},
            {"id":"9","api_name":"Unit_Price","data_type":"currency","decimal_place":"3","unique":false,"formula":null},
            {"id":"10","api_name":"evil name') --","data_type":"text"},
            {"id":"x","api_name":"NoId","data_type":"text"}]}"#;
        let all = fields(200, body).unwrap();
        let writable: Vec<_> = all.iter().filter(|f| f.writable).map(|f| f.api_name.as_str()).collect();
        assert_eq!(writable, ["Account_Name", "ERP_Key", "Status", "Currency", "Unit_Price"]);
        let named = |name: &str| all.iter().find(|f| f.api_name == name).unwrap();
        assert!(
            named("ERP_Key").unique
                && named("ERP_Key").custom
                && !named("Account_Name").unique
                && !named("Unit_Price").unique
        );
        assert_eq!(named("Account_Name").length, Some(100));
        assert_eq!(named("Unit_Price").places, Some(3));
        assert_eq!(named("Status").values.as_deref(), Some(&["Approved".to_owned()][..]));
        assert_eq!(all.len(), 9);
        assert!(fields(200, b"{\"fields\":[{\"id\":").is_none());
        assert!(fields(204, b"").unwrap().is_empty());
    }
}
