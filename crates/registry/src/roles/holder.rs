//! Who holds a role: a person or a group.

use bonded_model::group::{Group, GroupName};
use bonded_model::user::{User, UserName};

use crate::{Error, Registry};

/// Somebody who holds a role, by name as it was typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Holder {
    /// An account.
    User(String),
    /// A group.
    Group(String),
}

/// Somebody who holds a role.
#[derive(Clone, Debug)]
pub(super) enum Held {
    User(User),
    Group(Group),
}

impl Registry {
    /// Who is meant.
    ///
    /// # Errors
    /// [`Error::Field`] `holder` when there is nobody of this name.
    pub(super) async fn holder(&self, holder: &Holder) -> Result<Held, Error> {
        let missing =
            |what: &str, name: &str| Error::field("holder", format!("There is no {what} '{name}'."));
        let mut reader = self.store.read().await?;
        match holder {
            Holder::User(name) => {
                let name = name.trim();
                let parsed: UserName = name.parse().map_err(|_| missing("account", name))?;
                let user = reader.user_by_name(&parsed).await?;
                user.map(Held::User).ok_or_else(|| missing("account", name))
            }
            Holder::Group(name) => {
                let name = name.trim();
                let parsed: GroupName = name.parse().map_err(|_| missing("group", name))?;
                let group = reader.group_by_name(&parsed).await?;
                group.map(Held::Group).ok_or_else(|| missing("group", name))
            }
        }
    }
}
