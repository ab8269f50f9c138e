//! How many tasks a tenant has, by state, queue and kind. The counters are kept by the statements that change tasks (see
//! the migration `task_counts`): reading them costs by how many queues and kinds there are, not by how many tasks.

mod fold;
mod read;

pub use fold::{UNFOLDED, fold, unfolded_tenants};
pub use read::{Counts, Group, of_tenant, open};
