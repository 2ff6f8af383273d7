//! The requirements of a package, which solvers must be able to read: one bad text breaks a whole channel for them.

use rattler_conda_types::{MatchSpec, ParseStrictness};
use serde_json::{Map, Value};

use super::index_json::invalid;
use crate::Rejection;

/// Requirements in one list. Honest packages have a few hundred at most.
const MAX_SPECS: usize = 10_000;

/// Characters of one requirement.
const MAX_LENGTH: usize = 1_000;

/// Checks `depends` and `constrains`: lists of match specs.
pub(super) fn check(index: &Map<String, Value>) -> Result<(), Rejection> {
    for key in ["depends", "constrains"] {
        let refuse = |why: &str| Err(invalid(&format!("{key} {why}")));
        let specs = match index.get(key) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(specs)) if specs.len() <= MAX_SPECS => specs,
            Some(_) => return refuse("is not a list, or too long"),
        };
        for spec in specs {
            let Some(text) = spec.as_str().filter(|text| text.len() <= MAX_LENGTH) else {
                return refuse("holds something that is not a text, or too long");
            };
            if let Err(error) = MatchSpec::from_str(text, ParseStrictness::Lenient) {
                return refuse(&format!("holds {text:?}, which is no match spec: {error}"));
            }
        }
    }
    Ok(())
}
