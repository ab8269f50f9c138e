//! A submitter: REST and GraphQL over a real HTTP client.

use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::Socket;

/// Speaks to one API with one key.
#[derive(Clone, Debug)]
pub struct Client {
    /// `host:port`.
    pub address: String,
    /// Of the tenant it speaks for.
    pub key: String,
    http: reqwest::Client,
}

impl Client {
    /// A client of the API at `host:port`.
    #[must_use]
    pub fn new(address: &str, key: &str) -> Self {
        Self { address: address.into(), key: key.into(), http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// A request to a path, with the key.
    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("http://{}{path}", self.address)).bearer_auth(&self.key)
    }

    /// `POST /v1/tasks`; the new task.
    pub async fn submit(&self, kind: &str, payload: Value) -> Value {
        self.submit_with(json!({"kind": kind, "payload": payload})).await
    }

    /// `POST /v1/tasks` with a whole input; the new task.
    pub async fn submit_with(&self, input: Value) -> Value {
        let answer = self.request(reqwest::Method::POST, "/v1/tasks").json(&input).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        answer.json().await.unwrap()
    }

    /// `GET /v1/tasks/{id}`.
    pub async fn get(&self, task_id: &str) -> Value {
        let answer = self.request(reqwest::Method::GET, &format!("/v1/tasks/{task_id}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    /// `GET /v1/tasks/{id}/audit`; the rows.
    pub async fn audit(&self, task_id: &str) -> Vec<Value> {
        let answer = self.request(reqwest::Method::GET, &format!("/v1/tasks/{task_id}/audit")).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        body["items"].as_array().unwrap().clone()
    }

    /// A GraphQL operation; fails the test on errors.
    pub async fn graphql(&self, query: &str, variables: Value) -> Value {
        let body = json!({"query": query, "variables": variables});
        let answer: Value =
            self.request(reqwest::Method::POST, "/graphql").json(&body).send().await.unwrap().json().await.unwrap();
        assert!(answer["errors"].is_null(), "{answer:#}");
        answer["data"].clone()
    }

    /// A websocket, initialised with the key.
    pub async fn socket(&self) -> Socket {
        Socket::connect(&self.address, &self.key).await
    }
}
