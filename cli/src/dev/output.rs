//! What a person sees when everything runs: where it is, the key, and a line to paste.

use std::io::Write as _;

use secrecy::ExposeSecret as _;

use super::addresses::Addresses;
use super::key::FirstKey;

/// The words, in this order: URLs, key, a request to try, how to stop.
pub(super) fn text(addresses: &Addresses, key: &FirstKey) -> String {
    let secret = key.text.expose_secret();
    format!(
        "
ctap is ready.

  GraphQL    {graphql}
{graphiql}  REST       {tasks}
  WebSocket  {websocket}

  API key    {secret}
  Tenant     {tenant}

Submit a task:

  curl -sS {tasks} -H 'Authorization: Bearer {secret}' -H 'Content-Type: application/json' -d '{body}'

Stop with Ctrl-C. The data is kept for the next start.
",
        graphql = addresses.graphql(),
        graphiql = addresses.graphiql(secret).map(|url| format!("  GraphiQL   {url}\n")).unwrap_or_default(),
        tasks = addresses.tasks(),
        websocket = addresses.websocket(),
        tenant = key.tenant,
        body = r#"{"kind":"echo","payload":{"hello":"world"}}"#,
    )
}

/// Writes it to stdout. With stdout closed nobody wants to know, and the services run on.
pub(super) fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_graphiql(has_graphiql: bool) -> String {
        let key = FirstKey { text: "ctap_dev_x".into(), tenant: "default".into() };
        text(&Addresses { api_port: 8080, worker_port: 1, has_graphiql }, &key)
    }

    #[test]
    fn urls_come_first_then_the_key_then_the_request() {
        let text = with_graphiql(true);
        let parts = [
            "  http://127.0.0.1:8080/graphql\n",
            "  http://127.0.0.1:8080/graphiql#key=ctap_dev_x\n",
            "  http://127.0.0.1:8080/v1/tasks\n",
            "  ws://127.0.0.1:8080/graphql\n",
            "API key    ctap_dev_x\n",
            "  default\n",
            "\n  curl ",
            "Bearer ctap_dev_x'",
            "Ctrl-C",
        ];
        let places: Vec<_> = parts.iter().map(|part| text.find(part.trim_start_matches(' ')).expect(part)).collect();
        assert!(places.is_sorted(), "{places:?} in {text}");
    }

    #[test]
    fn a_page_that_is_not_served_is_not_named() {
        let text = with_graphiql(false);
        assert!(!text.contains("raphi"), "{text}");
        assert!(text.contains("/graphql\n  REST"), "{text}");
    }
}
