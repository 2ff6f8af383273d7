//! Trusted publishing: identities of CI jobs (OpenID Connect) are exchanged for tokens that live 15 minutes and publish to
//! exactly the projects of the publishers that match.
//!
//! What is slow (asking an issuer for its keys, verifying a signature, comparing claims) happens before the transaction,
//! and everything that decides is looked at again inside of it.

mod burn;
mod constrain;
mod created;
mod ending;
mod error;
mod exchange;
mod form;
mod grants;
mod issuers;
mod keys;
mod letters;
mod lookalike;
mod manage;
mod matching;
mod mint;
mod pending;
mod prefix;
mod remove;
mod reserve;
mod settings;
mod view;

pub(crate) use created::{Made, end_publishers_of, project_created};
pub use error::ExchangeError;
pub use exchange::Minted;
pub use form::{TypedPublisher, publisher_fields};
pub use issuers::{IssuerChange, IssuerView, NewIssuer};
pub use manage::NewPublisher;
pub(crate) use reserve::check_reserved;
pub use settings::PublishingSettings;
pub(crate) use settings::TrustedPublishing;
pub use view::{PublisherView, PublisherWarning};

pub use bonded_oidc::known::provider_name;
pub use bonded_oidc::{FieldErrors, Kind};
