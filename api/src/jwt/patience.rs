//! How long the issuer's keys are waited for and kept.

use std::time::Duration;

/// The times of the key cache. The defaults are production's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// A fetch is given up after this, from connecting to the last byte.
    pub fetch: Duration,
    /// Keys older than this are fetched again, while the old ones go on serving.
    pub fresh: Duration,
    /// Keys older than this are used no more, though they could not be fetched again.
    pub stale: Duration,
    /// A key that is not known makes us fetch this often at most. Failed fetches are repeated no sooner either, while
    /// older keys serve.
    pub forced: Duration,
    /// Without any keys, this long after a failed fetch the next one may start.
    pub retry: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            fetch: Duration::from_secs(5),
            fresh: Duration::from_secs(10 * 60),
            stale: Duration::from_secs(24 * 60 * 60),
            forced: Duration::from_secs(60),
            retry: Duration::from_secs(5),
        }
    }
}
