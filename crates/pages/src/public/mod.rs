//! Pages that everybody sees.

mod design;
mod home;
mod problem;

pub use design::Design;
pub use home::{Channel, Home};
pub use problem::ProblemPage;
