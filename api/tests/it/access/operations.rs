//! Every operation of the contract, read from the contract itself: what is added to it is walked without being named here.

use serde_json::{Value, json};
use testkit::Tenant;

use crate::support::TestApi;

/// One field of a root type, ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// `Query`, `Mutation` or `Subscription`.
    pub(super) root: String,
    pub(super) name: String,
    /// A document with every field below it, three objects deep.
    pub(super) document: String,
    /// Whether an argument is an id, or a reference.
    pub(super) names_something: bool,
}

/// The types of the schema by their names.
pub(super) struct Contract(serde_json::Map<String, Value>);

impl Contract {
    pub(super) async fn read(api: &TestApi, tenant: &Tenant) -> Contract {
        let query = include_str!("../schema/introspection.graphql");
        let answer = super::ask(api, tenant, query, json!({})).await;
        let types = answer["data"]["__schema"]["types"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
        Contract(types.into_iter().map(|ty| (ty["name"].as_str().unwrap().to_owned(), ty)).collect())
    }

    /// Each root field, with `id` wherever an id or a name of something is asked for.
    pub(super) fn operations(&self, id: &str) -> Vec<Operation> {
        let roots = ["Query", "Mutation", "Subscription"];
        let of = |root: &str| -> Vec<Operation> {
            let fields = self.0[root]["fields"].as_array().unwrap();
            fields.iter().map(|field| self.operation(root, field, id)).collect()
        };
        roots.into_iter().flat_map(of).collect()
    }

    fn operation(&self, root: &str, field: &Value, id: &str) -> Operation {
        let name = field["name"].as_str().unwrap();
        let mut names_something = false;
        let arguments: Vec<_> = field["args"]
            .as_array()
            .unwrap()
            .iter()
            // What may be left out is, unless it leads to something.
            .filter(|argument| is_required(argument) || leads_somewhere(argument["name"].as_str().unwrap(), name))
            .map(|argument| {
                let value = self.value(&argument["type"], id, &mut names_something);
                format!("{}: {value}", argument["name"].as_str().unwrap())
            })
            .collect();
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let selection = self.selection(named(&field["type"]), 3);
        let document = format!("{} {{ {name}{arguments} {selection} }}", root.to_lowercase());
        Operation { root: root.to_owned(), name: name.to_owned(), document, names_something }
    }

    /// A value of an input type, as small as may be.
    fn value(&self, ty: &Value, id: &str, names_something: &mut bool) -> String {
        match ty["kind"].as_str().unwrap() {
            "NON_NULL" => self.value(&ty["ofType"], id, names_something),
            "LIST" => format!("[{}]", self.value(&ty["ofType"], id, names_something)),
            "ENUM" => self.0[ty["name"].as_str().unwrap()]["enumValues"][0]["name"].as_str().unwrap().to_owned(),
            "INPUT_OBJECT" => {
                let fields = self.0[ty["name"].as_str().unwrap()]["inputFields"].as_array().unwrap();
                let required: Vec<_> = fields.iter().filter(|field| is_required(field)).collect();
                // Of what takes one of several the first will do.
                let one_of = ty["name"] == "TaskBy";
                let chosen = if one_of { vec![&fields[0]] } else { required };
                let write = |field: &&Value, names_something: &mut bool| {
                    let name = field["name"].as_str().unwrap();
                    // The kind of a task must be one that there is.
                    let value = match name {
                        "kind" => "\"echo\"".to_owned(),
                        "address" => "\"127.0.0.1\"".to_owned(),
                        _ => self.value(&field["type"], id, names_something),
                    };
                    format!("{name}: {value}")
                };
                let written: Vec<_> = chosen.iter().map(|field| write(field, names_something)).collect();
                format!("{{{}}}", written.join(", "))
            }
            _ => match ty["name"].as_str().unwrap() {
                "ID" | "UUID" => {
                    *names_something = true;
                    format!("\"{id}\"")
                }
                "Int" => "1".to_owned(),
                "Boolean" => "true".to_owned(),
                "JSON" => "{n: 1}".to_owned(),
                "DateTime" => "\"2020-01-01T00:00:00Z\"".to_owned(),
                _ => "\"walked\"".to_owned(),
            },
        }
    }

    /// Every field that can be had without arguments, so many objects deep; of interfaces what their types have.
    fn selection(&self, type_name: &str, depth: usize) -> String {
        let ty = &self.0[type_name];
        let fields = match ty["kind"].as_str().unwrap() {
            "OBJECT" => ty["fields"].as_array().unwrap(),
            "INTERFACE" | "UNION" => {
                let possible = ty["possibleTypes"].as_array().unwrap();
                let of = |ty: &Value| {
                    let name = ty["name"].as_str().unwrap();
                    format!("... on {name} {}", self.selection(name, depth.min(1)))
                };
                return format!("{{ __typename {} }}", possible.iter().map(of).collect::<Vec<_>>().join(" "));
            }
            _ => return String::new(),
        };
        let mut written = vec!["__typename".to_owned()];
        for field in fields.iter().filter(|field| !field["args"].as_array().unwrap().iter().any(is_required)) {
            let (name, inner) = (field["name"].as_str().unwrap(), named(&field["type"]));
            let is_leaf = matches!(self.0[inner]["kind"].as_str(), Some("SCALAR" | "ENUM"));
            if is_leaf {
                written.push(name.to_owned());
            } else if depth > 0 {
                written.push(format!("{name} {}", self.selection(inner, depth - 1)));
            }
        }
        format!("{{ {} }}", written.join(" "))
    }
}

fn is_required(argument: &Value) -> bool {
    argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null()
}

/// Arguments that may be left out, but without which nothing is looked for.
fn leads_somewhere(argument: &str, field: &str) -> bool {
    matches!((field, argument), ("taskUpdated", "id") | ("apiKeys", "userId"))
}

fn named(ty: &Value) -> &str {
    let mut ty = ty;
    while !ty["ofType"].is_null() {
        ty = &ty["ofType"];
    }
    ty["name"].as_str().unwrap()
}

/// One operation of the REST facade.
#[derive(Clone, Debug)]
pub(super) struct RestOperation {
    pub(super) method: reqwest::Method,
    /// As the description has it.
    pub(super) template: String,
    pub(super) path: String,
}

/// Each operation of the description, with `id` in its path.
pub(super) async fn of_rest(api: &TestApi, id: &str) -> Vec<RestOperation> {
    let text = api.anonymous(reqwest::Method::GET, "/openapi.json").send().await.unwrap().text().await.unwrap();
    let description: Value = serde_json::from_str(&text).unwrap();
    let mut all = Vec::new();
    for (template, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let Ok(method) = method.to_uppercase().parse::<reqwest::Method>() else { continue };
            all.push(RestOperation { method, template: template.clone(), path: template.replace("{id}", id) });
        }
    }
    assert!(!all.is_empty(), "{text}");
    all
}
