//! Plans as conda shows them.

use std::fmt::{self, Write};

use rattler_conda_types::RepoDataRecord;
use serde_json::{Value, json};

use super::{Change, Plan};
use crate::shown;
use crate::trust::Verdict;

/// A plan as text.
#[derive(Debug)]
pub struct Table<'a>(pub &'a Plan);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.0;
        writeln!(f, "## Package Plan ##\n\n  environment location: {}\n", plan.prefix.display())?;
        if !plan.specs.is_empty() {
            writeln!(f, "  added / updated specs:")?;
            for spec in &plan.specs {
                writeln!(f, "    - {spec}")?;
            }
            writeln!(f)?;
        }
        if plan.changes.is_empty() {
            return writeln!(f, "# All requested packages already installed.");
        }
        downloads(f, plan)?;
        for (title, kind) in SECTIONS {
            let changes: Vec<&Change> = plan.changes.iter().filter(|change| change.kind() == *kind).collect();
            if !changes.is_empty() {
                writeln!(f, "\nThe following {title}:\n")?;
                changes.iter().try_for_each(|change| line(f, change))?;
            }
        }
        Ok(())
    }
}

/// What happens to a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    New,
    Removed,
    Updated,
    Downgraded,
    Replaced,
}

const SECTIONS: &[(&str, Kind)] = &[
    ("NEW packages will be INSTALLED", Kind::New),
    ("packages will be REMOVED", Kind::Removed),
    ("packages will be UPDATED", Kind::Updated),
    ("packages will be DOWNGRADED", Kind::Downgraded),
    ("packages will be REPLACED by other builds or from other channels", Kind::Replaced),
];

impl Change {
    fn kind(&self) -> Kind {
        let (Some(before), Some((after, _))) = (&self.before, &self.after) else {
            return if self.before.is_none() { Kind::New } else { Kind::Removed };
        };
        match after.package_record.version.cmp(&before.package_record.version) {
            std::cmp::Ordering::Greater => Kind::Updated,
            std::cmp::Ordering::Less => Kind::Downgraded,
            std::cmp::Ordering::Equal => Kind::Replaced,
        }
    }
}

/// The table of archives. conda's columns: name and version, build, size, channel.
fn downloads(f: &mut fmt::Formatter<'_>, plan: &Plan) -> fmt::Result {
    if plan.installs().next().is_none() {
        return Ok(());
    }
    writeln!(f, "The following packages will be downloaded:\n")?;
    writeln!(f, "    {:<27}|{:>17}", "package", "build")?;
    writeln!(f, "    {:-<27}|{:-<17}", "", "")?;
    for (record, _) in plan.installs() {
        let package = &record.package_record;
        let name = shown::word(&format!("{}-{}", package.name.as_normalized(), package.version));
        let size = package.size.map_or_else(|| "?".to_owned(), size);
        let build = shown::word(package.build.as_str());
        writeln!(f, "    {name:<27}|{build:>17}  {size:>10}  {}", channel_of(record))?;
    }
    let total = plan.installs().filter_map(|(record, _)| record.package_record.size).sum();
    writeln!(f, "    {:-<60}", "")?;
    writeln!(f, "    {:>45}  {:>10}", "Total:", size(total))
}

fn line(f: &mut fmt::Formatter<'_>, change: &Change) -> fmt::Result {
    let name = change.name();
    let text = match (&change.before, &change.after) {
        (None, Some((after, _))) => distribution(after),
        (Some(before), None) => distribution(before),
        (Some(before), Some((after, _))) => format!("{} --> {}", version(before), distribution(after)),
        (None, None) => String::new(),
    };
    // What failed may repeat what an index says.
    let said = change.after.as_ref().map(|(_, verdict)| shown::line(&verdict.text())).unwrap_or_default();
    let line = format!("  {:<18} {text} {said}", shown::word(name));
    writeln!(f, "{}", line.trim_end())
}

/// `channel/subdir::name-version-build`.
fn distribution(record: &RepoDataRecord) -> String {
    let name = shown::word(record.package_record.name.as_normalized());
    format!("{}/{}::{name}-{}", channel_of(record), shown::word(subdir(record)), version(record))
}

fn version(record: &RepoDataRecord) -> String {
    shown::word(&format!("{}-{}", record.package_record.version, record.package_record.build))
}

fn channel_of(record: &RepoDataRecord) -> String {
    let url = record.channel.as_deref().unwrap_or_default();
    shown::word(url.trim_end_matches('/').rsplit('/').next().unwrap_or_default())
}

/// The subdir that the archive comes from. A record that nobody signed may say anything of it.
fn subdir(record: &RepoDataRecord) -> &str {
    record.url.path().rsplit('/').nth(1).unwrap_or_default()
}

/// Bytes as conda writes them.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let mut text = String::new();
    // Memory takes every character.
    let _ = if unit == 0 { write!(text, "{value:.0}") } else { write!(text, "{value:.1}") };
    format!("{text} {}", UNITS[unit])
}

impl Plan {
    /// The plan for programs.
    pub fn to_json(&self) -> Value {
        json!({
            "prefix": self.prefix,
            "platform": self.platform.as_str(),
            "specs": self.specs.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "changes": self.changes.iter().map(Change::to_json).collect::<Vec<_>>(),
            "warnings": self.warnings,
            "trusted": self.untrusted().next().is_none(),
        })
    }
}

impl Change {
    fn to_json(&self) -> Value {
        let action = match self.kind() {
            Kind::New => "install",
            Kind::Removed => "remove",
            Kind::Updated => "update",
            Kind::Downgraded => "downgrade",
            Kind::Replaced => "replace",
        };
        json!({
            "action": action,
            "name": self.name(),
            "before": self.before.as_ref().map(record_json),
            "after": self.after.as_ref().map(|(record, _)| record_json(record)),
            "signature": self.after.as_ref().map(|(_, verdict)| verdict.to_json()),
        })
    }
}

impl Verdict {
    /// The verdict for programs.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Unsigned => json!({ "status": "unsigned" }),
            Self::Trusted { signer } => json!({ "status": "trusted", "signer": signer }),
            Self::Failed { reason } => json!({ "status": "failed", "reason": reason }),
        }
    }
}

fn record_json(record: &RepoDataRecord) -> Value {
    let package = &record.package_record;
    json!({
        "version": package.version.to_string(),
        "build": package.build.to_string(),
        "subdir": subdir(record),
        "channel": record.channel.as_deref().map(|channel| channel.trim_end_matches('/')),
        "file": record.identifier.to_file_name(),
        "size": package.size,
        "sha256": package.sha256.map(hex::encode),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_conda_writes_them() {
        let written: Vec<_> = [0, 1023, 2048, 5_400_000, 3_000_000_000].map(size).into();
        assert_eq!(written, ["0 B", "1023 B", "2 KB", "5.1 MB", "2.8 GB"]);
    }
}
