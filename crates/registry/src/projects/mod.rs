//! Projects after they were published to: what their pages show, and what is done to them.
//!
//! What somebody may not see is left out where it is read: names, counts and moments of private places reach nobody who
//! renders a page for a stranger.

mod about;
mod channel;
mod find;
mod page;
mod search;
mod versions;

pub use about::About;
pub use channel::{ChannelPage, ListedProject, VisibleChannel};
pub(crate) use find::normalized;
pub use page::{FileView, May, ProjectPage, Published, ReleaseView};
pub use search::Found;
