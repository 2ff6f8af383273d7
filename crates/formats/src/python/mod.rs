//! Wheels and source distributions.

mod form;
mod headers;
mod metadata;
mod sdist;
mod wheel;

use std::io::{Read, Seek};

use bonded_model::python::DistributionFilename;

pub use form::agrees_with_form;
pub use metadata::CoreMetadata;

pub use crate::Limits;
use crate::Rejection;
use crate::source::Source;

/// What a distribution says about itself.
#[derive(Clone, Debug)]
pub struct PythonDistribution {
    /// The core metadata.
    pub metadata: CoreMetadata,
    /// The file that it was read from, byte for byte: METADATA of a wheel, PKG-INFO of an sdist.
    pub raw_metadata: Vec<u8>,
}

/// Reads a distribution and checks that it is one, that it is safe to unpack and that it is what its name says.
///
/// The members of a wheel are not unpacked, except its metadata: sizes are taken from its directory, which must agree
/// with the headers of the members. An sdist is unpacked as a stream, to nowhere.
///
/// # Errors
/// A [`Rejection`] for everything that is wrong with the file.
pub fn inspect(
    file: impl Read + Seek,
    filename: &DistributionFilename,
    limits: &Limits,
) -> Result<PythonDistribution, Rejection> {
    let mut source = Source::open(file)?;
    let raw_metadata = match filename {
        DistributionFilename::Wheel(wheel) => wheel::metadata_file(&mut source, wheel, &limits.wheel)?,
        DistributionFilename::Sdist(sdist) => sdist::metadata_file(source, sdist, &limits.sdist)?,
    };
    let metadata = CoreMetadata::parse(&raw_metadata)?;
    if metadata.name != *filename.name() || metadata.version != *filename.version() {
        return Err(Rejection::Invalid(format!(
            "the metadata in the archive names {} {}, which is not what the file name {:?} says",
            metadata.name.as_given(),
            metadata.version,
            filename.as_str()
        )));
    }
    Ok(PythonDistribution { metadata, raw_metadata })
}

#[cfg(test)]
mod tests;
