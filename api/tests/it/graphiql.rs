//! The page at `/graphiql` as this build has it: the one made by npm, or the one that says how to make it.

use api::Config;
use reqwest::Method;

use crate::support::TestApi;

#[tokio::test]
async fn everybody_gets_the_page_and_it_may_load_nothing_from_elsewhere() {
    let api = TestApi::start().await;
    let page = api.anonymous(Method::GET, "/graphiql").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers()["cache-control"], "no-store");
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("http"), "{policy}");
    let text = page.text().await.unwrap();
    assert!(text.contains("GraphiQL") && !text.contains("https://"), "{text}");
    assert!(text.contains("/graphiql/assets/") || text.contains("npm run build"), "{text}");
}

#[tokio::test]
async fn the_address_with_a_slash_leads_to_the_page() {
    let api = TestApi::start().await;
    let page = api.anonymous(Method::GET, "/graphiql/").send().await.unwrap();
    assert_eq!((page.status().as_u16(), page.url().path()), (200, "/graphiql"));
}

#[tokio::test]
async fn files_that_are_not_the_pages_are_not_there() {
    let api = TestApi::start().await;
    for path in
        ["/graphiql/assets/none.js", "/graphiql/%2e%2e/.gitignore", "/graphiql/..%2f.gitignore", "/graphiql/%2fetc%2fpasswd"]
    {
        assert_eq!(api.anonymous(Method::GET, path).send().await.unwrap().status(), 404, "{path}");
    }
    assert_eq!(api.anonymous(Method::POST, "/graphiql").send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn it_is_off_unless_switched_on() {
    let api = TestApi::start_with(Config::default()).await;
    for path in ["/graphiql", "/graphiql/", "/graphiql/index.html"] {
        assert_eq!(api.anonymous(Method::GET, path).send().await.unwrap().status(), 404, "{path}");
    }
}
