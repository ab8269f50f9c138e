//! How much one may ask for in a minute: points of a user, refused credentials of an address. Kept per process.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::http::{HeaderMap, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use super::address::neighbourhood;
use crate::error::{ApiError, Code};

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// The limiters of one process; `None` is no limit.
pub(super) struct Rates {
    points: Option<(NonZeroU32, Limiter<(Uuid, Uuid)>)>,
    failures: Option<Failures>,
}

/// A limiter cannot be asked without being charged, and only a refusal is to be charged: so it says at a refusal until when
/// the address is not listened to.
struct Failures {
    limiter: Limiter<IpAddr>,
    deaf_until: Mutex<HashMap<IpAddr, Instant>>,
}

/// What is left of a user's points, for the answer's headers. Written by whoever takes points, read when the answer goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Charged(Arc<Mutex<Option<Left>>>);

#[derive(Clone, Copy, Debug)]
struct Left {
    quota: u32,
    remaining: u32,
}

impl Charged {
    fn put(&self, left: Left) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(left);
    }

    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11): points, a window of a minute, what is
    /// left, and the seconds until all are there again.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let left = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Left { quota, remaining }) = left else { return };
        let spent = u64::from(quota.saturating_sub(remaining));
        let seconds = (spent * 60).div_ceil(u64::from(quota.max(1)));
        let lines = [
            ("ratelimit-policy", format!("\"points\";q={quota};w=60")),
            ("ratelimit", format!("\"points\";r={remaining};t={seconds}")),
        ];
        for (name, value) in lines {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

/// What a GraphQL request pays before anything of it is read, of what it costs in the end.
pub(crate) const GRAPHQL_ENTRANCE: u32 = 1;
/// What one costs that is refused: a document of 64 KiB takes milliseconds to refuse.
pub(crate) const GRAPHQL_REFUSED: u32 = 10;

impl Rates {
    pub(super) fn new(points: Option<NonZeroU32>, failures: Option<NonZeroU32>) -> Rates {
        Rates {
            points: points.map(|points| (points, limiter(points))),
            failures: failures.map(|failures| Failures { limiter: limiter(failures), deaf_until: Mutex::default() }),
        }
    }

    /// Takes points of a user.
    ///
    /// # Errors
    /// `RateLimited` with the time to wait; `QueryTooComplex` for more than a minute's points, which no waiting brings.
    pub(super) fn charge(&self, user: (Uuid, Uuid), points: u32, charged: &Charged) -> Result<(), ApiError> {
        let (Some((quota, limiter)), Some(points)) = (&self.points, NonZeroU32::new(points)) else { return Ok(()) };
        let quota = quota.get();
        match limiter.check_key_n(&user, points) {
            Ok(Ok(state)) => {
                charged.put(Left { quota, remaining: state.remaining_burst_capacity() });
                Ok(())
            }
            Ok(Err(not_until)) => {
                charged.put(Left { quota, remaining: 0 });
                Err(ApiError::rate_limited(not_until.wait_time_from(DefaultClock::default().now())))
            }
            Err(_) => {
                let message = format!("this costs {points} points, and {quota} may be asked for in a minute");
                Err(ApiError::new(Code::QueryTooComplex, message))
            }
        }
    }

    /// Takes note of refused credentials.
    pub(super) fn failed(&self, address: IpAddr) {
        let Some(failures) = &self.failures else { return };
        let address = neighbourhood(address);
        if let Err(not_until) = failures.limiter.check_key(&address) {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            failures.deaf_until.lock().unwrap_or_else(PoisonError::into_inner).insert(address, Instant::now() + wait);
        }
    }

    /// Whether an address may show credentials that are not known to be good.
    ///
    /// # Errors
    /// `RateLimited` when it has shown too many that were refused.
    pub(super) fn admit(&self, address: IpAddr) -> Result<(), ApiError> {
        let Some(failures) = &self.failures else { return Ok(()) };
        let until = failures.deaf_until.lock().unwrap_or_else(PoisonError::into_inner).get(&neighbourhood(address)).copied();
        match until.map(|until| until.saturating_duration_since(Instant::now())) {
            Some(wait) if !wait.is_zero() => Err(ApiError::rate_limited(wait)),
            _ => Ok(()),
        }
    }

    /// Forgets those who are as good as new.
    pub(super) fn tidy(&self) {
        if let Some((_, limiter)) = &self.points {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        if let Some(failures) = &self.failures {
            failures.limiter.retain_recent();
            failures.limiter.shrink_to_fit();
            let now = Instant::now();
            failures.deaf_until.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, until| *until > now);
        }
    }
}

fn limiter<K: std::hash::Hash + Eq + Clone>(per_minute: NonZeroU32) -> Limiter<K> {
    RateLimiter::dashmap(Quota::per_minute(per_minute)).with_middleware()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    const TEN: Option<NonZeroU32> = NonZeroU32::new(10);

    #[test]
    fn points_run_out_for_one_user_and_the_headers_say_so() {
        let rates = Rates::new(TEN, None);
        let (ann, bob) = ((Uuid::nil(), Uuid::from_u128(1)), (Uuid::nil(), Uuid::from_u128(2)));
        let charged = Charged::default();
        rates.charge(ann, 7, &charged).expect("seven of ten");
        let mut headers = HeaderMap::new();
        charged.write(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"points\";q=10;w=60");
        assert_eq!(headers["ratelimit"], "\"points\";r=3;t=42");
        let refused = rates.charge(ann, 4, &charged).expect_err("three are left");
        assert_eq!(refused.code, Code::RateLimited);
        assert!((1..=60).contains(&refused.retry_after.expect("a time").as_secs().max(1)));
        rates.charge(bob, 10, &charged).expect("another user's");
        assert_eq!(rates.charge(bob, 11, &charged).expect_err("never").code, Code::QueryTooComplex);
        Rates::new(None, None).charge(ann, u32::MAX, &charged).expect("no limit");
    }

    #[test]
    fn an_address_with_too_many_refused_credentials_is_not_listened_to() {
        let rates = Rates::new(None, TEN);
        let (bad, good): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..10 {
            rates.admit(bad).expect("not yet");
            rates.failed(bad);
        }
        rates.failed(bad);
        assert_eq!(rates.admit(bad).expect_err("too many").code, Code::RateLimited);
        rates.admit(good).expect("another address");
    }
}
