//! What a start says about wrong variables, and that it shows none of them.

use api::jwt::{Jwt, Settings};
use boot::Env;
use testkit::SigningKey;

const GOOD: [(&str, &str); 3] = [
    ("JWT_ISSUER", "https://id.example"),
    ("JWT_AUDIENCE", "ctap, ctap-cli"),
    ("JWT_JWKS_URL", "https://id.example/keys?v=canary"),
];

fn read(pairs: &[(&str, &str)], development: bool) -> Result<Option<Settings>, Vec<String>> {
    let mut env = Env::from_pairs(pairs.iter().copied());
    let settings = Settings::read(&mut env, development);
    env.finish(settings).map_err(|error| error.mistakes().to_vec())
}

/// The good variables with this one set otherwise, or not at all.
fn changed<'a>(name: &'a str, value: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let others = GOOD.into_iter().filter(|(known, _)| *known != name);
    others.chain(value.map(|value| (name, value))).collect()
}

fn mistakes(pairs: &[(&str, &str)], development: bool) -> Vec<String> {
    let mistakes = read(pairs, development).unwrap_err();
    for line in &mistakes {
        assert!(!line.contains("canary") && line.lines().count() == 1, "{line}");
    }
    mistakes
}

#[test]
fn silence_means_no_tokens() {
    assert!(read(&[("PORT", "1")], false).unwrap().is_none());
}

#[test]
fn good_variables_are_read_and_not_shown() {
    for url in ["https://id.example/keys?v=canary", "http://localhost:1/k?canary", "http://127.0.0.1/canary", "http://[::1]:1/"] {
        let settings = read(&changed("JWT_JWKS_URL", Some(url)), false).unwrap().unwrap();
        assert!(!format!("{settings:?}").contains("canary"), "{settings:?}");
        let jwt = Jwt::new(settings).unwrap();
        assert!(!format!("{jwt:?}").contains("canary"), "{jwt:?}");
    }
}

#[test]
fn a_missing_variable_is_named() {
    for (name, _) in GOOD {
        assert_eq!(mistakes(&changed(name, None), false).len(), 1, "{name}");
        assert!(mistakes(&changed(name, None), false)[0].starts_with(&format!("{name}: is required")), "{name}");
        for blank in ["", " ", "\t"] {
            assert_eq!(mistakes(&changed(name, Some(blank)), false).len(), 1, "{name} {blank:?}");
        }
    }
    let typo = mistakes(&changed("JWT_TENNANT_CLAIM", Some("canary")), false);
    assert_eq!(typo, ["JWT_TENNANT_CLAIM: is not a variable of this program"]);
    assert_eq!(mistakes(&[("JWT_ISSUR", "canary")], false).len(), 4);
}

#[test]
fn a_wrong_variable_is_one_line() {
    let long = "canary".repeat(300);
    for (name, value) in [
        ("JWT_ISSUER", &*long),
        ("JWT_ISSUER", "canary\u{7}x"),
        ("JWT_AUDIENCE", "canary,"),
        ("JWT_AUDIENCE", ",canary"),
        ("JWT_AUDIENCE", "canary,,x"),
        ("JWT_AUDIENCE", &*long),
        ("JWT_JWKS_URL", "canary"),
        ("JWT_JWKS_URL", "/canary"),
        ("JWT_JWKS_URL", "file:///canary"),
        ("JWT_JWKS_URL", "http://canary.example/keys"),
        ("JWT_JWKS_URL", "http://localhost.canary.example/keys"),
        ("JWT_JWKS_URL", "http://0.0.0.0/canary"),
        ("JWT_JWKS_URL", "http://10.0.0.1/canary"),
        ("JWT_JWKS_URL", "https://user:canary@id.example/keys"),
        ("JWT_JWKS_URL", "https://canary@id.example/keys"),
        ("JWT_JWKS_URL", "https://id.example/keys#canary"),
        ("JWT_TENANT_CLAIM", "/canary/"),
        ("JWT_USER_CLAIM", "/canary~2"),
        ("JWT_SCOPE_CLAIM", &*long),
    ] {
        let mistakes = mistakes(&changed(name, Some(value)), false);
        assert_eq!(mistakes.len(), 1, "{name} {value}: {mistakes:?}");
        assert!(mistakes[0].starts_with(&format!("{name}: must be")) || mistakes[0].starts_with(&format!("{name}: must name")));
    }
}

#[test]
fn keys_come_from_one_place() {
    let pem = SigningKey::es256("k").pem();
    let secret = "canary".repeat(6);
    for more in [vec![("JWT_PUBLIC_KEY", &*pem)], vec![("JWT_HS256_SECRET", &*secret)]] {
        let pairs: Vec<_> = GOOD.into_iter().chain(more).collect();
        let mistakes = mistakes(&pairs, true);
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        assert!(mistakes[0].contains("exclude each other"), "{mistakes:?}");
    }
}

#[test]
fn a_shared_secret_is_for_development_and_long() {
    let with = |secret: &'static str| {
        let pairs = changed("JWT_JWKS_URL", None);
        pairs.into_iter().chain([("JWT_HS256_SECRET", secret)]).collect::<Vec<_>>()
    };
    let good = with("canary-canary-canary-canary-canary");
    let settings = read(&good, true).unwrap().unwrap();
    assert!(!format!("{settings:?}{:?}", Jwt::new(read(&good, true).unwrap().unwrap())).contains("canary"));
    let refused = mistakes(&good, false);
    assert_eq!(refused, ["JWT_HS256_SECRET: is taken by `ctap dev` only: use JWT_JWKS_URL or JWT_PUBLIC_KEY"]);
    let short = mistakes(&with("canary-canary-canary-canary-can"), true);
    assert_eq!(short, ["JWT_HS256_SECRET: must have at least 32 bytes"]);
    drop(settings);
}

#[test]
fn a_public_key_is_public_and_a_key() {
    let with = |pem: &str| {
        let pairs = [GOOD[0], GOOD[1], ("JWT_PUBLIC_KEY", pem)];
        read(&pairs, false)
    };
    for key in [SigningKey::es256("k"), SigningKey::es384("k"), SigningKey::ed25519("k"), SigningKey::rs256("k")] {
        with(&key.pem()).unwrap();
        // As a file of variables has it.
        with(&key.pem().replace('\n', "\\n")).unwrap();
        let pem = key.pem();
        for bad in [
            pem.replace("PUBLIC", "PRIVATE"),
            pem.replace("PUBLIC KEY", "CERTIFICATE"),
            pem.replace("-----BEGIN PUBLIC KEY-----\nM", "-----BEGIN PUBLIC KEY-----\nN"),
            pem[..pem.len() - 40].to_owned(),
            format!("canary {pem}"),
        ] {
            let mistakes = with(&bad).map(|_| bad).unwrap_err();
            assert_eq!(mistakes.len(), 1, "{mistakes:?}");
            assert!(mistakes[0].starts_with("JWT_PUBLIC_KEY: must be a public key in PEM"), "{mistakes:?}");
        }
    }
    assert_eq!(with("canary").unwrap_err().len(), 1);
    assert_eq!(with("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----").unwrap_err().len(), 1);
}
