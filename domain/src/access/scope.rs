//! What credentials may be used for. The list exists once in SQL (`api_keys_scopes`); a test compares the two.

use std::fmt;

macro_rules! scopes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// One right. Each operation of the API asks for exactly one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Scope { $($(#[$doc])* $variant,)* }

        impl Scope {
            /// Every scope there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As it stands in `api_keys.scopes` and in a token's claim.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The inverse of [`Scope::as_str`].
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

scopes! {
    /// Read the tenant's tasks and queues, follow them.
    TasksRead = "tasks:read",
    /// Submit tasks.
    TasksWrite = "tasks:write",
    /// Cancel and retry any task of the tenant, pause and resume its queues.
    TasksOperate = "tasks:operate",
    /// Run tasks (for workers that speak to the API; none of its operations asks for it yet).
    TasksWork = "tasks:work",
    /// Read the tenant's trail.
    AuditRead = "audit:read",
    /// Manage the tenant's users and keys.
    Admin = "admin",
    /// Make, list and disable tenants; for users of the platform's own tenant alone.
    Platform = "platform",
}

/// A set of scopes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// Everything within a tenant: all scopes but [`Scope::Platform`].
    pub const TENANT: Self = Self(0b011_1111);
    /// Every scope.
    pub const ALL: Self = Self(0b111_1111);

    /// Whether this one is among them.
    #[must_use]
    pub fn has(self, scope: Scope) -> bool {
        self.0 & bit(scope) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those scopes that a list of texts names; what is no scope of ours counts for nothing.
    pub fn known<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        texts.into_iter().filter_map(Scope::parse).collect()
    }

    /// Each of them, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.has(*scope))
    }

    /// As they stand in the database.
    pub(super) fn texts(self) -> Vec<String> {
        self.iter().map(|scope| scope.as_str().to_owned()).collect()
    }
}

fn bit(scope: Scope) -> u8 {
    1 << scope as u8
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | bit(scope)))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Scope::as_str)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_scope_are_inverse() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(*scope));
        }
        assert_eq!(Scope::parse("tasks:READ"), None);
    }

    #[test]
    fn a_set_has_what_was_put_in() {
        let some: Scopes = [Scope::Admin, Scope::TasksRead].into_iter().collect();
        assert_eq!(some.texts(), ["tasks:read", "admin"]);
        assert!(some.has(Scope::Admin) && !some.has(Scope::Platform) && !some.is_empty());
        assert_eq!(Scopes::known(["admin", "tasks:read", "root", ""]), some);
        assert_eq!(Scopes::ALL.iter().collect::<Vec<_>>(), Scope::ALL);
        assert_eq!(Scopes::TENANT.iter().collect::<Vec<_>>(), Scope::ALL[..6]);
    }
}
