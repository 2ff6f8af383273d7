//! Pages that everybody sees.

mod design;
mod home;
mod problem;

pub use design::Design;
pub use home::{Channel, Home, Mine, OwnPlace, Waiting};
pub use problem::ProblemPage;
