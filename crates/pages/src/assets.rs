//! The files that pages refer to. Their names carry a hash of their bytes, so they may be cached for ever.

use std::sync::LazyLock;

use bonded_model::Sha256;

/// One file under `/static/`.
#[derive(Debug)]
pub struct Asset {
    /// Its name: `bonded.`, a hash, an extension.
    pub name: String,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: &'static str,
}

impl Asset {
    fn new(extension: &str, content_type: &'static str, body: &'static str) -> Self {
        let digest = Sha256::of(body.as_bytes()).to_string();
        let hash: String = digest.chars().take(16).collect();
        Self { name: format!("bonded.{hash}.{extension}"), content_type, body }
    }
}

static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| {
    let body = concat!(
        include_str!("../assets/css/tokens.css"),
        include_str!("../assets/css/text.css"),
        include_str!("../assets/css/layout.css"),
        include_str!("../assets/css/forms.css"),
        include_str!("../assets/css/components.css"),
        include_str!("../assets/css/places.css"),
        include_str!("../assets/css/print.css"),
    );
    Asset::new("css", "text/css; charset=utf-8", body)
});

static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let body = concat!(include_str!("../assets/js/credentials.js"), include_str!("../assets/js/helpers.js"));
    Asset::new("js", "text/javascript; charset=utf-8", body)
});

static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_str!("../assets/icon.svg")));

/// The stylesheet of all pages.
pub fn stylesheet() -> &'static Asset {
    &STYLESHEET
}

/// The script of all pages: keys and passkeys, copying, printing. Everything else works without it.
pub fn script() -> &'static Asset {
    &SCRIPT
}

/// The icon of the browser's tab.
pub fn icon() -> &'static Asset {
    &ICON
}

/// The file of that name.
pub fn find(name: &str) -> Option<&'static Asset> {
    [stylesheet(), script(), icon()].into_iter().find(|asset| asset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_carries_another_hash_is_not_found() {
        assert_eq!(find(&stylesheet().name).map(|asset| asset.content_type), Some("text/css; charset=utf-8"));
        assert!(find("bonded.0000000000000000.css").is_none());
        assert!(find("../Cargo.toml").is_none());
    }
}
