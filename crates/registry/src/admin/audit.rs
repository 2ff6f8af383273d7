//! Reading and checking the audit log.

use bonded_model::Sha256;
use bonded_model::audit::{AuditRow, genesis};

use crate::access::{Operate, Permit};
use crate::{Error, Registry};

/// Events that are read at once.
const PAGE: i64 = 1_000;

/// What a check of the audit log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAudit {
    /// How many events follow each other without a break.
    pub events: i64,
    /// The hash of the last of them.
    pub head: Sha256,
    /// The position at which the chain breaks, if it does.
    pub broken_at: Option<i64>,
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

    /// Computes every hash again: an edited, dropped or inserted event breaks the chain. Events cut off at the end
    /// are found by comparing the head with one that was noted earlier.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn verify_audit(&self, permit: &Permit<Operate>) -> Result<VerifiedAudit, Error> {
        let mut verified = VerifiedAudit { events: 0, head: genesis(), broken_at: None };
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
            }
        }
    }
}
