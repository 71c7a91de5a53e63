//! Tests of the whole simulator, in process, through its router.
//!
//! Owns: the harness (a fresh organisation, a set clock, a token with every scope) and one file per subject.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accounts;
mod coql;
mod documents;
mod fields;
mod limits;
mod lists;
mod plans;
mod speed;
mod upsert;
mod writes;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::model::{Edition, OrgOptions};
use super::{Client, State, Switches, ZohoOptions, ZohoSim};
use crate::clock::SetClock;

/// Every scope that the tests need.
const SCOPES: &str = "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.org.ALL,ZohoCRM.users.ALL,ZohoCRM.coql.READ,\
ZohoSearch.securesearch.READ";

/// A simulator with a clock and a token.
struct World {
    sim: ZohoSim,
    clock: Arc<SetClock>,
    token: String,
}

/// An answer, read to its end.
#[derive(Debug)]
struct Got {
    status: u16,
    body: Value,
    headers: http::HeaderMap,
}

impl Got {
    /// The record ids of a write's results, in order.
    fn ids(&self) -> Vec<u64> {
        self.body["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["details"]["id"].as_str().unwrap_or("0").parse().unwrap())
            .collect()
    }

    /// `code` of each result, in order.
    fn codes(&self) -> Vec<&str> {
        self.body["data"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
    }
}

async fn read(response: Response) -> Got {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap_or(Value::Null) };
    Got { status: parts.status.as_u16(), body, headers: parts.headers }
}

impl World {
    fn new() -> Self {
        Self::with(OrgOptions::default(), Switches::default())
    }

    fn switched(change: impl FnOnce(&mut Switches)) -> Self {
        let mut switches = Switches::default();
        change(&mut switches);
        Self::with(OrgOptions::default(), switches)
    }

    fn edition(edition: Edition) -> Self {
        Self::with(OrgOptions { edition, ..OrgOptions::default() }, Switches::default())
    }

    fn with(org: OrgOptions, switches: Switches) -> Self {
        let clock = Arc::new(SetClock::new("2026-03-04T17:00:00Z".parse().unwrap()));
        let options = ZohoOptions { org, switches, seed: 7, ..ZohoOptions::default() };
        let sim = ZohoSim::new(options, clock.clone());
        let now = sim.now();
        let token = sim.with(|state| {
            state.accounts.add_client(Client {
                id: "1000.TEST".to_owned(),
                secret: "secret".to_owned(),
                redirect_uris: vec!["https://app.example/callback".to_owned()],
                loopback: true,
            });
            let user = state.org.users[0].id;
            state.accounts.add_refresh_token("1000.refresh", "1000.TEST", user, SCOPES);
            state.accounts.add_access_token(user, SCOPES, now)
        });
        Self { sim, clock, token }
    }

    fn state<T>(&self, reach: impl FnOnce(&mut State) -> T) -> T {
        self.sim.with(reach)
    }

    fn later(&self, seconds: u64) {
        self.clock.advance(std::time::Duration::from_secs(seconds));
    }

    /// A token of another user or with other scopes.
    fn token_for(&self, user: usize, scopes: &str) -> String {
        let now = self.sim.now();
        self.state(|state| {
            let id = state.org.users[user].id;
            state.accounts.add_access_token(id, scopes, now)
        })
    }

    async fn send(&self, request: Request<Body>) -> Got {
        read(self.sim.router().oneshot(request).await.unwrap()).await
    }

    async fn call_as(
        &self,
        token: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Got {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/crm/v8{path}"))
            .header("authorization", format!("Zoho-oauthtoken {token}"))
            .header("host", "zoho.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    async fn get(&self, path: &str) -> Got {
        self.call_as(&self.token, "GET", path, &[], None).await
    }

    async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Got {
        self.call_as(&self.token, "GET", path, headers, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Got {
        self.call_as(&self.token, "POST", path, &[], Some(body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Got {
        self.call_as(&self.token, "PUT", path, &[], Some(body)).await
    }

    async fn delete(&self, path: &str) -> Got {
        self.call_as(&self.token, "DELETE", path, &[], None).await
    }

    async fn query(&self, text: &str) -> Got {
        self.post("/coql", json!({ "select_query": text })).await
    }

    /// Inserts one record and returns its id.
    async fn made(&self, module: &str, record: Value) -> u64 {
        let got = self.post(&format!("/{module}"), json!({ "data": [record] })).await;
        assert_eq!(got.status, 201, "{}", got.body);
        got.ids()[0]
    }

    /// Creates a unique text field that every profile may use, and returns its API name.
    async fn unique_field(&self, module: &str, label: &str) -> String {
        let profiles: Vec<Value> = self.state(|state| {
            let of = |id: u64| json!({"id": id.to_string(), "permission_type": "read_write"});
            state.org.profiles.iter().map(|profile| of(profile.id)).collect()
        });
        let field = json!({"field_label": label, "data_type": "text", "length": 50,
            "unique": {"case_sensitive": false}, "profiles": profiles});
        let got = self.post(&format!("/settings/fields?module={module}"), json!({"fields": [field]})).await;
        assert_eq!(got.status, 201, "{}", got.body);
        let id = got.body["fields"][0]["details"]["id"].as_str().unwrap().to_owned();
        let got = self.get(&format!("/settings/fields/{id}?module={module}")).await;
        got.body["fields"][0]["api_name"].as_str().unwrap().to_owned()
    }

    /// An account and a product, for invoices.
    async fn basics(&self) -> (String, String) {
        let account = self.made("Accounts", json!({"Account_Name": "Acme"})).await;
        let product =
            self.made("Products", json!({"Product_Name": "Bolt", "Product_Code": "B1", "Unit_Price": 2.5})).await;
        (account.to_string(), product.to_string())
    }
}

/// An invoice of one account with rows of one product: quantity and price.
fn invoice(account: &str, product: &str, rows: &[(f64, f64)]) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|(quantity, price)| json!({"Product_Name": {"id": product}, "Quantity": quantity, "List_Price": price}))
        .collect();
    json!({"Subject": "INV1", "Account_Name": {"id": account}, "Invoiced_Items": rows})
}
