//! Who may do what where: roles of people and groups, invitations, the rules of channels and projects.
//!
//! The rest of the registry knows effective roles only; what a group has, its members have. Everything here asks for a
//! permit to manage the place in question, decides once more inside the transaction, and leaves an event there.

mod accept;
mod creation;
mod groups;
mod holder;
mod invitations;
mod leave;
mod looked_after;
mod managed;
mod members;
mod names;
mod offers;
mod permits;
mod switches;
mod view;

pub(crate) use creation::names as names_of_project;
pub use groups::{GroupDetails, GroupSummary};
pub use holder::Holder;
pub use invitations::Invitee;
pub(crate) use invitations::{accept_path, withdraw_sent};
pub use leave::Leaving;
pub use managed::{Managed, Manages};
pub use names::PlaceName;
pub use offers::{OpenRoleInvitation, RoleOffer, Which};
pub use view::{ChannelPeople, ProjectPeople};
