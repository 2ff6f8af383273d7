//! The words of Bonded as types: names, ids, entities with their states, scopes, actors and audit events.
//!
//! Nothing here does I/O. Time and randomness are arguments ([`Clock`], [`Random`]), so that every rule can be
//! tested at any moment. Names are checked when they are made and cannot be made unchecked.

mod text_enum;

pub mod actor;
pub mod audit;
pub mod channel;
pub mod clock;
pub mod conda;
pub mod conda_index;
pub mod counts;
pub mod digest;
pub mod file;
pub mod group;
pub mod ids;
pub mod job;
pub mod lifecycle;
pub mod people;
pub mod project;
pub mod publishing;
pub mod python;
pub mod random;
pub mod role_invitation;
pub mod secret;
pub mod switches;
pub mod token;
pub mod trust;
pub mod user;

pub use actor::{Actor, Authority, Credential, Principal};
pub use channel::{Channel, ChannelFormat, ChannelName, Visibility};
pub use clock::{Clock, Timestamp};
pub use digest::{Digests, Sha256};
pub use lifecycle::{Lifecycle, ProjectStatus};
pub use random::Random;
pub use switches::Switches;
pub use text_enum::UnknownWord;
