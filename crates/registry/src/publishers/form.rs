//! What people type about a publisher, and what the provider knows besides.

use std::collections::BTreeMap;

use bonded_model::ids::IssuerId;
use bonded_model::publishing::{Issuer, Provider};
use bonded_oidc::fetch::OwnerError;
use bonded_oidc::{Field, FieldErrors, PublisherConfig};

use super::NewPublisher;
use crate::people::{Cleared, Fresh, Visit, limits};
use crate::{Error, Registry};

const OWNER: &str = "owner";
const OWNER_ID: &str = "owner_id";

/// What was typed, read.
pub enum TypedPublisher {
    /// It is a publisher.
    New(NewPublisher),
    /// What is wrong with it, field by field.
    Wrong(FieldErrors),
}

/// The fields of a form for publishers of this kind of issuer. The id of an owner may be left out where the registry can
/// look it up.
pub fn publisher_fields(provider: Provider) -> Vec<Field> {
    let looked_up = |field: &Field| match (provider, field.name) {
        (Provider::GitHub, OWNER_ID) => Field {
            required: false,
            hint: "The number that stays when names change hands. Leave it empty, and it is looked up.",
            ..*field
        },
        _ => *field,
    };
    PublisherConfig::fields(provider).iter().map(looked_up).collect()
}

impl Registry {
    /// An issuer that a new publisher can have.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that is unknown or switched off.
    pub async fn usable_issuer(&self, _cleared: &Cleared<'_>, id: IssuerId) -> Result<Issuer, Error> {
        let found = self.store.read().await?.issuer(id).await?.filter(|issuer| issuer.enabled);
        found.ok_or_else(|| Error::NotFound("there is no such issuer that is switched on".into()))
    }

    /// Reads what somebody typed who may add publishers somewhere. The id of an owner that is left empty is looked up at
    /// the provider, which may take seconds; so each try counts, before anything is looked at.
    ///
    /// # Errors
    /// [`Error::TooMany`]; as [`Registry::usable_issuer`]; [`Error::Fenced`].
    pub async fn read_publisher(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        issuer: IssuerId,
        mut typed: BTreeMap<String, String>,
    ) -> Result<TypedPublisher, Error> {
        let cleared = fresh.cleared()?;
        self.count(limits::new_publisher(fresh.user().id, &visit.origin)).await?;
        let issuer = self.usable_issuer(&cleared, issuer).await?;
        let unknown = typed.get(OWNER_ID).is_none_or(|id| id.trim().is_empty());
        if issuer.provider == Provider::GitHub && unknown {
            // Other mistakes first: nobody is asked for the owner of a form that comes again.
            if let Some(errors) = errors_besides_owner(issuer.provider, &typed) {
                return Ok(TypedPublisher::Wrong(errors));
            }
            let owner = typed.get(OWNER).map(|owner| owner.trim().to_owned()).unwrap_or_default();
            match self.look_up(&issuer, &owner).await {
                Ok(found) => typed.extend([(OWNER.into(), found.name), (OWNER_ID.into(), found.id)]),
                Err(error) => return Ok(TypedPublisher::Wrong(owner_errors(&error))),
            }
        }
        Ok(match PublisherConfig::from_fields(issuer.provider, &typed) {
            Ok(config) => TypedPublisher::New(NewPublisher { issuer: issuer.id, config }),
            Err(errors) => TypedPublisher::Wrong(errors),
        })
    }

    async fn look_up(&self, issuer: &Issuer, owner: &str) -> Result<bonded_oidc::fetch::Owner, OwnerError> {
        let fetcher = self.trusted_publishing.fetcher.as_ref().map_err(|error| {
            tracing::warn!(%error, "nobody can be asked for the id of an owner");
            OwnerError::Answer
        })?;
        fetcher.owner(issuer, owner).await.inspect_err(|error| {
            tracing::info!(%error, issuer = issuer.url, "the id of an owner was not found");
        })
    }
}

/// What is wrong but for the id of the owner.
fn errors_besides_owner(provider: Provider, typed: &BTreeMap<String, String>) -> Option<FieldErrors> {
    let mut errors = PublisherConfig::from_fields(provider, typed).err()?;
    errors.0.remove(OWNER_ID);
    (!errors.0.is_empty()).then_some(errors)
}

fn owner_errors(error: &OwnerError) -> FieldErrors {
    let field = match error {
        OwnerError::Name(_) | OwnerError::Unknown(_) => OWNER,
        OwnerError::RateLimited | OwnerError::Unreachable(_) | OwnerError::Answer => OWNER_ID,
    };
    FieldErrors(BTreeMap::from([(field, error.to_string())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_mistakes_come_before_the_owner_is_looked_up() {
        let typed = |workflow: &str| {
            let pairs = [("owner", "acme"), ("repository", "rocket"), ("workflow", workflow)];
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
        };
        assert!(errors_besides_owner(Provider::GitHub, &typed("release.yml")).is_none());
        let errors = errors_besides_owner(Provider::GitHub, &typed("a/b.yml")).unwrap_or_default();
        assert!(errors.get("workflow").is_some() && errors.get(OWNER_ID).is_none());
    }

    #[test]
    fn an_owner_that_cannot_be_looked_up_can_be_typed() {
        assert!(owner_errors(&OwnerError::RateLimited).get(OWNER_ID).is_some());
        assert!(owner_errors(&OwnerError::Unknown("acme".into())).get(OWNER).is_some());
        let field = publisher_fields(Provider::GitHub).into_iter().find(|field| field.name == OWNER_ID);
        assert!(field.is_some_and(|field| !field.required));
    }
}
