//! One module for each provider: its configuration, what identities are found by, which claims are checked.

pub mod activestate;
pub mod buildkite;
pub mod circleci;
pub mod forgejo;
pub mod github;
pub mod gitlab;
pub mod google;
pub mod other;
mod strangers;
mod workflow;

#[cfg(test)]
mod support {
    use bonded_model::Timestamp;
    use bonded_model::publishing::Provider;
    use serde_json::Value;

    use crate::testing::{issuer, with};
    use crate::{Claims, Difference, FieldErrors, Identity, IdentityError, PublisherConfig, Verified};

    pub(super) const AUDIENCE: &str = "registry.example";

    /// The provider that is tested: its issuer and the claims of a good token of it.
    pub(super) struct Given {
        pub(super) provider: Provider,
        pub(super) url: &'static str,
        pub(super) claims: fn(&str, &str, Timestamp) -> Value,
    }

    impl Given {
        pub(super) fn identity(&self, changes: Value) -> Result<Identity, IdentityError> {
            let claims = with((self.claims)(self.url, AUDIENCE, Timestamp::UNIX_EPOCH), changes);
            let claims = Claims::new(claims.as_object().cloned().unwrap());
            let verified = Verified { claims, replay_id: "1".into(), expires_at: Timestamp::UNIX_EPOCH };
            crate::identity(&issuer(self.provider, self.url), &verified).map_err(|refused| refused.why)
        }

        pub(super) fn read(&self, fields: &[(&str, &str)]) -> Result<PublisherConfig, FieldErrors> {
            let fields = fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            PublisherConfig::from_fields(self.provider, &fields)
        }

        /// Checks the good token with some claims changed; the claims that differ.
        pub(super) fn check(&self, config: &PublisherConfig, changes: Value) -> Vec<String> {
            let differences = self.differences(config, changes);
            differences.into_iter().map(|difference| difference.claim).collect()
        }

        pub(super) fn differences(&self, config: &PublisherConfig, changes: Value) -> Vec<Difference> {
            let identity = self.identity(changes).unwrap();
            config.check(&identity).err().unwrap_or_default()
        }

        /// What every provider owes: it is found by its identities, and says the same in every form.
        pub(super) fn check_config(&self, config: &PublisherConfig) {
            assert_eq!(config.lookup(), self.identity(Value::Null).unwrap().lookup);
            assert_eq!(&PublisherConfig::from_json(&config.to_json()).unwrap(), config);
            assert_eq!(&PublisherConfig::from_fields(self.provider, &config.to_fields()).unwrap(), config);
            assert_eq!(config.provider(), self.provider);
            assert!(self.read(&[]).is_err());
            for field in PublisherConfig::fields(self.provider) {
                assert!(field.hint.ends_with('.'), "{}", field.name);
            }
        }
    }
}
