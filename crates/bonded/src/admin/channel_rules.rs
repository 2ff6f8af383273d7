//! What `bonded admin channel policy` changes beyond second factors: who creates projects, and which tokens are taken.

use bonded_model::channel::ProjectCreation;
use bonded_model::{Channel, Switches};
use bonded_registry::Registry;
use clap::Args;
use serde_json::{Value, json};

/// What is to be changed; nothing means: only show.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct NewRules {
    /// Who may create projects by publishing their first file: publishers or admins.
    #[arg(long, value_name = "WHO")]
    create_projects: Option<ProjectCreation>,
    /// Whether tokens and passwords of people are refused when something is published, yanked or deleted.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    trusted_publishers_only: Option<bool>,
    /// Whether tokens that never end are refused there.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    tokens_need_expiry: Option<bool>,
    /// For how many days a token's secret may work at most; 0 for any time.
    #[arg(long, value_name = "DAYS")]
    longest_token_life: Option<u32>,
}

impl NewRules {
    fn switches(self, present: Switches) -> Switches {
        let life = match self.longest_token_life {
            None => present.longest_token_life,
            Some(0) => None,
            some => some,
        };
        Switches {
            trusted_publishers_only: self.trusted_publishers_only.unwrap_or(present.trusted_publishers_only),
            tokens_need_expiry: self.tokens_need_expiry.unwrap_or(present.tokens_need_expiry),
            longest_token_life: life,
        }
    }

    /// Changes what is to be changed, and tells the rules as they are then.
    pub(super) async fn apply(self, registry: &Registry, channel: &Channel) -> anyhow::Result<Rules> {
        let (operator, origin) = (registry.operator()?, registry.local_origin());
        let permit = registry.operator_manages_channel(&operator, channel.name.as_str()).await?;
        if let Some(who) = self.create_projects.filter(|who| *who != channel.create_projects) {
            registry.set_project_creation(&permit, &origin, who).await?;
        }
        let switches = self.switches(channel.switches);
        if switches != channel.switches {
            registry.set_channel_switches(&permit, &origin, switches).await?;
        }
        let create_projects = self.create_projects.unwrap_or(channel.create_projects);
        Ok(Rules { create_projects, switches })
    }
}

/// The rules of a channel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    create_projects: ProjectCreation,
    switches: Switches,
}

impl Rules {
    /// For programs.
    pub(super) fn value(self) -> Value {
        json!({
            "create_projects": self.create_projects,
            "trusted_publishers_only": self.switches.trusted_publishers_only,
            "tokens_need_expiry": self.switches.tokens_need_expiry,
            "longest_token_life": self.switches.longest_token_life,
        })
    }

    /// For people.
    pub(super) fn text(self) -> String {
        let mut lines = vec![format!("projects are created by {}", self.create_projects)];
        if self.switches.trusted_publishers_only {
            lines.push("only trusted publishers publish: no tokens and no passwords of people".to_owned());
        }
        if self.switches.tokens_need_expiry {
            lines.push("tokens need an expiry".to_owned());
        }
        lines.extend(self.switches.longest_token_life.map(|days| format!("tokens live at most {days} days")));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_mentioned_stays_and_zero_days_lift_the_limit() {
        let present =
            Switches { tokens_need_expiry: true, longest_token_life: Some(30), ..Switches::default() };
        let nothing = NewRules {
            create_projects: None,
            trusted_publishers_only: None,
            tokens_need_expiry: None,
            longest_token_life: None,
        };
        assert_eq!(nothing.switches(present), present);
        let lifted = NewRules { longest_token_life: Some(0), ..nothing };
        assert_eq!(lifted.switches(present), Switches { longest_token_life: None, ..present });
    }
}
