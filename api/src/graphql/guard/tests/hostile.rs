//! Documents made by chance to be hostile: the guard neither panics nor does more than its share, and what it admits the
//! engine survives. The chance is the same in every run; set `PROPTEST_RNG_SEED` and `PROPTEST_CASES` to look further.

use std::sync::LazyLock;

use async_graphql::parser::types::{Selection, SelectionSet};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use super::*;
use crate::graphql::schema::{self, Schema};

fn config() -> ProptestConfig {
    let chosen = |name| std::env::var_os(name).is_some();
    let mut config = ProptestConfig { failure_persistence: None, max_shrink_iters: 2_000, ..ProptestConfig::default() };
    if !chosen("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(7);
    }
    if !chosen("PROPTEST_CASES") {
        config.cases = 400;
    }
    config
}

/// Bits of text that mean something to a reader of GraphQL, whole and broken.
const BITS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "...",
    ":",
    "=",
    "!",
    "$",
    "@",
    "|",
    "&",
    "\"",
    "\"\"\"",
    "\\\"",
    "\\\"\"\"",
    "\\",
    "\\u{1F600}",
    "\\ud800",
    "#",
    "\n",
    "\r",
    "\r\n",
    ",",
    " ",
    "\t",
    "\u{feff}",
    "é",
    "\u{0}",
    "0",
    "-1",
    "1e999",
    "1.5",
    "true",
    "null",
    "a",
    "b: ",
    "a: ",
    "F",
    "on ",
    "on Query ",
    "query ",
    "mutation ",
    "subscription ",
    "fragment F on Query ",
    "...F ",
    "$v: Int ",
    "@include(if: true) ",
    "tasks ",
    "__typename ",
    "{a: ",
    "[[",
    "]]",
    "(x: ",
    "{ a ",
];

fn soup() -> impl Strategy<Value = String> {
    vec(select(BITS), 0..200).prop_map(|bits| bits.concat())
}

/// The same over and over, with something before, between and after.
fn repeated() -> impl Strategy<Value = String> {
    let bit = || vec(select(BITS), 1..4).prop_map(|bits| bits.concat());
    (soup(), bit(), 0_usize..5_000, soup(), bit(), 0_usize..5_000).prop_map(|(before, open, n, between, close, m)| {
        let text = format!("{before}{}{between}{}", open.repeat(n), close.repeat(m));
        text[..text.floor_char_boundary(80_000)].to_owned()
    })
}

/// A document whose syntax is right: an operation and fragments that spread each other, in circles too.
fn graph() -> impl Strategy<Value = String> {
    let item = prop_oneof![
        3 => (0_usize..9).prop_map(|n| format!("...F{n} ")),
        2 => Just("__typename ".to_owned()),
        1 => Just("tasks ".to_owned()),
        1 => Just("k: tasks(filter: {status: DONE, kind: \"x\"}) @skip(if: true) ".to_owned()),
    ];
    let set = item.prop_recursive(4, 40, 6, |inner| {
        let wrap = select(&["edges", "... on Query", "...", "tasks", "a: node @include(if: false)"][..]);
        (wrap, vec(inner, 1..6)).prop_map(|(wrap, items)| format!("{wrap} {{ {}}} ", items.concat()))
    });
    vec(vec(set, 1..5), 1..9).prop_map(|sets| {
        let sets = sets.iter().map(|items| items.concat()).enumerate();
        sets.map(|(n, set)| if n == 0 { format!("{{ {set}}} ") } else { format!("fragment F{n} on Query {{ {set}}} ") }).collect()
    })
}

/// A set of selections, written out.
#[derive(Clone, Copy, Default)]
struct Expanded {
    selections: usize,
    roots: usize,
    depth: usize,
    height: usize,
}

/// The plain way to measure, which costs what the document costs; nothing once that is beyond bearing.
fn expand(document: &ExecutableDocument, set: &SelectionSet, level: usize) -> Option<Expanded> {
    if level > 64 {
        return None;
    }
    let mut all = Expanded::default();
    for item in &set.items {
        let inner = match &item.node {
            Selection::Field(field) => {
                let inner = expand(document, &field.node.selection_set.node, level + 1)?;
                let depth = if field.node.name.node == "__typename" { 0 } else { inner.depth + 1 };
                Expanded { roots: 1, depth, ..inner }
            }
            Selection::InlineFragment(inline) => expand(document, &inline.node.selection_set.node, level + 1)?,
            Selection::FragmentSpread(spread) => match document.fragments.get(&spread.node.fragment_name.node) {
                Some(fragment) => expand(document, &fragment.node.selection_set.node, level + 1)?,
                None => Expanded::default(),
            },
        };
        all.selections += 1 + inner.selections;
        all.roots += inner.roots;
        all.depth = all.depth.max(inner.depth);
        all.height = all.height.max(1 + inner.height);
        if all.selections > 2_000 {
            return None;
        }
    }
    Some(all)
}

/// What the guard is to say of a document by what it measures.
fn is_small(document: &ExecutableDocument) -> bool {
    let limits = GraphqlLimits::default();
    let fits = |set: &SelectionSet| {
        let size = expand(document, set, 0)?;
        let fits = size.selections <= limits.selections && size.depth <= limits.depth && size.height <= MAX_HEIGHT;
        fits.then_some(size)
    };
    let operations = document.operations.iter().map(|(_, operation)| fits(&operation.node.selection_set.node));
    let operations: Option<Vec<_>> = operations.collect();
    let fragments = document.fragments.values().map(|fragment| fits(&fragment.node.selection_set.node));
    operations.is_some_and(|sizes| {
        sizes.iter().all(|size| size.roots <= limits.root_fields)
            && sizes.iter().map(|size| size.selections).sum::<usize>() <= limits.selections
    }) && fragments.collect::<Option<Vec<_>>>().is_some()
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| schema::build(None, &GraphqlLimits::default()));

/// Everything the guard promises about any text.
fn check(text: &str) {
    let mut work = Work::default();
    let verdict = guard().examine(text, &mut work);
    assert!(work.bytes <= text.len() && work.tokens <= work.bytes && work.selections <= work.tokens, "{work:?}");
    let document = match verdict {
        Ok(document) => document,
        Err(rejected) => {
            let error = rejected.error();
            assert!(error.extensions.is_some_and(|e| e.get("code").is_some()), "{}", error.message);
            return;
        }
    };
    assert!(is_small(&document), "{text}");
    // The engine validates it, and executes it as far as it gets without a database.
    let executed = futures_util::FutureExt::now_or_never(SCHEMA.execute(Request::new(text)));
    assert!(executed.is_none_or(|response| response.errors.len() <= 4_000));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn soup_is_survived(text in soup()) {
        check(&text);
    }

    #[test]
    fn repetition_is_survived(text in repeated()) {
        check(&text);
    }

    #[test]
    fn graphs_of_fragments_are_measured_as_they_are_expanded(text in graph()) {
        check(&text);
        // The other way round: what is small is not refused.
        let named = text.matches("k:").count() + text.matches("a:").count();
        let limits = GraphqlLimits::default();
        if is_small(&parse_query(&text).expect("the syntax is right")) && named <= limits.aliases && text.matches('@').count() <= limits.directives {
            prop_assert_eq!(refused(&text), None, "{}", text);
        }
    }
}

/// What was once found, or nearly missed, stays found.
#[test]
fn regressions() {
    for text in
        ["{ a(x: \"\\", "{ a(x: \"\"\"\\", "\u{feff}{\u{feff}a\u{feff}}", "{ a(x: \"\u{feff}", "#", "...", "query($", "{ ...on }"]
    {
        check(text);
    }
}
