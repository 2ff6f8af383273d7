//! `bonded admin user`

use bonded_model::user::{Email, User, UserName};
use bonded_registry::Registry;
use bonded_registry::admin::NewUser;
use clap::Subcommand;
use serde_json::{Value, json, to_value};

use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an account with a verified address, and print a link with which its owner sets a password.
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
    /// Print a link with which the owner of an account sets a password. Earlier ones end.
    Link {
        /// The account.
        name: String,
    },
    /// Mail an invitation to sign up, and print its link.
    Invite {
        /// The address, which is verified by signing up.
        email: Email,
    },
    /// Suspend an account: nobody can sign in to it, and its tokens stop working.
    Suspend {
        /// The account.
        name: String,
    },
    /// End a suspension.
    Reinstate {
        /// The account.
        name: String,
    },
    /// Recover the account of somebody who is locked out, at once: password, second factors and sessions go, and the
    /// primary address gets a link for a new password. Tokens stay.
    Recover {
        /// The account.
        name: String,
    },
}

impl Command {
    pub(super) async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Create { name, email, admin } => {
                create(registry, output, NewUser { name, email, admin }).await
            }
            Self::List => list(registry, output).await,
            Self::Link { name } => link(registry, output, &name).await,
            Self::Invite { email } => invite(registry, output, &email).await,
            Self::Suspend { name } => suspend(registry, output, &name, true).await,
            Self::Reinstate { name } => suspend(registry, output, &name, false).await,
            Self::Recover { name } => recover(registry, output, &name).await,
        }
    }
}

async fn create(registry: &Registry, output: Output, new: NewUser) -> anyhow::Result<()> {
    let permit = registry.operator()?;
    let user = registry.create_user(&permit, new).await?;
    let link = registry.set_password_link(&permit, &user).await?;
    let mut shown = row(&user)?;
    shown["password_link"] = json!(link);
    output.result(&shown, || {
        format!("created the account '{}'; this link sets its password, within 24 hours:\n{link}", user.name)
    })
}

async fn list(registry: &Registry, output: Output) -> anyhow::Result<()> {
    let users = registry.users(&registry.operator()?).await?;
    let rows = users.iter().map(row).collect::<anyhow::Result<Vec<_>>>()?;
    output.table(&rows, &["id", "name", "email", "verified_at", "admin", "created_at", "suspended_at"])
}

fn row(user: &User) -> anyhow::Result<Value> {
    Ok(to_value(user)?)
}

async fn link(registry: &Registry, output: Output, name: &str) -> anyhow::Result<()> {
    let permit = registry.operator()?;
    let user = registry.user_named(&permit, name).await?;
    let link = registry.set_password_link(&permit, &user).await?;
    output.result(&json!({ "user": user.name, "password_link": link }), || link.clone())
}

async fn invite(registry: &Registry, output: Output, email: &Email) -> anyhow::Result<()> {
    let permit = registry.operator_administers(&registry.operator()?)?;
    let link = registry.invite(&permit, &registry.local_origin(), email.as_str()).await?;
    output.result(&json!({ "email": email, "link": link }), || link.clone())
}

async fn suspend(registry: &Registry, output: Output, name: &str, suspended: bool) -> anyhow::Result<()> {
    let operator = registry.operator()?;
    let user = registry.user_named(&operator, name).await?;
    let (permit, origin) = (registry.operator_administers(&operator)?, registry.local_origin());
    let done = if suspended {
        registry.suspend(&permit, &origin, user.id).await?;
        "suspended"
    } else {
        registry.reinstate(&permit, &origin, user.id).await?;
        "in force"
    };
    output.result(&json!({ "user": user.name, "suspended": suspended }), || {
        format!("'{}' is {done} now", user.name)
    })
}

async fn recover(registry: &Registry, output: Output, name: &str) -> anyhow::Result<()> {
    let permit = registry.operator()?;
    let user = registry.user_named(&permit, name).await?;
    registry.recover_now(&permit, &user).await?;
    let shown = json!({ "user": user.name, "recovered": true, "mailed_to": user.email });
    output.result(&shown, || {
        format!(
            "recovered '{}': a link for a new password was mailed to {}; 'bonded admin user link' prints one",
            user.name, user.email
        )
    })
}
