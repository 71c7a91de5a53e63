//! The adapter over a scripted wire.
//!
//! Owns an organisation small enough to read: its metadata answers, and the fields that were made in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lookups;
mod prepare;
mod probe;
mod write;

use std::sync::{Arc, Mutex};

use sync::Module;
use sync::mapping::{FieldSchema, ModuleSchema, Schema};

use crate::script::{Script, Seen, answer};

const ORG: &str = r#"{"org":[{"zgid":"7000123","id":"3652397000000002179","company_name":"Acme","iso_code":"USD","mc_status":true,"type":"Production","license_details":{"paid":true,"paid_type":"enterprise"}}]}"#;
const MODULES: &str = r#"{"modules":[{"api_name":"Accounts","api_supported":true,"creatable":true,"editable":true,"viewable":true},{"api_name":"Products","api_supported":true},{"api_name":"Invoices","api_supported":true},{"api_name":"Leads","api_supported":true}]}"#;
const CURRENCIES: &str = r#"{"currencies":[{"iso_code":"USD","is_base":true,"is_active":true,"exchange_rate":"1.000000000","format":{"decimal_places":"2"}},{"iso_code":"JPY","is_active":true,"format":{"decimal_places":"0"}}]}"#;

/// Fields that were made: module, label.
type Made = Arc<Mutex<Vec<(String, String)>>>;

/// An organisation whose custom fields are made by calls. `layouts` answers for every module.
struct Organisation {
    script: Script,
    made: Made,
}

fn module_of(seen: &Seen) -> String {
    seen.target.split_once("module=").unwrap().1.to_owned()
}

/// Ids of made fields count from 100 in the order of making.
fn made_fields(made: &Made, module: &str) -> Vec<String> {
    let made = made.lock().unwrap();
    let of = made.iter().enumerate().filter(|(_, (of, _))| of == module);
    of.map(|(place, (_, label))| {
        let unique = if label == "ERP Key" { r#"{"case_sensitive":false}"# } else { "{}" };
        let api_name = label.replace(' ', "_");
        format!(r#"{{"id":"{}","api_name":"{api_name}","field_label":"{label}","data_type":"text","length":50,"custom_field":true,"unique":{unique},"operation_type":{{"api_create":true,"api_update":true}}}}"#, 100 + place)
    })
    .collect()
}

fn fields_of(made: &Made, module: &str) -> String {
    let standard = match module {
        "Accounts" => {
            r#"{"id":"1","api_name":"Account_Name","field_label":"Account Name","data_type":"text","length":100}"#
        }
        "Products" => {
            r#"{"id":"2","api_name":"Product_Name","field_label":"Product Name","data_type":"text","length":50}"#
        }
        "Invoices" => r#"{"id":"3","api_name":"Subject","field_label":"Subject","data_type":"text","length":50}"#,
        _ => {
            r#"{"id":"4","api_name":"Quantity","field_label":"Quantity","data_type":"double"},{"id":"5","api_name":"Net_Total","data_type":"currency","read_only":true}"#
        }
    };
    let mut all = vec![standard.to_owned()];
    all.extend(made_fields(made, module));
    format!(r#"{{"fields":[{}]}}"#, all.join(","))
}

impl Organisation {
    fn new() -> Self {
        let (script, made) = (Script::signed_in(), Made::default());
        script.always("/crm/v8/org", 200, ORG);
        script.always("/crm/v8/settings/modules", 200, MODULES);
        script.always("/crm/v8/org/currencies", 200, CURRENCIES);
        script.always(
            "/crm/v8/settings/profiles",
            200,
            r#"{"profiles":[{"id":"8","name":"Administrator"},{"id":"9","name":"Standard"}]}"#,
        );
        let known = Arc::clone(&made);
        script.on("/crm/v8/settings/fields", move |seen| {
            let module = module_of(seen);
            if seen.method == "GET" {
                return Some(answer(200, fields_of(&known, &module)));
            }
            let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
            let wanted = body["fields"].as_array().unwrap();
            assert!(wanted.len() <= 5);
            for field in wanted {
                known.lock().unwrap().push((module.clone(), field["field_label"].as_str().unwrap().to_owned()));
            }
            let items = vec![
                r#"{"code":"SUCCESS","details":{"id":"1"},"message":"field created","status":"success"}"#;
                wanted.len()
            ];
            Some(answer(201, format!(r#"{{"fields":[{}]}}"#, items.join(","))))
        });
        script.on("/crm/v8/settings/layouts?", |seen| {
            let id = match module_of(seen).as_str() {
                "Accounts" => 51,
                "Products" => 52,
                _ => 53,
            };
            Some(answer(200, format!(r#"{{"layouts":[{{"id":"{id}","name":"Standard","status":"active","sections":[{{"id":"61","isSubformSection":false,"fields":[{{"id":"1"}}]}}]}}]}}"#)))
        });
        script.on("/crm/v8/settings/layouts/", |seen| {
            let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
            assert!(body["layouts"][0]["sections"][0]["fields"].as_array().unwrap().len() <= 5);
            Some(answer(200, r#"{"layouts":[{"code":"SUCCESS","details":{"id":"51"},"message":"layout updated successfully","status":"success"}]}"#))
        });
        Self { script, made }
    }

    fn with_all_fields() -> Self {
        let organisation = Self::new();
        for module in Module::ALL {
            for field in super::ours::fields(module) {
                organisation.made.lock().unwrap().push((module.name().to_owned(), field.label.to_owned()));
            }
        }
        organisation
    }
}

/// A schema as a prepared organisation leaves it.
fn prepared() -> Schema {
    let field = |name: &str| FieldSchema { api_name: name.to_owned(), length: None, places: None, values: None };
    let modules = Module::ALL.map(|module| {
        let mut fields = std::collections::BTreeMap::new();
        for (label, api_name) in [
            ("ERP Key", "ERP_Key"),
            ("ERP Code", "ERP_Code"),
            ("ERP Number", "ERP_Number"),
            ("Product_Code", "Product_Code"),
        ] {
            fields.insert(label.to_owned(), field(api_name));
        }
        (module, ModuleSchema { fields, ..ModuleSchema::default() })
    });
    Schema { prepared: true, modules: modules.into(), ..Schema::default() }
}
