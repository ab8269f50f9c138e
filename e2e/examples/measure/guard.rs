//! How much CPU the guard takes at most for a document of 64 KiB, refused or admitted, beside the parser alone where that
//! survives; and the engine's own validation of what is admitted. Fails when the guard takes more than 5 ms for one of them (the
//! median of many rounds: on a busy machine the slowest is the machine's).

use std::time::Duration;

use api::graphql::{Validator, examine};
use async_graphql::parser::parse_query;
use nix::time::{ClockId, clock_gettime};

const BYTES: usize = 64 * 1024;
const ROUNDS: usize = 200;
/// The most the guard may take for any document.
const LIMIT: Duration = Duration::from_millis(5);

pub(crate) async fn run() {
    println!("document: its length; the guard's median and slowest of {ROUNDS}; what it says; the parser alone");
    let mut worst = Worst::default();
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
        worst.note(&name, median, slowest);
    }
    println!(
        "the guard's worst: {}, {:.0} times the parsing of a small query",
        worst.text(),
        worst.median.div_duration_f64(small())
    );
    println!("the engine's own validation of admitted documents, its worst: {}", validation().await.text());
    assert!(worst.median <= LIMIT, "the guard takes more than {LIMIT:?}: {}", worst.text());
}

/// The engine's rules on documents that the guard admits: those above, most of them wrong, and larger ones that are right.
async fn validation() -> Worst {
    let validator = Validator::new(cpu);
    let mut worst = Worst::default();
    let all = documents().into_iter().map(|(name, document, _)| (name, document, false));
    for (name, document, right) in all.chain(right()) {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let Some((time, is_valid)) = validator.validate(&document).await else { break };
            assert!(is_valid || !right, "{name} is not valid");
            times.push(time);
        }
        times.sort_unstable();
        if let Some(slowest) = times.last() {
            worst.note(&name, times[ROUNDS / 2], *slowest);
        }
    }
    worst
}

/// Documents of our schema.
fn right() -> Vec<(String, String, bool)> {
    let task = |fields: &str| format!("{{ tasks(first: 1) {{ edges {{ node {{ {fields} }} }} }} }}");
    let kinds = "\"k\" ".repeat(1_900);
    [
        ("a field again and again", task(&"id ".repeat(990))),
        ("objects again and again", task(&"error { message } ".repeat(330))),
        ("a fragment again and again", format!("{} fragment F on Task {{ id kind queue }}", task(&"...F ".repeat(240)))),
        ("inline fragments again and again", task(&"... on Task { id } ".repeat(480))),
        ("a long list", format!("{{ tasks(first: 1, filter: {{kind: {{in: [{kinds}]}}}}) {{ liveCursor }} }}")),
    ]
    .map(|(name, document)| (name.to_owned(), document, true))
    .to_vec()
}

/// The document that took longest.
#[derive(Default)]
struct Worst {
    name: String,
    median: Duration,
    slowest: Duration,
}

impl Worst {
    fn note(&mut self, name: &str, median: Duration, slowest: Duration) {
        if median > self.median {
            *self = Worst { name: name.to_owned(), median, slowest };
        }
    }

    fn text(&self) -> String {
        format!("{}, median {:.2} ms, slowest {:.2} ms", self.name, millis(self.median), millis(self.slowest))
    }
}

/// What the parser takes for what people ask.
fn small() -> Duration {
    times(|| drop(parse_query("{ tasks(first: 20) { edges { node { id status } } } }"))).0
}

fn times(mut work: impl FnMut()) -> (Duration, Duration) {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let begun = cpu();
            work();
            cpu() - begun
        })
        .collect();
    times.sort_unstable();
    (times[ROUNDS / 2], times[ROUNDS - 1])
}

/// What this thread has had of the CPU: what others take of it is not the guard's doing.
fn cpu() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
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
