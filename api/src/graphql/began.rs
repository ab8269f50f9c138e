//! Whether the execution of a request began: what tells a request that was refused, whose answer has no `data`, from one
//! whose fields all failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::Response;
use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};

/// Put in a request's data, and kept by who wants to know.
#[derive(Clone, Debug, Default)]
pub(super) struct Began(Arc<AtomicBool>);

impl Began {
    /// Whether it did.
    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The engine's extension that takes note. (Neither the errors' paths nor an absent `data` say it for certain.)
#[derive(Debug)]
pub(super) struct NoteBegin;

impl ExtensionFactory for NoteBegin {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(NoteBegin)
    }
}

#[async_trait]
impl Extension for NoteBegin {
    async fn execute(&self, ctx: &ExtensionContext<'_>, operation_name: Option<&str>, next: NextExecute<'_>) -> Response {
        if let Some(began) = ctx.data_opt::<Began>() {
            began.0.store(true, Ordering::Relaxed);
        }
        next.run(ctx, operation_name).await
    }
}
