//! Where the services of this run are found.

/// Both listen on 127.0.0.1 alone: the API allows targets and pages that have no place on a network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    /// Of the API.
    pub(crate) api_port: u16,
    /// Of the worker's health routes.
    pub(crate) worker_port: u16,
    /// Whether the API shows GraphiQL.
    pub(crate) has_graphiql: bool,
}

impl Addresses {
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.api_port)
    }

    pub(crate) fn graphql(&self) -> String {
        format!("{}/graphql", self.url())
    }

    /// With the key in it. Browsers send nobody what is behind the `#`, and the page takes it out of the address bar.
    pub(crate) fn graphiql(&self, key: &str) -> Option<String> {
        self.has_graphiql.then(|| format!("{}/graphiql#key={key}", self.url()))
    }

    pub(crate) fn tasks(&self) -> String {
        format!("{}/v1/tasks", self.url())
    }

    pub(crate) fn websocket(&self) -> String {
        format!("ws://127.0.0.1:{}/graphql", self.api_port)
    }

    /// What answers whether the API and the worker are ready.
    pub(crate) fn readiness(&self) -> [(&'static str, String); 2] {
        let of = |port| format!("http://127.0.0.1:{port}/health/ready");
        [("API", of(self.api_port)), ("worker", of(self.worker_port))]
    }
}
