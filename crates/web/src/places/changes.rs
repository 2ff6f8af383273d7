//! What forms change about who has which role: the same for channels, projects and groups.

use std::str::FromStr;

use bonded_model::actor::Origin;
use bonded_model::ids::InvitationId;
use bonded_registry::Error;
use bonded_registry::access::Permit;
use bonded_registry::roles::{Holder, Manages};

use crate::App;

/// A change, in the words of its form.
pub(super) enum Change {
    Give { to: Holder, role: String },
    Take { from: Holder },
    Invite { who: String, role: String },
    Withdraw { invitation: String },
}

impl Change {
    /// The word for the page afterwards.
    pub(super) const fn done(&self) -> &'static str {
        match self {
            Self::Give { .. } => "role-given",
            Self::Take { .. } => "role-removed",
            Self::Invite { .. } => "role-invited",
            Self::Withdraw { .. } => "withdrawn",
        }
    }

    /// Changes it.
    pub(super) async fn apply<A>(&self, app: &App, permit: &Permit<A>, origin: &Origin) -> Result<(), Error>
    where
        A: Manages,
        A::Role: FromStr,
    {
        match self {
            Self::Give { to, role } => app.put_role(permit, origin, to, parsed(role)?).await,
            Self::Take { from } => app.remove_role(permit, origin, from).await,
            Self::Invite { who, role } => app.invite_to_role(permit, origin, who, parsed(role)?).await,
            Self::Withdraw { invitation } => {
                let gone = |_| Error::NotFound("there is no such invitation".into());
                let id: InvitationId = invitation.parse().map_err(gone)?;
                app.withdraw_role_invitation(permit, origin, id).await
            }
        }
    }
}

fn parsed<R: FromStr>(role: &str) -> Result<R, Error> {
    role.parse().map_err(|_| Error::Invalid("there is no such role".into()))
}
