//! Names as segments of paths and as values of queries.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a segment as it is (RFC 3986, unreserved).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name as one segment of a path, or as a value of a query.
pub(crate) fn segment(name: &str) -> String {
    utf8_percent_encode(name, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_segment() {
        assert_eq!(segment("acme-1.0_x~"), "acme-1.0_x~");
        assert_eq!(segment("1!2.0+local"), "1%212.0%2Blocal");
        assert_eq!(segment("../a?b#c&d"), "..%2Fa%3Fb%23c%26d");
    }
}
