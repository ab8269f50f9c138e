//! An issuer of JSON Web Tokens on this machine, which publishes its keys or fails to.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::signing_key::SigningKey;

/// How an issuer answers who asks for its keys.
#[derive(Clone, Debug)]
pub enum Answer {
    /// With its keys.
    Keys,
    /// With a status and nothing else.
    Status(u16),
    /// With its keys, but at another address ([`Issuer::strays`] counts who goes there).
    Elsewhere,
    /// With this.
    Text(String),
    /// With a body that never ends.
    Endless,
    /// Not at all.
    Silence,
}

/// The issuer. It is gone when this is dropped.
pub struct Issuer {
    /// `http://127.0.0.1:<port>`, which is also its `iss`.
    pub url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    keys: Mutex<Vec<Arc<SigningKey>>>,
    answer: Mutex<Answer>,
    fetches: AtomicUsize,
    strays: AtomicUsize,
}

impl Issuer {
    /// `aud` of its tokens.
    pub const AUDIENCE: &str = "ctap";

    /// With one ES256 key.
    pub async fn start() -> Issuer {
        Issuer::with_key(SigningKey::es256("first")).await
    }

    /// With this key.
    pub async fn with_key(key: SigningKey) -> Issuer {
        let shared = Arc::new(Shared {
            keys: Mutex::new(vec![Arc::new(key)]),
            answer: Mutex::new(Answer::Keys),
            fetches: AtomicUsize::default(),
            strays: AtomicUsize::default(),
        });
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", tcp.local_addr().unwrap());
        let routes =
            Router::new().route("/jwks.json", get(answer)).route("/elsewhere", get(stray)).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move { axum::serve(tcp, routes).await.unwrap() });
        Issuer { url, shared, server }
    }

    /// What the API must be told to believe this issuer.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        let jwks_url = format!("{}/jwks.json", self.url);
        [("JWT_ISSUER", self.url.clone()), ("JWT_AUDIENCE", Issuer::AUDIENCE.to_owned()), ("JWT_JWKS_URL", jwks_url)]
    }

    /// Good claims of a user of this tenant, for five minutes from now.
    pub fn claims(&self, tenant: &str, user: &str) -> Value {
        let now = now();
        json!({
            "iss": self.url,
            "aud": Issuer::AUDIENCE,
            "sub": user,
            "tenant": tenant,
            "scope": "tasks:read tasks:write",
            "iat": now,
            "exp": now + 300,
            "jti": Uuid::now_v7(),
        })
    }

    /// A token by the newest key.
    pub fn sign(&self, claims: &Value) -> String {
        self.key().sign(claims)
    }

    /// The newest key.
    pub fn key(&self) -> Arc<SigningKey> {
        self.shared.keys.lock().unwrap().last().cloned().unwrap()
    }

    /// Publishes one more key, and signs with it from now on.
    pub fn add(&self, key: SigningKey) {
        self.shared.keys.lock().unwrap().push(Arc::new(key));
    }

    /// Replaces all keys by a new one.
    pub fn rotate(&self) {
        let key = SigningKey::es256(&Uuid::now_v7().to_string());
        *self.shared.keys.lock().unwrap() = vec![Arc::new(key)];
    }

    /// From now on answers so.
    pub fn answer(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    /// How often its keys were asked for.
    pub fn fetches(&self) -> usize {
        self.shared.fetches.load(Ordering::SeqCst)
    }

    /// How often a redirect was followed.
    pub fn strays(&self) -> usize {
        self.shared.strays.load(Ordering::SeqCst)
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Now, in seconds since 1970, as claims have it.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

async fn answer(State(shared): State<Arc<Shared>>) -> Response {
    shared.fetches.fetch_add(1, Ordering::SeqCst);
    let answer = shared.answer.lock().unwrap().clone();
    match answer {
        Answer::Keys => shared.jwks().into_response(),
        Answer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Answer::Elsewhere => Redirect::temporary("/elsewhere").into_response(),
        Answer::Text(text) => text.into_response(),
        Answer::Endless => {
            Body::from_stream(stream::repeat_with(|| Ok::<_, std::io::Error>(" ".repeat(64 * 1024)))).into_response()
        }
        Answer::Silence => std::future::pending().await,
    }
}

async fn stray(State(shared): State<Arc<Shared>>) -> String {
    shared.strays.fetch_add(1, Ordering::SeqCst);
    shared.jwks()
}

impl Shared {
    fn jwks(&self) -> String {
        let keys: Vec<_> = self.keys.lock().unwrap().iter().map(|key| key.jwk()).collect();
        json!({"keys": keys}).to_string()
    }
}
