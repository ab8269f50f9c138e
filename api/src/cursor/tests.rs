use super::*;

fn scope() -> Scope {
    Scope::new(Uuid::from_u128(1), "tasks", &json!({"kind": "echo"}))
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_795_000_000_123_456).expect("a time")
}

fn position() -> Position {
    Position { xid: 7_000_000_000, id: Uuid::from_u128(42), since: now() }
}

#[test]
fn what_went_in_comes_out() {
    let s = scope();
    assert_eq!(s.read_page(&s.page(Uuid::from_u128(9))), Ok(Uuid::from_u128(9)));
    assert_eq!(s.read_feed(&s.feed(-3, &position()), -3, now()), Ok(position()));
    assert_eq!(s.read_version(&s.version(-3, 12), -3), Ok(12));
}

#[test]
fn a_cursor_of_another_list_filter_or_tenant_is_refused() {
    let text = scope().page(Uuid::from_u128(9));
    for other in [
        Scope::new(Uuid::from_u128(2), "tasks", &json!({"kind": "echo"})),
        Scope::new(Uuid::from_u128(1), "audit", &json!({"kind": "echo"})),
        Scope::new(Uuid::from_u128(1), "tasks", &json!({"kind": "sleep"})),
    ] {
        assert_eq!(other.read_page(&text), Err(CursorError::Invalid));
    }
    assert_eq!(scope().read_version(&text, 0), Err(CursorError::Invalid));
}

#[test]
fn every_damaged_bit_is_noticed() {
    let good = scope().feed(1, &position());
    let bytes = URL_SAFE_NO_PAD.decode(&good).expect("base64");
    for bit in 0..bytes.len() * 8 {
        let mut bad = bytes.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(scope().read_feed(&URL_SAFE_NO_PAD.encode(bad), 1, now()), Err(CursorError::Invalid), "bit {bit}");
    }
    for cut in 0..good.len() {
        assert_eq!(scope().read_feed(&good[..cut], 1, now()), Err(CursorError::Invalid), "cut at {cut}");
    }
    for junk in ["", "=", "ä", "AAAA", &"A".repeat(1 << 20)] {
        assert_eq!(scope().read_feed(junk, 1, now()), Err(CursorError::Invalid));
    }
}

#[test]
fn an_old_position_and_another_cluster_are_expired() {
    let text = scope().feed(1, &position());
    assert_eq!(scope().read_feed(&text, 2, now()), Err(CursorError::Expired));
    assert_eq!(scope().read_feed(&text, 1, now() + MAX_AGE + Duration::microseconds(1)), Err(CursorError::Expired));
    assert_eq!(scope().read_feed(&text, 1, now() + MAX_AGE), Ok(position()));
    assert_eq!(scope().read_version(&scope().version(1, 1), 2), Err(CursorError::Expired));
}

#[test]
fn a_forged_key_cannot_leave_the_range_of_its_type() {
    let forged = |since| scope().feed(1, &Position { since, ..position() });
    assert_eq!(scope().read_feed(&forged(now() + Duration::hours(2)), 1, now()), Err(CursorError::Invalid));
    assert_eq!(scope().read_feed(&forged(DateTime::<Utc>::MIN_UTC), 1, now()), Err(CursorError::Expired));
    assert_eq!(scope().read_version(&scope().version(1, -1), 1), Err(CursorError::Invalid));
}
