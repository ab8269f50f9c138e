//! Values: numbers, texts, times, ids, cursors, keys.

use super::*;

/// The pointers of the fields that a problem names.
fn pointers(body: &Value) -> Vec<&str> {
    body["errors"].as_array().into_iter().flatten().filter_map(|error| error["pointer"].as_str()).collect()
}

/// Asserts that a task with this field is refused, naming the field.
async fn refused(system: &System, name: &str, value: &str) {
    let kind = if name == "kind" { "" } else { r#""kind":"echo","# };
    let body = format!(r#"{{{kind}"payload":{{}},"{name}":{value}}}"#);
    let (status, answer) = submit(system, body).await;
    assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{name}: {value}: {answer}");
    assert!(pointers(&answer).contains(&format!("/{name}").as_str()), "{name}: {value}: {answer}");
}

#[tokio::test]
async fn numbers_beyond_their_range_are_refused_by_name() {
    let system = System::start().await;
    let numbers = ["2147483648", "1e999", "99999999999999999999", "-101", "101", "1.5", "\"1\"", "true", "[]"];
    for value in numbers {
        let body = format!(r#"{{"kind":"echo","payload":{{}},"priority":{value}}}"#);
        let (status, answer) = submit(&system, body).await;
        assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{value}: {answer}");
    }
    for (name, values) in [("maxAttempts", ["0", "1000000", "-1"]), ("timeoutSeconds", ["-1", "0", "31536000"])] {
        for value in values {
            refused(&system, name, value).await;
        }
    }
    for first in ["0", "-1", "101"] {
        let query = format!("{{ tasks(first: {first}) {{ edges {{ cursor }} }} }}");
        let (_, body) = answered(graphql(&system).json(&json!({"query": query}))).await;
        assert_eq!((code(&body), &body["errors"][0]["path"]), ("BAD_USER_INPUT", &json!(["tasks"])), "{body}");
    }
    // What is no Int is not of the schema: nothing is executed, so there is no field to name. (What JSON or GraphQL itself
    // cannot hold is refused before.)
    let invalid = "GRAPHQL_VALIDATION_FAILED";
    for (first, written, given) in [
        ("2147483648", invalid, invalid),
        ("-2147483649", invalid, invalid),
        ("99999999999999999999", invalid, invalid),
        ("1e999", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT"),
        ("1.5", invalid, invalid),
        ("\"1\"", invalid, invalid),
        ("true", invalid, invalid),
        ("[1, 2]", invalid, invalid),
        ("{}", invalid, invalid),
    ] {
        document(&system, &format!("{{ tasks(first: {first}) {{ edges {{ cursor }} }} }}"), (400, written)).await;
        let query = "query Q($n: Int) { tasks(first: $n) { edges { cursor } } }";
        let body = format!(r#"{{"query":"{query}","variables":{{"n":{first}}}}}"#);
        let (status, body) = answered(graphql(&system).header("content-type", "application/json").body(body)).await;
        assert_eq!((status, code(&body)), (400, given), "{first}: {body}");
    }
    alive(system).await;
}

#[tokio::test]
async fn texts_that_no_database_or_log_should_see_are_refused() {
    let system = System::start().await;
    for name in ["kind", "queue", "reference", "idempotencyKey"] {
        for value in [r#""a\u0000b""#, r#""a\r\nb""#, r#""""#] {
            refused(&system, name, value).await;
        }
    }
    let long = format!("\"{}\"", "x".repeat(10_000));
    refused(&system, "reference", &long).await;
    for payload in [r#"{"a":"\u0000"}"#, r#"{"\u0000":1}"#, r#""\ud800""#, r#"{"a":1,"a":2}"#, r#"{"a":{"b":1,"b":1}}"#] {
        let (status, answer) = submit(&system, format!(r#"{{"kind":"echo","payload":{payload}}}"#)).await;
        assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{payload}: {answer}");
    }
    // What people write is kept as it is.
    let texts = [
        "\u{202e}right to left",
        "zero\u{200b}width",
        "\u{1f9d1}\u{200d}\u{1f680}",
        "Z\u{335}\u{322}a\u{321}",
        "=cmd()",
        "100%_\\'; --",
    ];
    for text in texts {
        let task = system.client.submit("echo", json!({"text": text})).await;
        assert_eq!(task["payload"]["text"], text);
    }
    let task = system.client.submit_with(json!({"kind": "echo", "payload": {}, "reference": "100%_\\'; --"})).await;
    assert_eq!(task["reference"], "100%_\\'; --");
    alive(system).await;
}

#[tokio::test]
async fn payloads_too_deep_or_too_large_are_refused() {
    let system = System::start().await;
    let deep = format!("{}1{}", "[".repeat(65), "]".repeat(65));
    let large = format!("\"{}\"", "x".repeat(64 * 1024));
    let digits = "9".repeat(400);
    for payload in [deep.as_str(), large.as_str(), "1e130000", digits.as_str()] {
        let (status, answer) = submit(&system, format!(r#"{{"kind":"echo","payload":{payload}}}"#)).await;
        assert!([400, 413].contains(&status), "{}: {answer}", &payload[..payload.len().min(40)]);
    }
    for (kind, payload, pointer) in [("sleep", json!({"seconds": -1}), "/payload"), ("http", json!({"url": 7}), "/payload/url")] {
        let (status, answer) = submit(&system, json!({"kind": kind, "payload": payload}).to_string()).await;
        assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{kind}: {answer}");
        assert!(pointers(&answer).iter().any(|p| p.starts_with(pointer)), "{kind}: {answer}");
    }
    refused(&system, "kind", "\"unknown\"").await;
    alive(system).await;
}

#[tokio::test]
async fn times_are_real_moments_with_a_zone() {
    let system = System::start().await;
    let times = [
        "infinity",
        "0000-01-01T00:00:00Z",
        "+294277-01-01T00:00:00Z",
        "2026-11-23T10:00:00",
        "2026-11-23T10:00:60Z",
        "tomorrow",
        "",
    ];
    for time in times {
        refused(&system, "runAt", &format!("\"{time}\"")).await;
    }
    let past = system.client.submit_with(json!({"kind": "echo", "payload": {}, "runAt": "1999-12-31T23:59:59Z"})).await;
    assert_eq!(past["status"], "pending");
    alive(system).await;
}

#[tokio::test]
async fn ids_have_one_form() {
    let system = System::start().await;
    let task = system.client.submit("echo", json!({})).await;
    let id = task["id"].as_str().unwrap();
    let get = |id: &str| answered(system.client.request(Method::GET, &format!("/v1/tasks/{id}")));
    assert_eq!(get(&id.to_uppercase()).await.0, 200);
    assert_eq!(get("00000000-0000-0000-0000-000000000000").await.0, 404);
    for bad in [id.replace('-', ""), format!("%7B{id}%7D"), format!("{id}0"), id.replace(&id[..1], "g"), "x".into()] {
        let (status, body) = get(&bad).await;
        assert_eq!((status, code(&body)), (400, "BAD_USER_INPUT"), "{bad}");
    }
    alive(system).await;
}

#[tokio::test]
async fn cursors_are_ours_or_refused() {
    let system = System::start().await;
    for _ in 0..2 {
        system.client.submit("echo", json!({})).await;
    }
    let page = system.client.graphql("{ tasks(first: 1) { pageInfo { endCursor } } }", json!({})).await;
    let cursor = page["tasks"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let mut flipped = cursor.clone().into_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let of = async |client: &e2e::Client, query: &str| {
        let page = client.graphql(query, json!({})).await;
        page["tasks"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned()
    };
    let kinds = r#"{ tasks(first: 1, filter: {kind: {eq: "echo"}}) { pageInfo { endCursor } } }"#;
    let other_filter = of(&system.client, kinds).await;
    let zenith = system.db.tenant("zenith").await;
    let stranger = e2e::Client::new(&system.client.address, &zenith.key);
    stranger.submit("echo", json!({"theirs": "a secret"})).await;
    let other_tenant = of(&stranger, "{ tasks(first: 1) { pageInfo { endCursor } } }").await;
    let flipped = String::from_utf8(flipped).unwrap();
    let long = ["A".repeat(60_000), "A".repeat(1_000_000), cursor.repeat(1_000_000 / cursor.len())];
    let bad = ["".into(), "x".into(), cursor[1..].to_owned(), flipped, other_filter, other_tenant].into_iter().chain(long);
    let query = "query Q($after: Cursor) { tasks(after: $after) { edges { cursor } } }";
    for after in bad {
        let (_, body) = answered(graphql(&system).json(&json!({"query": query, "variables": {"after": after}}))).await;
        assert_eq!(code(&body), "INVALID_CURSOR", "{body}");
        assert!(!body.to_string().contains("theirs"), "{body}");
        // An address is shorter.
        if after.len() < 50_000 {
            let (status, body) = answered(system.client.request(Method::GET, "/v1/tasks").query(&[("cursor", &after)])).await;
            assert_eq!((status, code(&body)), (400, "INVALID_CURSOR"), "{body}");
        }
    }
    let next = async |client: &e2e::Client, query: &str| {
        let (_, body) = answered(client.request(Method::GET, &format!("/v1/tasks?limit=1{query}"))).await;
        body["next"].as_str().unwrap_or_default().to_owned()
    };
    stranger.submit("echo", json!({})).await;
    for (made, asked) in [
        (next(&system.client, "&kind=echo").await, ""),
        (next(&system.client, "").await, "&kind=echo"),
        (next(&stranger, "").await, ""),
    ] {
        assert!(!made.is_empty());
        let path = format!("/v1/tasks?limit=1{asked}&cursor={made}");
        let (status, body) = answered(system.client.request(Method::GET, &path)).await;
        assert_eq!((status, code(&body)), (400, "INVALID_CURSOR"), "{body}");
    }
    let other = "query Q($after: Cursor) { auditLogs(after: $after) { edges { cursor } } }";
    let (_, body) = answered(graphql(&system).json(&json!({"query": other, "variables": {"after": cursor}}))).await;
    assert_eq!(code(&body), "INVALID_CURSOR", "{body}");
    alive(system).await;
}

#[tokio::test]
async fn idempotency_keys_are_short_ascii_and_mean_one_request() {
    let system = System::start().await;
    let post = |key: &str, body: Value| {
        answered(system.client.request(Method::POST, "/v1/tasks").header("idempotency-key", key).json(&body))
    };
    let body = json!({"kind": "echo", "payload": {"n": 1}});
    for bad in ["\"\"", &"k".repeat(256), "\"a\"b\""] {
        let (status, answer) = post(bad, body.clone()).await;
        assert_eq!((status, pointers(&answer)), (400, vec!["/idempotencyKey"]), "{bad}");
    }
    let (status, first) = post("k-1", body.clone()).await;
    assert_eq!(status, 202);
    let (_, again) = post("\"k-1\"", body).await;
    assert_eq!(first["id"], again["id"]);
    let (status, answer) = post("k-1", json!({"kind": "echo", "payload": {"n": 2}})).await;
    assert_eq!((status, code(&answer)), (422, "IDEMPOTENCY_KEY_REUSED"));
    for bad in [&b"schl\xc3\xbcssel"[..], b"schl\xfcssel", b"a\tb", b"\"\xf0\x9f\x94\x91\""] {
        let request = system.client.request(Method::POST, "/v1/tasks").header("idempotency-key", bad);
        let (status, answer) = answered(request.json(&json!({"kind": "echo", "payload": {"n": 1}}))).await;
        assert_eq!((status, pointers(&answer)), (400, vec!["/idempotencyKey"]), "{bad:?}: {answer}");
    }
    let most = "k".repeat(255);
    assert_eq!(post(&most, json!({"kind": "echo", "payload": {"n": 3}})).await.0, 202);
    refused(&system, "idempotencyKey", "\"schl\u{fc}ssel\"").await;
    alive(system).await;
}
