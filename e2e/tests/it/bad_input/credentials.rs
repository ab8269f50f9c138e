//! Credentials that are not good: one and the same refusal, whatever is wrong with them.

use std::time::Instant;

use domain::access::ApiKey;
use domain::audit::{self, Filter, PLATFORM_TENANT, Page};
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use secrecy::ExposeSecret;
use testkit::{Issuer, SigningKey, sign_hs256};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::*;

const PATH: &str = "/v1/tasks";

/// What a request with this `Authorization` gets; the body without what differs from request to request.
async fn shown(system: &System, authorization: &[u8]) -> (u16, Value) {
    let request = reqwest::Client::builder().no_proxy().build().unwrap().get(format!("http://{}{PATH}", system.client.address));
    let (status, mut body) = answered(request.header("authorization", authorization)).await;
    if let Value::Object(map) = &mut body {
        map.retain(|name, _| !["instance", "requestId"].contains(&name.as_str()));
    }
    (status, body)
}

/// All of them are refused, and alike.
async fn refused_alike(system: &System, all: &[Vec<u8>]) {
    let first = shown(system, b"Bearer").await;
    assert_eq!((first.0, code(&first.1)), (401, "UNAUTHENTICATED"));
    for authorization in all {
        assert_eq!(shown(system, authorization).await, first, "{}", String::from_utf8_lossy(authorization));
    }
}

fn bearer(credentials: impl AsRef<str>) -> Vec<u8> {
    format!("Bearer {}", credentials.as_ref()).into_bytes()
}

#[tokio::test]
async fn keys_that_are_no_keys_or_not_good_any_more() {
    let system = System::start_with(&[("AUTH_FAILURES", "0")]).await;
    let key = |text: &ApiKey| text.secret().expose_secret().to_owned();
    let (revoked, expired) = (system.db.tenant("acme").await, system.db.tenant("acme").await);
    for sql in [
        format!("UPDATE api_keys SET revoked_at = now() WHERE id = '{}'", revoked.key_id),
        format!(
            "UPDATE api_keys SET created_at = now() - interval '2 day', expires_at = now() - interval '1 day' WHERE id = '{}'",
            expired.key_id
        ),
    ] {
        system.db.owner.execute_unprepared(&sql).await.unwrap();
    }
    let mut wrong = system.acme.key.clone();
    wrong.replace_range(wrong.len() - 1.., if wrong.ends_with('0') { "1" } else { "0" });
    refused_alike(
        &system,
        &[
            bearer(wrong),
            bearer(key(&ApiKey::generate("dev"))),
            bearer(key(&ApiKey::generate("prod"))),
            bearer(system.acme.key.replacen("ctap_dev", "ctap_prod", 1)),
            bearer(&revoked.key),
            bearer(&expired.key),
            bearer(format!("{} x", system.acme.key)),
            bearer("x".repeat(10_000)),
            b"Bearer \xff\xfe".to_vec(),
            format!("Basic {}", system.acme.key).into_bytes(),
            system.acme.key.clone().into_bytes(),
        ],
    )
    .await;
    let request = system.client.request(Method::GET, PATH).header("authorization", format!("Bearer {}", system.acme.key));
    assert_eq!(answered(request).await.0, 401, "two headers");
    alive(system).await;
}

#[tokio::test]
async fn tokens_that_are_forged_or_malformed_or_not_for_us() {
    let issuer = Issuer::start().await;
    let variables = issuer.variables();
    let mut variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    variables.push(("AUTH_FAILURES", "0"));
    let system = System::start_with(&variables).await;
    let mut good = issuer.claims("acme", "zoe");
    good["scope"] = json!("tasks:read");
    let (key, now) = (issuer.key(), testkit::now());
    assert_eq!(shown(&system, &bearer(issuer.sign(&good))).await.0, 200);

    let header = |changes: Value| {
        let mut header = key.header();
        changes.as_object().unwrap().iter().for_each(|(name, value)| header[name] = value.clone());
        bearer(key.sign_with(&header, &good))
    };
    let claims = |changes: Value| {
        let mut claims = good.clone();
        changes.as_object().unwrap().iter().for_each(|(name, value)| claims[name] = value.clone());
        bearer(issuer.sign(&claims))
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        bearer(issuer.sign(&claims))
    };
    let parts: Vec<String> = issuer.sign(&good).split('.').map(str::to_owned).collect();
    let stranger = SigningKey::es256("stranger");
    let mut all = vec![
        // Of no algorithm, of another, by another key.
        bearer(format!("eyJhbGciOiJub25lIn0.{}.", parts[1])),
        bearer(sign_hs256(key.pem().as_bytes(), &json!({"alg": "HS256", "kid": key.header()["kid"]}), &good)),
        bearer(key.sign_text("{\"alg\":\"ES256\",\"alg\":\"none\"}", &good.to_string())),
        header(json!({"jwk": stranger.jwk()})),
        header(json!({"jku": "https://evil.example/keys"})),
        header(json!({"x5u": "https://evil.example/keys"})),
        header(json!({"crit": ["exp"]})),
        header(json!({"kid": "../../x"})),
        header(json!({"kid": "' OR 1=1 --"})),
        header(json!({"kid": "x".repeat(5_000)})),
        bearer(stranger.sign(&good)),
        // Claims.
        claims(json!({"iss": "https://evil.example"})),
        claims(json!({"iss": 7})),
        claims(json!({"aud": "others"})),
        claims(json!({"aud": {}})),
        claims(json!({"sub": 7})),
        claims(json!({"exp": "soon"})),
        claims(json!({"exp": now - 31})),
        claims(json!({"nbf": now + 600})),
        claims(json!({"nbf": "now"})),
        claims(json!({"iat": now + 600})),
        claims(json!({"exp": now + 5 * 365 * 86_400})),
        // Form.
        bearer(issuer.sign(&json!([1, 2]))),
        bearer(key.sign_text(&key.header().to_string(), "{\"sub\":\"a\",\"sub\":\"b\"}")),
        bearer(format!("{}.{}", parts[0], parts[1])),
        bearer(format!("{}.{}.{}.{}", parts[0], parts[1], parts[2], parts[2])),
        bearer(format!("{}.!!!.{}", parts[0], parts[2])),
        // Nobody of ours.
        claims(json!({"tenant": "unheard-of"})),
        claims(json!({"scope": "platform"})),
    ];
    all.extend(["iss", "aud", "sub", "exp", "tenant"].map(without));
    refused_alike(&system, &all).await;

    // However many keys are made up, the issuer is hardly asked.
    let (before, begun) = (issuer.fetches(), Instant::now());
    for n in 0..1_000 {
        let (status, _) = shown(&system, &header(json!({"kid": format!("unknown-{n}")}))).await;
        assert_eq!(status, 401);
    }
    let minutes = usize::try_from(begun.elapsed().as_secs() / 60).unwrap();
    assert!(issuer.fetches() <= before + 1 + minutes, "{} fetches", issuer.fetches() - before);
    assert_eq!(shown(&system, &bearer(issuer.sign(&good))).await.0, 200);
    // A megabyte is more than a request's head may have.
    let huge = reqwest::Client::builder().no_proxy().build().unwrap();
    let huge = huge.get(format!("http://{}{PATH}", system.client.address)).bearer_auth("x.".repeat(500_000)).send().await;
    assert!(huge.is_err() || huge.is_ok_and(|answer| answer.status() == 431));
    alive(system).await;
}

#[tokio::test]
async fn another_tenants_task_is_as_good_as_none_and_the_attempt_is_on_record() {
    let system = System::start().await;
    let theirs = system.db.submit(&system.db.tenant("other").await, testkit::echo(1)).await.id.to_string();
    let nobodys = uuid::Uuid::now_v7().to_string();
    for (method, tail) in [(Method::GET, ""), (Method::GET, "/audit"), (Method::POST, "/cancel"), (Method::POST, "/retry")] {
        let mut seen = Vec::new();
        for id in [&theirs, &nobodys] {
            let (status, body) = answered(system.client.request(method.clone(), &format!("{PATH}/{id}{tail}"))).await;
            seen.push((status, code(&body).to_owned(), body["detail"].clone()));
        }
        assert_eq!((seen[0].0, &seen[0]), (404, &seen[1]), "{tail}");
    }
    let watch = "subscription($id: ID) { taskUpdated(id: $id) { version } }";
    let request =
        graphql(&system).header("accept", "text/event-stream").json(&json!({"query": watch, "variables": {"id": theirs}}));
    assert!(request.send().await.unwrap().text().await.unwrap().contains("NOT_FOUND"));
    let page = Page { limit: 1_000, ..Page::default() };
    testkit::until("the attempts are on record", async || {
        let rows = audit::list(&system.db.api, system.acme.id, &Filter::default(), page).await.unwrap();
        let denied = rows.iter().filter(|row| row.action == "auth.denied");
        (denied.filter(|row| row.target.as_deref() == Some(&format!("task:{theirs}"))).count() >= 5).then_some(())
    })
    .await;
    alive(system).await;
}

#[tokio::test]
async fn websockets_with_credentials_that_are_not_good_or_not_any_more() {
    let issuer = Issuer::start().await;
    let variables = issuer.variables();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let system = System::start_with(&variables).await;
    let mut claims = issuer.claims("acme", "zoe");
    claims["scope"] = json!("tasks:read");
    claims["exp"] = json!(testkit::now() + 2);
    let expiring = e2e::Client::new(&system.client.address, &issuer.sign(&claims)).socket().await;
    let doomed = system.db.tenant("acme").await;
    let revoked = e2e::Client::new(&system.client.address, &doomed.key).socket().await;
    let sql = format!("UPDATE api_keys SET revoked_at = now() WHERE id = '{}'", doomed.key_id);
    system.db.owner.execute_unprepared(&sql).await.unwrap();
    assert_eq!((expiring.closed().await, revoked.closed().await), (4403, 4403));

    let mut foreign = format!("ws://{}/graphql", system.client.address).into_client_request().unwrap();
    foreign.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    foreign.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    match tokio_tungstenite::connect_async(foreign).await {
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => assert_eq!(answer.status(), StatusCode::FORBIDDEN.as_u16()),
        other => panic!("{other:?}"),
    }
    alive(system).await;
}

#[tokio::test]
async fn a_flood_of_refused_credentials_is_a_few_rows_and_is_stopped_at_the_door() {
    let system = System::start_with(&[("AUTH_FAILURES", "20")]).await;
    let mut statuses = Vec::new();
    for _ in 0..60 {
        let key = ApiKey::generate("dev").secret().expose_secret().to_owned();
        statuses.push(shown(&system, &bearer(key)).await.0);
    }
    assert!(statuses.iter().all(|status| [401, 429].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
    // A good key is let in again as soon as the address has waited.
    testkit::until("the door opens", async || {
        let (status, _) = answered(system.client.request(Method::GET, PATH)).await;
        (status == 200).then_some(())
    })
    .await;
    let page = Page { limit: 1_000, ..Page::default() };
    testkit::until("the flood is on record", async || {
        let rows = audit::list(&system.db.api, PLATFORM_TENANT, &Filter::default(), page).await.unwrap();
        let failed = rows.iter().filter(|row| row.action == "auth.failed").count();
        assert!(failed <= 4, "{failed} rows");
        (failed > 0).then_some(())
    })
    .await;
    alive(system).await;
}
