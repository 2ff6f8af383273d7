//! Pages of administrators.

mod people;
mod policy;

pub use people::{OpenInvitation, People, Person, PersonPage};
pub use policy::{ChannelRule, Policy, Rule};
