//! The public contract.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::graphql::data;
use crate::support::TestApi;

/// What GraphiQL and code generators send.
const INTROSPECTION: &str = include_str!("schema/introspection.graphql");

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let committed = include_str!("../../../schema.graphql");
    assert!(committed == api::graphql::sdl(), "schema.graphql is out of date: cargo run -p api --bin schema -- schema.graphql");
}

/// The shape of the contract in one reviewable place: what each type and field is called, without their descriptions.
#[test]
fn the_contract_in_outline() {
    let mut quoted = false;
    let outline: Vec<_> = api::graphql::sdl()
        .lines()
        .filter(|line| {
            let block = line.trim() == "\"\"\"";
            let inside = quoted || block;
            quoted ^= block;
            !inside && !line.trim().starts_with('"') && !line.trim().is_empty()
        })
        .map(str::to_owned)
        .collect();
    insta::assert_snapshot!(outline.join("\n"));
}

#[tokio::test]
async fn everything_has_a_description() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let schema = data(&api, &acme, INTROSPECTION, json!({})).await["__schema"].clone();
    let mut missing = BTreeSet::new();
    // Not ours: introspection itself and GraphQL's own scalars.
    let ours = |name: &str| !name.starts_with("__") && !["Boolean", "Float", "ID", "Int", "String"].contains(&name);
    for ty in of(&schema, "types").filter(|ty| ours(ty["name"].as_str().unwrap())) {
        check(&mut missing, &[ty]);
        for member in ["fields", "inputFields", "enumValues"] {
            for field in of(ty, member) {
                check(&mut missing, &[ty, field]);
                of(field, "args").for_each(|arg| check(&mut missing, &[ty, field, arg]));
            }
        }
    }
    assert!(missing.is_empty(), "no description on: {missing:?}");
}

#[tokio::test]
async fn every_scalar_of_ours_says_where_it_is_specified() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let types = data(&api, &acme, "{ __schema { types { name kind specifiedByURL } } }", json!({})).await["__schema"].clone();
    let scalars: Vec<_> = of(&types, "types").filter(|ty| ty["kind"] == "SCALAR").collect();
    let stated = scalars.iter().filter(|ty| ty["specifiedByURL"].is_string()).map(|ty| ty["name"].as_str().unwrap());
    assert_eq!(stated.collect::<BTreeSet<_>>(), BTreeSet::from(["Cursor", "DateTime", "JSON", "UUID"]));
    assert_eq!(scalars.len(), 4 + 5, "GraphQL has five of its own: {scalars:?}");
}

fn of<'a>(parent: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    parent[member].as_array().into_iter().flatten()
}

fn check(missing: &mut BTreeSet<String>, path: &[&Value]) {
    if path.last().is_none_or(|last| last["description"].as_str().unwrap_or_default().trim().is_empty()) {
        missing.insert(path.iter().map(|p| p["name"].as_str().unwrap()).collect::<Vec<_>>().join("."));
    }
}
