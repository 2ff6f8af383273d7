//! Logs go to standard error, as text or as JSON lines.

use std::io::{IsTerminal, stderr};
use std::panic::PanicHookInfo;

use anyhow::Context;
use bonded_model::token::redacted;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Begins to log.
pub(crate) fn start(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::builder().parse(&config.log).context("the log filter is not valid")?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    std::panic::set_hook(Box::new(panicked));
    Ok(())
}

/// Logs a panic. Its message may hold whatever a request held, so it is no line of the standard library's.
fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let payload = info.payload();
    let owned = || payload.downcast_ref::<String>().map(String::as_str);
    let message = payload.downcast_ref::<&str>().copied().or_else(owned).unwrap_or("no message");
    let message = redacted(message);
    tracing::error!(place, %message, "a panic: this is a defect of Bonded");
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::panic::{catch_unwind, set_hook, take_hook};
    use std::sync::{Arc, Mutex};

    use bonded_model::Random;
    use bonded_model::token::ApiToken;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_logged_without_the_token_in_its_message() {
        let (kept, token) = (Kept::default(), ApiToken::generate(&Random::seeded(1)));
        let lines = kept.clone();
        let subscriber =
            tracing_subscriber::fmt().with_writer(move || lines.clone()).with_ansi(false).finish();
        let before = take_hook();
        set_hook(Box::new(panicked));
        let result = tracing::subscriber::with_default(subscriber, || {
            catch_unwind(|| panic!("cannot read /t/{}/main", token.expose()))
        });
        set_hook(before);
        assert!(result.is_err());
        let told = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(
            told.contains("cannot read /t/bonded-[redacted]/main") && told.contains("logging.rs"),
            "{told}"
        );
        assert!(!told.contains(&token.expose()[7..20]), "{told}");
    }
}
