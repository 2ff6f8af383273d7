//! Names of the Python world: projects, versions and the file names of distributions.

mod filename;
mod project_name;
mod sdist_filename;
mod version;
mod wheel_filename;

pub use filename::{DistributionFilename, InvalidFilename};
pub use project_name::{InvalidProjectName, NormalizedName, NotNormalized, ProjectName};
pub use sdist_filename::SdistFilename;
pub use version::{InvalidVersion, Version};
pub use wheel_filename::WheelFilename;
