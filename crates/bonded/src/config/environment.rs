//! The environment: a `BONDED_*` variable that nobody reads is a typing mistake, and those are errors.

use std::ffi::OsString;

use anyhow::bail;
use clap::CommandFactory;

use crate::cli::Cli;

/// Variables of the test suite.
const FOR_TESTS: &str = "BONDED_TEST_";

/// Refuses unknown `BONDED_*` variables.
pub(super) fn check(variables: impl Iterator<Item = (OsString, OsString)>) -> anyhow::Result<()> {
    let known = known();
    for (name, _) in variables {
        let Some(name) = name.to_str() else { continue };
        if name.starts_with("BONDED_") && !name.starts_with(FOR_TESTS) && !known.iter().any(|of| of == name) {
            bail!("the environment variable {name} is unknown; known are: {}", known.join(", "));
        }
    }
    Ok(())
}

/// Every variable that some option reads.
fn known() -> Vec<String> {
    let root = Cli::command();
    let commands = std::iter::once(&root).chain(root.get_subcommands());
    let arguments = commands.flat_map(clap::Command::get_arguments);
    let mut names: Vec<_> =
        arguments.filter_map(|argument| argument.get_env()?.to_str().map(str::to_owned)).collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str) -> anyhow::Result<()> {
        check(std::iter::once((name.into(), "x".into())))
    }

    #[test]
    fn a_mistyped_variable_is_an_error_that_names_the_known_ones() {
        let text = checked("BONDED_DATABSE").unwrap_err().to_string();
        assert!(text.contains("BONDED_DATABSE") && text.contains("BONDED_DATABASE"), "{text}");
    }

    #[test]
    fn known_and_foreign_variables_are_fine() {
        for name in ["BONDED_DATABASE", "BONDED_LISTEN", "BONDED_TEST_POSTGRES", "PATH"] {
            assert!(checked(name).is_ok(), "{name}");
        }
    }
}
