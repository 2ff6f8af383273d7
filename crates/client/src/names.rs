//! Names of channels, and where somebody said that they are.

use std::collections::BTreeMap;
use std::path::PathBuf;

use url::Url;

use crate::channel::{ChannelRef, InvalidChannel, redacted, usual_alias};
use crate::condarc::{Condarc, CondarcError};

/// Where names of channels lead. As in conda, a name is first one of `custom_multichannels`, then one of
/// `custom_channels`, and then what stands below `channel_alias`.
#[derive(Default)]
pub struct Names {
    alias: Option<Place>,
    custom: BTreeMap<String, Place>,
    several: BTreeMap<String, Vec<String>>,
    files: Vec<PathBuf>,
}

/// A URL, and where it was written down. It is read only when a name leads there.
struct Place {
    url: String,
    written: Option<(String, PathBuf)>,
}

impl Names {
    /// All names lead below this registry.
    pub fn below(server: &Url) -> Self {
        let alias = Place { url: server.to_string(), written: None };
        Self { alias: Some(alias), ..Self::default() }
    }

    /// As configuration files say, the first of which counts most. A name of which they say nothing leads nowhere.
    ///
    /// # Errors
    /// When a key has another form than conda gives it.
    pub fn configured(condarcs: &[Condarc]) -> Result<Self, CondarcError> {
        let mut names = Self::default();
        for condarc in condarcs {
            let place =
                |key: String, url: String| Place { url, written: Some((key, condarc.path().to_owned())) };
            if names.alias.is_none() {
                let alias = condarc.word("channel_alias");
                names.alias = alias.map(|alias| place("channel_alias".to_owned(), alias));
            }
            for (name, url) in condarc.words("custom_channels")? {
                let place = place(format!("custom_channels: {name}"), url);
                names.custom.entry(name.trim_matches('/').to_owned()).or_insert(place);
            }
            for (name, channels) in condarc.lists("custom_multichannels")? {
                names.several.entry(name).or_insert(channels);
            }
            names.files.push(condarc.path().to_owned());
        }
        Ok(names)
    }

    /// A name of which nobody said anything leads to where all of conda's clients look. It may be anybody's there, so
    /// nothing secret may follow it.
    ///
    /// # Errors
    /// When the directory of this process is gone.
    pub fn or_usual(mut self) -> std::io::Result<Self> {
        if self.alias.is_none() {
            self.alias = Some(Place { url: usual_alias()?.into(), written: None });
        }
        Ok(self)
    }

    /// The channels that a text stands for: a URL, or a name.
    ///
    /// # Errors
    /// When it is neither, or nobody said where the name leads.
    pub fn channels(&self, text: &str) -> Result<Vec<ChannelRef>, InvalidChannel> {
        match self.several.get(text.trim()) {
            // conda has its own lists for these two.
            Some(_) if matches!(text.trim(), "defaults" | "local") => Ok(vec![self.channel(text)?]),
            Some(members) => members.iter().map(|member| self.channel(member)).collect(),
            None => Ok(vec![self.channel(text)?]),
        }
    }

    fn channel(&self, text: &str) -> Result<ChannelRef, InvalidChannel> {
        if text.contains("://") {
            return ChannelRef::parse_url(text);
        }
        match self.custom(text.trim().trim_matches('/')).or(self.alias.as_ref()) {
            Some(place) => ChannelRef::parse(text, &place.read()?),
            None => Err(InvalidChannel::Nowhere { name: redacted(text.trim()), files: self.files.clone() }),
        }
    }

    /// Where `custom_channels` has a name, or one above it: `team` is also where `team/label/dev` is looked for.
    fn custom(&self, name: &str) -> Option<&Place> {
        let above = || self.custom(name.rsplit_once('/')?.0);
        self.custom.get(name).or_else(above)
    }
}

impl Place {
    fn read(&self) -> Result<Url, InvalidChannel> {
        let url = self.url.trim().parse::<Url>().ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        url.ok_or_else(|| match &self.written {
            Some((key, file)) => InvalidChannel::Place { key: key.clone(), file: file.clone() },
            None => InvalidChannel::Form(redacted(&self.url)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(texts: &[&str]) -> Names {
        let directory = tempfile::tempdir().unwrap();
        let condarc = |(at, text): (usize, &&str)| {
            let path = directory.path().join(format!("{at}.condarc"));
            std::fs::write(&path, text).unwrap();
            Condarc::open(&path).unwrap()
        };
        Names::configured(&texts.iter().enumerate().map(condarc).collect::<Vec<_>>()).unwrap()
    }

    fn found(names: &Names, text: &str) -> Vec<String> {
        names.channels(text).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_name_leads_where_condarc_says_and_not_to_a_strangers_channel() {
        let text = "custom_channels: {team: 'https://reg', deep/er: 'https://reg/x/'}\n\
                    custom_multichannels: {all: [team, 'https://other/y', more], team: [deep/er]}\n";
        let names = configured(&[text]).or_usual().unwrap();
        assert_eq!(found(&names, "deep/er/label/dev"), ["https://reg/x/deep/er/label/dev"]);
        let usual = |name: &str| usual_alias().unwrap().join(name).unwrap().to_string();
        assert_eq!(found(&names, "all"), ["https://reg/team", "https://other/y", &usual("more")]);
        assert_eq!(found(&names, "team"), ["https://reg/x/deep/er"]);
        assert_eq!(found(&names, "team/label/dev"), ["https://reg/team/label/dev"]);
        assert_eq!(found(&names, "deep"), [usual("deep")]);
        assert_eq!(found(&names, "https://h/team"), ["https://h/team"]);
        assert_eq!(found(&Names::below(&"https://s/".parse().unwrap()), "team"), ["https://s/team"]);
    }

    #[test]
    fn the_first_file_counts_most() {
        let names = configured(&[
            "custom_channels: {a: 'https://one'}\n",
            "channel_alias: https://two\ncustom_channels: {a: 'https://two', b: 'https://two/b'}\n",
            "channel_alias: https://three\n",
        ]);
        assert_eq!(found(&names, "a"), ["https://one/a"]);
        assert_eq!(found(&names, "b"), ["https://two/b/b"]);
        assert_eq!(found(&names, "c"), ["https://two/c"]);
    }

    #[test]
    fn a_name_of_which_nobody_said_anything_leads_nowhere() {
        let names = configured(&["custom_channels: {team: 'https://reg'}\n"]);
        let error = names.channels("other").unwrap_err().to_string();
        for text in ["\"other\" is only a name", "0.condarc", "custom_channels", "--server"] {
            assert!(error.contains(text), "{error}");
        }
        assert_eq!(found(&names, "team"), ["https://reg/team"]);
    }

    #[test]
    fn a_place_that_is_no_url_is_told_by_key_and_file_and_without_its_secrets() {
        let names = configured(&["channel_alias: a:s3cret@h\ncustom_channels: {team: '//s3cret'}\n"]);
        for (name, key) in [("x", "channel_alias in \""), ("team", "custom_channels: team in \"")] {
            let error = names.channels(name).unwrap_err().to_string();
            assert!(error.starts_with(key) && error.contains("0.condarc\""), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
        assert_eq!(found(&names, "https://h/x"), ["https://h/x"]);
        let defaults =
            configured(&["custom_multichannels: {defaults: ['https://h/x']}\n"]).or_usual().unwrap();
        assert!(matches!(defaults.channels("defaults"), Err(InvalidChannel::Several(_))));
    }
}
