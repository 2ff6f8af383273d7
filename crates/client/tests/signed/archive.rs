//! Packages that can be installed.

use std::io::{Cursor, Write};

use bonded_model::{Sha256, Timestamp};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::keys::now;

/// A `.conda` for `noarch` with one file, `share/NAME.txt`, that holds its version.
#[derive(Clone)]
pub(crate) struct Archive {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) depends: Vec<String>,
    members: Vec<(String, Member)>,
    indexed_at: Option<Timestamp>,
}

/// Something beside the one file.
#[derive(Clone)]
enum Member {
    File,
    /// A link, and as what the archive lists it.
    Link(String, &'static str),
    /// Listed, and not there.
    Listed,
}

impl Archive {
    pub(crate) fn new(name: &str, version: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            depends: Vec::new(),
            members: Vec::new(),
            indexed_at: Some(now()),
        }
    }

    pub(crate) fn file_at(self, path: &str) -> Self {
        self.with(path, Member::File)
    }

    pub(crate) fn link_at(self, path: &str, to: &str) -> Self {
        self.with(path, Member::Link(to.to_owned(), "softlink"))
    }

    /// A link that the archive lists as a file.
    pub(crate) fn hidden_link_at(self, path: &str, to: &str) -> Self {
        self.with(path, Member::Link(to.to_owned(), "hardlink"))
    }

    pub(crate) fn listing(self, path: &str) -> Self {
        self.with(path, Member::Listed)
    }

    /// With another time of arrival, or none, as publishers who sign themselves do.
    pub(crate) fn indexed(mut self, at: Option<Timestamp>) -> Self {
        self.indexed_at = at;
        self
    }

    fn with(mut self, path: &str, member: Member) -> Self {
        self.members.push((path.to_owned(), member));
        self
    }

    pub(crate) fn needs(mut self, spec: &str) -> Self {
        self.depends.push(spec.to_owned());
        self
    }

    pub(crate) fn file(&self) -> String {
        format!("{}-{}-0.conda", self.name, self.version)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let stem = format!("{}-{}-0", self.name, self.version);
        let path = format!("share/{}.txt", self.name);
        let content = self.version.as_bytes();
        let index = json!({
            "name": self.name, "version": self.version, "build": "0", "build_number": 0,
            "depends": self.depends, "subdir": "noarch", "noarch": "generic",
        });
        let listed = |path: &str, kind: &str| {
            json!({
                "_path": path, "path_type": kind,
                "sha256": Sha256::of(content).to_string(), "size_in_bytes": content.len(),
            })
        };
        let mut all = vec![listed(&path, "hardlink")];
        all.extend(self.members.iter().map(|(path, member)| match member {
            Member::Link(_, kind) => listed(path, kind),
            Member::File | Member::Listed => listed(path, "hardlink"),
        }));
        let paths = json!({"paths_version": 1, "paths": all});
        let info = tar_of(&[
            ("info/index.json", index.to_string().as_bytes()),
            ("info/paths.json", paths.to_string().as_bytes()),
        ]);
        let package = self.package(&path, content);
        let members = [
            ("metadata.json".to_owned(), br#"{"conda_pkg_format_version": 2}"#.to_vec()),
            (format!("pkg-{stem}.tar.zst"), zstd::encode_all(&package[..], 3).unwrap()),
            (format!("info-{stem}.tar.zst"), zstd::encode_all(&info[..], 3).unwrap()),
        ];
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        // The same bytes at each call.
        let stored = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default());
        for (name, data) in members {
            writer.start_file(name, stored).unwrap();
            writer.write_all(&data).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn package(&self, path: &str, content: &[u8]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        append(&mut builder, path, content);
        for (path, member) in &self.members {
            match member {
                Member::File => append(&mut builder, path, content),
                Member::Link(to, _) => {
                    let mut header = tar::Header::new_gnu();
                    header.set_entry_type(tar::EntryType::Symlink);
                    header.set_size(0);
                    builder.append_link(&mut header, path, to).unwrap();
                }
                Member::Listed => {}
            }
        }
        builder.into_inner().unwrap()
    }

    /// Its record, as the index has it.
    pub(crate) fn record(&self) -> Value {
        let bytes = self.bytes();
        let mut record = json!({
            "name": self.name, "version": self.version, "build": "0", "build_number": 0,
            "depends": self.depends, "subdir": "noarch", "noarch": "generic",
            "sha256": Sha256::of(&bytes).to_string(), "size": bytes.len(), "timestamp": 1_700_000_000_000_u64,
            "run_exports": {"weak": [format!("{} >=1", self.name)]},
        });
        if let Some(at) = self.indexed_at {
            record["indexed_timestamp"] = at.timestamp_millis().into();
        }
        record
    }
}

fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, data) in files {
        append(&mut builder, path, data);
    }
    builder.into_inner().unwrap()
}

fn append(builder: &mut tar::Builder<Vec<u8>>, path: &str, data: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_size(data.len() as u64);
    header.set_mode(0o644);
    builder.append_data(&mut header, path, data).unwrap();
}
