//! `bonded admin policy` and `bonded admin channel policy`

use bonded_model::people::{Policy, SecondFactorFor};
use bonded_registry::Registry;
use clap::Args;
use serde_json::Value;

use super::channel_rules;
use crate::output::Output;

/// What is to be changed; nothing means: only show.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Change {
    /// Who needs a second factor: nobody, publishers or everybody.
    #[arg(long, value_name = "WHO")]
    second_factor: Option<SecondFactorFor>,
    /// Whether it must be a security key or passkey, which phishing cannot relay.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    phishing_resistant: Option<bool>,
}

impl Change {
    /// The policy as it is to be from now on; `None` when it stays.
    fn of(self, present: Policy) -> Option<Policy> {
        let asked = self.second_factor.is_some() || self.phishing_resistant.is_some();
        asked.then(|| Policy {
            second_factor: self.second_factor.unwrap_or(present.second_factor),
            phishing_resistant: self.phishing_resistant.unwrap_or(present.phishing_resistant),
        })
    }
}

/// Shows or changes the policy of the instance.
pub(super) async fn run(change: Change, registry: &Registry, output: Output) -> anyhow::Result<()> {
    let permit = registry.operator()?;
    let present = registry.policies(&registry.operator_views(&permit)?).await?.instance;
    if let Some(policy) = change.of(present) {
        let permit = registry.operator_administers(&permit)?;
        registry.set_policy(&permit, &registry.local_origin(), policy).await?;
    }
    show(change.of(present).unwrap_or(present), output)
}

/// Shows or changes the policy of a channel.
pub(super) async fn run_in_channel(
    name: &str,
    change: Change,
    rules: channel_rules::NewRules,
    registry: &Registry,
    output: Output,
) -> anyhow::Result<()> {
    let permit = registry.operator()?;
    let channel = registry.channel_named(&permit, name).await?;
    let present = channel.policy;
    if let Some(policy) = change.of(present) {
        let permit = registry.operator_administers(&permit)?;
        registry.set_channel_policy(&permit, &registry.local_origin(), name, policy).await?;
    }
    let policy = change.of(present).unwrap_or(present);
    let rules = rules.apply(registry, &channel).await?;
    let mut shown = serde_json::to_value(policy)?;
    if let (Value::Object(all), Value::Object(more)) = (&mut shown, rules.value()) {
        all.extend(more);
    }
    output.result(&shown, || format!("{}\n{}", in_words(policy), rules.text()))
}

fn show(policy: Policy, output: Output) -> anyhow::Result<()> {
    output.result(&policy, || in_words(policy))
}

fn in_words(policy: Policy) -> String {
    let who = policy.second_factor;
    match (who, policy.phishing_resistant) {
        (SecondFactorFor::Nobody, _) => "nobody needs a second factor".to_owned(),
        (_, false) => format!("{who}: a second factor is required"),
        (_, true) => format!("{who}: a security key or passkey is required"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_mentioned_stays() {
        let present = Policy { second_factor: SecondFactorFor::Everybody, phishing_resistant: true };
        let nothing = Change { second_factor: None, phishing_resistant: None };
        assert_eq!(nothing.of(present), None);
        let weaker = Change { phishing_resistant: Some(false), ..nothing };
        assert_eq!(weaker.of(present), Some(Policy { phishing_resistant: false, ..present }));
        let fewer = Change { second_factor: Some(SecondFactorFor::Publishers), ..nothing };
        assert_eq!(fewer.of(present), Some(Policy { second_factor: SecondFactorFor::Publishers, ..present }));
    }
}
