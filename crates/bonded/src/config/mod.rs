//! The configuration: flags, then `BONDED_*` variables, then a TOML file. What is unknown anywhere is an error.

mod environment;
mod file;
mod options;
mod people;
mod show;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use bonded_blobs::{BlobsUrl, S3Options};
use bonded_registry::people::PeopleSettings;
use bonded_registry::publishers::PublishingSettings;
use bonded_registry::{SecurityContact, Settings};
use bonded_store::DatabaseUrl;
use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

#[cfg(test)]
pub(crate) use file::File;
pub(crate) use options::{Common, LogFormat, Serving, duration};
pub(crate) use people::People;

/// Where everything is unless somebody says otherwise.
const DATA: &str = "./bonded-data";
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// The effective configuration.
#[derive(Debug)]
pub(crate) struct Config {
    /// The data directory.
    pub(crate) data: PathBuf,
    /// The database.
    pub(crate) database: DatabaseUrl,
    /// Whether the database is the data directory's own, which may be created.
    pub(crate) own_database: bool,
    /// Where blobs live.
    pub(crate) blobs: BlobsUrl,
    /// Where the keys are kept that sign conda channels.
    pub(crate) trust: PathBuf,
    /// How to talk to an S3-compatible server.
    pub(crate) s3: S3Options,
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// Where metrics are served, if anywhere.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// The URL by which the outside reaches the server.
    pub(crate) base_url: Option<Url>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Certificate chain and key, both PEM files.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    /// The largest upload in bytes.
    pub(crate) max_upload: u64,
    /// Memory for rendered pages in bytes.
    pub(crate) page_cache: u64,
    /// What concerns people.
    pub(crate) people: People,
    /// What concerns trusted publishing.
    pub(crate) publishing: PublishingSettings,
    /// The file with the keys of secret scanners.
    pub(crate) scanner_keys: Option<PathBuf>,
    /// The trusted root of the Sigstore instance whose attestations are believed.
    pub(crate) sigstore_trusted_root: Option<PathBuf>,
    /// Whom to tell of holes.
    pub(crate) security: Option<SecurityContact>,
    /// How log lines look.
    pub(crate) log_format: LogFormat,
    /// Which log lines are written.
    pub(crate) log: String,
    /// The file that was read, if one was.
    pub(crate) file: Option<PathBuf>,
}

impl Config {
    /// Joins flags (which have taken up the variables already) with the file.
    pub(crate) fn load(
        common: Common,
        serving: Serving,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> anyhow::Result<Self> {
        environment::check(variables)?;
        let data = common.data.clone().unwrap_or_else(|| DATA.into());
        let found = file::load(common.config.as_deref(), &data)?;
        let (file, (file_common, file_serving)) = match found {
            Some((path, options)) => (Some(path), options),
            None => (None, Default::default()),
        };
        let config = Self::resolve(common.or(file_common), serving.or(file_serving), file)?;
        config.check()?;
        Ok(config)
    }

    fn resolve(common: Common, serving: Serving, file: Option<PathBuf>) -> anyhow::Result<Self> {
        let data = common.data.unwrap_or_else(|| DATA.into());
        let own_database = common.database.is_none();
        let database = match common.database {
            Some(url) => url.parse().context("the database URL is not valid")?,
            None => DatabaseUrl::sqlite(data.join("bonded.db")),
        };
        let blobs = match common.blobs {
            Some(url) => url.parse().context("the place of the blobs is not valid")?,
            None => BlobsUrl::Local(data.join("blobs")),
        };
        let people = People::resolve(&serving)?;
        Ok(Self {
            database,
            own_database,
            blobs,
            trust: common.trust_dir.unwrap_or_else(|| data.join("trust")),
            s3: S3Options {
                allow_http: common.s3_endpoint.as_ref().is_some_and(|url| url.scheme() == "http"),
                endpoint: common.s3_endpoint,
                region: common.s3_region,
                access_key_id: common.s3_access_key,
                secret_access_key: common.s3_secret_key.map(SecretString::from),
                ..S3Options::default()
            },
            listen: serving.listen.unwrap_or(LISTEN),
            metrics_listen: serving.metrics_listen,
            base_url: serving.base_url,
            trusted_proxies: serving.trusted_proxy.unwrap_or_default(),
            tls: match (serving.tls_cert, serving.tls_key) {
                (Some(cert), Some(key)) => Some((cert, key)),
                (None, None) => None,
                _ => bail!("tls-cert and tls-key belong together: give both or neither"),
            },
            max_upload: serving.max_upload.map_or(Settings::default().max_upload, |size| size.0),
            page_cache: serving.page_cache.map_or(Settings::default().page_cache, |size| size.0),
            people,
            publishing: PublishingSettings {
                enabled: !serving.oidc_off.unwrap_or_default(),
                audience: serving.oidc_audience.filter(|audience| !audience.is_empty()),
                proxy: serving.oidc_proxy,
            },
            scanner_keys: serving.scanner_keys,
            sigstore_trusted_root: serving.sigstore_trusted_root,
            security: match (serving.security_contact, serving.security_policy) {
                (Some(contact), policy) => {
                    Some(SecurityContact { contact: contact.0, policy: policy.map(String::from) })
                }
                (None, None) => None,
                (None, Some(_)) => bail!("security-policy needs a security-contact beside it"),
            },
            log_format: common.log_format.unwrap_or_default(),
            log: common.log.unwrap_or_else(|| "info".to_owned()),
            data,
            file,
        })
    }

    fn check(&self) -> anyhow::Result<()> {
        if let Some(url) = &self.base_url {
            let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
            if !matches!(url.scheme(), "http" | "https") || !plain || url.fragment().is_some() {
                bail!(
                    "base-url must be http(s)://host[:port][/prefix] without credentials, query or fragment"
                );
            }
        }
        Ok(())
    }

    /// The path under which a reverse proxy shows the server: empty, or `/like/this`.
    pub(crate) fn prefix(&self) -> String {
        self.base_url.as_ref().map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
    }

    /// The URL under which people reach a server that listens on `address`, without a slash at its end. Unless somebody
    /// named it, that is this machine: as `localhost`, because security keys belong to names and not to addresses.
    pub(crate) fn base_url(&self, address: SocketAddr) -> String {
        if let Some(url) = &self.base_url {
            return url.as_str().trim_end_matches('/').to_owned();
        }
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        if address.ip().is_loopback() || address.ip().is_unspecified() {
            return format!("{scheme}://localhost:{}", address.port());
        }
        format!("{scheme}://{address}")
    }

    /// The directory for uploads on their way in.
    pub(crate) fn staging(&self) -> PathBuf {
        self.data.join("staging")
    }

    /// The file with the instance key, outside of the database.
    pub(crate) fn instance_key(&self) -> PathBuf {
        self.data.join("instance.key")
    }

    /// What the use cases are told.
    pub(crate) fn settings(&self, people: PeopleSettings) -> Settings {
        Settings {
            max_upload: self.max_upload,
            page_cache: self.page_cache,
            security: self.security.clone(),
            people,
            publishing: self.publishing.clone(),
            ..Settings::default()
        }
    }
}

/// A path as text for messages.
pub(crate) fn shown(path: &Path) -> std::path::Display<'_> {
    path.display()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(database: &str) -> anyhow::Result<Config> {
        let common = Common { database: Some(database.to_owned()), ..Common::default() };
        Config::load(common, Serving::default(), std::iter::empty())
    }

    #[test]
    fn a_mistyped_database_url_is_an_error() {
        for url in ["postgress://localhost/x", "sqlite:/x", "mysql://x", "", "bonded.db"] {
            assert!(load(url).is_err(), "{url}");
        }
    }

    #[test]
    fn half_a_tls_configuration_is_an_error() {
        let serving = Serving { tls_cert: Some("cert.pem".into()), ..Serving::default() };
        assert!(Config::load(Common::default(), serving, std::iter::empty()).is_err());
    }

    #[test]
    fn flags_win_over_the_file() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(
            directory.path().join("bonded.toml"),
            "listen = \"127.0.0.1:1\"\nmax-upload = \"5MiB\"\n",
        )
        .unwrap();
        let common = Common { data: Some(directory.path().into()), ..Common::default() };
        let serving = Serving { listen: Some("127.0.0.1:2".parse().unwrap()), ..Serving::default() };
        let config = Config::load(common, serving, std::iter::empty()).unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.max_upload, 5 << 20);
    }

    #[test]
    fn a_base_url_with_credentials_is_refused() {
        let serving = Serving { base_url: Some("https://u:p@host/".parse().unwrap()), ..Serving::default() };
        assert!(Config::load(Common::default(), serving, std::iter::empty()).is_err());
    }

    #[test]
    fn without_a_base_url_this_machine_is_localhost() {
        let config = load("sqlite://x").unwrap();
        let url = |address: &str| config.base_url(address.parse().unwrap());
        assert_eq!(url("127.0.0.1:8080"), "http://localhost:8080");
        assert_eq!(url("[::1]:8080"), "http://localhost:8080");
        assert_eq!(url("0.0.0.0:80"), "http://localhost:80");
        assert_eq!(url("192.0.2.1:80"), "http://192.0.2.1:80");
    }
}
