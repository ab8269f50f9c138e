//! Keys: made once, usable until they are not, with a trail.

use std::time::Duration;

use domain::access::{AccessError, NewKey, Scopes, authenticate, create_key};
use domain::audit::{self, Order, Page};
use sea_orm::{ConnectionTrait, TransactionTrait};
use testkit::TestDb;

#[tokio::test]
async fn a_key_leads_to_its_user_until_it_is_revoked_expired_or_its_owner_disabled() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let principal = authenticate(&db.api, &acme.key).await.unwrap().expect("valid");
    assert_eq!((principal.tenant_id, principal.user_id, principal.key_id), (acme.id, acme.user_id, acme.key_id.clone()));
    assert_eq!((principal.tenant_name.as_str(), principal.user_name.as_str()), ("acme", "acme-user"));
    for (spoil, mend) in [
        ("UPDATE api_keys SET revoked_at = now()", "UPDATE api_keys SET revoked_at = NULL"),
        ("UPDATE users SET disabled_at = now()", "UPDATE users SET disabled_at = NULL"),
        ("UPDATE tenants SET disabled_at = now()", "UPDATE tenants SET disabled_at = NULL"),
        ("UPDATE api_keys SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day'", "SELECT 1"),
    ] {
        assert!(authenticate(&db.api, &acme.key).await.unwrap().is_ok());
        db.owner.execute_unprepared(spoil).await.unwrap();
        assert!(authenticate(&db.api, &acme.key).await.unwrap().is_err(), "{spoil}");
        db.owner.execute_unprepared(mend).await.unwrap();
    }
}

#[tokio::test]
async fn a_wrong_secret_under_a_known_id_is_refused() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let other = db.tenant("other").await;
    db.owner
        .execute_unprepared(&format!("UPDATE api_keys SET id = '{}' WHERE tenant_id = '{}'", acme.key_id, other.id))
        .await
        .unwrap();
    let principal = authenticate(&db.api, &acme.key).await.unwrap().expect("the hash decides");
    assert_eq!(principal.tenant_id, acme.id);
    db.owner.execute_unprepared(&format!("DELETE FROM api_keys WHERE tenant_id = '{}'", acme.id)).await.unwrap();
    assert!(authenticate(&db.api, &acme.key).await.unwrap().is_err());
}

#[tokio::test]
async fn every_thing_made_has_its_audit_row_and_the_secret_is_nowhere() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    db.tenant("acme").await;
    let page = Page { limit: 100, order: Order::Oldest, ..Page::default() };
    let rows = audit::list(&db.api, acme.id, &audit::Filter::default(), page).await.unwrap();
    let actions: Vec<_> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["tenant.created", "user.created", "key.created", "key.created"]);
    let secret = acme.key.rsplit('_').next().unwrap();
    assert!(!format!("{rows:?}").contains(secret));
}

#[tokio::test]
async fn broken_rules_name_their_field() {
    let db = TestDb::new().await;
    let good = NewKey {
        tenant: "acme",
        user: "ann",
        name: "laptop",
        environment: "dev",
        scopes: Scopes::TENANT,
        lifetime: Duration::from_secs(60),
        actor: "system:test",
    };
    for (new, wanted) in [
        (NewKey { tenant: "Acme", ..good.clone() }, "tenant"),
        (NewKey { user: "", ..good.clone() }, "user"),
        (NewKey { name: "a\nb", ..good.clone() }, "name"),
        (NewKey { environment: "DEV", ..good.clone() }, "environment"),
        (NewKey { lifetime: Duration::from_secs(400 * 86_400), ..good.clone() }, "lifetime"),
    ] {
        let tx = db.owner.begin().await.unwrap();
        match create_key(&tx, &db.ids, new).await {
            Err(AccessError::Invalid { field, .. }) => assert_eq!(field, wanted),
            other => panic!("{wanted}: {other:?}"),
        }
    }
}
