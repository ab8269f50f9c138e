//! How long the guard takes at most for a document of 64 KiB, refused or admitted, beside the parser alone where that
//! survives.

use std::time::{Duration, Instant};

use api::graphql::examine;
use async_graphql::parser::parse_query;

const BYTES: usize = 64 * 1024;
const ROUNDS: usize = 200;

pub(crate) async fn run() {
    println!("document: its length; the guard's median and slowest of {ROUNDS}; what it says; the parser alone");
    let mut worst = (Duration::ZERO, Duration::ZERO, String::new());
    for (name, document, parser) in documents() {
        assert!(document.len() <= BYTES, "{name}: {}", document.len());
        let (median, slowest) = times(|| drop(examine(&document)));
        let verdict = examine(&document).0.map_or_else(|code| code, |()| "admitted".to_owned());
        let alone = if parser {
            format!("{:.2} ms", millis(times(|| drop(parse_query(&document))).0))
        } else {
            "aborts or takes seconds".into()
        };
        println!("{name}: {} bytes; {:.2} ms, {:.2} ms; {verdict}; {alone}", document.len(), millis(median), millis(slowest));
        if median > worst.0 {
            worst = (median, slowest, name);
        }
    }
    let baseline = times(|| drop(parse_query("{ tasks(first: 20) { edges { node { id status } } } }"))).0;
    println!(
        "worst: {}, median {:.2} ms, slowest {:.2} ms; {:.0} times the parsing of a small query",
        worst.2,
        millis(worst.0),
        millis(worst.1),
        worst.0.as_secs_f64() / baseline.as_secs_f64()
    );
}

fn times(mut work: impl FnMut()) -> (Duration, Duration) {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[ROUNDS / 2], times[ROUNDS - 1])
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The worst of each kind, cut to 64 KiB; and whether the parser alone may be let at it.
fn documents() -> Vec<(String, String, bool)> {
    let bomb = |n: usize| {
        let chain: String = (0..n).map(|i| format!("fragment f{i} on Query {{ ...f{} ...f{} }} ", i + 1, i + 1)).collect();
        format!("{{ ...f0 }} {chain}fragment f{n} on Query {{ __typename }}")
    };
    let spreads = "...f0 ".repeat(3_000);
    let fill = |head: &str, piece: &str, tail: &str| {
        format!("{head}{}{tail}", piece.repeat((BYTES - head.len() - tail.len()) / piece.len()))
    };
    let all = [
        ("names, as many tokens as are admitted", format!("{{ {} }}", "x ".repeat(3_990)), true),
        ("long names", format!("{{ {} }}", format!("{} ", "x".repeat(15)).repeat(3_990)), true),
        ("names, all of 64 KiB", fill("{ ", "x ", "}"), true),
        ("arguments", format!("{{ a({}) }}", "b: 1 ".repeat(1_200)), true),
        ("an object of many fields", format!("{{ a(x: {{ {} }}) }}", "b: 1 ".repeat(1_200)), true),
        ("a list of numbers", fill("{ a(x: [", "1 ", "]) }"), true),
        ("one number", fill("{ a(x: ", "1", ") }"), true),
        ("one string", fill("{ a(x: \"", "x", "\") }"), true),
        ("one string of escapes", fill("{ a(x: \"", "\\u0061", "\") }"), true),
        ("one block string", fill("{ a(x: \"\"\"", " x\n", "\"\"\") }"), true),
        ("empty strings", fill("{ a(x: [", "\"\" ", "]) }"), true),
        ("a comment", fill("{ x } #", "x", ""), true),
        ("comments", fill("{ x }", "#\n", ""), true),
        ("byte order marks", fill("{ x ", "\u{feff}", "}"), true),
        ("operations", fill("", "query a { x } ", ""), true),
        ("variables", format!("query ({}) {{ x }}", "$a: [Int!]! = 1 ".repeat(400)), true),
        ("directives", format!("{{ x {} }}", "@a ".repeat(1_300)), true),
        ("aliases", format!("{{ {} }}", "a: x ".repeat(1_300)), true),
        ("fragments that double, 26", bomb(26), true),
        ("fragments that double, as many as are admitted", bomb(300), true),
        (
            "fragments of a fragment",
            format!("{} {}", bomb(5), (0..280).map(|i| format!("fragment g{i} on Q {{ ...f0 }} ")).collect::<String>()),
            true,
        ),
        ("spreads", format!("{{ {} }} {}", &spreads[..6 * 1_800], bomb(5)), true),
        ("inline fragments", format!("{{ {} }}", "... { x } ".repeat(900)), true),
        ("nested selections, as deep as is admitted", format!("{{ {}x{} }}", "a {".repeat(45), "}".repeat(45)), true),
        ("nested selections", fill("", "{a", ""), false),
        ("nested lists", fill("{ a(x: ", "[", ""), false),
        ("nested objects", fill("{ a(x: ", "{b:", ""), false),
    ];
    all.map(|(name, document, parser)| (name.to_owned(), document, parser)).to_vec()
}
