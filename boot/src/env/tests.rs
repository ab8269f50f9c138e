use std::os::unix::ffi::OsStringExt;

use secrecy::ExposeSecret;

use super::*;

#[test]
fn values_and_defaults_are_read() {
    let mut env = Env::from_pairs([("PORT", "8081"), ("FLAG", "true"), ("WAIT", "7"), ("KEY", "hunter2")]);
    assert_eq!(env.integer("PORT", 8080_u16, 0..=u16::MAX), 8081);
    assert_eq!(env.integer("POOL", 8_u32, 1..=500), 8);
    assert!(env.boolean("FLAG", false));
    assert_eq!(env.seconds("WAIT", Duration::from_secs(1), 1..=60), Duration::from_secs(7));
    assert_eq!(env.text("NAME", "ctap"), "ctap");
    assert_eq!(env.secret("KEY").unwrap().expose_secret(), "hunter2");
    assert!(env.finish(()).is_ok());
}

#[test]
fn every_mistake_is_reported_once_and_no_value_is_shown() {
    let mut env = Env::from_pairs([
        ("PORT", OsString::from("70000")),
        ("POOL", "0".into()),
        ("FLAG", "canary-yes".into()),
        ("WAIT", "-1".into()),
        ("EMPTY", "".into()),
        ("BLANK", " \t".into()),
        ("PASSWORD", "canary-secret\n".into()),
        ("BYTES", OsString::from_vec(vec![0x66, 0xff])),
        ("CTAP_TYPO", "canary".into()),
        ("HOME", "/root".into()),
    ]);
    env.integer("PORT", 8080_u16, 0..=u16::MAX);
    env.integer("POOL", 8_u32, 1..=500);
    env.boolean("FLAG", false);
    env.seconds("WAIT", Duration::from_secs(1), 1..=60);
    env.optional("EMPTY");
    env.optional("EMPTY");
    env.optional("BLANK");
    env.secret("PASSWORD");
    env.optional("BYTES");
    let error = env.finish(()).unwrap_err();
    let expected = "\
        PORT: must be a whole number from 0 to 65535\n\
        POOL: must be a whole number from 1 to 500\n\
        FLAG: must be true or false\n\
        WAIT: must be a whole number of seconds from 1 to 60\n\
        EMPTY: is set but empty; unset it or give it a value\n\
        BLANK: is set but blank; unset it or give it a value\n\
        PASSWORD: begins or ends with white space or a line end\n\
        BYTES: is not valid UTF-8\n\
        CTAP_TYPO: is not a variable of this program";
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.mistakes().len(), 9);
    assert!(!format!("{error:?}").contains("canary"));
}

#[test]
fn a_variable_with_our_prefix_that_was_read_is_no_mistake() {
    let mut env = Env::from_pairs([("CTAP_URL", "http://localhost")]);
    assert_eq!(env.optional("CTAP_URL").as_deref(), Some("http://localhost"));
    assert!(env.finish(()).is_ok());
}

#[test]
fn a_prefix_can_be_taken() {
    let mut env = Env::from_pairs([("JWT_ISSUER", "me"), ("JWT_ISSUR", "canary"), ("OIDC_X", "1")]);
    assert!(!env.owns("SAML_"));
    assert!(env.owns("JWT_"));
    env.optional("JWT_ISSUER");
    assert_eq!(env.finish(()).unwrap_err().mistakes(), ["JWT_ISSUR: is not a variable of this program"]);
}

#[test]
fn an_address_is_any_ip_address_with_any_port() {
    for (pairs, expected) in [
        ([None, None], "0.0.0.0:8080"),
        ([Some(("PORT", "0")), Some(("BIND_ADDRESS", "127.0.0.1"))], "127.0.0.1:0"),
        ([Some(("PORT", "65535")), Some(("BIND_ADDRESS", "::"))], "[::]:65535"),
    ] {
        let mut env = Env::from_pairs(pairs.into_iter().flatten());
        assert_eq!(env.address(8080).to_string(), expected);
        assert!(env.finish(()).is_ok());
    }
    let mut env = Env::from_pairs([("PORT", "65536"), ("BIND_ADDRESS", "localhost")]);
    env.address(8080);
    let rules = ["PORT: must be a whole number from 0 to 65535", "BIND_ADDRESS: must be an IPv4 or IPv6 address"];
    assert_eq!(env.finish(()).unwrap_err().mistakes(), rules);
}
