//! Tokens that the operator issues.

use bonded_mail::{By, Message};
use bonded_model::audit::AuditEntry;
use bonded_model::ids::{ProjectId, TokenId};
use bonded_model::token::Token;
use bonded_model::user::User;

use crate::access::{Operate, Permit};
use crate::tokens::{Ending, IssuedToken, NewToken, created};
use crate::{Error, Registry};

impl Registry {
    /// Issues a token for `owner`, who hears of it by mail. The owner's rights at each use bound what it can do.
    ///
    /// # Errors
    /// [`Error::Field`] `name`, `verbs`, `scope` or `lifetime`.
    pub async fn issue_token(
        &self,
        permit: &Permit<Operate>,
        owner: &User,
        new: NewToken,
    ) -> Result<IssuedToken, Error> {
        let issued = self.new_token(permit.actor(), owner.id, new).await?;
        let origin = self.local_origin();
        let entry = AuditEntry::new(issued.token.created_at, permit.actor(), &origin, created(&issued.token));
        let message = Message::TokenIssued {
            user: owner.name.clone(),
            at: issued.token.created_at,
            client: None,
            token: issued.token.name.clone(),
            by: By::Operator,
        };
        // Nobody who never proved to own the address is bothered.
        let verified = owner.verified_at.map(|_| &owner.email);
        let letter = verified.map(|email| self.letter(email, &message)).transpose()?;
        self.write_token(&issued, None, entry, letter).await?;
        Ok(issued)
    }

    /// Ends a token and what it minted, at once on this server and within a second on others. Ending it again changes nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn revoke_token(&self, permit: &Permit<Operate>, id: TokenId) -> Result<(), Error> {
        let (now, actor, origin) = (self.clock.now(), permit.actor().clone(), self.local_origin());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let missing = || Error::NotFound(format!("there is no token {id}"));
                    let token = tx.token(id).await?.ok_or_else(missing)?;
                    Ending { actor: &actor, origin: &origin, now }.revoke(tx, &token).await
                })
            })
            .await
    }

    /// The name of a project, for showing a token's scope.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn project_name(&self, _permit: &Permit<Operate>, id: ProjectId) -> Result<String, Error> {
        let found = self.store.read().await?.project(id).await?;
        found.map(|project| project.name).ok_or_else(|| Error::NotFound(format!("there is no project {id}")))
    }

    /// Every token, the ended ones too.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn tokens(&self, _permit: &Permit<Operate>) -> Result<Vec<Token>, Error> {
        Ok(self.store.read().await?.tokens().await?)
    }
}
