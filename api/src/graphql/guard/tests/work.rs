//! How much the guard does: counted, not timed, so that a slow machine fails nothing and a slow algorithm everything.

use super::*;

/// Admitted or not: each byte is looked at once, each token is some byte's, each selection of the text some token's.
fn assert_bounded(document: &str, guard: &Guard) -> Work {
    let mut work = Work::default();
    let _ = guard.examine(document, &mut work);
    let label = &document[..document.floor_char_boundary(80)];
    assert!(work.bytes <= document.len(), "{label}: {work:?} of {} bytes", document.len());
    assert!(work.tokens <= work.bytes && work.selections <= work.tokens, "{label}: {work:?}");
    work
}

/// Documents of up to 64 KiB that are the worst of their kind.
fn worst() -> Vec<String> {
    let spreads = |n: usize| "...f0 ".repeat(n);
    let many: String = (0..8_000).map(|i| format!("fragment g{i} on Q {{ {} }} ", spreads(1))).collect();
    let chain: String = (0..2_000).rev().map(|i| format!("fragment f{i} on Q {{ ...f{} }} ", i + 1)).collect();
    vec![
        bomb(7),
        bomb(26),
        bomb(900),
        format!("{{ {} }}", "x ".repeat(30_000)),
        format!("{{ {} }} {}", spreads(10_000), bomb(5)),
        format!("{} {many}", bomb(5)),
        format!("{{ ...f0 }} {chain}"),
        "{a".repeat(30_000),
        "[".repeat(60_000),
        format!("{{ a(x: {{ {} }}) }}", "b: 1 ".repeat(12_000)),
        format!("{{ a(x: \"{}", "\\\"".repeat(30_000)),
        format!("{{ a(x: \"\"\"{}", "\\\"\"\"".repeat(15_000)),
        format!("{{ a(x: {}", "\"\"\"".repeat(20_000)),
        format!("{{ a(x: {}", "\"\" ".repeat(20_000)),
        "#\n".repeat(30_000),
        "\u{feff}".repeat(20_000),
        "@".repeat(60_000),
        "...".repeat(20_000),
    ]
}

#[test]
fn it_is_bounded_by_the_length_of_the_document_whatever_the_limits() {
    let boundless = GraphqlLimits {
        bytes: usize::MAX,
        tokens: usize::MAX,
        nesting: 200,
        depth: usize::MAX,
        selections: usize::MAX / 100,
        root_fields: usize::MAX,
        aliases: usize::MAX,
        directives: usize::MAX,
        ..GraphqlLimits::default()
    };
    for document in worst() {
        assert_bounded(&document, &Guard { limits: boundless, introspection: false });
    }
}

#[test]
fn under_the_limits_no_document_of_64_kib_takes_more_than_they_say() {
    for mut document in worst() {
        document.truncate(document.floor_char_boundary(64 * 1024));
        let work = assert_bounded(&document, &guard());
        assert!(work.tokens <= 4_001 && work.selections <= 4_000, "{work:?}");
    }
}

#[test]
fn a_document_beyond_the_limit_of_bytes_is_not_looked_at() {
    assert_eq!(assert_bounded(&"{".repeat(65_537), &guard()), Work::default());
}

#[test]
fn a_fragment_is_measured_once_however_often_it_is_spread() {
    // 2^26 fields.
    let mut work = Work::default();
    let boundless = GraphqlLimits { selections: usize::MAX / 100, root_fields: usize::MAX, ..GraphqlLimits::default() };
    let measured = Guard { limits: boundless, ..guard() }.examine(&bomb(26), &mut work);
    assert!(measured.is_ok(), "{measured:?}");
    assert_eq!(work.selections, 1 + 2 * 26 + 1);
}

/// What the guard admits costs little behind it, too: the engine's own walk of the unused fragments is bounded.
#[test]
fn fragments_that_no_operation_uses_have_a_bound_of_their_own() {
    let wide = |n: usize| (0..n).map(|i| format!("fragment g{i} on Query {{ ...f0 }} ")).collect::<String>();
    let head = bomb(7).replacen("query { ...f0 }", "query { __typename }", 1);
    assert_eq!(refused(&format!("{head} {}", wide(10))), None);
    assert_refused(&format!("{head} {}", wide(300)), "QUERY_TOO_COMPLEX");
}
