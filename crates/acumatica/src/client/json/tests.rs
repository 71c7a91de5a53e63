//! Golden shapes: recorded answers (December 2023, Default/20.200.001) cut to what matters, and odd ones.
#![allow(clippy::unwrap_used)]

use super::*;

fn customer() -> Shape {
    let columns = [
        ("CustomerID", Kind::Text),
        ("CustomerName", Kind::Text),
        ("ParentRecord", Kind::Text),
        ("MainContact/Phone1", Kind::Text),
        ("BillingContact/Address/City", Kind::Text),
        ("WriteOffLimit", Kind::Number),
        ("custom/Document.CuryID", Kind::Text),
        ("AutoApplyPayments", Kind::Flag),
    ];
    Shape::new(&columns).record(Some("LastModifiedDateTime"), None)
}

const RECORDED: &str = r#"[{"id":"0eaa2628-2945-ea11-817f-eb1af000b4cf","rowNumber":1,"note":{"value":""},"AccountRef":{},
"AutoApplyPayments":{"value":false},"CreatedDateTime":{"value":"2020-02-01T19:29:55.12+00:00"},"CustomerID":{"value":"C1001"},
"CustomerName":{"value":"National \"Power\" \u00fc"},"LastModifiedDateTime":{"value":"2020-05-19T22:50:36.837+00:00"},"ParentRecord":{},
"WriteOffLimit":{"value":30.0000},"MainContact":{"id":"x","rowNumber":1,"note":null,"Phone1":{"value":"+1 5"}},
"BillingContact":{"Address":{"City":{"value":"Bern"}},"Email":{}},
"custom":{"Document":{"CuryID":{"type":"CustomStringField","value":"EUR"}}},"_links":{"self":"/entity/x"}}]"#;

fn of(text: &str) -> Row {
    rows(text.as_bytes(), &customer()).unwrap().remove(0)
}

#[test]
fn a_recorded_customer_reads_as_it_stands() {
    let row = of(RECORDED);
    assert_eq!(row.id, "0eaa2628-2945-ea11-817f-eb1af000b4cf");
    assert_eq!(row.stamp, Instant::parse("2020-05-19T22:50:36.837Z"));
    let names: Vec<&str> = row.fields.0.iter().map(|(name, _)| &**name).collect();
    assert_eq!(
        names,
        [
            "CustomerID",
            "CustomerName",
            "ParentRecord",
            "MainContact/Phone1",
            "BillingContact/Address/City",
            "WriteOffLimit",
            "custom/Document.CuryID",
            "AutoApplyPayments"
        ]
    );
    let value = |name: &str| row.fields.get(name).unwrap().clone();
    assert_eq!(value("CustomerName"), Value::from("National \"Power\" ü"));
    assert_eq!(value("ParentRecord"), Value::Null);
    assert_eq!(value("MainContact/Phone1"), Value::from("+1 5"));
    assert_eq!(value("BillingContact/Address/City"), Value::from("Bern"));
    assert_eq!(value("custom/Document.CuryID"), Value::from("EUR"));
    assert_eq!(value("AutoApplyPayments"), Value::Bool(false));
    assert!(matches!(value("WriteOffLimit"), Value::Decimal(number) if number.to_string() == "30.0000"));
}

#[test]
fn what_is_absent_or_null_is_blank() {
    for text in [
        "[{}]",
        r#"[{"CustomerID":null,"MainContact":null,"custom":{},"WriteOffLimit":{"value":null}}]"#,
        r#"[{"CustomerID":{"error":"no"},"MainContact":{"Phone1":{}},"WriteOffLimit":{"value":{}}}]"#,
    ] {
        let row = of(text);
        assert!(row.fields.0.iter().all(|(_, value)| *value == Value::Null), "{text}");
        assert_eq!((row.id.as_str(), row.stamp), ("", None));
    }
}

#[test]
fn numbers_are_exact_to_the_last_digit() {
    let read = |text: &str| {
        of(&format!(r#"[{{"WriteOffLimit":{{"value":{text}}}}}]"#)).fields.get("WriteOffLimit").unwrap().clone()
    };
    for (text, exact) in [
        ("0.1", "0.1"),
        ("1234567890123456.7890", "1234567890123456.7890"),
        ("-0.000001", "-0.000001"),
        ("\"12.50\"", "12.50"),
        ("1e3", "1000"),
        ("1.00000000", "1.00000000"),
    ] {
        assert!(matches!(read(text), Value::Decimal(number) if number.to_string() == exact), "{text}");
    }
    assert_eq!(read("\"twelve\""), Value::from("twelve"));
    assert_eq!(read("1e400"), Value::from("1e400"));
    assert_eq!(read("\"\""), Value::Null);
}

#[test]
fn days_keep_the_date_as_written_and_lines_keep_their_order() {
    let lines = Shape::new(&[("LineNbr", Kind::Number), ("InventoryID", Kind::Text)]);
    let shape = Shape::new(&[("Date", Kind::Day), ("DueDate", Kind::Day), ("Other", Kind::Day)])
        .record(None, Some(("Details", lines)));
    let text = r#"[{"id":"1","Date":{"value":"2023-12-14T00:00:00+13:00"},"DueDate":{"value":"2024-02-29"},"Other":{"value":"12/14/2023"},
        "Details":[{"id":"2","LineNbr":{"value":2},"InventoryID":{"value":" A'1 "}},{"LineNbr":{"value":1},"InventoryID":{}}]},
        {"id":"2","Details":null},{"id":"3"}]"#;
    let rows = rows(text.as_bytes(), &shape).unwrap();
    let value = |name: &str| rows[0].fields.get(name).unwrap().clone();
    assert_eq!(value("Date"), Value::Date(Date::constant(2023, 12, 14)));
    assert_eq!(value("DueDate"), Value::Date(Date::constant(2024, 2, 29)));
    assert_eq!(value("Other"), Value::from("12/14/2023"));
    assert_eq!(rows[0].lines.len(), 2);
    assert_eq!(rows[0].lines[0].get("LineNbr").unwrap().as_decimal(), Some(Decimal::from(2)));
    assert_eq!(rows[0].lines[0].get("InventoryID"), Some(&Value::from(" A'1 ")));
    assert_eq!(rows[0].lines[1].get("InventoryID"), Some(&Value::Null));
    assert!(rows[1].lines.is_empty() && rows[2].lines.is_empty());
}

#[test]
fn members_are_found_in_any_order_and_the_last_one_wins() {
    let row = of(
        r#"[{"CustomerName":{"value":"B"},"CustomerID":{"type":"x","value":"A"},"CustomerName":{"value":"C"},"id":"7"}]"#,
    );
    assert_eq!(row.fields.text("CustomerID"), Some("A"));
    assert_eq!(row.fields.text("CustomerName"), Some("C"));
    assert_eq!(row.id, "7");
}

#[test]
fn names_are_made_once() {
    let list = rows(br#"[{},{}]"#, &customer()).unwrap();
    assert!(std::sync::Arc::ptr_eq(&list[0].fields.0[0].0, &list[1].fields.0[0].0));
}

#[test]
fn what_is_no_list_is_refused_without_being_quoted() {
    for text in [r#"{"message":"secret"}"#, "[1]", "[{}", "[{}] x", "", "<html>secret", r#"[{"CustomerID":[]}]"#] {
        let error = rows(text.as_bytes(), &customer()).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
    assert_eq!(rows("\u{feff}[]".as_bytes(), &customer()), Ok(Vec::new()));
}

#[test]
fn nesting_without_end_is_skipped_without_using_the_stack() {
    for member in ["x", "CustomerID", "WriteOffLimit"] {
        let deep = format!("[{{\"{member}\":{{\"value\":{}{}}}}}]", "[".repeat(100_000), "]".repeat(100_000));
        let row = of(&deep);
        assert!(row.fields.0.iter().all(|(_, value)| *value == Value::Null), "{member}");
    }
}
