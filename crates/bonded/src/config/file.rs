//! The TOML file: the same names as the flags.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, anyhow};
use bonded_model::user::Email;
use bonded_registry::people::SignUp;
use serde::Deserialize;
use serde::de::Error as _;

use super::options::{Common, Contact, LogFormat, Recovery, Serving, Size, duration, instance_name, network};
use super::shown;
use crate::hidden;

/// The name under which a file is looked for in the data directory.
const NAME: &str = "bonded.toml";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct File {
    database: Option<String>,
    blobs: Option<String>,
    trust_dir: Option<PathBuf>,
    s3_endpoint: Option<url::Url>,
    s3_region: Option<String>,
    s3_access_key: Option<String>,
    s3_secret_key: Option<String>,
    log_format: Option<LogFormat>,
    log: Option<String>,
    listen: Option<std::net::SocketAddr>,
    metrics_listen: Option<std::net::SocketAddr>,
    base_url: Option<url::Url>,
    trusted_proxy: Option<Vec<Network>>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    max_upload: Option<Word<Size>>,
    page_cache: Option<Word<Size>>,
    instance_name: Option<Name>,
    sign_up: Option<Word<SignUp>>,
    mail: Option<String>,
    mail_from: Option<Word<Email>>,
    breached_passwords_url: Option<url::Url>,
    password_uploads: Option<bool>,
    tokens_without_expiry: Option<bool>,
    recovery: Option<Recovery>,
    recovery_wait: Option<Time>,
    oidc_audience: Option<String>,
    oidc_proxy: Option<String>,
    oidc_off: Option<bool>,
    scanner_keys: Option<PathBuf>,
    sigstore_trusted_root: Option<PathBuf>,
    security_contact: Option<Word<Contact>>,
    security_policy: Option<url::Url>,
}

/// What is written as text and read by its own rules.
struct Word<T>(T);

struct Name(String);

struct Time(chrono::TimeDelta);

struct Network(ipnet::IpNet);

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        network(&String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Word<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        instance_name(&String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        duration(&String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

/// The options in the named file, or in the data directory's own if there is one.
pub(super) fn load(
    named: Option<&Path>,
    data: &Path,
) -> anyhow::Result<Option<(PathBuf, (Common, Serving))>> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => {
            let path = data.join(NAME);
            if !path.exists() {
                return Ok(None);
            }
            path
        }
    };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("the configuration file {} cannot be read", shown(&path)))?;
    let file: File = toml::from_str(&text).map_err(|error| {
        let wrong = hidden::of_file(&error, &text);
        anyhow!("the configuration file {} is not valid: {wrong}", shown(&path))
    })?;
    Ok(Some((path, file.into_options())))
}

impl File {
    fn into_options(self) -> (Common, Serving) {
        let common = Common {
            data: None,
            config: None,
            database: self.database,
            blobs: self.blobs,
            trust_dir: self.trust_dir,
            s3_endpoint: self.s3_endpoint,
            s3_region: self.s3_region,
            s3_access_key: self.s3_access_key,
            s3_secret_key: self.s3_secret_key,
            log_format: self.log_format,
            log: self.log,
        };
        let serving = Serving {
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            base_url: self.base_url,
            trusted_proxy: self.trusted_proxy.map(|all| all.into_iter().map(|network| network.0).collect()),
            tls_cert: self.tls_cert,
            tls_key: self.tls_key,
            max_upload: self.max_upload.map(|size| size.0),
            page_cache: self.page_cache.map(|size| size.0),
            instance_name: self.instance_name.map(|name| name.0),
            sign_up: self.sign_up.map(|who| who.0),
            mail: self.mail,
            mail_from: self.mail_from.map(|address| address.0),
            breached_passwords_url: self.breached_passwords_url,
            password_uploads: self.password_uploads,
            tokens_without_expiry: self.tokens_without_expiry,
            recovery: self.recovery,
            recovery_wait: self.recovery_wait.map(|time| time.0),
            oidc_audience: self.oidc_audience,
            oidc_proxy: self.oidc_proxy,
            oidc_off: self.oidc_off,
            scanner_keys: self.scanner_keys,
            sigstore_trusted_root: self.sigstore_trusted_root,
            security_contact: self.security_contact.map(|contact| contact.0),
            security_policy: self.security_policy,
        };
        (common, serving)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str) -> anyhow::Result<Option<(PathBuf, (Common, Serving))>> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(NAME), text).unwrap();
        load(None, directory.path())
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let error = load_text("databse = \"sqlite://x\"").unwrap_err();
        assert!(format!("{error:#}").contains("databse"), "{error:#}");
    }

    #[test]
    fn what_concerns_people_is_read() {
        let text = "sign-up = \"open\"\nmail-from = \"a@b.example\"\npassword-uploads = true\n\
                    recovery = \"two-administrators\"\nrecovery-wait = \"3d\"\ninstance-name = \"Acme\"\n\
                    security-contact = \"it@b.example\"\n";
        let (_, (_, serving)) = load_text(text).unwrap().unwrap();
        assert_eq!(serving.sign_up, Some(SignUp::Open));
        assert_eq!(serving.mail_from, Some("a@b.example".parse().unwrap()));
        assert_eq!(serving.password_uploads, Some(true));
        assert_eq!(serving.recovery, Some(Recovery::TwoAdministrators));
        assert_eq!(serving.recovery_wait, Some(chrono::TimeDelta::days(3)));
        assert_eq!(serving.instance_name.as_deref(), Some("Acme"));
        assert_eq!(serving.security_contact, Some(Contact("mailto:it@b.example".to_owned())));
        for bad in
            ["sign-up = \"all\"", "mail-from = \"me\"", "recovery-wait = \"0s\"", "instance-name = \"\""]
        {
            assert!(load_text(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_named_file_must_be_there() {
        assert!(load(Some(Path::new("/nonexistent/bonded.toml")), Path::new(".")).is_err());
    }

    #[test]
    fn without_a_file_there_are_no_options() {
        let directory = tempfile::tempdir().unwrap();
        assert!(load(None, directory.path()).unwrap().is_none());
    }
}
