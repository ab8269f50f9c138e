use super::*;

fn code(body: &[u8]) -> Option<Code> {
    of_body(body).err().map(|e| e.code)
}

#[test]
fn a_request_is_an_object_of_the_right_types() {
    let request = of_body(br#"{"query":"{ a }","operationName":"x","variables":{"v":[1]},"extensions":{"e":1}}"#).expect("good");
    assert_eq!((request.query.as_str(), request.operation_name.as_deref()), ("{ a }", Some("x")));
    assert_eq!(request.variables.get("v").map(ToString::to_string).as_deref(), Some("[1]"));
    for good in ["{\"query\":\"\"}", "\u{feff}{\"query\":\"\",\"variables\":null,\"operationName\":null,\"extensions\":null}"] {
        assert_eq!(code(good.as_bytes()), None, "{good}");
    }
    for bad in [
        "",
        "null",
        "1",
        "\"x\"",
        "{}",
        "{\"query\":1}",
        "{\"query\":null}",
        "{\"query\":\"\",\"variables\":[]}",
        "{\"query\":\"\",\"variables\":\"\"}",
        "{\"query\":\"\",\"operationName\":1}",
        "{\"query\":\"\",\"extensions\":[]}",
        "{\"query\":\"\"",
        "{\"query\":\"\\ud800\"}",
        "{\"query\":\"\"} x",
    ] {
        assert_eq!(code(bad.as_bytes()), Some(Code::BadUserInput), "{bad}");
    }
    assert_eq!(code(b"{\"query\":\"\xff\"}"), Some(Code::BadUserInput));
}

#[test]
fn an_array_is_no_request() {
    assert_eq!(code(b"[]"), Some(Code::BatchingDisabled));
    assert_eq!(code(br#"[{"query":"{ a }"}]"#), Some(Code::BatchingDisabled));
}

#[test]
fn deep_variables_are_refused_and_do_not_end_the_process() {
    let deep = format!("{{\"query\":\"\",\"variables\":{{\"v\":{}{}}}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(code(deep.as_bytes()), Some(Code::BadUserInput));
}

#[test]
fn only_json_in_utf_8_is_taken() {
    let check = |name: &'static str, value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
        headers.insert(name, value.parse().expect("header"));
        check_content_type(&headers).is_ok()
    };
    for good in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""] {
        assert!(check("content-type", good), "{good}");
    }
    for bad in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "",
        "application/json; charset=utf-16",
        "multipart/mixed",
    ] {
        assert!(!check("content-type", bad), "{bad}");
    }
    assert!(!check("content-encoding", "gzip"));
    let mut twice = HeaderMap::new();
    twice.append(header::CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
    assert!(check_content_type(&twice).is_ok());
    twice.append(header::CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
    assert!(check_content_type(&twice).is_err());
    assert!(check_content_type(&HeaderMap::new()).is_err());
}
