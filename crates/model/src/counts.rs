//! How much the registry holds.

/// Totals over the whole registry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Counts {
    /// Accounts.
    pub users: u64,
    /// Channels.
    pub channels: u64,
    /// Projects, also those whose files are all deleted.
    pub projects: u64,
    /// Releases, also those whose files are all deleted.
    pub releases: u64,
    /// Files that are not deleted.
    pub files: u64,
    /// Bytes in these files; shared bytes count once for each file.
    pub bytes: u64,
    /// Tokens, whatever their state.
    pub tokens: u64,
    /// Rows of the audit log.
    pub audit_rows: u64,
}
