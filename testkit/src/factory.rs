//! Tenants and tasks in one line.

use domain::access::{NewKey, Scopes, create_key};
use domain::audit::Caller;
use domain::task::{self, NewTask};
use entity::task::Model;
use sea_orm::{ConnectionTrait, TransactionTrait};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::TestDb;

/// A tenant with one user and a key of theirs.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The tenant.
    pub id: Uuid,
    /// Its user.
    pub user_id: Uuid,
    /// The user's API key in full.
    pub key: String,
    /// Its public part.
    pub key_id: String,
    /// What the key may be used for.
    pub scopes: Scopes,
}

impl Tenant {
    /// The tenant's user as a caller of domain functions.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller {
            tenant_id: self.id,
            user_id: self.user_id,
            key_id: Some(self.key_id.clone()),
            scopes: self.scopes,
            request_id: Some("test".into()),
            ..Caller::default()
        }
    }
}

impl TestDb {
    /// A tenant of that name (made when missing), its user `<name>-user` and a new key for everything within the tenant.
    pub async fn tenant(&self, name: &str) -> Tenant {
        self.key(name, &format!("{name}-user"), Scopes::TENANT).await
    }

    /// A new key with these scopes for a user; tenant and user are made when missing.
    pub async fn key(&self, tenant: &str, user: &str, scopes: Scopes) -> Tenant {
        let tx = self.owner.begin().await.unwrap();
        let new = NewKey {
            tenant,
            user,
            // A user has two live keys of one name at most, and tests make more.
            name: &format!("test {}", self.ids.next()),
            environment: "dev",
            scopes,
            lifetime: std::time::Duration::from_secs(3600),
            actor: "system:test",
        };
        let made = create_key(&tx, &self.ids, new).await.unwrap();
        tx.commit().await.unwrap();
        let key = made.key.secret().expose_secret().to_owned();
        Tenant { id: made.tenant_id, user_id: made.user_id, key, key_id: made.key.id().to_owned(), scopes }
    }

    /// Submits as the API does (without a hint: workers find it by polling).
    pub async fn submit(&self, tenant: &Tenant, new: NewTask) -> Model {
        let tx = self.api.begin().await.unwrap();
        let created = task::create(&tx, &self.ids, &tenant.caller(), new.validate().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        created.task
    }

    /// The task as it is now.
    pub async fn task(&self, tenant: &Tenant, id: Uuid) -> Model {
        task::get(&self.api, tenant.id, id).await.unwrap().expect("the task is there")
    }

    /// Finished tasks with this payload and result. (Without a trail: no transition makes so many so quickly.)
    pub async fn finished_tasks(&self, tenant: &Tenant, count: usize, payload: &Value) {
        let sql = format!(
            "INSERT INTO tasks (tenant_id, id, created_by, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds,
                status, priority, queued, is_failed, kind, queue, payload, result, finished_at)
             SELECT '{}', gen_random_uuid(), '{}', now(), 3, 1, 1, 5, 300, 'done', 0, false, false, 'echo', 'default', p, p, now()
             FROM generate_series(1, {count}), (VALUES ('{}'::jsonb)) v(p)",
            tenant.id,
            tenant.user_id,
            payload.to_string().replace('\'', "''")
        );
        self.owner.execute_unprepared(&sql).await.unwrap();
    }

    /// The actions of a task's trail in order.
    pub async fn actions(&self, tenant: &Tenant, id: Uuid) -> Vec<String> {
        let rows = domain::audit::of_task(&self.api, tenant.id, id).await.unwrap();
        rows.into_iter().map(|row| row.action).collect()
    }
}

/// A task of a kind.
#[must_use]
pub fn new_task(kind: &str, payload: Value) -> NewTask {
    NewTask { kind: kind.into(), payload, ..NewTask::default() }
}

/// An `echo` task.
#[must_use]
pub fn echo(n: i64) -> NewTask {
    new_task("echo", json!({"n": n}))
}

/// A `sleep` task.
#[must_use]
pub fn sleep(milliseconds: u64) -> NewTask {
    new_task("sleep", json!({"milliseconds": milliseconds}))
}

/// An `http` task.
#[must_use]
pub fn http(url: &str) -> NewTask {
    new_task("http", json!({"url": url, "body": {"hello": "target"}}))
}
