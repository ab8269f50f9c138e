//! Where actions come from: kept beside the trail, erased by an audited action, and the trail keeps its hashes.

use api::Config;
use api::access::AccessSettings;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use sea_orm::{ConnectionTrait, TryGetable};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{ask, codes};
use crate::support::{TestApi, statement};

const ROWS: &str = "query($id: ID!) { task(by: {id: $id}) { auditLogs(first: 1) { edges { node {
    originHash origin { address userAgent salt } } } } } }";

#[tokio::test]
async fn an_origin_can_be_proved_and_erased() {
    let access = AccessSettings { trusted_proxy_hops: 1, ..AccessSettings::default() };
    let api = TestApi::start_with(Config { access, ..Config::default() }).await;
    let acme = api.db.tenant("acme").await;
    let submit = async |address: &str| {
        let request = api.request(&acme, Method::POST, "/v1/tasks").json(&json!({"kind": "echo", "payload": 1}));
        let request = request.header("x-forwarded-for", format!("6.6.6.6, {address}")).header("user-agent", "cron/1");
        request.send().await.unwrap().json::<Value>().await.unwrap()["id"].clone()
    };
    let row = async |id: &Value| {
        ask(&api, &acme, ROWS, json!({"id": id})).await["data"]["task"]["auditLogs"]["edges"][0]["node"].clone()
    };
    let (first, second, other) = (submit("192.0.2.7").await, submit("192.0.2.7").await, submit("192.0.2.8").await);
    let seen = row(&first).await;
    assert_eq!((&seen["origin"]["address"], &seen["origin"]["userAgent"]), (&json!("192.0.2.7"), &json!("cron/1")));
    assert_eq!(row(&second).await, seen, "one origin, one row");
    let salt = URL_SAFE_NO_PAD.decode(seen["origin"]["salt"].as_str().unwrap()).unwrap();
    let hash = Sha256::new().chain_update(salt).chain_update("192.0.2.7\0cron/1").finalize();
    assert_eq!(seen["originHash"], URL_SAFE_NO_PAD.encode(hash), "what is shown is what the trail has");

    let erase =
        "mutation($address: String!) { eraseOrigins(input: {address: $address}) { erased auditLogIds userErrors { code } } }";
    let erased = ask(&api, &acme, erase, json!({"address": "192.0.2.7"})).await["data"]["eraseOrigins"].clone();
    assert_eq!((&erased["erased"], erased["auditLogIds"].as_array().unwrap().len()), (&json!(1), 1));
    let gone = row(&first).await;
    assert_eq!((&gone["origin"], &gone["originHash"]), (&Value::Null, &seen["originHash"]), "the hash stays");
    assert_eq!(row(&other).await["origin"]["address"], "192.0.2.8");
    let trail = ask(&api, &acme, "{ auditLogs(first: 20) { edges { node { action detail target } } } }", json!({})).await;
    assert!(trail.to_string().contains("ORIGINS_ERASED") && !trail.to_string().contains("192.0.2.7"), "{trail}");
    let nothing = ask(&api, &acme, erase, json!({"address": "192.0.2.7"})).await["data"]["eraseOrigins"].clone();
    assert_eq!((&nothing["erased"], &nothing["auditLogIds"]), (&json!(0), &json!([])));
    assert_eq!(codes(&ask(&api, &acme, erase, json!({"address": "home"})).await), ["BAD_USER_INPUT"]);
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn a_client_that_calls_itself_ever_anew_does_not_fill_the_table() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for n in 0..100 {
        let request = api.request(&acme, Method::GET, "/v1/tasks").header("user-agent", format!("made-up/{n}"));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    let sql = format!("SELECT count(*) FROM audit_origins WHERE tenant_id = '{}'", acme.id);
    let row = api.db.owner.query_one_raw(statement(&sql)).await.unwrap().unwrap();
    let rows = i64::try_get_by_index(&row, 0).unwrap();
    // However slow this machine is: a hundred requests take no two minutes.
    assert!((61..100).contains(&rows), "{rows} rows");
}
