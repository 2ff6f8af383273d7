//! `bonded admin group`

use bonded_model::group::GroupRole;
use bonded_registry::Registry;
use bonded_registry::roles::Holder;
use clap::Subcommand;
use serde_json::{json, to_value};

use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a group.
    Create {
        /// Its name.
        name: String,
        /// The account that says who is in it.
        #[arg(long, value_name = "USER")]
        manager: Option<String>,
    },
    /// Remove a group with all its roles.
    Remove {
        /// Its name.
        name: String,
    },
    /// Put somebody into a group.
    Add {
        /// The group.
        group: String,
        /// The account.
        user: String,
        /// They say who is in the group, too.
        #[arg(long)]
        manager: bool,
    },
    /// Take somebody out of a group.
    Drop {
        /// The group.
        group: String,
        /// The account.
        user: String,
    },
    /// List all groups, or who is in one.
    List {
        /// The group.
        group: Option<String>,
    },
}

impl Command {
    pub(super) async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        let (permit, origin) = (registry.operator()?, registry.local_origin());
        match self {
            Self::Create { name, manager } => {
                let administer = registry.operator_administers(&permit)?;
                let group = registry.create_group(&administer, &origin, &name, manager.as_deref()).await?;
                output.result(&group, || format!("created the group '{}'", group.name))
            }
            Self::Remove { name } => {
                let administer = registry.operator_administers(&permit)?;
                registry.remove_group(&administer, &origin, &name).await?;
                output.result(&json!({ "removed": name }), || format!("removed the group '{name}'"))
            }
            Self::Add { group, user, manager } => {
                let manage = registry.operator_manages_group(&permit, &group).await?;
                let role = if manager { GroupRole::Manager } else { GroupRole::Member };
                registry.put_role(&manage, &origin, &Holder::User(user.clone()), role).await?;
                let shown = json!({ "group": group, "user": user, "role": role });
                output.result(&shown, || format!("'{user}' is {role} of the group '{group}' now"))
            }
            Self::Drop { group, user } => {
                let manage = registry.operator_manages_group(&permit, &group).await?;
                registry.remove_role(&manage, &origin, &Holder::User(user.clone())).await?;
                let shown = json!({ "group": group, "user": user });
                output.result(&shown, || format!("'{user}' is not in the group '{group}' any more"))
            }
            Self::List { group: None } => {
                let groups = registry.groups(&registry.operator_views(&permit)?).await?;
                let row = |summary: &bonded_registry::roles::GroupSummary| json!({ "name": summary.group.name, "members": summary.members });
                output.table(&groups.iter().map(row).collect::<Vec<_>>(), &["name", "members"])
            }
            Self::List { group: Some(group) } => {
                let look = registry.operator_inspects_group(&permit, &group).await?;
                let members = registry.group(&look).await?.members;
                let rows = members.iter().map(to_value).collect::<Result<Vec<_>, _>>()?;
                output.table(&rows, &["name", "role"])
            }
        }
    }
}
