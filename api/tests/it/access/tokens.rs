//! Tokens of an identity provider, over the network: who their bearer is, and what becomes of bad ones.

use api::config::Tokens;
use api::{Config, jwt};
use domain::audit::PLATFORM_TENANT;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Issuer, Tenant};

use super::{ask, codes};
use crate::subscription::Socket;
use crate::support::{TestApi, problem};

async fn start(issuer: &Issuer) -> TestApi {
    let mut env = boot::Env::from_pairs(issuer.variables());
    let tokens = Tokens::read(&mut env, false);
    env.finish(()).unwrap();
    assert!(tokens.0.is_some() && jwt::looks_like_jwt("a.b.c"));
    TestApi::start_with(Config { tokens, ..Config::default() }).await
}

fn bearer(tenant: &Tenant, token: String) -> Tenant {
    Tenant { key: token, ..tenant.clone() }
}

#[tokio::test]
async fn a_tokens_claims_say_tenant_user_and_scopes_and_a_new_user_is_made() {
    let issuer = Issuer::start().await;
    let api = start(&issuer).await;
    let acme = api.db.tenant("acme").await;
    let mut claims = issuer.claims("acme", "zoe");
    claims["scope"] = json!("tasks:read tasks:write unheard:of");
    let zoe = bearer(&acme, issuer.sign(&claims));
    let viewer = ask(&api, &zoe, "{ viewer { scopes keyId user { name databaseId } tenant { name } } }", json!({})).await;
    let viewer = &viewer["data"]["viewer"];
    assert_eq!((&viewer["user"]["name"], &viewer["tenant"]["name"]), (&json!("zoe"), &json!("acme")));
    assert_eq!(viewer["scopes"], json!(["TASKS_READ", "TASKS_WRITE"]));
    assert!(viewer["keyId"].as_str().unwrap().starts_with("jwt:"), "{viewer}");
    let task = api.submit(&zoe).await;
    assert_eq!(task["createdBy"], viewer["user"]["databaseId"]);
    assert_eq!(codes(&ask(&api, &zoe, "{ users { edges { node { id } } } }", json!({})).await), ["FORBIDDEN"]);
    // The same user at the next token, and in the trail once.
    let again = bearer(&acme, issuer.sign(&claims));
    assert_eq!(api.get(&again, "/v1/tasks").await.status(), 200);
    let trail = ask(&api, &acme, "{ auditLogs(first: 50) { edges { node { action actor detail } } } }", json!({})).await;
    assert_eq!(trail.to_string().matches("system:jwt").count(), 1, "{trail}");
    assert!(!trail.to_string().contains(&zoe.key));
    // Its websocket ends with the user.
    let mut socket = Socket::connect(&api, &zoe).await;
    api.run("UPDATE users SET disabled_at = now() WHERE name = 'zoe'").await;
    assert_eq!(socket.closed().await, 4403);
}

#[tokio::test]
async fn a_websocket_ends_when_its_token_does() {
    let issuer = Issuer::start().await;
    let api = start(&issuer).await;
    let acme = api.db.tenant("acme").await;
    let mut claims = issuer.claims("acme", "zoe");
    claims["scope"] = json!("tasks:read");
    // Within what clocks may differ: the token is good, and over in this moment.
    claims["exp"] = json!(testkit::now() + 1);
    let mut socket = Socket::connect(&api, &bearer(&acme, issuer.sign(&claims))).await;
    assert_eq!(socket.closed().await, 4403);
}

#[tokio::test]
async fn tokens_without_an_id_of_their_own_end_each_at_its_own_time() {
    let issuer = Issuer::start().await;
    let api = start(&issuer).await;
    let acme = api.db.tenant("acme").await;
    let connect = async |user: &str, seconds: u64| {
        let mut claims = issuer.claims("acme", user);
        claims.as_object_mut().unwrap().remove("jti");
        claims["exp"] = json!(testkit::now() + seconds);
        Socket::connect(&api, &bearer(&acme, issuer.sign(&claims))).await
    };
    // Of each user two, which the trail calls by the one key that signed them: a short one behind a long one, and before.
    let (mut long, mut behind) = (connect("zoe", 3_600).await, connect("zoe", 2).await);
    let (mut before, mut refreshed) = (connect("amy", 2).await, connect("amy", 3_600).await);
    assert_eq!((behind.closed().await, before.closed().await), (4403, 4403));
    for socket in [&mut long, &mut refreshed] {
        socket.subscribe("1", "{ viewer { keyId } }", json!({})).await;
        assert_eq!(socket.receive().await["payload"]["data"]["viewer"]["keyId"], "jwt:first");
    }
}

#[tokio::test]
async fn bad_tokens_are_refused_alike() {
    let issuer = Issuer::start().await;
    let api = start(&issuer).await;
    let acme = api.db.tenant("acme").await;
    api.db.tenant("closed").await;
    api.run("UPDATE tenants SET disabled_at = now() WHERE name = 'closed'").await;
    let good = issuer.claims("acme", "zoe");
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        issuer.sign(&claims)
    };
    let parts: Vec<String> = issuer.sign(&good).split('.').map(str::to_owned).collect();
    let mut seen = Vec::new();
    for token in [
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.{}.x", parts[0], parts[1], parts[2]),
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1]),
        format!("x.{}.{}", parts[1], parts[2]),
        with("iss", json!("https://elsewhere.example")),
        with("aud", json!("another")),
        with("exp", json!(testkit::now() - 31)),
        with("exp", json!("soon")),
        with("nbf", json!(testkit::now() + 600)),
        with("iat", json!(testkit::now() + 600)),
        with("exp", json!(testkit::now() + 5 * 365 * 86_400)),
        with("sub", json!(7)),
        with("tenant", json!("nobody")),
        with("tenant", json!("closed")),
        with("scope", json!("platform")),
        with("tenant", json!(7)),
        issuer.sign(&json!([1])),
        "x".repeat(9_000),
    ] {
        let answer = api.anonymous(Method::GET, "/v1/tasks").bearer_auth(&token).send().await.unwrap();
        let mut body = problem(answer, 401, "UNAUTHENTICATED").await;
        for name in ["instance", "requestId"] {
            body.as_object_mut().unwrap().remove(name);
        }
        seen.push(body);
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
    // The same claims as they should be, and keys beside them.
    let mut fine = good.clone();
    fine["scope"] = json!("tasks:read");
    assert_eq!(api.get(&bearer(&acme, issuer.sign(&fine)), "/v1/tasks").await.status(), 200);
    assert_eq!(api.get(&acme, "/v1/tasks").await.status(), 200);
    assert_ne!(acme.id, PLATFORM_TENANT);
}
