//! Channels as people name them.

use std::fmt;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use rattler_conda_types::{Channel, ChannelConfig};
use url::Url;

/// A conda channel: its URL without any secret, ending with a slash, and the secrets that its URL held.
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelRef {
    url: Url,
    token: Option<String>,
    login: Option<(String, String)>,
}

impl ChannelRef {
    /// The channel that `text` names: a URL, or a name below `alias`. A token in the URL is taken out of it, and so are
    /// a user's name and password.
    ///
    /// # Errors
    /// When it is neither, or stands for several channels.
    pub fn parse(text: &str, alias: &Url) -> Result<Self, InvalidChannel> {
        let text = text.trim();
        if text.contains("://") {
            return Self::parse_url(text);
        }
        let invalid = || InvalidChannel::Form(redacted(text));
        let url = if text == "defaults" || text == "local" {
            return Err(InvalidChannel::Several(text.to_owned()));
        } else if text.is_empty() || text.starts_with(['/', '.']) {
            return Err(invalid());
        } else {
            with_slash(alias.clone()).join(text).map_err(|_| invalid())?
        };
        Self::from_url(url).ok_or_else(invalid)
    }

    /// The channel at this URL, with the same care for its secrets.
    ///
    /// # Errors
    /// When it is no URL of a channel.
    pub fn parse_url(text: &str) -> Result<Self, InvalidChannel> {
        let text = text.trim();
        Url::parse(text).ok().and_then(Self::from_url).ok_or_else(|| InvalidChannel::Form(redacted(text)))
    }

    fn from_url(mut url: Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return None;
        }
        let segments: Vec<String> =
            url.path_segments()?.filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
        let (segments, token) = without_token(segments);
        let login = login_in(&url);
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        url.set_path(&format!("/{}", segments.join("/")));
        (!segments.is_empty()).then(|| Self { url: with_slash(url), token, login })
    }

    /// The channel's URL, which ends with a slash and holds no secret.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The token that the URL held.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The user's name and password that the URL held.
    pub fn login(&self) -> Option<(&str, &str)> {
        self.login.as_ref().map(|(user, password)| (user.as_str(), password.as_str()))
    }

    /// The URL without its last slash, as people write it.
    pub fn text(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The channel's name: the last segment of its path.
    pub fn name(&self) -> &str {
        self.text().rsplit('/').next().unwrap_or_default()
    }

    /// The registry that has the channel: the URL above it. The alias `/repo`, which some clients need, is left out.
    pub fn server(&self) -> Url {
        let mut url = self.url.clone();
        let above = url.path().trim_end_matches('/').rsplit_once('/').map_or("", |(above, _)| above);
        let path = format!("{}/", above.strip_suffix("/repo").unwrap_or(above));
        url.set_path(&path);
        url
    }

    /// A file below the channel.
    ///
    /// # Errors
    /// When `path` is no relative path.
    pub fn file(&self, path: &str) -> Result<Url, InvalidChannel> {
        self.url.join(path).map_err(|_| InvalidChannel::Form(path.to_owned()))
    }

    /// As the solver's libraries know it.
    pub fn to_rattler(&self) -> Channel {
        Channel::from_url(self.url.clone())
    }
}

impl fmt::Display for ChannelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Debug for ChannelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChannelRef({self})")
    }
}

/// Where channels without a URL are looked for when nothing else is configured: where all of conda's clients look.
///
/// # Errors
/// When the directory of this process is gone.
pub fn usual_alias() -> std::io::Result<Url> {
    Ok(ChannelConfig::default_with_root_dir(std::env::current_dir()?).channel_alias)
}

/// The URL with a slash at its end.
pub fn with_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}

/// The path without `/t/TOKEN`, which stands at its beginning or behind a `/conda` that is only there for it.
fn without_token(segments: Vec<String>) -> (Vec<String>, Option<String>) {
    match &segments[..] {
        [t, token, rest @ ..] if t == "t" => (rest.to_vec(), Some(token.clone())),
        [conda, t, token, rest @ ..] if conda == "conda" && t == "t" => (rest.to_vec(), Some(token.clone())),
        _ => (segments, None),
    }
}

/// The user's name and password before the host.
fn login_in(url: &Url) -> Option<(String, String)> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let password = url.password();
    let is_there = !url.username().is_empty() || password.is_some();
    is_there.then(|| (plain(url.username()), plain(password.unwrap_or_default())))
}

/// The text without a token or a password, for messages. What cannot be read may have them anywhere before an `@`.
pub(crate) fn redacted(text: &str) -> String {
    let text = match text.split_once("/t/") {
        Some((before, _)) => format!("{before}/t/…"),
        None => text.to_owned(),
    };
    match text.rsplit_once('@') {
        Some((before, rest)) => {
            let scheme = before.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
            format!("{scheme}…@{rest}")
        }
        None => text,
    }
}

/// A text names no channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChannel {
    /// It is neither a URL nor a name.
    #[error("{0:?} is no channel: give its URL, https://HOST/CHANNEL, or its name")]
    Form(String),
    /// It stands for several.
    #[error("{0:?} stands for several channels: name them by their URLs")]
    Several(String),
    /// Nobody said where it is.
    #[error(
        "{name:?} is only a name, and neither custom_channels nor channel_alias says where it leads ({}): give the \
         channel's URL, or --server",
        files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    Nowhere {
        /// The name.
        name: String,
        /// The configuration files that were read.
        files: Vec<PathBuf>,
    },
    /// What a configuration file says of it is no URL. That is not told: it may hold a secret.
    #[error("{key} in {file:?} is no URL: write https://HOST there")]
    Place {
        /// The key.
        key: String,
        /// The file.
        file: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ChannelRef, InvalidChannel> {
        ChannelRef::parse(text, &"https://reg.example/base".parse().unwrap())
    }

    #[test]
    fn names_are_looked_for_below_the_alias() {
        let channel = parse("team").unwrap();
        assert_eq!(channel.text(), "https://reg.example/base/team");
        assert_eq!(channel.url().as_str(), "https://reg.example/base/team/");
        assert_eq!((channel.name(), channel.server().as_str()), ("team", "https://reg.example/base/"));
        let file = channel.file("noarch/repodata.json").unwrap();
        assert_eq!(file.as_str(), "https://reg.example/base/team/noarch/repodata.json");
    }

    #[test]
    fn tokens_are_taken_out_of_urls_wherever_clients_put_them() {
        for url in ["https://h:8443/t/bonded-1/team", "https://h:8443/conda/t/bonded-1/team/"] {
            let channel = parse(url).unwrap();
            assert_eq!((channel.text(), channel.token()), ("https://h:8443/team", Some("bonded-1")));
            assert!(!format!("{channel:?} {channel}").contains("bonded-1"));
        }
        assert_eq!(parse("https://h/team").unwrap().token(), None);
    }

    #[test]
    fn passwords_are_taken_out_of_urls() {
        let channel = parse("https://ada:s3c%40ret@h:8443/t/bonded-1/team").unwrap();
        assert_eq!((channel.text(), channel.token()), ("https://h:8443/team", Some("bonded-1")));
        assert_eq!(channel.login(), Some(("ada", "s3c@ret")));
        assert_eq!(channel.server().as_str(), "https://h:8443/");
        assert_eq!(parse("https://key@h/team").unwrap().login(), Some(("key", "")));
        let below = ChannelRef::parse("team", &"https://ada:s3cret@h/".parse().unwrap()).unwrap();
        assert_eq!((below.text(), below.login()), ("https://h/team", Some(("ada", "s3cret"))));
        assert_eq!(parse("https://h/team").unwrap().login(), None);
    }

    #[test]
    fn the_alias_repo_belongs_to_the_same_registry() {
        assert_eq!(parse("https://h/repo/main").unwrap().server().as_str(), "https://h/");
        assert_eq!(parse("https://h/x/repo/main").unwrap().server().as_str(), "https://h/x/");
        assert_eq!(parse("https://h/main").unwrap().server().as_str(), "https://h/");
    }

    #[test]
    fn what_is_no_channel_is_refused_without_its_secrets() {
        let secret =
            ["https://h/t/bonded-1", "ftp://a:bonded-1@h/x", "a:bonded-1@h/x", "https://a:bonded-1@/x/t/y"];
        for text in ["", "/x", "./x", "ftp://h/x", "https://h", "https://", "file:///x"].iter().chain(&secret)
        {
            let error = parse(text).unwrap_err().to_string();
            assert!(!error.contains("bonded-1"), "{error}");
        }
        assert_eq!(parse("defaults"), Err(InvalidChannel::Several("defaults".to_owned())));
    }
}
