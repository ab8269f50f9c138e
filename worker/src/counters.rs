//! Puts together what transitions have written beside the counters of tasks.

use std::sync::Arc;
use std::time::Duration;

use domain::counts;
use sea_orm::DbErr;
use tokio::time::sleep;

use crate::core::Core;
use crate::db_error::within;

/// About so often, spread so that several workers do not look at once. What is not yet folded costs readers a little, and
/// nobody anything else.
const INTERVAL: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_secs(20);
/// Tenants per look.
const AT_MOST: usize = 100;

/// Runs until it is dropped.
pub(crate) async fn run(core: Arc<Core>) {
    loop {
        sleep(INTERVAL.mul_f64(rand::random_range(0.5..=1.5))).await;
        if let Err(error) = fold_all(&core).await {
            tracing::warn!(%error, "the counters were not folded");
        }
    }
}

async fn fold_all(core: &Core) -> Result<(), DbErr> {
    let mut after = None;
    loop {
        let tenants = within(LIMIT, counts::unfolded_tenants(&core.db, after, AT_MOST)).await?;
        for tenant_id in tenants.iter().copied() {
            // One that fails must not keep the others behind it from theirs.
            if let Err(error) = within(LIMIT, counts::fold(&core.db, tenant_id)).await {
                tracing::warn!(%error, %tenant_id, "the counters of a tenant were not folded");
            }
        }
        if tenants.len() < AT_MOST {
            return Ok(());
        }
        after = tenants.last().copied();
    }
}
