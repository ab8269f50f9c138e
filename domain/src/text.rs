//! Text that came from outside, made fit for storage.

use serde_json::Value;

/// Cut to at most `max_bytes` on a character's boundary, with what PostgreSQL cannot store (NUL) replaced and other
/// control characters but line feed and tab shown as U+FFFD, so that a log line or a terminal is not split by them.
#[must_use]
pub fn clean(text: &str, max_bytes: usize) -> String {
    let mut out = String::with_capacity(text.len().min(max_bytes));
    for c in text.chars() {
        let c = if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
        if out.len() + c.len_utf8() > max_bytes {
            break;
        }
        out.push(c);
    }
    out
}

/// The same for a JSON value: PostgreSQL's jsonb refuses `\u0000` in any string or key.
#[must_use]
pub fn without_nul(value: Value) -> Value {
    match value {
        Value::String(s) if s.contains('\0') => Value::String(s.replace('\0', "\u{fffd}")),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nul).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(k, v)| (k.replace('\0', "\u{fffd}"), without_nul(v))).collect())
        }
        other => other,
    }
}

/// Whether any string or key of the value holds a NUL.
#[must_use]
pub fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(s) => s.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(map) => map.iter().any(|(k, v)| k.contains('\0') || has_nul(v)),
        _ => false,
    }
}

/// How deep arrays and objects are nested: 0 for a scalar.
#[must_use]
pub fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// How many bytes the value has as compact JSON with its numbers written out, as PostgreSQL's jsonb does: `1e308` has 309
/// digits there, so a short text could become a long answer. Never less than its length as compact JSON.
#[must_use]
pub fn stored_bytes(value: &Value) -> usize {
    let between = |count: usize| count.saturating_sub(1);
    match value {
        Value::Number(n) => {
            let written_out = n.as_f64().filter(|_| n.is_f64()).map_or(0, |f| format!("{f}").len());
            written_out.max(n.to_string().len())
        }
        Value::Array(items) => 2 + between(items.len()) + items.iter().map(stored_bytes).sum::<usize>(),
        Value::Object(map) => {
            2 + between(map.len()) + map.iter().map(|(key, item)| string_bytes(key) + 1 + stored_bytes(item)).sum::<usize>()
        }
        Value::String(s) => string_bytes(s),
        Value::Bool(false) => 5,
        Value::Bool(true) | Value::Null => 4,
    }
}

fn string_bytes(text: &str) -> usize {
    let escaped = |b: u8| match b {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    };
    2 + text.bytes().map(escaped).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(clean("aäö", 4), "aä");
        assert_eq!(clean("a\0b\x1b[31m\r\nc\t", 64), "a\u{fffd}b\u{fffd}[31m\u{fffd}\nc\t");
        assert_eq!(clean("", 0), "");
    }

    #[test]
    fn nul_is_found_and_replaced_anywhere() {
        let value = json!({"a\0": [{"b": "c\0d"}], "n": 1});
        assert!(has_nul(&value));
        let clean = without_nul(value);
        assert!(!has_nul(&clean));
        assert_eq!(clean, json!({"a\u{fffd}": [{"b": "c\u{fffd}d"}], "n": 1}));
    }

    #[test]
    fn the_stored_size_counts_numbers_in_full() {
        assert_eq!(stored_bytes(&json!(1e308)), 309);
        assert_eq!(stored_bytes(&json!(1e-300)), 302);
        assert_eq!(stored_bytes(&json!(12)), 2);
        for value in [json!({"a": [1, 2.5, 1.0, null, true, false, "x\n\"ä\u{1}"], "b": {}}), json!([]), json!({})] {
            assert_eq!(stored_bytes(&value), value.to_string().len(), "{value}");
        }
    }

    #[test]
    fn depth_counts_containers() {
        assert_eq!(depth(&json!(1)), 0);
        assert_eq!(depth(&json!([])), 1);
        assert_eq!(depth(&json!({"a": [{"b": []}]})), 4);
    }
}
