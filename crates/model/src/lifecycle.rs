//! Where a project stands in its life (PEP 792).

use crate::Timestamp;

/// The state of a project, in the words of PEP 792.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProjectStatus {
    /// Nothing unusual.
    #[default]
    Active,
    /// No more releases are expected: it takes no files, and serves those that it has.
    Archived,
    /// Considered unsafe: its files are withheld, and it takes none.
    Quarantined,
    /// Obsolete, perhaps replaced by another project. Everything works.
    Deprecated,
}

crate::text_enum!(ProjectStatus {
    Active = "active",
    Archived = "archived",
    Quarantined = "quarantined",
    Deprecated = "deprecated",
});

impl ProjectStatus {
    /// Whether files are kept from everybody.
    pub const fn withholds_files(self) -> bool {
        matches!(self, Self::Quarantined)
    }
}

/// The state of a project, with what was said about it.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Lifecycle {
    /// The state.
    pub status: ProjectStatus,
    /// Why, in somebody's words; may be empty.
    pub reason: String,
    /// Since when; `None` for a project that was never in another one.
    pub at: Option<Timestamp>,
}
