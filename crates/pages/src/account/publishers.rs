//! Pending publishers: those for projects that do not exist yet.

use askama::Template;

use crate::places::{FormField, IssuerChoice, PublisherRow};
use crate::{Field, Shell, filters};

/// `/account/publishers`. The choice of an issuer asks `new` below it with `issuer`; the button posts `publisher` to
/// `remove`.
#[derive(Clone, Template)]
#[template(path = "account/publishers.html")]
pub struct PendingPublishers {
    /// What all pages share.
    pub shell: Shell,
    /// The publishers, oldest first.
    pub publishers: Vec<PublisherRow>,
    /// The issuers to choose from.
    pub issuers: Vec<IssuerChoice>,
}

/// `/account/publishers/new?issuer=`. The form posts `issuer`, `channel`, `name` and the fields to `/account/publishers`.
#[derive(Clone, Template)]
#[template(path = "account/new_publisher.html")]
pub struct NewPendingPublisher {
    /// What all pages share.
    pub shell: Shell,
    /// The issuer that was chosen.
    pub issuer: IssuerChoice,
    /// The channel.
    pub channel: Field,
    /// The name of the project.
    pub name: Field,
    /// The fields.
    pub fields: Vec<FormField>,
}
