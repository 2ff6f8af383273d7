//! What the fuzz target of credentials feeds, and tests over its seeds.

use axum::body::Body;
use axum::extract::Request;
use bonded_model::token::holds_token;
use bonded_registry::access::Presented;
use http::{HeaderName, HeaderValue};

use crate::credentials;
use crate::front::take_credentials;

/// Reads `bytes` as a request (method and path, then headers, a line each) and gives what it presents, as the front and
/// the routes see it; `None` where it is no request, or one that the front refuses.
///
/// # Panics
/// When a token is left in the path, or shows in the `Debug` form of what was presented: that is the finding.
pub fn credential(bytes: &[u8]) -> Option<Presented> {
    let mut request = request(bytes)?;
    take_credentials(&mut request, "/registry").ok()?;
    let path = request.uri().path();
    assert!(!holds_token(path), "a token is left in {path}");
    let (parts, _) = request.into_parts();
    let presented = credentials::presented(&parts);
    assert!(!holds_token(&format!("{presented:?}")), "a token is shown");
    Some(presented)
}

fn request(bytes: &[u8]) -> Option<Request> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?;
    let (method, path) = first.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(path).body(Body::empty()).ok()?;
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = (HeaderName::from_bytes(&line[..colon]).ok()?, &line[colon + 1..]);
        request.headers_mut().append(name, HeaderValue::from_bytes(value.trim_ascii()).ok()?);
    }
    Some(request)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    /// The seeds of the fuzz target, by their names.
    fn seeds() -> Vec<(String, Vec<u8>)> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/credentials");
        let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
        entries
            .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
            .collect()
    }

    #[test]
    fn every_seed_is_read_as_its_name_says() {
        let seeds = seeds();
        assert!(seeds.len() >= 30, "{}", seeds.len());
        for (name, bytes) in seeds {
            let said = match credential(&bytes) {
                None => "refused",
                Some(Presented::Nothing) => "nothing",
                Some(Presented::Token(_)) => "token",
                Some(Presented::TokenInUrl(_)) => "url",
                Some(Presented::Password) => "password",
                Some(Presented::PasswordUpload { .. }) => "upload",
                Some(Presented::Malformed) => "malformed",
            };
            assert_eq!(name.split('-').next(), Some(said), "{name}");
        }
    }

    #[test]
    fn seeds_with_one_byte_changed_or_cut_off_are_read_as_well() {
        for (_, seed) in seeds() {
            for position in 0..seed.len() {
                credential(&seed[..position]);
                for byte in [0, b' ', b'%', b'/', b':', b'=', 0x7f, 0xff] {
                    let mut changed = seed.clone();
                    changed[position] = byte;
                    credential(&changed);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_request_makes_the_reader_panic(path in "/[ -~]{0,80}", name in "authorization|x-api-key", value: Vec<u8>) {
            let head = format!("GET {path}\n{name}: ").into_bytes();
            credential(&[head, value].concat());
        }
    }
}
