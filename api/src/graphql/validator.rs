//! What the engine's own validation of a document takes. For measurements: it runs behind the guard, on what that admits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::{Request, ServerError, ValidationResult};

use super::guard::Guard;
use super::schema::{self, Schema};

/// Validates against our schema, and executes nothing.
#[expect(missing_debug_implementations, reason = "a schema has none")]
pub struct Validator {
    schema: Schema,
    guard: Guard,
    took: Arc<AtomicU64>,
}

impl Validator {
    /// With the default limits. The difference of two readings of `clock` is a time.
    #[must_use]
    pub fn new(clock: fn() -> Duration) -> Validator {
        let guard = Guard::default();
        let took = Arc::default();
        let timed = Timed { clock, took: Arc::clone(&took) };
        Validator { schema: schema::builder(&guard.limits).extension(timed).finish(), guard, took }
    }

    /// The time it takes, and whether the document keeps the engine's rules; `None` when the guard does not admit it.
    pub async fn validate(&self, text: &str) -> Option<(Duration, bool)> {
        let mut request = Request::new(text);
        self.guard.admit(&mut request).ok()?;
        let answer = self.schema.execute(request).await;
        let is_valid = answer.errors.iter().any(|error| error.message == VALID);
        Some((Duration::from_nanos(self.took.load(Ordering::Relaxed)), is_valid))
    }
}

/// In the place of an answer.
const VALID: &str = "valid";

struct Timed {
    clock: fn() -> Duration,
    took: Arc<AtomicU64>,
}

impl ExtensionFactory for Timed {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Timed { clock: self.clock, took: Arc::clone(&self.took) })
    }
}

#[async_trait]
impl Extension for Timed {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let begun = (self.clock)();
        let result = next.run(ctx).await;
        let took = (self.clock)().saturating_sub(begun).as_nanos();
        self.took.store(u64::try_from(took).unwrap_or(u64::MAX), Ordering::Relaxed);
        result?;
        Err(vec![ServerError::new(VALID, None)])
    }
}
