//! What the engine tells on its way: what a request costs, which is taken of its caller before anything is executed, and
//! whether the execution began, which tells a request that was refused, whose answer has no `data`, from one whose fields
//! all failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextValidation};
use async_graphql::{Response, ServerError, ValidationResult};
use domain::audit::Caller;

use super::errors::too_complex;
use crate::access::{Charged, GRAPHQL_ENTRANCE, GRAPHQL_REFUSED};
use crate::error::ApiError;
use crate::state::AppState;

/// Put in a request's data, and kept by who wants to know.
#[derive(Clone, Debug, Default)]
pub(super) struct Began(Arc<Progress>);

#[derive(Debug, Default)]
struct Progress {
    began: AtomicBool,
    points: AtomicU32,
}

impl Began {
    /// Whether it did.
    pub(super) fn get(&self) -> bool {
        self.0.began.load(Ordering::Relaxed)
    }

    /// What it costs; 0 before that is known.
    pub(super) fn points(&self) -> u32 {
        self.0.points.load(Ordering::Relaxed)
    }
}

/// The engine's extension that takes note, and charges.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoteBegin {
    /// Most points of an operation.
    pub(super) most_points: usize,
}

impl ExtensionFactory for NoteBegin {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(*self)
    }
}

#[async_trait]
impl Extension for NoteBegin {
    /// (The engine has just counted the points. Its own limit would not say how many they are.)
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let admitted = next.run(ctx).await.and_then(|result| match result.complexity {
            points if points > self.most_points => Err(vec![too_complex(points, self.most_points)]),
            _ => Ok(result),
        });
        let result = match admitted {
            Ok(result) => result,
            Err(refused) => {
                // Who has not so much left has nothing left for what comes next.
                let _ = charge(ctx, GRAPHQL_REFUSED);
                return Err(refused);
            }
        };
        let points = u32::try_from(result.complexity).unwrap_or(u32::MAX);
        if let Some(began) = ctx.data_opt::<Began>() {
            began.0.points.store(points, Ordering::Relaxed);
        }
        charge(ctx, points).map_err(|error| vec![ServerError::from(&error)])?;
        Ok(result)
    }

    /// (Neither the errors' paths nor an absent `data` say it for certain.)
    async fn execute(&self, ctx: &ExtensionContext<'_>, operation_name: Option<&str>, next: NextExecute<'_>) -> Response {
        if let Some(began) = ctx.data_opt::<Began>() {
            began.0.began.store(true, Ordering::Relaxed);
        }
        next.run(ctx, operation_name).await
    }
}

/// Takes what is left to be taken of the caller: it has paid the entrance.
fn charge(ctx: &ExtensionContext<'_>, points: u32) -> Result<(), ApiError> {
    let (Some(state), Some(caller)) = (ctx.data_opt::<AppState>(), ctx.data_opt::<Caller>()) else { return Ok(()) };
    // Over a websocket there are no headers to write.
    let charged = ctx.data_opt::<Charged>().cloned().unwrap_or_default();
    state.access.charge(caller, points.saturating_sub(GRAPHQL_ENTRANCE), &charged)
}
