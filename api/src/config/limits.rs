//! How much one GraphQL operation may ask for.
//!
//! | variable | meaning |
//! |---|---|
//! | `GRAPHQL_MAX_BODY_BYTES` | length of a request's body in bytes, 65536 to 67108864 (default 8388608) |
//! | `GRAPHQL_MAX_BYTES` | length of a document in bytes, 1024 to 1048576 (default 65536) |
//! | `GRAPHQL_MAX_TOKENS` | tokens of a document, 100 to 50000 (default 4000) |
//! | `GRAPHQL_MAX_NESTING` | brackets of any kind inside each other, 20 to 200 (default 50) |
//! | `GRAPHQL_MAX_DEPTH` | fields inside each other, 13 to 32 (default 15; introspection as tools send it needs 13) |
//! | `GRAPHQL_MAX_SELECTIONS` | selections once fragments are expanded, 100 to 10000 (default 1000) |
//! | `GRAPHQL_MAX_ROOT_FIELDS` | fields at an operation's root, 1 to 1000 (default 20) |
//! | `GRAPHQL_MAX_ALIASES` | aliases of a document, 0 to 10000 (default 30) |
//! | `GRAPHQL_MAX_DIRECTIVES` | directives of a document, 0 to 10000 (default 50) |
//! | `GRAPHQL_MAX_COST` | points of an operation: a field is one, what stands below a list counts as often as the list may be long, each list is ten more for its statement; 100 to 1000000 (default 5000) |
//! | `GRAPHQL_MAX_ERRORS` | errors of an answer; what is beyond is left out; 1 to 1000 (default 20) |

use boot::Env;

/// What the guard and the engine refuse to go beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphqlLimits {
    /// Length of a request's body in bytes.
    pub body_bytes: usize,
    /// Length of a document in bytes.
    pub bytes: usize,
    /// Tokens of a document.
    pub tokens: usize,
    /// Brackets of any kind inside each other.
    pub nesting: usize,
    /// Fields inside each other.
    pub depth: usize,
    /// Selections, each fragment counted as often as it is spread.
    pub selections: usize,
    /// Fields at the root of an operation.
    pub root_fields: usize,
    /// Aliases of a document.
    pub aliases: usize,
    /// Directives of a document.
    pub directives: usize,
    /// Points of an operation.
    pub cost: usize,
    /// Errors of an answer.
    pub errors: usize,
}

impl Default for GraphqlLimits {
    fn default() -> GraphqlLimits {
        GraphqlLimits {
            body_bytes: 8 * 1024 * 1024,
            bytes: 64 * 1024,
            tokens: 4_000,
            nesting: 50,
            depth: 15,
            selections: 1_000,
            root_fields: 20,
            aliases: 30,
            directives: 50,
            cost: 5_000,
            errors: 20,
        }
    }
}

impl GraphqlLimits {
    /// Reads the variables above; mistakes go to `env`.
    pub fn read(env: &mut Env) -> GraphqlLimits {
        let default = GraphqlLimits::default();
        GraphqlLimits {
            body_bytes: env.integer("GRAPHQL_MAX_BODY_BYTES", default.body_bytes, 65_536..=67_108_864),
            bytes: env.integer("GRAPHQL_MAX_BYTES", default.bytes, 1_024..=1_048_576),
            tokens: env.integer("GRAPHQL_MAX_TOKENS", default.tokens, 100..=50_000),
            // The parser recurses; 200 levels are far from the end of its stack, 1,500 are beyond.
            nesting: env.integer("GRAPHQL_MAX_NESTING", default.nesting, 20..=200),
            depth: env.integer("GRAPHQL_MAX_DEPTH", default.depth, 13..=32),
            selections: env.integer("GRAPHQL_MAX_SELECTIONS", default.selections, 100..=10_000),
            root_fields: env.integer("GRAPHQL_MAX_ROOT_FIELDS", default.root_fields, 1..=1_000),
            aliases: env.integer("GRAPHQL_MAX_ALIASES", default.aliases, 0..=10_000),
            directives: env.integer("GRAPHQL_MAX_DIRECTIVES", default.directives, 0..=10_000),
            cost: env.integer("GRAPHQL_MAX_COST", default.cost, 100..=1_000_000),
            errors: env.integer("GRAPHQL_MAX_ERRORS", default.errors, 1..=1_000),
        }
    }
}
