//! The effective configuration as text, with secrets hidden.

use serde_json::{Value, json};

use super::options::Size;
use super::{Config, shown};

const HIDDEN: &str = "[hidden]";

impl Config {
    /// Every option with its effective value. Secrets are only said to be there.
    pub(crate) fn show(&self) -> Value {
        let hidden = |there: bool| there.then_some(HIDDEN);
        let mut shown = json!({
            "config": self.file.as_deref().map(|path| shown(path).to_string()),
            "data": shown(&self.data).to_string(),
            "database": self.database.to_string(),
            "blobs": self.blobs.to_string(),
            "trust-dir": shown(&self.trust).to_string(),
            "s3-endpoint": self.s3.endpoint.as_ref().map(url::Url::as_str),
            "s3-region": self.s3.region,
            "s3-access-key": self.s3.access_key_id,
            "s3-secret-key": hidden(self.s3.secret_access_key.is_some()),
            "log-format": self.log_format,
            "log": self.log,
            "listen": self.listen.to_string(),
            "metrics-listen": self.metrics_listen.map(|address| address.to_string()),
            "base-url": self.base_url.as_ref().map(url::Url::as_str),
            "trusted-proxy": self.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "tls-cert": self.tls.as_ref().map(|(cert, _)| shown(cert).to_string()),
            "tls-key": self.tls.as_ref().map(|(_, key)| shown(key).to_string()),
            "max-upload": Size(self.max_upload).to_string(),
            "page-cache": Size(self.page_cache).to_string(),
            "oidc-audience": self.publishing.audience,
            "oidc-proxy": hidden(self.publishing.proxy.is_some()),
            "oidc-off": !self.publishing.enabled,
            "scanner-keys": self.scanner_keys.as_deref().map(|path| shown(path).to_string()),
            "sigstore-trusted-root": self.sigstore_trusted_root.as_deref().map(|path| shown(path).to_string()),
            "security-contact": self.security.as_ref().map(|security| &security.contact),
            "security-policy": self.security.as_ref().and_then(|security| security.policy.as_ref()),
        });
        if let (Value::Object(shown), Value::Object(people)) = (&mut shown, self.people.show()) {
            shown.extend(people);
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Common, Serving};
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        let common = Common {
            database: Some("postgres://ada:hunter2@localhost/bonded".into()),
            s3_secret_key: Some("hunter3".into()),
            ..Common::default()
        };
        let config = Config::load(common, Serving::default(), std::iter::empty()).unwrap();
        let text = config.show().to_string();
        assert!(!text.contains("hunter"), "{text}");
        assert!(text.contains("localhost") && text.contains(HIDDEN), "{text}");
        assert!(!format!("{config:?}").contains("hunter"));
    }
}
