//! `bonded admin user`

use bonded_model::user::{Email, UserName};
use bonded_registry::Registry;
use bonded_registry::admin::NewUser;
use clap::Subcommand;
use serde_json::to_value;

use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an account.
    Create {
        /// Its name.
        name: UserName,
        /// Where mail goes.
        #[arg(long)]
        email: Email,
        /// Give it every right in every channel.
        #[arg(long)]
        admin: bool,
    },
    /// List all accounts.
    List,
}

impl Command {
    pub(super) async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        let permit = registry.operator()?;
        match self {
            Self::Create { name, email, admin } => {
                let user = registry.create_user(&permit, NewUser { name, email, admin }).await?;
                output.result(&user, || format!("created the account '{}'", user.name))
            }
            Self::List => {
                let users = registry.users(&permit).await?;
                let rows = users.iter().map(to_value).collect::<Result<Vec<_>, _>>()?;
                output.table(&rows, &["id", "name", "email", "admin", "created_at", "suspended_at"])
            }
        }
    }
}
