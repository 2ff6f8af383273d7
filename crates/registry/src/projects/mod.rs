//! Projects after they were published to: what their pages show, and what is done to them.
//!
//! What somebody may not see is left out where it is read: names, counts and moments of private places reach nobody who
//! renders a page for a stranger.

mod about;
mod channel;
mod credentials;
mod delete;
mod files;
mod find;
mod leave;
mod lifecycle;
mod owners;
mod page;
mod permits;
mod place;
mod reason;
mod search;
mod subdirs;
mod versions;
mod yank;

pub use about::About;
pub use channel::{ChannelPage, ListedProject, VisibleChannel};
pub use credentials::{Cut, PublishingToken, Reach};
pub use delete::Target;
pub(crate) use delete::revive;
pub(crate) use find::{find, normalized, normalized_part};
pub(crate) use leave::leave_to_publishers;
pub(crate) use owners::News;
pub use page::{FileView, May, ProjectPage, Published, ReleaseView};
pub use search::Found;
pub use yank::Yanking;
