use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;

/// Answers each question with the next of its script.
struct Script(Mutex<VecDeque<Vec<&'static str>>>);

#[async_trait]
impl Lookup for Script {
    async fn addresses(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        let answer = self.0.lock().unwrap().pop_front().ok_or(io::ErrorKind::NotFound)?;
        Ok(answer.into_iter().map(|text| text.parse().unwrap()).collect())
    }
}

fn guarded(allow_private: bool, answers: &[&[&'static str]]) -> Guarded {
    Guarded::new(Script(Mutex::new(answers.iter().map(|a| a.to_vec()).collect())), allow_private)
}

async fn ask(guarded: &Guarded, name: &str) -> Result<Vec<IpAddr>, String> {
    match guarded.resolve(name.parse().unwrap()).await {
        Ok(addresses) => Ok(addresses.map(|address| address.ip()).collect()),
        Err(error) => Err(error.to_string()),
    }
}

#[tokio::test]
async fn a_name_is_refused_when_any_of_its_addresses_is() {
    let guarded = guarded(false, &[&["8.8.8.8"], &["8.8.8.8", "10.0.0.1"], &["::1", "8.8.8.8"], &["::ffff:127.0.0.1"], &[]]);
    assert_eq!(ask(&guarded, "example.com").await, Ok(vec!["8.8.8.8".parse().unwrap()]));
    for _ in 0..3 {
        assert_eq!(ask(&guarded, "example.com").await, Err(target::NOT_PUBLIC.to_string()));
    }
    assert_eq!(ask(&guarded, "example.com").await, Ok(vec![]));
}

#[tokio::test]
async fn a_name_that_rebinds_is_refused_the_moment_it_does() {
    let guarded = guarded(false, &[&["93.184.216.34"], &["169.254.169.254"], &["93.184.216.34"]]);
    assert!(ask(&guarded, "rebind.example.com").await.is_ok());
    assert!(ask(&guarded, "rebind.example.com").await.is_err());
    assert!(ask(&guarded, "rebind.example.com").await.is_ok());
}

#[tokio::test]
async fn inner_names_are_not_even_looked_up() {
    let guarded = guarded(false, &[]);
    let error = ask(&guarded, "metadata.google.internal.").await.unwrap_err();
    assert!(error.contains("name is not public"), "{error}");
}

#[tokio::test]
async fn an_operator_may_allow_private_addresses() {
    let guarded = guarded(true, &[&["127.0.0.1"]]);
    assert_eq!(ask(&guarded, "localhost").await, Ok(vec!["127.0.0.1".parse().unwrap()]));
}
