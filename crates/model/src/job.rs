//! Background jobs.

use crate::Timestamp;
use crate::ids::JobId;

/// A job that somebody took. Until `claimed_at`'s lease ends nobody else takes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// To what; the pair of kind and key is unique.
    pub key: String,
    /// When it was due.
    pub run_at: Timestamp,
    /// When it was taken. Together with the id this proves, when the job is given back, that the lease still holds.
    pub claimed_at: Timestamp,
    /// How often it was taken since it last succeeded, this time included.
    pub attempts: i64,
    /// Why it failed the last time.
    pub last_error: Option<String>,
}
