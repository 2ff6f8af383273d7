//! `bonded trust show`: what a root says, and how far its signing has come.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use bonded_model::Timestamp;
use bonded_signing::ceremony::{Progress, Status};
use bonded_signing::{Delegation, Envelope, Fingerprint, KeyManagerRole, RoleError, RootRole};
use chrono::Duration;
use serde_json::{Value, json};

use super::files;
use super::sign::previous_role;
use crate::config::shown;
use crate::output::Output;

/// Days before the end of a root from which on its successor is asked for.
pub(super) const ROOT_WARNING: i64 = bonded_registry::trust::ROOT_WARNING.num_days();
/// The same of a key manager, which the server renews when half of its 31 days is over.
pub(super) const KEY_MANAGER_WARNING: i64 = 7;

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Roots and key managers.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The root before the one that is shown. Without it, the file with that version beside it.
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
}

impl Show {
    pub(super) fn run(self, now: Timestamp, output: Output) -> anyhow::Result<()> {
        let shown = self.files.iter().map(|file| self.one(file, now)).collect::<anyhow::Result<Vec<_>>>()?;
        let (values, texts): (Vec<Value>, Vec<String>) = shown.into_iter().unzip();
        output.result(&values, || texts.join("\n\n"))
    }

    fn one(&self, file: &Path, now: Timestamp) -> anyhow::Result<(Value, String)> {
        let envelope = files::read_envelope(file)?;
        match RootRole::read(&envelope) {
            Ok(role) => {
                let old = previous_role(self.previous.as_deref(), file, role.version)?;
                let report = Report::of(file, &envelope, old.as_ref(), now)?;
                Ok((report.value(), report.text()))
            }
            Err(RoleError::Type { .. }) => key_manager(file, &envelope, now),
            Err(error) => Err(error).with_context(|| shown(file).to_string()),
        }
    }
}

/// Everything that is told of one root, after each step of a ceremony.
#[derive(Debug)]
pub(super) struct Report {
    path: PathBuf,
    fingerprint: Fingerprint,
    status: Status,
    now: Timestamp,
}

impl Report {
    /// Looks at a root, and at the one before it where it is at hand.
    pub(super) fn of(
        path: &Path,
        envelope: &Envelope,
        old: Option<&RootRole>,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let status = Status::of(envelope, old).with_context(|| shown(path).to_string())?;
        Ok(Self { path: path.to_owned(), fingerprint: envelope.fingerprint(), status, now })
    }

    /// Prints it as the result of a command.
    pub(super) fn print(&self, output: Output) -> anyhow::Result<()> {
        output.result(&self.value(), || self.text())
    }

    /// The previous root is not at hand, and there is one.
    fn lacks_previous(&self) -> bool {
        self.status.old.is_none() && self.status.role.version > 1
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let Status { role, old, new, strangers } = &self.status;
        let mut text = format!("root {} in {}\n", role.version, shown(&self.path));
        let _ = writeln!(text, "  fingerprint  {}", self.fingerprint);
        let _ = writeln!(text, "  made         {}", role.timestamp.format("%Y-%m-%d %H:%M:%S UTC"));
        let _ = writeln!(text, "  expires      {}", expiry(role.expiration, self.now, ROOT_WARNING));
        progress("root keys", new, &mut text);
        if let Some(old) = old {
            progress(&format!("keys of root {}", role.version.saturating_sub(1)), old, &mut text);
        }
        delegation("key manager", &role.key_mgr, &mut text);
        for key in strangers {
            let _ = writeln!(
                text,
                "  WARNING: a signature by {key}, which is no key of this root or does not hold"
            );
        }
        text + &self.outcome()
    }

    fn outcome(&self) -> String {
        let Status { role, old, new, .. } = &self.status;
        let own = (new.needed() > 0).then(|| format!("{} of its own keys", new.needed()));
        let before = old.as_ref().filter(|old| old.needed() > 0);
        let before = before.map(|old| format!("{} of the keys of root {}", old.needed(), role.version - 1));
        let missing: Vec<_> = own.into_iter().chain(before).collect();
        match (missing.as_slice(), self.lacks_previous()) {
            ([], false) => "  complete: enough keys have signed".to_owned(),
            ([], true) => {
                format!("  signed by its own keys; of root {}, nothing is known here", role.version - 1)
            }
            _ => format!("  INCOMPLETE: waits for {}", missing.join(" and for ")),
        }
    }

    /// For programs.
    pub(super) fn value(&self) -> Value {
        let Status { role, old, new, strangers } = &self.status;
        json!({
            "file": shown(&self.path).to_string(),
            "type": "root",
            "version": role.version,
            "fingerprint": self.fingerprint.compact(),
            "timestamp": role.timestamp,
            "expiration": role.expiration,
            "root": progress_value(new),
            "previous_root": old.as_ref().map(progress_value),
            "key_mgr": role.key_mgr,
            "strangers": strangers,
            "complete": self.status.is_complete() && !self.lacks_previous(),
        })
    }
}

fn progress(title: &str, progress: &Progress, text: &mut String) {
    let all = progress.signed.len() + progress.missing.len();
    let _ = writeln!(text, "  {title}: {} of {all} have to sign", progress.threshold);
    for (keys, word) in [(&progress.signed, "signed "), (&progress.missing, "missing")] {
        for key in keys {
            let _ = writeln!(text, "    {word}  {key}");
        }
    }
}

fn progress_value(progress: &Progress) -> Value {
    let Progress { threshold, signed, missing } = progress;
    json!({ "threshold": threshold, "signed": signed, "missing": missing, "needed": progress.needed() })
}

fn delegation(title: &str, delegation: &Delegation, text: &mut String) {
    let _ =
        writeln!(text, "  {title}: {} of {} has to sign", delegation.threshold(), delegation.pubkeys().len());
    for key in delegation.pubkeys() {
        let _ = writeln!(text, "    {key}");
    }
}

/// A moment, and how far away it is.
pub(super) fn expiry(at: Timestamp, now: Timestamp, warning: i64) -> String {
    let (day, left) = (at.format("%Y-%m-%d %H:%M:%S UTC"), at - now);
    // A day that has begun counts, as people count.
    let days = (left + Duration::days(1) - Duration::milliseconds(1)).num_days();
    match left {
        left if left <= Duration::zero() => format!("{day}: EXPIRED"),
        left if left < Duration::days(warning) => format!("{day}: WARNING, in {days} days"),
        _ => format!("{day}, in {days} days"),
    }
}

/// A key manager, about which nothing is verified here.
fn key_manager(file: &Path, envelope: &Envelope, now: Timestamp) -> anyhow::Result<(Value, String)> {
    let role = KeyManagerRole::read(envelope).with_context(|| shown(file).to_string())?;
    let mut text = format!("key manager {} in {}\n", role.version, shown(file));
    let _ = writeln!(text, "  made         {}", role.timestamp.format("%Y-%m-%d %H:%M:%S UTC"));
    let _ = writeln!(text, "  expires      {}", expiry(role.expiration, now, KEY_MANAGER_WARNING));
    delegation("package managers", &role.pkg_mgr, &mut text);
    let signers: Vec<_> = envelope.signatures().keys().map(ToString::to_string).collect();
    let _ = write!(text, "  signatures (verify them with 'bonded trust check'): {}", signers.join(", "));
    let value = json!({
        "file": shown(file).to_string(),
        "type": "key_mgr",
        "version": role.version,
        "timestamp": role.timestamp,
        "expiration": role.expiration,
        "pkg_mgr": role.pkg_mgr,
        "signatures": signers,
    });
    Ok((value, text))
}

#[cfg(test)]
mod tests {
    use bonded_model::Clock;
    use chrono::DateTime;

    use super::*;

    #[test]
    fn the_end_of_a_root_is_warned_of_before_it_comes() {
        let now = Clock::manual(DateTime::UNIX_EPOCH).now();
        assert!(expiry(now, now, 60).ends_with("EXPIRED"));
        assert!(expiry(now + Duration::days(59), now, 60).ends_with("WARNING, in 59 days"));
        assert!(expiry(now + Duration::days(60), now, 60).ends_with("UTC, in 60 days"));
        assert!(expiry(now + Duration::hours(3), now, 60).ends_with("WARNING, in 1 days"));
    }
}
