//! Who looks at a page that is there for everybody, and tells more to those who may know more.

use bonded_model::Actor;
use bonded_pages::Shell;
use bonded_registry::Error;
use bonded_registry::access::Denial;
use bonded_registry::people::Session;

use crate::App;
use crate::browser::{Refusal, Visitor};

/// Somebody who looks. Whoever is signed in but still lacks something looks like nobody does.
pub(super) struct Looker {
    session: Option<Session>,
    pub(super) actor: Actor,
}

impl Looker {
    pub(super) async fn of(app: &App, visitor: &Visitor) -> Result<Self, Refusal> {
        let session = visitor.session(app).await?;
        let actor = match &session {
            Some(session) if session.cleared().is_ok() => session.actor(),
            _ => Actor::Anonymous,
        };
        Ok(Self { session, actor })
    }

    /// Somebody who is signed in and lacks nothing.
    pub(super) fn signed_in(session: &Session) -> Self {
        Self { session: Some(session.clone()), actor: session.actor() }
    }

    /// The session of whoever is signed in and lacks nothing.
    pub(super) fn session(&self) -> Option<&Session> {
        self.session.as_ref().filter(|_| !matches!(self.actor, Actor::Anonymous))
    }

    pub(super) fn shell(&self, visitor: &Visitor) -> Shell {
        self.session.as_ref().map_or_else(|| visitor.shell(), |session| visitor.shell_for(session))
    }

    /// What becomes of an error. Where a program would be asked for a credential, a person signs in, or mends what
    /// keeps them out; it is the same whether there is something to see or not.
    pub(super) async fn refuse(&self, app: &App, visitor: &Visitor, error: Error) -> Refusal {
        match error {
            Error::Denied(Denial::Unauthenticated(_)) => match visitor.signed_in(app).await {
                Ok(_) => Refusal::from(error),
                Err(refusal) => refusal,
            },
            other => Refusal::from(other),
        }
    }
}
