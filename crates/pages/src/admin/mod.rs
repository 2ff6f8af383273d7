//! Pages of administrators.

mod people;
mod policy;

pub use people::{People, Person, PersonPage};
pub use policy::{ChannelRule, Policy, Rule};
