//! What came back.

use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::response::Parts;
use hyper::ext::ReasonPhrase;
use serde_json::Value;

/// An answer, whole. Not one of them may be an internal error.
#[derive(Clone, Debug)]
pub struct Answer {
    request: String,
    parts: Parts,
    /// The body as it came over the line.
    pub body: Bytes,
}

impl Answer {
    pub(super) fn new(request: String, parts: Parts, body: Bytes) -> Self {
        assert_ne!(parts.status, 500, "{request}: {body:?}");
        Self { request, parts, body }
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.parts.status.as_u16()
    }

    /// The text behind the status in the first line.
    ///
    /// # Panics
    /// When it is not ASCII.
    pub fn reason(&self) -> String {
        let own = self.parts.extensions.get::<ReasonPhrase>();
        let canonical = self.parts.status.canonical_reason().unwrap_or_default().as_bytes();
        let reason = own.map_or(canonical, ReasonPhrase::as_bytes).to_vec();
        String::from_utf8(reason).expect("an ASCII reason")
    }

    /// A header; empty when it is not there.
    ///
    /// # Panics
    /// When it is not text, or there several times.
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.parts.headers.get_all(name).iter();
        let value = values.next().map(|value| value.to_str().expect("a header of text"));
        assert!(values.next().is_none(), "{}: {name} came several times", self.request);
        value.unwrap_or_default()
    }

    /// Every header but those that are different each time, sorted.
    pub fn lasting_headers(&self) -> Vec<(String, String)> {
        let passing = ["date", "x-request-id"];
        let headers = self.parts.headers.iter().filter(|(name, _)| !passing.contains(&name.as_str()));
        let mut headers: Vec<_> = headers
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        headers.sort();
        headers
    }

    /// The same answer, if it has this status.
    ///
    /// # Panics
    /// When it has another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status(), status, "{}: {:?}", self.request, self.body);
        self
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body of text")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {:?}", self.request, self.body))
    }

    /// The body behind gzip.
    ///
    /// # Panics
    /// When it is not gzip.
    pub fn gunzip(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        GzDecoder::new(self.body.as_ref()).read_to_end(&mut plain).expect("a body of gzip");
        plain
    }

    /// The body behind zstd.
    ///
    /// # Panics
    /// When it is not one whole frame.
    pub fn unzstd(&self) -> Vec<u8> {
        zstd::decode_all(self.body.as_ref()).expect("a body of zstd")
    }

    /// The body as msgpack behind zstd, binary values as lists of numbers.
    ///
    /// # Panics
    /// When it is not that.
    pub fn msgpack<T: for<'de> serde::Deserialize<'de>>(&self) -> T {
        rmp_serde::from_slice(&self.unzstd()).expect("a body of msgpack")
    }
}
