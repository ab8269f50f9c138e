use std::time::Duration;

use super::*;

const KEY: LeaseKey = (Uuid::from_u128(1), Uuid::from_u128(2));
const A: AttemptKey = (Uuid::from_u128(10), 1);
const B: AttemptKey = (Uuid::from_u128(11), 1);

fn holding(attempts: &[AttemptKey]) -> (Holdings, Vec<oneshot::Receiver<StopReason>>, Instant) {
    let holdings = Holdings::default();
    let deadline = Instant::now() + Duration::from_secs(30);
    let stops = holdings.adopt(KEY, deadline, attempts.iter().copied());
    (holdings, stops, deadline)
}

#[test]
fn a_lease_that_was_not_extended_in_time_stops_its_attempts_and_is_not_extended_again() {
    let (holdings, mut stops, deadline) = holding(&[A, B]);
    assert_eq!(holdings.expire(deadline - Duration::from_nanos(1)), (0, Some(deadline)));
    let later = deadline + Duration::from_secs(10);
    holdings.extended(&[KEY], &HashSet::from([KEY]), later);
    assert_eq!(holdings.expire(deadline), (0, Some(later)));
    assert_eq!(holdings.expire(later), (1, None));
    assert!(stops.iter_mut().all(|stop| stop.try_recv() == Ok(StopReason::LeaseUncertain)));
    assert!(holdings.live().is_empty());
}

#[test]
fn a_lease_that_the_database_does_not_know_stops_its_attempts() {
    let (holdings, mut stops, deadline) = holding(&[A]);
    holdings.extended(&[KEY], &HashSet::new(), deadline);
    assert_eq!(stops[0].try_recv(), Ok(StopReason::LeaseUncertain));
    assert!(holdings.live().is_empty());
}

#[test]
fn only_the_attempts_that_were_lost_stop() {
    let (holdings, mut stops, _) = holding(&[A, B]);
    holdings.lost(KEY.0, &[A], Instant::now());
    assert_eq!(stops[0].try_recv(), Ok(StopReason::Lost));
    assert!(stops[1].try_recv().is_err());
    assert_eq!(holdings.running(None)[&KEY.0], [B]);
    assert!(holdings.running(Some((KEY.0, &[A.0]))).is_empty());
    assert!(holdings.running(Some((Uuid::nil(), &[B.0]))).is_empty());
}

#[test]
fn what_was_lost_with_its_lease_is_given_back_so_that_the_refusal_is_audited() {
    let (holdings, mut stops, deadline) = holding(&[A]);
    holdings.lost(KEY.0, &[A], deadline);
    assert_eq!(stops[0].try_recv(), Ok(StopReason::LeaseUncertain));
}

#[test]
fn the_report_of_the_last_attempt_ends_the_lease() {
    let (holdings, _stops, _) = holding(&[A, B]);
    assert!(holdings.ended_by(&[(KEY, A)]).is_empty());
    assert_eq!(holdings.ended_by(&[(KEY, A), (KEY, B)]), [KEY]);
    holdings.settle(KEY, A);
    assert_eq!(holdings.ended_by(&[(KEY, B)]), [KEY]);
    holdings.settle(KEY, B);
    assert!(holdings.forget_settled(&HashSet::from([KEY]), &[KEY]).is_empty());
    assert!(holdings.deadline(KEY).is_none());
}

#[test]
fn two_reports_at_once_leave_the_lease_to_be_ended_by_itself() {
    let (holdings, _stops, _) = holding(&[A, B]);
    let keys = HashSet::from([KEY]);
    holdings.settle(KEY, A);
    assert!(holdings.forget_settled(&keys, &[]).is_empty());
    holdings.settle(KEY, B);
    assert_eq!(holdings.forget_settled(&keys, &[]), [KEY]);
}

#[test]
fn a_lease_with_an_attempt_that_nobody_reports_is_left_to_the_rescuer() {
    let (holdings, _stops, _) = holding(&[A, B]);
    holdings.orphan(KEY, A);
    assert!(holdings.ended_by(&[(KEY, B)]).is_empty());
    holdings.settle(KEY, B);
    assert!(holdings.live().is_empty());
    assert!(holdings.forget_settled(&HashSet::from([KEY]), &[]).is_empty());
}
