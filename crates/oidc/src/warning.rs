//! What of a publisher is less strict than it could be.

/// A weakness that its owners should know of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Warning {
    /// Any environment, also none: whoever may push a branch may publish.
    NoEnvironment,
    /// Any branch or tag, also unprotected ones.
    UnprotectedRef,
    /// Names alone are compared: whoever gets the name after its owner gave it up is taken for the owner.
    NoOwnerId,
}

impl Warning {
    /// In words, for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoEnvironment => {
                "No environment is required: everybody who can start this workflow can publish. Name one, and protect it \
                 at the provider."
            }
            Self::UnprotectedRef => {
                "Any branch and tag may publish. Require protected ones, or a protected environment."
            }
            Self::NoOwnerId => {
                "Only names are compared. If the name is given up, whoever takes it next can publish; give ids, or let the \
                 first use fix them."
            }
        }
    }
}
