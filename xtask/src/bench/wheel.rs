//! Small real wheels, made in memory.

use std::io::{Cursor, Write};

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What separates the parts of a form. No wheel contains it.
const BOUNDARY: &str = "bonded-bench-boundary-5f0e9a7c";

/// A wheel with its names.
pub(super) struct Wheel {
    pub(super) filename: String,
    pub(super) bytes: Vec<u8>,
    project: String,
    version: String,
}

impl Wheel {
    /// A wheel whose only module is `payload`, stored without compression.
    pub(super) fn new(project: &str, version: &str, payload: &[u8]) -> Result<Self> {
        let info = format!("{project}-{version}.dist-info");
        let metadata = format!(
            "Metadata-Version: 2.1\nName: {project}\nVersion: {version}\nSummary: A package to measure with\n\
             Requires-Python: >=3.8\nRequires-Dist: typing-extensions>=4\n\n# {project}\n"
        );
        let tags = "Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
        let members = [
            (format!("{project}/__init__.py"), payload),
            (format!("{info}/METADATA"), metadata.as_bytes()),
            (format!("{info}/WHEEL"), tags.as_bytes()),
        ];
        let mut record = String::new();
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, bytes) in &members {
            zip.start_file(name.as_str(), options)?;
            zip.write_all(bytes)?;
            let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
            record.push_str(&format!("{name},sha256={digest},{}\n", bytes.len()));
        }
        zip.start_file(format!("{info}/RECORD"), options)?;
        zip.write_all(format!("{record}{info}/RECORD,,\n").as_bytes())?;
        Ok(Self {
            filename: format!("{project}-{version}-py3-none-any.whl"),
            bytes: zip.finish()?.into_inner(),
            project: project.to_owned(),
            version: version.to_owned(),
        })
    }

    /// The media type and the body of an upload form, as twine sends it.
    pub(super) fn form(&self) -> (String, Vec<u8>) {
        let mut body = Vec::with_capacity(self.bytes.len() + 2_048);
        let digest = hex::encode(Sha256::digest(&self.bytes));
        for (name, value) in [
            (":action", "file_upload"),
            ("protocol_version", "1"),
            ("metadata_version", "2.1"),
            ("name", &self.project),
            ("version", &self.version),
            ("filetype", "bdist_wheel"),
            ("pyversion", "py3"),
            ("sha256_digest", &digest),
        ] {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"content\"; filename=\"{}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            self.filename
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&self.bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }
}
