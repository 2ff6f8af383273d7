//! API tokens: what a new one may be, and what people do with their own. What the operator does with the tokens of
//! all is in [`crate::admin`].

mod change;
mod end;
mod managed;
mod marks;
mod new;
mod own;
mod scope;

pub use change::{Narrower, Overlap, Rotation};
pub(crate) use end::Ending;
pub use managed::Minted;
pub use marks::{Mark, marks};
pub(crate) use new::created;
pub use new::{IssuedToken, NewToken};
pub use own::OwnToken;
pub use scope::ScopeByName;
