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
    /// Slugs alone are compared. Their ids are in tokens only if a job asks for them.
    NoIds,
    /// Any source repository, also a fork: whoever can open a pull request may publish, where builds of forks get tokens.
    NoOrigin,
    /// An address alone is compared: whoever makes an account of the same address anew is taken for the first one.
    NoSubject,
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
                "Any branch and tag may publish. Name the one that may, or require protected ones or a protected environment, as \
                 far as the provider has them."
            }
            Self::NoOwnerId => {
                "Only names are compared. If the name is given up, whoever takes it next can publish. Give ids; the first use \
                 fixes them, where the tokens have them."
            }
            Self::NoIds => {
                "Only slugs are compared. If one is given up, whoever takes it next can publish. Give ids, and let the jobs \
                 ask for them: --claim organization_id --claim pipeline_id."
            }
            Self::NoOrigin => {
                "Builds of forks may publish, if the project passes secrets to them. Add the publisher anew with its source \
                 repository (vcs_origin), and remove this one."
            }
            Self::NoSubject => {
                "Only the address is compared. If the account is deleted, whoever makes one of the same address can publish. \
                 Give the account's id."
            }
        }
    }
}
