//! Forms with files, written by hand: tests need wrong ones too.

const BOUNDARY: &str = "=-=-bonded-tests-=-=";

/// A `multipart/form-data` body in the making.
#[derive(Clone, Debug, Default)]
pub struct Multipart(Vec<u8>);

impl Multipart {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text field.
    #[must_use]
    pub fn field(self, name: &str, value: &str) -> Self {
        self.part(&[("Content-Disposition", &format!("form-data; name=\"{name}\""))], value.as_bytes())
    }

    /// Adds a file.
    #[must_use]
    pub fn file(self, name: &str, filename: &str, bytes: &[u8]) -> Self {
        let disposition = format!("form-data; name=\"{name}\"; filename=\"{filename}\"");
        self.part(
            &[("Content-Disposition", &disposition), ("Content-Type", "application/octet-stream")],
            bytes,
        )
    }

    /// Adds a part with any headers.
    #[must_use]
    pub fn part(mut self, headers: &[(&str, &str)], bytes: &[u8]) -> Self {
        self.0.extend(format!("--{BOUNDARY}\r\n").bytes());
        for (name, value) in headers {
            self.0.extend(format!("{name}: {value}\r\n").bytes());
        }
        self.0.extend(b"\r\n");
        self.0.extend(bytes);
        self.0.extend(b"\r\n");
        self
    }

    /// What the request says of its body.
    pub const fn content_type(&self) -> &'static str {
        "multipart/form-data; boundary=\"=-=-bonded-tests-=-=\""
    }

    /// The body.
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.0.extend(format!("--{BOUNDARY}--\r\n").bytes());
        self.0
    }
}
