//! The requirements of a package, which solvers must be able to read: one bad text breaks a whole channel for them.

use rattler_conda_types::{MatchSpec, ParseStrictness};
use serde_json::{Map, Value};

use super::index_json::invalid;
use crate::Rejection;

/// Bytes of all requirements together: parsing costs the more the longer they are. Honest packages have a few KiB.
const MAX_TOTAL: usize = 256 << 10;

/// Bytes of one requirement.
const MAX_LENGTH: usize = 1_000;

/// Checks `depends` and `constrains`: lists of match specs.
pub(super) fn check(index: &Map<String, Value>) -> Result<(), Rejection> {
    let mut total = 0;
    for key in ["depends", "constrains"] {
        let refuse = |why: &str| Err(invalid(&format!("{key} {why}")));
        let specs = match index.get(key) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(specs)) => specs,
            Some(_) => return refuse("is not a list"),
        };
        for spec in specs {
            let Some(text) = spec.as_str() else { return refuse("holds something that is not a text") };
            total += text.len();
            if text.len() > MAX_LENGTH || total > MAX_TOTAL {
                return refuse("is too long");
            }
            if let Some(why) = problem(text) {
                return refuse(&format!("holds {text:?}, which is no match spec: {why}"));
            }
        }
    }
    Ok(())
}

fn problem(text: &str) -> Option<String> {
    // A build string may be matched by a regular expression, and only repetition makes one costly to compile.
    if text.contains('{') {
        return Some("'{' has no meaning in it".to_owned());
    }
    MatchSpec::from_str(text, ParseStrictness::Lenient).err().map(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check_one(spec: &str) -> Result<(), Rejection> {
        let Value::Object(index) = json!({ "depends": [spec] }) else { panic!("an object") };
        check(&index)
    }

    #[test]
    fn specs_of_all_ages_pass() {
        for good in [
            "python",
            "python >=3.9,<4.0a0",
            "numpy 1.2.* py39_0",
            "libblas * *_openblas",
            "vc >=14,<15.0a0",
            "blas 1.1 openblas",
            "python >=2.7|>=3.5",
            "__glibc >=2.17,<3.0.a0",
            "conda-forge::zlib 1.2.11.*",
            "pkg[version='>=1',build=*_cpu]",
            "sysroot_linux-64 ==2.17",
        ] {
            assert_eq!(check_one(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_regular_expression_that_takes_long_to_compile() {
        assert!(check_one("a * ^(((a{99}){99}){99})$").unwrap_err().to_string().contains("no meaning"));
    }

    #[test]
    fn requirements_without_end() {
        assert!(check_one(&format!("a {}", "1|".repeat(600))).is_err());
        let many = vec!["python"; 50_000];
        let Value::Object(index) = json!({ "depends": many }) else { panic!("an object") };
        assert!(check(&index).unwrap_err().to_string().contains("too long"));
    }
}
