//! Reading and checking the audit log.

use bonded_model::Sha256;
use bonded_model::audit::{AuditRow, genesis};

use crate::access::{Operate, Permit};
use crate::{Error, Registry};

/// Events that are read at once.
const PAGE: i64 = 1_000;

/// A position in the log and the hash of the event there, noted elsewhere: whoever owns the database can compute a whole
/// chain anew, or cut off its end, but cannot make it lead through a hash that was noted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted {
    /// The position.
    pub seq: i64,
    /// The hash.
    pub hash: Sha256,
}

/// What is no position with a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no position with a hash, as `audit verify` prints it: 1042:4550dafd…")]
pub struct NotNoted;

impl std::fmt::Display for Noted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl std::str::FromStr for Noted {
    type Err = NotNoted;

    fn from_str(text: &str) -> Result<Self, NotNoted> {
        let (seq, hash) = text.trim().split_once(':').ok_or(NotNoted)?;
        let seq = seq.parse().ok().filter(|seq| *seq > 0).ok_or(NotNoted)?;
        Ok(Self { seq, hash: hash.parse().map_err(|_| NotNoted)? })
    }
}

/// What a check of the audit log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAudit {
    /// How many events follow each other without a break.
    pub events: i64,
    /// The hash of the last of them.
    pub head: Sha256,
    /// The position at which the chain breaks, if it does.
    pub broken_at: Option<i64>,
    /// Whether the log has the event that was noted; true when none was.
    pub has_noted: bool,
}

impl VerifiedAudit {
    /// What to note elsewhere.
    pub const fn note(&self) -> Noted {
        Noted { seq: self.events, hash: self.head }
    }
}

impl Registry {
    /// At most `limit` events behind position `after`.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn audit(
        &self,
        _permit: &Permit<Operate>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<AuditRow>, Error> {
        Ok(self.store.read().await?.audit_rows(after, limit).await?)
    }

    /// Computes every hash again: an edited, dropped or inserted event breaks the chain. Events cut off at the end, and a
    /// chain that was computed anew, are found by what was noted earlier.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn verify_audit(
        &self,
        permit: &Permit<Operate>,
        noted: Option<Noted>,
    ) -> Result<VerifiedAudit, Error> {
        let has_noted = noted.is_none();
        let mut verified = VerifiedAudit { events: 0, head: genesis(), broken_at: None, has_noted };
        loop {
            let rows = self.audit(permit, verified.events, PAGE).await?;
            if rows.is_empty() {
                return Ok(verified);
            }
            for row in rows {
                let follows = row.seq == verified.events + 1 && row.previous == verified.head;
                if !follows || row.hash != row.expected_hash() {
                    verified.broken_at = Some(verified.events + 1);
                    return Ok(verified);
                }
                (verified.events, verified.head) = (row.seq, row.hash);
                verified.has_noted |= noted == Some(verified.note());
            }
        }
    }
}
