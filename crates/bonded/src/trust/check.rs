//! `bonded trust check`: a chain of roots from the first to the last, and the key manager.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use bonded_model::Timestamp;
use bonded_signing::{Fingerprint, KeyManagerRole, RootFilename, TrustedRoot};
use chrono::Duration;
use serde_json::json;

use super::show::{KEY_MANAGER_WARNING, ROOT_WARNING, expiry};
use super::{arguments, files};
use crate::config::shown;
use crate::output::Output;

/// The name of the key manager's file.
const KEY_MANAGER: &str = "key_mgr.json";

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// Roots in the order of their versions, and a key manager if there is one; or a directory that holds them.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The fingerprint that the first root must have. Without it, the first root is taken as it is.
    #[arg(long)]
    fingerprint: Option<Fingerprint>,
    /// Judge expiry as of this day.
    #[arg(long, value_name = "DAY", value_parser = arguments::moment)]
    at: Option<Timestamp>,
    /// Days before the end of a root from which on to warn.
    #[arg(long, value_name = "DAYS", default_value_t = ROOT_WARNING)]
    warn_days: i64,
}

/// What was found, in words that stand in the JSON and decide about the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    Expiring,
    Expired,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
        }
    }

    fn status(self) -> ExitCode {
        match self {
            Self::Good => ExitCode::SUCCESS,
            Self::Expired => ExitCode::from(3),
            Self::Expiring => ExitCode::from(4),
        }
    }

    /// The worst of what was found counts.
    const fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Expired, _) | (_, Self::Expired) => Self::Expired,
            (Self::Expiring, _) | (_, Self::Expiring) => Self::Expiring,
            _ => Self::Good,
        }
    }

    fn of(at: Timestamp, now: Timestamp, warning: i64) -> Self {
        match at - now {
            left if left <= Duration::zero() => Self::Expired,
            left if left < Duration::days(warning) => Self::Expiring,
            _ => Self::Good,
        }
    }
}

impl Check {
    pub(super) fn run(self, now: Timestamp, output: Output) -> anyhow::Result<ExitCode> {
        let now = self.at.unwrap_or(now);
        let (roots, key_manager) = self.sorted()?;
        let chain = chain(&roots, self.fingerprint.as_ref())?;
        let (Some(first), Some(last)) = (chain.first(), chain.last()) else {
            bail!("there is no root to check: files named N.root.json are expected");
        };
        let mut verdict = Verdict::of(last.role().expiration, now, self.warn_days);
        let mut lines = vec![
            format!("root {} is pinned: {}", first.version(), first.fingerprint()),
            format!(
                "root {} is trusted; it expires {}",
                last.version(),
                expiry(last.role().expiration, now, self.warn_days)
            ),
        ];
        let key_manager = key_manager.map(|path| verified(last, &path)).transpose()?;
        if let Some(role) = &key_manager {
            let (version, at) = (role.version, role.expiration);
            verdict = verdict.worse(Verdict::of(at, now, KEY_MANAGER_WARNING));
            lines.push(format!(
                "key manager {version} is trusted; it expires {}",
                expiry(at, now, KEY_MANAGER_WARNING)
            ));
        }
        let value = json!({
            "verdict": verdict.word(),
            "first": { "version": first.version(), "fingerprint": first.fingerprint().compact() },
            "last": {
                "version": last.version(),
                "fingerprint": last.fingerprint().compact(),
                "expiration": last.role().expiration,
            },
            "key_mgr": key_manager.map(|role| json!({ "version": role.version, "expiration": role.expiration })),
        });
        output.result(&value, || lines.join("\n"))?;
        Ok(verdict.status())
    }

    /// The roots, and the key manager if there is one.
    fn sorted(&self) -> anyhow::Result<(Vec<PathBuf>, Option<PathBuf>)> {
        if let [directory] = self.files.as_slice()
            && directory.is_dir()
        {
            return of_directory(directory);
        }
        let is_key_manager = |path: &&PathBuf| path.file_name().is_some_and(|name| name == KEY_MANAGER);
        let key_manager = self.files.iter().find(is_key_manager).cloned();
        let roots = self.files.iter().filter(|path| !is_key_manager(path)).cloned().collect();
        Ok((roots, key_manager))
    }
}

/// Everything in a directory that is called as roots are.
fn of_directory(directory: &Path) -> anyhow::Result<(Vec<PathBuf>, Option<PathBuf>)> {
    let mut roots = Vec::new();
    for entry in std::fs::read_dir(directory).with_context(|| shown(directory).to_string())? {
        let name = entry?.file_name();
        if let Some(name) = name.to_str().and_then(|name| name.parse::<RootFilename>().ok()) {
            roots.push(name);
        }
    }
    roots.sort_unstable();
    let roots = roots.iter().map(|name| directory.join(name.to_string())).collect();
    Ok((roots, Some(directory.join(KEY_MANAGER)).filter(|path| path.is_file())))
}

/// Follows the roots, each of which must vouch for the next.
fn chain(paths: &[PathBuf], fingerprint: Option<&Fingerprint>) -> anyhow::Result<Vec<TrustedRoot>> {
    let mut chain: Vec<TrustedRoot> = Vec::with_capacity(paths.len());
    for path in paths {
        let bytes = files::read(path)?;
        let next = match chain.last() {
            None => TrustedRoot::pin(&bytes, fingerprint),
            Some(last) => last.update(&bytes),
        };
        chain.push(next.with_context(|| shown(path).to_string())?);
    }
    Ok(chain)
}

/// A key manager that the root vouches for. That its time is over is no error here, but a verdict.
fn verified(root: &TrustedRoot, path: &Path) -> anyhow::Result<KeyManagerRole> {
    KeyManagerRole::verified(root, &files::read(path)?).with_context(|| shown(path).to_string())
}
