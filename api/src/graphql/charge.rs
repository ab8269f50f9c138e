//! Takes an operation's points of its caller, once they are known and before anything is executed.

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::{ServerError, ValidationResult};
use domain::audit::Caller;

use crate::access::Charged;
use crate::state::AppState;

/// The engine's extension that charges. (The engine has just counted the points, for its own limit.)
#[derive(Debug)]
pub(super) struct Charge;

impl ExtensionFactory for Charge {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Charge)
    }
}

#[async_trait]
impl Extension for Charge {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await?;
        if let (Some(state), Some(caller)) = (ctx.data_opt::<AppState>(), ctx.data_opt::<Caller>()) {
            // Over a websocket there are no headers to write.
            let charged = ctx.data_opt::<Charged>().cloned().unwrap_or_default();
            let points = u32::try_from(result.complexity).unwrap_or(u32::MAX);
            state.access.charge(caller, points, &charged).map_err(|error| vec![ServerError::from(&error)])?;
        }
        Ok(result)
    }
}
