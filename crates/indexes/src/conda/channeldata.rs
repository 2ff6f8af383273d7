//! `channeldata.json` (CEP 38): one summary for each package of a channel.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::WriteError;
use super::ascending::Ascending;
use super::sections::{into_inner, write_key};

/// A package with what its newest file says about it.
#[derive(Clone, Copy, Debug)]
pub struct ChannelPackage<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its newest version.
    pub version: &'a str,
    /// The subdirs that have files of it.
    pub subdirs: &'a [&'a str],
    /// The greatest `timestamp` of its records, in seconds.
    pub timestamp: i64,
    /// The license that the newest file's record names.
    pub license: Option<&'a str>,
    /// The newest file's `info/about.json`.
    pub about: Option<&'a Map<String, Value>>,
    /// Whether the newest file runs scripts when it is linked or unlinked.
    pub link_scripts: bool,
}

/// Writes `channeldata.json` in one pass: packages in ascending byte order of their names.
#[derive(Debug)]
pub struct ChannelDataWriter<W: Write> {
    out: BufWriter<W>,
    names: Ascending,
}

impl<W: Write> ChannelDataWriter<W> {
    /// Begins the document of a channel with these subdirs. The writer is buffered here already.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn new(out: W, subdirs: &[&str]) -> Result<Self, WriteError> {
        let mut out = BufWriter::new(out);
        out.write_all(b"{\"channeldata_version\":1,\n\"subdirs\":")?;
        serde_json::to_writer(&mut out, subdirs).map_err(io::Error::from)?;
        out.write_all(b",\n\"packages\":{")?;
        Ok(Self { out, names: Ascending::default() })
    }

    /// Adds a package.
    ///
    /// # Errors
    /// When the order is wrong or `out` fails. The document is then unusable.
    pub fn package(&mut self, package: &ChannelPackage<'_>) -> Result<(), WriteError> {
        let first = self.names.next(package.name)?;
        write_key(&mut self.out, first, package.name)?;
        self.out.write_all(b":")?;
        serde_json::to_writer(&mut self.out, &Entry::from(package)).map_err(io::Error::from)?;
        Ok(())
    }

    /// Ends the document and gives `out` back, flushed into.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.out.write_all(b"}}\n")?;
        into_inner(self.out)
    }
}

/// What CEP 38 requires but Bonded does not learn from an archive is `false` or empty: the CEP itself calls these
/// fields unreliable, because they describe one of many builds, and no solver reads them.
#[derive(Serialize)]
struct Entry<'a> {
    #[serde(rename = "activate.d")]
    activate: bool,
    binary_prefix: bool,
    #[serde(rename = "deactivate.d")]
    deactivate: bool,
    #[serde(flatten)]
    about: BTreeMap<&'static str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<&'a str>,
    post_link: bool,
    pre_link: bool,
    pre_unlink: bool,
    run_exports: Map<String, Value>,
    subdirs: &'a [&'a str],
    text_prefix: bool,
    timestamp: i64,
    version: &'a str,
}

impl<'a> From<&ChannelPackage<'a>> for Entry<'a> {
    fn from(package: &ChannelPackage<'a>) -> Self {
        Self {
            activate: false,
            binary_prefix: false,
            deactivate: false,
            about: package.about.map(about).unwrap_or_default(),
            license: package.license,
            post_link: package.link_scripts,
            pre_link: package.link_scripts,
            pre_unlink: package.link_scripts,
            run_exports: Map::new(),
            subdirs: package.subdirs,
            text_prefix: false,
            timestamp: package.timestamp.max(0),
            version: package.version,
        }
    }
}

/// The texts of `info/about.json` that belong here. Old archives hold lists, of which the first text counts; other
/// types are passed over, because readers would stumble.
fn about(about: &Map<String, Value>) -> BTreeMap<&'static str, &str> {
    let text = |key: &'static str| {
        let value = about.get(key)?;
        let text = value.as_str().or_else(|| value.as_array()?.iter().find_map(Value::as_str))?;
        (!text.is_empty()).then_some((key, text))
    };
    ["dev_url", "doc_url", "home", "source_url", "summary"].into_iter().filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use rattler_conda_types::ChannelData;
    use serde_json::json;

    use super::*;

    fn package<'a>(name: &'a str, about: Option<&'a Map<String, Value>>) -> ChannelPackage<'a> {
        ChannelPackage {
            name,
            version: "1.0",
            subdirs: &["linux-64", "noarch"],
            timestamp: 1_767_323_045,
            license: Some("MIT"),
            about,
            link_scripts: false,
        }
    }

    #[test]
    fn the_document_is_stable_and_rattler_reads_it() {
        let Value::Object(about) = json!({
            "home": ["https://example.org/", "https://example.com/"],
            "summary": "Shows how",
            "dev_url": "",
            "doc_url": 5,
            "source_url": null,
            "extra": {"sha": "left out"},
        }) else {
            unreachable!("an object was written")
        };
        let mut document = ChannelDataWriter::new(Vec::new(), &["linux-64", "noarch"]).unwrap();
        document.package(&package("a", None)).unwrap();
        document.package(&ChannelPackage { link_scripts: true, ..package("b", Some(&about)) }).unwrap();
        let bytes = document.finish().unwrap();
        let read: ChannelData = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((read.packages.len(), read.subdirs.len()), (2, 2));
        assert_eq!(read.packages["b"].home.len(), 1);
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
    }

    #[test]
    fn an_empty_channel_has_a_document() {
        let bytes = ChannelDataWriter::new(Vec::new(), &["noarch"]).unwrap().finish().unwrap();
        assert!(serde_json::from_slice::<ChannelData>(&bytes).unwrap().packages.is_empty());
    }

    #[test]
    fn a_package_comes_once() {
        let mut document = ChannelDataWriter::new(Vec::new(), &[]).unwrap();
        document.package(&package("a", None)).unwrap();
        assert!(matches!(document.package(&package("a", None)), Err(WriteError::Order { .. })));
    }
}
