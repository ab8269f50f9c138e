mod hostile;
mod work;

use super::*;

fn guard() -> Guard {
    Guard::default()
}

fn refused(query: &str) -> Option<String> {
    let error = guard().admit(&mut Request::new(query)).err()?.error();
    match error.extensions.as_ref().and_then(|e| e.get("code")) {
        Some(async_graphql::Value::String(code)) => Some(code.clone()),
        other => panic!("no code: {other:?}"),
    }
}

fn assert_refused(query: &str, code: &str) {
    assert_eq!(refused(query).as_deref(), Some(code), "{}", &query[..query.len().min(200)]);
}

/// Each fragment spreads the next one twice.
pub(crate) fn bomb(fragments: usize) -> String {
    let mut text = String::from("query { ...f0 }\n");
    for i in 0..fragments {
        text += &format!("fragment f{i} on Query {{ ...f{0} ...f{0} }}\n", i + 1);
    }
    text + &format!("fragment f{fragments} on Query {{ __typename }}")
}

#[test]
fn ordinary_documents_pass() {
    for query in [
        "{ task(id: \"x\") { id } }",
        "query Q($f: TaskFilter = {status: [DONE]}) { tasks(filter: $f) { edges { node { ...T } } } } fragment T on Task { id kind }",
        "mutation { createTask(input: {kind: \"echo\", payload: {a: [[[[1]]]]}}) { task { id } } }",
        "subscription { taskUpdated(id: \"x\") { version } }",
        "# a comment with \"quotes\" and [[[\n{ __typename }",
    ] {
        assert_eq!(refused(query), None, "{query}");
    }
}

#[test]
fn nested_literals_never_reach_the_parser() {
    assert_refused(&format!("{{ a(x: {}{}) }}", "[".repeat(2_000), "]".repeat(2_000)), "QUERY_TOO_DEEP");
    assert_refused(&format!("{{ a(x: {}1{}) }}", "{a:".repeat(1_500), "}".repeat(1_500)), "QUERY_TOO_DEEP");
    assert_refused(&format!("{{ a(x: {}", "[".repeat(2_000)), "QUERY_TOO_DEEP");
    assert_refused(&"{a".repeat(60), "QUERY_TOO_DEEP");
    assert_refused(&format!("query($a: {}Int{}) {{ a }}", "[".repeat(60), "]".repeat(60)), "QUERY_TOO_DEEP");
    // 47 brackets inside the three of the operation, the arguments and the list itself.
    assert_eq!(refused(&format!("{{ a(x: {}{}) }}", "[".repeat(48), "]".repeat(48))), None);
}

#[test]
fn brackets_cannot_be_hidden_in_strings_or_comments() {
    let deep = "[".repeat(60);
    for hidden in [
        // An escaped quote does not end a string; a line end does.
        format!("{{ a(x: \"\\\"\" y: {deep}"),
        format!("{{ a(x: \"\n y: {deep}"),
        format!("{{ a(x: \"\\\\\" y: {deep}"),
        // The comment ends with the line, whichever way the line ends.
        format!("{{ a(#\r x: {deep}"),
        format!("{{ a(#\" \n x: {deep}"),
        // A block string ends at the first three quotes without a backslash.
        format!("{{ a(x: \"\"\" \\\"\"\" \" \"\"\" y: {deep}"),
        format!("{{ a(x: \"\" y: {deep}"),
    ] {
        assert_refused(&hidden, "QUERY_TOO_DEEP");
    }
    // The parser would read this as "" followed by "x" and lists.
    assert_refused(&format!("{{ a(x: [\"\"\"x\" {deep}"), "GRAPHQL_PARSE_FAILED");
    assert_eq!(refused(&format!("{{ a(x: \"{deep}\" y: \"\"\"{deep}\"\"\") #{deep}\n}}")), None);
}

#[test]
fn long_texts_and_many_tokens_are_refused() {
    assert_refused(&format!("#{}\n{{ a }}", "x".repeat(64 * 1024)), "QUERY_TOO_LARGE");
    assert_refused(&format!("{{ {} }}", "a ".repeat(4_000)), "QUERY_TOO_COMPLEX");
    assert_refused(&format!("{{ a {} }}", "@include(if: true) ".repeat(51)), "QUERY_TOO_COMPLEX");
    assert_eq!(refused(&format!("{{ a {} }}", "@include(if: true) ".repeat(50))), None);
    assert_refused(&format!("{{ a {} }}", "@include(if: true) ".repeat(1_000)), "QUERY_TOO_COMPLEX");
    assert_refused(&"!".repeat(4_001), "QUERY_TOO_COMPLEX");
}

#[test]
fn a_fragment_bomb_is_defused() {
    assert_refused(&bomb(26), "QUERY_TOO_COMPLEX");
    // Not used by any operation: validation would walk it all the same.
    let unused = bomb(26).replacen("query { ...f0 }", "query { __typename }", 1);
    assert_refused(&unused, "QUERY_TOO_COMPLEX");
    assert_eq!(refused(&bomb(4)), None);
}

#[test]
fn fragments_may_neither_go_in_circles_nor_too_deep() {
    assert_refused("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "GRAPHQL_VALIDATION_FAILED");
    assert_refused("{ x } fragment a on Query { y { ...a } }", "GRAPHQL_VALIDATION_FAILED");
    let mut chain = String::from("{ ...f0 }");
    for i in 0..400 {
        chain += &format!(" fragment f{i} on Query {{ ...f{} }}", i + 1);
    }
    assert_refused(&(chain + " fragment f400 on Query { x }"), "QUERY_TOO_DEEP");
    // Measured once at a small depth, spread again at a large one.
    let f = format!("fragment f on Query {} x {}", "{ ... ".repeat(20), "}".repeat(20));
    assert_eq!(refused(&format!("{{ ...f }} {f}")), None);
    assert_refused(&format!("{{ ...f {} ...f {} }} {f}", "... { ".repeat(20), "}".repeat(20)), "QUERY_TOO_DEEP");
}

#[test]
fn fields_inside_each_other_are_counted_across_fragments() {
    let nested = |fields: usize| format!("{}x{}", "a { ".repeat(fields - 1), " }".repeat(fields - 1));
    assert_eq!(refused(&format!("{{ {} }}", nested(15))), None);
    assert_refused(&format!("{{ {} }}", nested(16)), "QUERY_TOO_DEEP");
    let f = format!("fragment f on T {{ {} }}", nested(10));
    let spread = |fields: usize| format!("{{ {}...f{} }} {f}", "a { ".repeat(fields), " }".repeat(fields));
    assert_eq!(refused(&spread(5)), None);
    assert_refused(&spread(6), "QUERY_TOO_DEEP");
    // The engine does not count the type's name either.
    assert_eq!(refused(&format!("{{ {} }}", nested(16).replace('x', "__typename"))), None);
}

#[test]
fn the_schema_is_told_only_where_it_may_be() {
    let closed = Guard { introspection: false, ..guard() };
    for query in [
        "{ __schema { types { name } } }",
        "{ a: __type(name: \"Task\") { name } }",
        "{ ...f } fragment f on Query { ... { __schema { a } } }",
    ] {
        let error = closed.admit(&mut Request::new(query)).expect_err(query).error();
        assert_eq!(error.extensions.expect("extensions").get("code"), Some(&"INTROSPECTION_DISABLED".into()));
        assert_eq!(refused(query), None);
    }
    assert!(closed.admit(&mut Request::new("{ __typename tasks { __typename } }")).is_ok());
}

#[test]
fn roots_and_aliases_are_counted() {
    let aliases = |n: usize| (0..n).map(|i| format!("a{i}: x ")).collect::<String>();
    assert_refused(&format!("{{ t {{ {} }} }}", aliases(31)), "QUERY_TOO_COMPLEX");
    assert_eq!(refused(&format!("{{ t {{ {} }} }}", aliases(30))), None);
    assert_refused(&format!("{{ {} }}", aliases(21)), "QUERY_TOO_COMPLEX");
    assert_refused(&format!("{{ ...r ...r }} fragment r on Query {{ {} }}", aliases(11)), "QUERY_TOO_COMPLEX");
    assert_refused("subscription { a b }", "GRAPHQL_VALIDATION_FAILED");
    assert_refused("subscription { ...s ...s } fragment s on Subscription { a }", "GRAPHQL_VALIDATION_FAILED");
}

#[test]
fn what_is_no_graphql_is_said_so_without_repeating_it() {
    let error = guard().admit(&mut Request::new(format!("{{ a {} ", "x".repeat(5_000)))).expect_err("refused").error();
    assert!(error.message.len() <= 400, "{}", error.message.len());
    for junk in ["", "{", "hello", "{ a(x: 1e999) }", "{ a(x: \"\\ud800\") }", "\u{0}", "query Q { a } query Q { b }"] {
        assert_refused(junk, "GRAPHQL_PARSE_FAILED");
    }
}

#[test]
fn a_field_of_an_input_object_may_be_named_once() {
    for twice in [
        "{ a(x: {b: 1, b: 2}) }",
        "{ a(x: [{c: {b: 1 d: 2 b: 3}}]) }",
        "query($v: In = {b: 1 b: 2}) { a(x: $v) }",
        "{ a @d(x: {b: E, b: E}) }",
        "{ a(x: {b: \"}\", b: 2}) }",
        "{ a { b(x: {b: 1, b: 2}) } }",
    ] {
        assert_refused(twice, "GRAPHQL_VALIDATION_FAILED");
    }
    for once in [
        "{ a: b a: b c { a: b a: b } }",
        "{ a(x: {b: {b: 1}, c: {b: 2}}, y: {b: 3}) }",
        "{ a(x: [{b: 1}, {b: 2}]) ... on Query { a: b a: b } }",
        "query($b: Int, $c: Int = 1) { a(b: $b, c: b, d: {e: b}) { b: c b: c } }",
    ] {
        assert_eq!(refused(once), None, "{once}");
    }
}

#[test]
fn an_operation_must_be_clear_and_have_its_variables() {
    let check = |query: &str, name: Option<&str>, variables: serde_json::Value| {
        let mut request = Request::new(query).variables(async_graphql::Variables::from_json(variables));
        request.operation_name = name.map(str::to_owned);
        guard().admit(&mut request).map_err(|rejected| rejected.error().message)
    };
    let none = || serde_json::json!({});
    let two = "query A { a } mutation B { b }";
    assert_eq!(check(two, Some("B"), none()), Ok(OperationType::Mutation));
    assert_eq!(check("query A { a }", None, none()), Ok(OperationType::Query));
    for (query, name) in
        [(two, None), (two, Some("C")), (two, Some("")), ("{ a }", Some("A")), ("fragment F on Query { a }", None)]
    {
        assert!(check(query, name, none()).is_err(), "{query} {name:?}");
    }
    let variables = "query($a: Int!, $b: Int! = 1, $c: Int) { a }";
    assert!(check(variables, None, serde_json::json!({"a": 1})).is_ok());
    for missing in [serde_json::json!({}), serde_json::json!({"a": null}), serde_json::json!({"a": 1, "b": null})] {
        let message = check(variables, None, missing.clone()).expect_err("refused");
        assert!(message.starts_with("variables."), "{missing}: {message}");
    }
}

#[test]
fn comments_count_as_tokens() {
    assert_eq!(refused(&format!("{{ __typename }} {}", "#\n".repeat(3_990))), None);
    assert_refused(&format!("{{ __typename }} {}", "#\n".repeat(4_000)), "QUERY_TOO_COMPLEX");
}

#[test]
fn a_request_keeps_the_variables_that_its_operation_declares() {
    let text = "query A($a: Int) { t(x: $a) } query B($b: Int, $c: Int = 1) { t(x: $b, y: $c) }";
    let variables = serde_json::json!({"a": 1, "b": 2, "other": "x".repeat(1_000)});
    let mut request = Request::new(text).operation_name("B").variables(async_graphql::Variables::from_json(variables));
    guard().admit(&mut request).expect("admitted");
    assert_eq!(serde_json::json!(request.variables), serde_json::json!({"b": 2}));
}
