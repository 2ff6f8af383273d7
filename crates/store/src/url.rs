//! Which database.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// The two engines.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Engine {
    /// A file on this machine.
    Sqlite,
    /// A server that several machines share.
    Postgres,
}

bonded_model::text_enum!(Engine { Sqlite = "sqlite", Postgres = "postgres" });

/// The place of a database: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME`. It never shows the password.
#[derive(Clone)]
pub struct DatabaseUrl(Place);

#[derive(Clone)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres { url: SecretString, shown: String },
}

impl DatabaseUrl {
    /// The SQLite database in this file.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Place::Sqlite(path.into()))
    }

    /// Which engine the URL is for.
    pub const fn engine(&self) -> Engine {
        match self.0 {
            Place::Sqlite(_) => Engine::Sqlite,
            Place::Postgres { .. } => Engine::Postgres,
        }
    }

    /// The URL with its password, for those who hand it to another program.
    pub fn expose(&self) -> String {
        match &self.0 {
            Place::Sqlite(_) => self.to_string(),
            Place::Postgres { url, .. } => url.expose_secret().to_owned(),
        }
    }

    pub(crate) const fn place(&self) -> &Place {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidDatabaseUrl::Scheme(None))?;
        match scheme {
            "sqlite" if rest.is_empty() || rest.contains('?') || rest == ":memory:" => {
                Err(InvalidDatabaseUrl::SqlitePath)
            }
            "sqlite" => Ok(Self::sqlite(rest)),
            "postgres" | "postgresql" => postgres(text),
            _ => Err(InvalidDatabaseUrl::Scheme(Some(scheme.chars().take(32).collect()))),
        }
    }
}

fn postgres(text: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    let url = Url::parse(text).map_err(InvalidDatabaseUrl::Form)?;
    if url.path().trim_matches('/').is_empty() {
        return Err(InvalidDatabaseUrl::PostgresName);
    }
    Ok(DatabaseUrl(Place::Postgres { url: SecretString::from(text), shown: without_password(url) }))
}

/// A password may stand in two places: before the host and among the parameters.
fn without_password(mut url: Url) -> String {
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return format!("{}://***", url.scheme());
    }
    let secret = |key: &str| key == "password" || key == "sslpassword";
    if url.query_pairs().any(|(key, _)| secret(&key)) {
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let shown = pairs.iter().map(|(key, value)| (key, if secret(key) { "***" } else { value }));
        url.query_pairs_mut().clear().extend_pairs(shown);
    }
    url.into()
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Place::Postgres { shown, .. } => f.write_str(shown),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// Why a text is not the place of a database. No text repeats what may be a password.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// Neither of the two engines.
    #[error(
        "a database URL begins with 'sqlite://' or 'postgres://'{}",
        .0.as_ref().map_or_else(String::new, |scheme| format!(", not with '{scheme}://'"))
    )]
    Scheme(Option<String>),
    /// No usable path.
    #[error("a SQLite URL is 'sqlite://' and the path of a file, without parameters")]
    SqlitePath,
    /// Not a URL.
    #[error("the PostgreSQL URL cannot be read: {0}")]
    Form(url::ParseError),
    /// No database in it.
    #[error("the PostgreSQL URL names no database: 'postgres://user:password@host/name'")]
    PostgresName,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, InvalidDatabaseUrl> {
        text.parse::<DatabaseUrl>().map(|url| format!("{url} {:?}", url.engine()))
    }

    #[test]
    fn both_engines_are_understood() {
        assert_eq!(parse("sqlite:///a/b.db"), Ok("sqlite:///a/b.db Sqlite".into()));
        assert_eq!(parse("sqlite://b.db"), Ok("sqlite://b.db Sqlite".into()));
        assert_eq!(parse("postgresql://h/n"), Ok("postgresql://h/n Postgres".into()));
    }

    #[test]
    fn a_mistyped_url_is_an_error_and_never_a_fresh_file() {
        for bad in ["postgre://h/n", "mysql://h/n", "bonded.db", "sqlite:b.db", "", "Sqlite://x"] {
            assert!(matches!(parse(bad), Err(InvalidDatabaseUrl::Scheme(_))), "{bad}");
        }
        assert_eq!(parse("sqlite://"), Err(InvalidDatabaseUrl::SqlitePath));
        assert_eq!(parse("sqlite://x.db?mode=ro"), Err(InvalidDatabaseUrl::SqlitePath));
        assert_eq!(parse("postgres://host"), Err(InvalidDatabaseUrl::PostgresName));
    }

    #[test]
    fn no_form_shows_the_password() {
        for text in [
            "postgres://u:hunter2@h/n",
            "postgres://u:hunter2@h/n?sslmode=require&password=hunter2",
            "postgres://u@h/n?sslpassword=hunter2",
        ] {
            let url: DatabaseUrl = text.parse().unwrap();
            assert!(!format!("{url} {url:?}").contains("hunter2"), "{url}");
            assert_eq!(url.expose(), text);
        }
        let error = "u:hunter2@h/n".parse::<DatabaseUrl>().unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
}
