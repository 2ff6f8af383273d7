//! Pages of administrators.

mod issuers;
mod people;
mod policy;

pub use issuers::{Choice, IssuerRow, Issuers, NewIssuer};
pub use people::{OpenInvitation, People, Person, PersonPage};
pub use policy::{ChannelRule, Policy, Rule};
