//! `echo`: the result is the payload.

use super::Kind;

/// See the module.
pub const KIND: Kind = Kind { name: "echo", description: "Answers with its payload.", validate: |_, _| Vec::new() };
