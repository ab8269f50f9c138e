//! What the environment says about logs and spans.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use url::Url;

use crate::env::Env;

/// What goes before `LOG`; a later directive for the same target replaces an earlier one.
const BASE_FILTER: &str = "info,sqlx=warn,sea_orm=warn,sea_orm_migration=info,hyper=warn,hyper_util=warn,reqwest=warn,\
                           rustls=warn,tower=warn,tower_http=warn,h2=warn,opentelemetry=warn,opentelemetry_sdk=warn,\
                           opentelemetry_otlp=warn,opentelemetry_http=warn";

/// The two ways of writing a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON object per line, on stdout, as Cloud Run collects it.
    Json,
    /// One readable line per event, on stderr.
    Text,
}

/// Where spans go.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Collector {
    endpoint: Url,
    /// Which part of the traces that begin here is recorded, 0 to 1.
    pub(super) ratio: f64,
}

impl Collector {
    /// Where it takes spans.
    pub(super) fn traces(&self) -> String {
        format!("{}/v1/traces", self.endpoint.as_str().trim_end_matches('/'))
    }
}

/// How to log, and where spans go.
#[derive(Debug)]
pub struct Settings {
    pub(super) format: Format,
    pub(super) filter: EnvFilter,
    /// The project whose Cloud Trace has the traces that lines name.
    pub(super) project: Option<String>,
    pub(super) collector: Option<Collector>,
}

impl Settings {
    /// Reads `LOG`, `LOG_FORMAT`, `GOOGLE_CLOUD_PROJECT`, `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_TRACES_SAMPLER_ARG`.
    pub fn read(env: &mut Env) -> Settings {
        let at_terminal = || std::io::stdout().is_terminal() || std::io::stderr().is_terminal();
        let format = match env.optional("LOG_FORMAT").as_deref() {
            Some("json") => Format::Json,
            Some("text") => Format::Text,
            Some(_) => {
                env.mistake("LOG_FORMAT", "must be json or text");
                Format::Json
            }
            None if at_terminal() => Format::Text,
            None => Format::Json,
        };
        let filter = env.text("LOG", "info");
        let filter = EnvFilter::try_new(format!("{BASE_FILTER},{filter}")).unwrap_or_else(|_| {
            env.mistake("LOG", "must be a log filter such as info or info,worker=debug");
            EnvFilter::new(BASE_FILTER)
        });
        let project = env.optional("GOOGLE_CLOUD_PROJECT");
        if project.as_deref().is_some_and(|project| !is_project(project)) {
            env.mistake("GOOGLE_CLOUD_PROJECT", "must be a project's id: 6 to 30 of a-z 0-9 -, beginning with a letter");
        }
        Settings { format, filter, project, collector: collector(env) }
    }
}

fn collector(env: &mut Env) -> Option<Collector> {
    let ratio = env.text("OTEL_TRACES_SAMPLER_ARG", "1").parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    let ratio = ratio.unwrap_or_else(|| {
        env.mistake("OTEL_TRACES_SAMPLER_ARG", "must be a number from 0 to 1");
        1.0
    });
    let endpoint = env.optional("OTEL_EXPORTER_OTLP_ENDPOINT")?;
    let is_base = |url: &Url| matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    let has_no_password = |url: &Url| url.username().is_empty() && url.password().is_none();
    match Url::parse(&endpoint).ok().filter(|url| is_base(url) && has_no_password(url)) {
        Some(endpoint) => Some(Collector { endpoint, ratio }),
        None => {
            let rule = "must be the http or https address of an OTLP collector, without a user, such as http://localhost:4318";
            env.mistake("OTEL_EXPORTER_OTLP_ENDPOINT", rule);
            None
        }
    }
}

fn is_project(text: &str) -> bool {
    let is_domain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.');
    // Of an organisation's own domain: `example.com:project`.
    let (domain, id) = text.split_once(':').unwrap_or(("", text));
    domain.bytes().all(is_domain)
        && (6..=30).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, crate::ConfigError> {
        let mut env = Env::from_pairs(pairs.iter().copied());
        let settings = Settings::read(&mut env);
        env.finish(settings)
    }

    #[test]
    fn format_and_filter_come_from_the_environment() {
        assert_eq!(read(&[("LOG_FORMAT", "json")]).unwrap().format, Format::Json);
        assert_eq!(read(&[("LOG_FORMAT", "text")]).unwrap().format, Format::Text);
        let filter = read(&[("LOG", "warn,worker=debug,sqlx=info")]).unwrap().filter.to_string();
        for part in ["worker=debug", "sqlx=info", "sea_orm=warn"] {
            assert!(filter.contains(part), "{filter}");
        }
        assert!(!filter.contains("sqlx=warn"), "{filter}");
    }

    #[test]
    fn a_collector_is_an_address_and_a_ratio() {
        assert_eq!(read(&[]).unwrap().collector, None);
        let address = ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example:4318/base/");
        let collector = read(&[address, ("OTEL_TRACES_SAMPLER_ARG", "0.25")]).unwrap().collector.unwrap();
        assert_eq!((collector.traces().as_str(), collector.ratio), ("https://collector.example:4318/base/v1/traces", 0.25));
    }

    #[test]
    fn a_wrong_setting_is_a_mistake() {
        for (name, value) in [
            ("LOG_FORMAT", "xml"),
            ("LOG", "worker=loud"),
            ("GOOGLE_CLOUD_PROJECT", "Project/../x"),
            ("GOOGLE_CLOUD_PROJECT", "short"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:canary@localhost:4318"),
            ("OTEL_TRACES_SAMPLER_ARG", "1.5"),
            ("OTEL_TRACES_SAMPLER_ARG", "NaN"),
        ] {
            let error = read(&[(name, value)]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{name}: must be")) && !error.contains("canary"), "{value}: {error}");
        }
        for project in ["ctap-dev-1", "example.com:ctap-prod"] {
            assert_eq!(read(&[("GOOGLE_CLOUD_PROJECT", project)]).unwrap().project.as_deref(), Some(project));
        }
    }
}
