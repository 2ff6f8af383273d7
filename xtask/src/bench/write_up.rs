//! The place where results are kept.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::machine;

const BEGIN: &str = "<!-- results: written by `cargo xtask bench --write` -->";
const END: &str = "<!-- end of results -->";

/// Replaces the results in the document, and leaves what people wrote around them.
pub(super) fn write(root: &Path, table: &str) -> Result<()> {
    let path = root.join("docs/benchmarks.md");
    let document = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let results = format!("\n{}\n{table}\n", machine::description()?);
    Ok(fs::write(&path, replace(&document, &results)?)?)
}

fn replace(document: &str, results: &str) -> Result<String> {
    let (before, rest) =
        document.split_once(BEGIN).context("docs/benchmarks.md has no mark where results begin")?;
    let (_, after) = rest.split_once(END).context("docs/benchmarks.md has no mark where results end")?;
    Ok(format!("{before}{BEGIN}\n{results}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_around_the_results_stays() {
        let document = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let replaced = replace(&document, "new\n").unwrap();
        assert_eq!(replaced, format!("before\n{BEGIN}\nnew\n{END}\nafter\n"));
        assert!(replace("no marks", "new").is_err());
    }
}
