//! `info/index.json` (CEP 34), from which the record in the channel's index is made.

use bonded_model::Timestamp;
use bonded_model::conda::{ArchiveFilename, Subdir};
use serde_json::{Map, Value};

use super::{Noarch, match_specs};
use crate::{CondaLimits, Rejection, path};

/// Clients read values up to this one as seconds, larger ones as milliseconds: the last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

/// The file, checked.
pub(super) struct IndexJson {
    pub(super) index: Map<String, Value>,
    pub(super) subdir: Subdir,
    pub(super) noarch: Option<Noarch>,
    pub(super) build_number: u64,
}

impl IndexJson {
    /// Checks the fields that decide where a package is listed and what it asks for.
    pub(super) fn check(
        mut index: Map<String, Value>,
        filename: &ArchiveFilename,
        limits: &CondaLimits,
        now: Timestamp,
    ) -> Result<Self, Rejection> {
        let named = [
            ("name", filename.name().as_str()),
            ("version", filename.version().as_str()),
            ("build", filename.build().as_str()),
        ];
        for (key, expected) in named {
            let value = text(&index, key)?;
            if value != expected {
                return refuse(&format!("{key} is {value:?}, but the file name says {expected:?}"));
            }
        }
        if filename.version().as_str().parse::<rattler_conda_types::Version>().is_err() {
            return refuse(&format!(
                "version {:?} is none that conda can compare",
                filename.version().as_str()
            ));
        }
        let subdir: Subdir = text(&index, "subdir")?.parse().map_err(|error| invalid(&format!("{error}")))?;
        let noarch = noarch(&index)?;
        if noarch.is_some() != subdir.is_noarch() {
            return refuse("a noarch package has the subdir \"noarch\", and no other package has");
        }
        let build_number = match index.get("build_number").map(Value::as_u64) {
            Some(Some(number)) => number,
            _ => return refuse("build_number is not a whole number from 0 on"),
        };
        match_specs::check(&index)?;
        check_later_fields(&index)?;
        normalize_timestamp(&mut index, now.timestamp_millis().saturating_add(limits.clock_skew_ms))?;
        Ok(Self { index, subdir, noarch, build_number })
    }
}

pub(super) fn invalid(why: &str) -> Rejection {
    Rejection::Invalid(format!("info/index.json is refused: {why}"))
}

fn refuse<T>(why: &str) -> Result<T, Rejection> {
    Err(invalid(why))
}

fn text<'a>(index: &'a Map<String, Value>, key: &str) -> Result<&'a str, Rejection> {
    index
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| invalid(&format!("{key} is not there or not a text")))
}

fn noarch(index: &Map<String, Value>) -> Result<Option<Noarch>, Rejection> {
    match index.get("noarch") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(kind)) if kind == "generic" => Ok(Some(Noarch::Generic)),
        Some(Value::String(kind)) if kind == "python" => Ok(Some(Noarch::Python)),
        Some(_) => refuse("noarch is neither \"generic\" nor \"python\""),
    }
}

/// Fields of later formats: refused where ignoring them would make another package of this one.
fn check_later_fields(index: &Map<String, Value>) -> Result<(), Rejection> {
    if index.get("schema_version").is_some_and(|version| !matches!(version.as_u64(), Some(1 | 2))) {
        return refuse("schema_version is none that this registry serves (1 and 2 are)");
    }
    if let Some(key) =
        ["extra_depends", "flags"].into_iter().find(|key| index.get(*key).is_some_and(|v| !v.is_null()))
    {
        return refuse(&format!(
            "{key} needs records of the third format, which this registry does not serve"
        ));
    }
    match index.get("python_site_packages_path") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(place)) => path::member(place.as_bytes()).map(drop),
        Some(_) => refuse("python_site_packages_path is not a text"),
    }
}

/// Brings `timestamp` to whole milliseconds, in which all later readers expect it.
fn normalize_timestamp(index: &mut Map<String, Value>, latest: i64) -> Result<(), Rejection> {
    let Some(value) = index.get_mut("timestamp").filter(|value| !value.is_null()) else { return Ok(()) };
    let Some(number) = whole(value).filter(|number| *number >= 0) else {
        return refuse("timestamp is not a whole number from 0 on");
    };
    let millis = if number <= LAST_SECOND { number * 1000 } else { number };
    if millis > latest {
        return refuse("timestamp lies in the future: set the clock of the build machine");
    }
    *value = millis.into();
    Ok(())
}

#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked, and saturation is harmless")]
fn whole(value: &Value) -> Option<i64> {
    let float = || value.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e15);
    value.as_i64().or_else(|| float().map(|float| float as i64))
}

#[cfg(test)]
mod tests {
    use bonded_model::Clock;
    use chrono::DateTime;
    use serde_json::json;

    use super::*;

    fn honest() -> Value {
        json!({
            "name": "a-b", "version": "1.0", "build": "py_0", "build_number": 0, "subdir": "linux-64",
            "depends": ["python >=3.9,<4", "numpy 1.2.* py39_0"], "constrains": ["other<2"], "timestamp": 1_700_000_000_000_i64,
        })
    }

    fn check(index: Value) -> Result<IndexJson, Rejection> {
        let now = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap()).now();
        let Value::Object(index) = index else { panic!("an object") };
        IndexJson::check(index, &"a-b-1.0-py_0.conda".parse().unwrap(), &CondaLimits::default(), now)
    }

    fn with(key: &str, value: Value) -> Result<IndexJson, Rejection> {
        let mut index = honest();
        index[key] = value;
        check(index)
    }

    #[test]
    fn an_honest_index_keeps_its_fields() {
        let checked = check(honest()).unwrap();
        assert_eq!(Value::Object(checked.index), honest());
        assert_eq!((checked.subdir.as_str(), checked.noarch, checked.build_number), ("linux-64", None, 0));
    }

    #[test]
    fn a_name_that_lies() {
        for (key, value) in [("name", "bar"), ("version", "1.00"), ("build", "1"), ("name", "A-B")] {
            assert!(with(key, value.into()).is_err(), "{key}");
        }
        for key in ["name", "version", "build", "subdir", "build_number"] {
            assert!(with(key, Value::Null).is_err(), "{key}");
        }
    }

    #[test]
    fn a_subdir_that_is_a_path() {
        for evil in ["../../x", "linux-64/", "", "Linux-64", "."] {
            assert!(with("subdir", evil.into()).is_err(), "{evil}");
        }
    }

    #[test]
    fn noarch_and_subdir_go_together() {
        for (noarch, subdir, good) in [
            (json!("python"), "noarch", true),
            (json!("generic"), "noarch", true),
            (json!("python"), "linux-64", false),
            (Value::Null, "noarch", false),
            (json!(true), "noarch", false),
            (json!("other"), "noarch", false),
        ] {
            let mut index = honest();
            index["noarch"] = noarch;
            index["subdir"] = subdir.into();
            assert_eq!(check(index).is_ok(), good);
        }
    }

    #[test]
    fn build_numbers_and_requirements_are_well_formed() {
        for bad in [json!(-1), json!(1.5), json!("0"), json!([])] {
            assert!(with("build_number", bad).is_err());
        }
        for bad in [json!("python"), json!([1]), json!(["a ]["]), json!([""]), json!({})] {
            assert!(with("depends", bad.clone()).is_err(), "{bad}");
            assert!(with("constrains", bad).is_err());
        }
        assert!(with("depends", Value::Null).is_ok());
    }

    #[test]
    fn timestamps_become_milliseconds_of_the_past() {
        for (given, millis) in [
            (json!(1_700_000_000), 1_700_000_000_000_i64),
            (json!(1_700_000_000_123_i64), 1_700_000_000_123),
            (json!(1_700_000_000.0), 1_700_000_000_000),
            (json!(1_800_000_000 + 3600), 1_800_003_600_000),
            (json!(0), 0),
        ] {
            assert_eq!(with("timestamp", given).unwrap().index["timestamp"], millis);
        }
        for bad in [
            json!(-1),
            json!(1.5),
            json!("x"),
            json!(32_503_680_000_i64),
            json!(32_503_680_000_000_i64),
            json!(u64::MAX),
            json!(1e300),
        ] {
            assert!(with("timestamp", bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn fields_that_would_change_the_package_elsewhere() {
        assert!(with("schema_version", json!(3)).is_err());
        assert!(with("extra_depends", json!({"x": []})).is_err());
        assert!(with("python_site_packages_path", json!("../../x")).is_err());
        assert!(with("python_site_packages_path", json!("lib/python3.13t/site-packages")).is_ok());
    }
}
