//! Logging: one JSON object per line on stdout in Cloud Logging's shape, or readable text on stderr at a terminal.
//!
//! | variable | meaning |
//! |---|---|
//! | `LOG` | filter such as `info` or `info,worker=debug` (default `info`; libraries that talk much are held at `warn` unless named) |
//! | `LOG_FORMAT` | `json` or `text` (default: `text` when stdout or stderr is a terminal) |

mod fields;
mod layer;
mod panic;
mod redact;
mod render;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub(crate) use self::fields::ErrorChain;
use self::layer::LogLayer;
use crate::env::Env;

/// What goes before `LOG`; a later directive for the same target replaces an earlier one.
const BASE_FILTER: &str = "info,sqlx=warn,sea_orm=warn,sea_orm_migration=info,hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn,tower=warn,tower_http=warn,h2=warn";

/// The two ways of writing a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// One JSON object per line, on stdout, as Cloud Run collects it.
    Json,
    /// One readable line per event, on stderr.
    Text,
}

/// How to log.
#[derive(Debug)]
pub struct Settings {
    format: Format,
    filter: EnvFilter,
}

impl Settings {
    /// Reads `LOG` and `LOG_FORMAT`.
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
        Settings { format, filter }
    }
}

/// Sets up logging and the panic hook for this process; a second call changes nothing.
pub fn init_with(service: &'static str, settings: Settings) {
    let Settings { format, filter } = settings;
    let registry = tracing_subscriber::registry().with(filter);
    let first = match format {
        Format::Json => registry.with(LogLayer::json(service, std::io::stdout)).try_init().is_ok(),
        Format::Text => {
            let colour = std::io::stderr().is_terminal();
            registry.with(LogLayer::text(service, colour, std::io::stderr)).try_init().is_ok()
        }
    };
    if first {
        panic::log_panics();
    }
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
    fn a_wrong_setting_is_a_mistake() {
        assert!(read(&[("LOG_FORMAT", "xml")]).unwrap_err().to_string().starts_with("LOG_FORMAT: must be"));
        assert!(read(&[("LOG", "worker=loud")]).unwrap_err().to_string().starts_with("LOG: must be"));
    }
}
