//! Every option once, for the command line, the environment and the file alike.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::bail;
use bonded_model::user::Email;
use bonded_registry::people::SignUp;
use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use url::Url;

/// Defines a group of options, all optional, and how one group gives way to another.
macro_rules! options {
    ($(#[$group:meta])* $name:ident { $($(#[$option:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$group])*
        #[derive(Clone, Debug, Default, Args)]
        pub(crate) struct $name {
            $($(#[$option])* pub(crate) $field: Option<$type>,)+
        }

        impl $name {
            /// These options, and where one is missing the other's.
            pub(crate) fn or(self, other: Self) -> Self {
                Self { $($field: self.$field.or(other.$field),)+ }
            }
        }
    };
}

options! {
    /// What every subcommand needs to know.
    Common {
        /// The data directory: database, blobs and instance key, unless they are elsewhere. Default: ./bonded-data
        #[arg(long, global = true, env = "BONDED_DATA", value_name = "DIR")]
        data: PathBuf,
        /// A TOML file with options. Default: bonded.toml in the data directory, if there is one.
        #[arg(long, global = true, env = "BONDED_CONFIG", value_name = "FILE")]
        config: PathBuf,
        /// The database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME. Default: SQLite in the data directory.
        #[arg(long, global = true, env = "BONDED_DATABASE", value_name = "URL", hide_env_values = true)]
        database: String,
        /// Where files live: a directory or s3://BUCKET/PREFIX. Default: blobs in the data directory.
        #[arg(long, global = true, env = "BONDED_BLOBS", value_name = "PLACE")]
        blobs: String,
        /// Where the keys are kept that sign conda channels, sealed. Default: trust in the data directory.
        #[arg(long, global = true, env = "BONDED_TRUST_DIR", value_name = "DIR")]
        trust_dir: PathBuf,
        /// The S3-compatible server's address, such as `https://s3.example.com`
        #[arg(long, global = true, env = "BONDED_S3_ENDPOINT", value_name = "URL")]
        s3_endpoint: Url,
        /// The bucket's region. Default: AWS_REGION, or else us-east-1
        #[arg(long, global = true, env = "BONDED_S3_REGION", value_name = "REGION")]
        s3_region: String,
        /// The access key for the bucket.
        #[arg(long, global = true, env = "BONDED_S3_ACCESS_KEY", value_name = "KEY")]
        s3_access_key: String,
        /// The secret key for the bucket. Better given as a variable than as a flag: others can see flags.
        #[arg(long, global = true, env = "BONDED_S3_SECRET_KEY", value_name = "SECRET", hide_env_values = true)]
        s3_secret_key: String,
        /// How log lines look: text or json. Default: text
        #[arg(long, global = true, env = "BONDED_LOG_FORMAT", value_name = "FORMAT")]
        log_format: LogFormat,
        /// Which log lines are written: error, warn, info, debug, trace, also by part. Default: info
        #[arg(long, global = true, env = "BONDED_LOG", value_name = "FILTER")]
        log: String,
    }
}

options! {
    /// What only the server needs to know.
    Serving {
        /// Where to listen; port 0 takes a free one. Default: 127.0.0.1:8080
        #[arg(long, env = "BONDED_LISTEN", value_name = "ADDRESS")]
        listen: SocketAddr,
        /// Where metrics are served for Prometheus, to whoever can reach it, such as 127.0.0.1:9464. Default: nowhere
        #[arg(long, env = "BONDED_METRICS_LISTEN", value_name = "ADDRESS")]
        metrics_listen: SocketAddr,
        /// The URL by which clients reach the server; may have a path. Default: this machine, as `localhost`
        #[arg(long, env = "BONDED_BASE_URL", value_name = "URL")]
        base_url: Url,
        /// Addresses or networks of reverse proxies whose X-Forwarded-For is believed.
        #[arg(long, env = "BONDED_TRUSTED_PROXY", value_name = "NETWORK", value_delimiter = ',', value_parser = network)]
        trusted_proxy: Vec<IpNet>,
        /// The certificate chain as a PEM file: serves https. Read again on SIGHUP.
        #[arg(long, env = "BONDED_TLS_CERT", value_name = "FILE")]
        tls_cert: PathBuf,
        /// The certificate's private key as a PEM file.
        #[arg(long, env = "BONDED_TLS_KEY", value_name = "FILE")]
        tls_key: PathBuf,
        /// The largest file that can be uploaded, such as 500MiB or 4GiB. Default: 2GiB
        #[arg(long, env = "BONDED_MAX_UPLOAD", value_name = "SIZE")]
        max_upload: Size,
        /// Memory for rendered pages. Default: 32MiB
        #[arg(long, env = "BONDED_PAGE_CACHE", value_name = "SIZE")]
        page_cache: Size,
        /// What the instance is called on pages, in mails and in authenticator apps. Default: Bonded
        #[arg(long, env = "BONDED_INSTANCE_NAME", value_name = "TEXT", value_parser = instance_name)]
        instance_name: String,
        /// Who may make an account: open (everybody), invitation, closed (nobody). Default: invitation
        #[arg(long, env = "BONDED_SIGN_UP", value_name = "WHO")]
        sign_up: SignUp,
        /// The mail server: smtp://USER:PASSWORD@HOST, or smtps://… Default: files in outbox in the data directory
        #[arg(long, env = "BONDED_MAIL", value_name = "URL", hide_env_values = true)]
        mail: String,
        /// The sender of mails. Default: bonded@ the host of the base URL
        #[arg(long, env = "BONDED_MAIL_FROM", value_name = "ADDRESS")]
        mail_from: Email,
        /// A service that new passwords are compared with, such as `https://api.pwnedpasswords.com/range/`. It hears five
        /// digits of a hash. Default: none
        #[arg(long, env = "BONDED_BREACHED_PASSWORDS_URL", value_name = "URL")]
        breached_passwords_url: Url,
        /// Take name and password for uploads from accounts without a second factor. Tokens are safer.
        #[arg(
            long, env = "BONDED_PASSWORD_UPLOADS", value_name = "BOOL", num_args = 0..=1, require_equals = true,
            default_missing_value = "true"
        )]
        password_uploads: bool,
        /// Let people make API tokens that never end. Default: they end within a year
        #[arg(
            long, env = "BONDED_TOKENS_WITHOUT_EXPIRY", value_name = "BOOL", num_args = 0..=1, require_equals = true,
            default_missing_value = "true"
        )]
        tokens_without_expiry: bool,
        /// What the recovery of a locked-out person's account waits for: wait (some time, or a second administrator), or
        /// two-administrators. Default: wait
        #[arg(long, env = "BONDED_RECOVERY", value_name = "RULE")]
        recovery: Recovery,
        /// How long such a recovery waits, such as 24h or 3d. Default: 24h
        #[arg(long, env = "BONDED_RECOVERY_WAIT", value_name = "TIME", value_parser = duration)]
        recovery_wait: TimeDelta,
        /// The audience that identity tokens of CI jobs must be for. Default: the host of the base URL, without its port
        #[arg(long, env = "BONDED_OIDC_AUDIENCE", value_name = "TEXT")]
        oidc_audience: String,
        /// A proxy through which issuers of identity tokens are asked for their keys: `http://PROXY:PORT`. With a proxy,
        /// Bonded cannot check the addresses itself: the proxy must refuse private ones. Default: none
        #[arg(long, env = "BONDED_OIDC_PROXY", value_name = "URL", hide_env_values = true)]
        oidc_proxy: String,
        /// Exchange no identities of CI jobs for tokens: no trusted publishing.
        #[arg(
            long, env = "BONDED_OIDC_OFF", value_name = "BOOL", num_args = 0..=1, require_equals = true,
            default_missing_value = "true"
        )]
        oidc_off: bool,
        /// The public keys of secret scanners whose reports of leaked tokens are believed, as GitHub publishes its own. Read
        /// again when the file changes. Default: none
        #[arg(long, env = "BONDED_SCANNER_KEYS", value_name = "FILE")]
        scanner_keys: PathBuf,
        /// The Sigstore instance whose attestations are believed: its trusted_root.json. Default: the public-good instance, as
        /// this version knows it
        #[arg(long, env = "BONDED_SIGSTORE_TRUSTED_ROOT", value_name = "FILE")]
        sigstore_trusted_root: PathBuf,
        /// Whom to tell of holes in this registry, for security.txt: an address, or a URL. Default: nobody
        #[arg(long, env = "BONDED_SECURITY_CONTACT", value_name = "CONTACT")]
        security_contact: Contact,
        /// The page with the rules for those who look for holes, for security.txt.
        #[arg(long, env = "BONDED_SECURITY_POLICY", value_name = "URL")]
        security_policy: Url,
    }
}

/// What the recovery of a locked-out person's account waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Recovery {
    /// Some time, or a second administrator.
    #[default]
    Wait,
    /// A second administrator.
    TwoAdministrators,
}

/// Whom to tell of holes, as the URI that RFC 9116 wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact(pub(crate) String);

impl FromStr for Contact {
    type Err = String;

    /// Reads an e-mail address or a URL.
    fn from_str(text: &str) -> Result<Self, String> {
        // First the URL: what `mailto:` names would be a mailbox of that name.
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "https" | "mailto" | "tel") => return Ok(Self(url.into())),
            _ => {}
        }
        match text.parse::<Email>() {
            Ok(email) => Ok(Self(format!("mailto:{email}"))),
            Err(_) => Err("write an e-mail address, or a URL with https:, mailto: or tel:".to_owned()),
        }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// A network, or a single address.
pub(crate) fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse()
        .or_else(|_| address())
        .map_err(|_| format!("{text:?} is neither an address nor a network like 10.0.0.0/8"))
}

/// A time that is longer than nothing.
pub(crate) fn duration(text: &str) -> anyhow::Result<TimeDelta> {
    let time = TimeDelta::from_std(humantime::parse_duration(text)?)?;
    if time <= TimeDelta::zero() {
        bail!("it must be longer than nothing");
    }
    Ok(time)
}

/// A name that fits into the subject of a mail and the title of a page.
pub(crate) fn instance_name(text: &str) -> Result<String, String> {
    let fits = !text.trim().is_empty() && text.chars().count() <= 60 && !text.chars().any(char::is_control);
    if fits { Ok(text.trim().to_owned()) } else { Err("a name has 1 to 60 printable characters".to_owned()) }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = UNITS.iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)));
        let (digits, unit) = found.unwrap_or((text, 1));
        let number = digits.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
        number.map(Self).ok_or_else(|| {
            format!("{text:?} is not a size: write a number of bytes, or one with KiB, MiB or GiB")
        })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.iter().find(|(_, bytes)| self.0 >= *bytes && self.0.is_multiple_of(*bytes));
        let (unit, bytes) = whole.copied().unwrap_or(("B", 1));
        write!(f, "{}{unit}", self.0 / bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown() {
        for (text, bytes) in [("5", 5), ("5B", 5), ("2KiB", 2048), ("3MiB", 3 << 20), ("4GiB", 4 << 30)] {
            assert_eq!(text.parse(), Ok(Size(bytes)));
        }
        assert_eq!(Size(3 << 20).to_string(), "3MiB");
        for bad in ["", "MiB", "-1", "1TB", "99999999999GiB"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_contact_is_a_uri() {
        for (text, uri) in [
            ("it@example.org", "mailto:it@example.org"),
            ("mailto:it@example.org", "mailto:it@example.org"),
            ("https://example.org/holes", "https://example.org/holes"),
            ("tel:+1-201-555-0123", "tel:+1-201-555-0123"),
        ] {
            assert_eq!(text.parse(), Ok(Contact(uri.to_owned())));
        }
        for bad in ["", "it", "http://example.org", "javascript:alert(1)", "a@b.example\nPolicy: x"] {
            assert!(bad.parse::<Contact>().is_err(), "{bad}");
        }
    }

    #[test]
    fn networks_and_single_addresses() {
        assert_eq!(network("10.0.0.0/8").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(network("::1").unwrap().to_string(), "::1/128");
        assert!(network("proxy.example").is_err());
    }

    #[test]
    fn times_are_longer_than_nothing() {
        assert_eq!(duration("30d").unwrap(), TimeDelta::days(30));
        assert_eq!(duration("3s").unwrap(), TimeDelta::seconds(3));
        assert!(duration("0s").is_err() && duration("soon").is_err());
    }

    #[test]
    fn an_instance_name_is_one_line() {
        assert_eq!(instance_name(" Acme packages ").as_deref(), Ok("Acme packages"));
        for bad in ["", "  ", "a\nBcc: b", &"a".repeat(61)] {
            assert!(instance_name(bad).is_err(), "{bad}");
        }
    }
}
