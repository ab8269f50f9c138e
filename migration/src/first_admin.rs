//! The first administrator of the platform: a key that was made on the administrator's machine (`ctap key new`), of which
//! this program is told the hash alone, so that no deployed process ever has it.

use sqlx::postgres::PgPool;

use crate::MigrateError;

/// The public id of a key, its hash, and how long it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAdmin {
    key_id: String,
    hash: [u8; 32],
    days: u32,
}

/// Why the key was not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Somebody can let others in already.
    #[error(
        "an administrator of the platform is there already, with the key {0}: ask for a key there, or run `ctap key create \
         --tenant platform` as the owner of the schema"
    )]
    Exists(String),
    /// Two keys of one id.
    #[error("another key has the id {0}: make a new one by `ctap key new`")]
    OtherHash(String),
    /// The user has been disabled.
    #[error("the user admin of the platform's tenant is disabled")]
    Disabled,
}

impl FirstAdmin {
    /// `<12 characters of base62>:<64 hexadecimal digits>`, as `ctap key new` prints it, and how many days the key lives.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(text: &str, days: u32) -> Result<FirstAdmin, &'static str> {
        let rule = "must be <id>:<64 hexadecimal digits> as `ctap key new` prints it";
        let (key_id, digits) = text.split_once(':').ok_or(rule)?;
        if key_id.len() != 12 || !key_id.bytes().all(|b| b.is_ascii_alphanumeric()) || digits.len() != 64 {
            return Err(rule);
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|b| b.is_ascii_hexdigit()));
            *byte = u8::from_str_radix(pair.ok_or(rule)?, 16).map_err(|_| rule)?;
        }
        Ok(FirstAdmin { key_id: key_id.to_owned(), hash, days })
    }
}

/// Stores the key; false when it was stored by an earlier run, whatever became of it since. To be called as the owner,
/// under the migrations' lock.
pub(crate) async fn ensure(pool: &PgPool, admin: &FirstAdmin) -> Result<bool, MigrateError> {
    let mut transaction = pool.begin().await?;
    let state = sqlx::query_as(include_str!("sql/first_admin_state.sql")).bind(&admin.key_id).bind(admin.hash.as_slice());
    let (is_same, other, is_disabled): (Option<bool>, Option<String>, bool) = state.fetch_one(&mut *transaction).await?;
    match (is_same, other, is_disabled) {
        (Some(true), _, _) => return Ok(false),
        (Some(false), _, _) => return Err(Refused::OtherHash(admin.key_id.clone()).into()),
        (None, Some(other), _) => return Err(Refused::Exists(other).into()),
        (None, None, true) => return Err(Refused::Disabled.into()),
        (None, None, false) => {}
    }
    let insert = sqlx::query(include_str!("sql/first_admin.sql")).bind(&admin.key_id).bind(admin.hash.as_slice());
    insert.bind(i64::from(admin.days)).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_an_id_and_a_hash_and_nothing_else() {
        let digits = "00ffA1".repeat(11)[..64].to_owned();
        let admin = FirstAdmin::parse(&format!("0123456789Ab:{digits}"), 90).unwrap();
        assert_eq!((admin.key_id.as_str(), admin.hash[1], admin.days), ("0123456789Ab", 0xff, 90));
        for bad in [
            "",
            ":",
            "0123456789Ab",
            &format!("0123456789Ab{digits}"),
            &format!("0123456789A:{digits}"),
            &format!("0123456789A_:{digits}"),
            &format!("0123456789Ab:{digits}0"),
            &format!("0123456789Ab:{}", &digits[1..]),
            &format!("0123456789Ab:+{}", &digits[1..]),
            &format!("0123456789Ab:{}é", &digits[2..]),
            &format!("0123456789Ab:{digits}\n"),
        ] {
            assert!(FirstAdmin::parse(bad, 90).is_err(), "{bad}");
        }
    }
}
