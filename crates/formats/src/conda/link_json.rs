//! `info/link.json`: the programs that installers write for a noarch Python package. Their names and targets come from
//! the archive, so they must not be paths or code.

use serde_json::Value;

use crate::Rejection;

/// Checks every `command = module:function` of the file.
pub(super) fn check(link: &Value) -> Result<(), Rejection> {
    let entry_points = match link.pointer("/noarch/entry_points") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(entry_points)) => entry_points,
        Some(_) => return Err(Rejection::invalid("the entry points in info/link.json are not a list")),
    };
    for entry_point in entry_points {
        if !entry_point.as_str().is_some_and(is_entry_point) {
            return Err(Rejection::Invalid(format!(
                "info/link.json holds the entry point {:.200}, which is not of the form \"command = module:function\"",
                entry_point.to_string()
            )));
        }
    }
    Ok(())
}

fn is_entry_point(text: &str) -> bool {
    let Some((command, target)) = text.split_once('=') else { return false };
    let Some((module, function)) = target.trim().split_once(':') else { return false };
    is_command(command.trim()) && is_dotted(module.trim()) && is_dotted(function.trim())
}

fn is_command(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['.', '-'])
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

fn is_dotted(text: &str) -> bool {
    let identifier = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    text.split('.').all(identifier)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check_one(entry_point: &str) -> Result<(), Rejection> {
        check(&json!({"noarch": {"type": "python", "entry_points": [entry_point]}}))
    }

    #[test]
    fn commands_and_functions_pass() {
        for good in ["pip = pip._internal.cli.main:main", "py.test=pytest:console_main", "a-b = x:Y.run"] {
            assert_eq!(check_one(good), Ok(()));
        }
        assert_eq!(check(&json!({"noarch": {"type": "python"}})), Ok(()));
    }

    #[test]
    fn paths_and_code_do_not() {
        for evil in [
            "../../evil = a:b",
            "a/b = a:b",
            "x = a:b; import os",
            "x = a",
            "x",
            "",
            "= a:b",
            ".x = a:b",
            "x = a:b()",
        ] {
            assert!(check_one(evil).is_err(), "{evil}");
        }
        assert!(check(&json!({"noarch": {"entry_points": "x = a:b"}})).is_err());
        assert!(check(&json!({"noarch": {"entry_points": [1]}})).is_err());
    }
}
