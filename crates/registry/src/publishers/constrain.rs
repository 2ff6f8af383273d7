//! Tying a publisher to the environment that it is used from.

use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::ids::PublisherId;
use bonded_model::publishing::Publisher;
use bonded_oidc::PublisherConfig;
use bonded_store::Change;

use super::manage::{check_new, of_place, siblings, tie};
use super::matching::config_of;
use crate::access::Permit;
use crate::roles::Manages;
use crate::{Error, Registry};

impl Registry {
    /// Lets a publisher match no identity from now on but those of an environment, which has to be the one that it was last
    /// used from. The tokens that it gave out before end for what they opened by it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a publisher of another place; [`Error::Invalid`] where no environment was seen;
    /// [`Error::Conflict`] where it was used from another one meanwhile; [`Error::Field`] `config` when the same is there
    /// already.
    pub async fn constrain_publisher<A: Manages>(
        &self,
        permit: &Permit<A>,
        origin: &Origin,
        id: PublisherId,
        environment: &str,
    ) -> Result<(), Error> {
        let (managed, actor, now) = (permit.action().managed(), permit.actor().clone(), self.clock.now());
        let (origin, environment) = (*origin, environment.to_owned());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                let publisher = of_place(tx, &managed, id).await?;
                let config = constrained(&publisher)
                    .ok_or_else(|| Error::Invalid("no environment of this publisher was seen".into()))?;
                if config.environment() != Some(environment.as_str()) {
                    let text = "The publisher was used from another environment meanwhile: look again.";
                    return Err(Error::Conflict(text.into()));
                }
                let (json, lookup) = (config.to_json(), config.lookup());
                let narrowed = Publisher { config: json, lookup, ..publisher };
                check_new(&siblings(tx, &narrowed.place).await?, &narrowed)?;
                tx.set_publisher_config(id, &narrowed.config, &narrowed.lookup).await?;
                // Nobody can tell which of them came from the environment.
                tx.delete_grants_of_publisher(id).await?;
                tx.announce(Change::Access);
                let identity = config.describe();
                let event = PublisherEvent::PublisherConstrained { publisher: id, identity };
                tx.audit(tie(AuditEntry::new(now, &actor, &origin, event), &narrowed)).await?;
                Ok(())
            })
        });
        write.await
    }
}

/// The configuration with the environment that was seen last; `None` where it has one, or none was seen.
pub(super) fn constrained(publisher: &Publisher) -> Option<PublisherConfig> {
    let config = config_of(publisher).filter(|config| config.environment().is_none())?;
    config.with_environment(publisher.last_source.as_ref()?.environment.as_deref()?)
}
