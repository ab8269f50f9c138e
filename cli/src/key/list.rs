//! `ctap key list`.

use std::collections::HashMap;
use std::io::Write as _;

use domain::{access, ids};

use super::database::Where;
use crate::args::ListArgs;
use crate::error::{At as _, Error};

/// The newest so many are listed.
const LIMIT: u64 = 1_000;
const HEAD: [&str; 7] = ["ID", "STATE", "CREATED", "EXPIRES", "LAST USED", "USER, NAME", "SCOPES"];

/// Prints the tenant's keys, the newest first: columns divided by tabs, of which no value has one.
pub(super) async fn list(args: &ListArgs, place: &Where) -> Result<(), Error> {
    let (db, clock) = place.open().await?;
    let tenant = super::tenant(&db, &args.tenant).await?;
    let keys = access::keys(&db, tenant, None, true, LIMIT).await?;
    let mut users: Vec<_> = keys.iter().map(|key| key.user_id).collect();
    users.sort_unstable();
    users.dedup();
    let users: HashMap<_, _> = access::users(&db, tenant, &users).await?.into_iter().map(|user| (user.id, user)).collect();
    let now = ids::time_of(clock.next());
    let mut text = format!("{}\n", HEAD.join("\t"));
    for key in &keys {
        let user = users.get(&key.user_id);
        let state = match key.revoked_at {
            Some(_) => "revoked",
            None if key.expires_at <= now => "expired",
            None if user.is_some_and(|user| user.disabled_at.is_some()) => "user disabled",
            None => "live",
        };
        let minute = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:%MZ").to_string();
        let columns = [
            key.id.clone(),
            state.to_owned(),
            minute(key.created_at),
            minute(key.expires_at),
            key.last_used_at.map_or_else(|| "never".to_owned(), minute),
            format!("{}, {}", user.map_or("", |user| user.name.as_str()), key.name),
            key.scopes.join(","),
        ];
        text = text + &columns.join("\t") + "\n";
    }
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).at("write to", "stdout")?;
    if u64::try_from(keys.len()) == Ok(LIMIT) {
        eprintln!("these are the newest {LIMIT}");
    }
    Ok(())
}
