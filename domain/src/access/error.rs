//! Why a change of tenants, users or keys was not made.

use sea_orm::DbErr;

/// Nothing was changed, once the transaction is rolled back.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// There is no such tenant, user or key, or it is another tenant's.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// Another one has this name.
    #[error("the name is taken")]
    NameTaken,
    /// The user has two live keys of this name already: the old and the new one of a rotation.
    #[error("the user has two live keys of this name already")]
    TooManyKeys,
    /// What is asked for would lock its own asker out.
    #[error("nobody can disable themselves")]
    Oneself,
    /// The user, or their tenant, is disabled.
    #[error("the {0} is disabled")]
    Disabled(&'static str),
    /// A field breaks a rule.
    #[error("{field}: {rule}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// The rule, to be read after the field ("must be ...").
        rule: &'static str,
    },
    /// The database failed.
    #[error("database error")]
    Database(#[from] DbErr),
}
