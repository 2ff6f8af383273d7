//! Small real conda packages, made in memory.

use std::io::{Cursor, Write};

use anyhow::Result;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The subdir of every package here.
pub(super) const SUBDIR: &str = "linux-64";

/// A `.conda` archive.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) filename: String,
    pub(super) bytes: Vec<u8>,
}

impl Package {
    /// The package of the name with this number, in the build with that one.
    pub(super) fn new(name: usize, build: u64) -> Result<Self> {
        let name = format!("measured-{name:05}");
        let stem = format!("{name}-1.0-h{build:012x}_{build}");
        let index = format!(
            r#"{{"arch":"x86_64","build":"h{build:012x}_{build}","build_number":{build},"depends":["libgcc >=13","__glibc >=2.17,<3.0.a0","python >=3.12,<3.13.0a0"],"license":"BSD-3-Clause","name":"{name}","platform":"linux","subdir":"{SUBDIR}","timestamp":1750000000000,"version":"1.0"}}"#
        );
        let payload = format!("{stem}\n");
        let path = format!("share/{name}/about.txt");
        let digest = hex::encode(Sha256::digest(payload.as_bytes()));
        let paths = format!(
            r#"{{"paths":[{{"_path":"{path}","path_type":"hardlink","sha256":"{digest}","size_in_bytes":{}}}],"paths_version":1}}"#,
            payload.len()
        );
        let about = r#"{"summary":"A package to measure with"}"#;
        let info = [
            ("info/index.json", index.as_str()),
            ("info/paths.json", paths.as_str()),
            ("info/files", path.as_str()),
            ("info/about.json", about),
        ];
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (member, bytes) in [
            ("metadata.json".to_owned(), br#"{"conda_pkg_format_version": 2}"#.to_vec()),
            (format!("pkg-{stem}.tar.zst"), compressed_tar(&[(path.as_str(), payload.as_str())])?),
            (format!("info-{stem}.tar.zst"), compressed_tar(&info)?),
        ] {
            zip.start_file(member, options)?;
            zip.write_all(&bytes)?;
        }
        Ok(Self { filename: format!("{stem}.conda"), name, bytes: zip.finish()?.into_inner() })
    }
}

fn compressed_tar(files: &[(&str, &str)]) -> Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, text.as_bytes())?;
    }
    Ok(zstd::bulk::compress(&tar.into_inner()?, 3)?)
}
