//! Record lists, their pages and caps, search and count.

use serde_json::json;

use super::*;

async fn fill(world: &World, count: usize) {
    for from in (0..count).step_by(100) {
        let data: Vec<Value> =
            (from..(from + 100).min(count)).map(|n| json!({"Account_Name": format!("A{n:05}")})).collect();
        assert_eq!(world.post("/Accounts", json!({"data": data})).await.status, 201);
    }
}

#[tokio::test]
async fn fields_are_mandatory_and_capped() {
    let world = World::new();
    let got = world.get("/Accounts").await;
    assert_eq!((got.status, &got.body["code"]), (400, &json!("REQUIRED_PARAM_MISSING")));
    assert_eq!(got.body["details"], json!({"param_name": "fields"}));
    let many = vec!["Phone"; 51].join(",");
    let got = world.get(&format!("/Accounts?fields={many}")).await;
    assert_eq!(got.body["details"], json!({"limit": 50, "param_name": "fields"}));
    assert_eq!(world.get("/Accounts?fields=Phone").await.status, 204);
    let got = world.get("/Accounts?fields=Phone&sort_by=Phone").await;
    assert_eq!(got.body["details"]["supported_values"], json!(["id", "Created_Time", "Modified_Time"]));
}

#[tokio::test]
async fn pages_and_tokens() {
    let world = World::new();
    fill(&world, 450).await;
    let first = world.get("/Accounts?fields=Account_Name,Nope").await;
    let info = &first.body["info"];
    for (key, value) in [
        ("call", json!(false)),
        ("email", json!(false)),
        ("per_page", json!(200)),
        ("count", json!(200)),
        ("page", json!(1)),
        ("sort_by", json!("id")),
        ("sort_order", json!("desc")),
        ("more_records", json!(true)),
        ("previous_page_token", Value::Null),
        ("page_token_expiry", json!("2026-03-05T10:00:00-07:00")),
    ] {
        assert_eq!(info[key], value, "{key}");
    }
    assert_eq!(first.body["data"][0]["Account_Name"], "A00449");
    assert_eq!(first.body["data"][0].as_object().unwrap().len(), 2, "the field and the id");
    let token = info["next_page_token"].as_str().unwrap().to_owned();
    let second = world.get(&format!("/Accounts?fields=Account_Name,Nope&page_token={token}")).await;
    assert_eq!((&second.body["data"][0]["Account_Name"], &second.body["info"]["page"]), (&json!("A00249"), &json!(2)));
    let got = world.get(&format!("/Accounts?fields=Phone&page_token={token}")).await;
    assert_eq!((got.status, &got.body["code"]), (400, &json!("TOKEN_BOUND_DATA_MISMATCH")));
    let got = world.get(&format!("/Accounts?fields=Account_Name,Nope&page=2&page_token={token}")).await;
    assert_eq!(got.body["code"], "AMBIGUITY_DURING_PROCESSING");
    let got = world.get("/Accounts?fields=Phone&page_token=zz").await;
    assert_eq!(got.body["code"], "PATTERN_NOT_MATCHED");
    world.state(|state| state.switches.credits = Some(1_000_000));
    world.later(86_401);
    let now = world.sim.now();
    let fresh = world.state(|state| {
        let user = state.org.users[0].id;
        state.accounts.add_access_token(user, SCOPES, now)
    });
    let path = format!("/Accounts?fields=Account_Name,Nope&page_token={token}");
    assert_eq!(world.call_as(&fresh, "GET", &path, &[], None).await.body["code"], "EXPIRED_VALUE");
}

#[tokio::test]
async fn page_ends_at_two_thousand_and_tokens_go_on() {
    let world = World::new();
    fill(&world, 2100).await;
    assert_eq!(world.get("/Accounts?fields=id&page=10").await.status, 200);
    let got = world.get("/Accounts?fields=id&page=11").await;
    assert_eq!((got.status, &got.body["code"]), (400, &json!("DISCRETE_PAGINATION_LIMIT_EXCEEDED")));
    assert_eq!(got.body["details"], json!({"limit": 2000}));
    assert_eq!(world.get("/Accounts?fields=id&per_page=201").await.status, 400);
    let mut seen = 0;
    let mut path = "/Accounts?fields=id".to_owned();
    loop {
        let got = world.get(&path).await;
        seen += got.body["info"]["count"].as_u64().unwrap();
        let Some(token) = got.body["info"]["next_page_token"].as_str() else {
            break;
        };
        path = format!("/Accounts?fields=id&page_token={token}");
    }
    assert_eq!(seen, 2100);
}

#[tokio::test]
async fn modified_since_and_order() {
    let world = World::new();
    let a = world.made("Accounts", json!({"Account_Name": "A"})).await;
    world.later(10);
    let b = world.made("Accounts", json!({"Account_Name": "B"})).await;
    world.later(10);
    world.put(&format!("/Accounts/{a}"), json!({"data": [{"Phone": "1"}]})).await;
    let path = "/Accounts?fields=id&sort_by=Modified_Time&sort_order=asc";
    let ids = |got: Got| -> Vec<String> {
        got.body["data"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(world.get(path).await), [b.to_string(), a.to_string()]);
    let since = |moment: &'static str| [("if-modified-since", moment)];
    assert_eq!(ids(world.get_with(path, &since("2026-03-04T17:00:10Z")).await), [a.to_string()]);
    assert_eq!(ids(world.get_with(path, &since("2026-03-04T17:00:09Z")).await).len(), 2);
    assert_eq!(world.get_with(path, &since("2026-03-04T17:00:20Z")).await.status, 304);
    world.state(|state| state.switches.modified_since_inclusive = true);
    assert_eq!(ids(world.get_with(path, &since("2026-03-04T17:00:20Z")).await), [a.to_string()]);
    assert_eq!(ids(world.get(&format!("/Accounts?fields=id&ids={b},5")).await), [b.to_string()]);
    let long = vec!["5725767000000451001"; 60].join(",");
    assert_eq!(world.get(&format!("/Accounts?fields=id&ids={long}")).await.body["code"], "INVALID_DATA");
}

#[tokio::test]
async fn search_lags_and_coql_does_not() {
    let world = World::new();
    world.made("Accounts", json!({"Account_Name": "Smith (UK), Ltd", "Phone": "555"})).await;
    let path = "/Accounts/search?criteria=(Account_Name:equals:Smith%20%5C(UK%5C)%5C%2C%20Ltd)";
    assert_eq!(world.get(path).await.status, 204);
    assert_eq!(world.query("select id from Accounts where Phone = '555'").await.status, 200);
    world.later(3);
    let got = world.get(path).await;
    assert_eq!((got.status, &got.body["info"]["count"]), (200, &json!(1)));
    assert_eq!(world.get("/Accounts/search?phone=555").await.status, 200);
    assert_eq!(world.get("/Accounts/search?word=smith").await.status, 200);
    let got = world.get("/Accounts/search?criteria=((Account_Name:starts_with:Sm)and(Phone:in:1,555))").await;
    assert_eq!(got.status, 200);
    let part = "/Accounts/search?criteria=(Account_Name:equals:uk)";
    assert_eq!(world.get(part).await.status, 200, "equals behaves like contains");
    world.state(|state| state.switches.search_equals_contains = false);
    assert_eq!(world.get(part).await.status, 204);
    let got = world.get("/Accounts/search").await;
    assert_eq!(got.body["details"], json!({"param_names": ["criteria", "email", "phone", "word"]}));
    assert_eq!(world.get("/Accounts/search?criteria=(Nope:equals:1)").await.body["code"], "INVALID_QUERY");
    assert_eq!(world.get("/Accounts/search?criteria=((a)").await.body["code"], "INVALID_QUERY");
    let many = format!("({})", ["(Phone:equals:1)"; 11].join("or"));
    assert_eq!(world.get(&format!("/Accounts/search?criteria={many}")).await.body["code"], "CRITERIA_LIMIT_EXCEEDED");
    assert_eq!(world.get("/Accounts/search?word=smith&page=11").await.body["code"], "LIMIT_REACHED");
    assert_eq!(world.get("/Accounts/actions/count").await.body, json!({"count": 1}));
    assert_eq!(world.get("/Accounts/actions/count?cvid=1&word=ab").await.body["code"], "AMBIGUITY_DURING_PROCESSING");
}
