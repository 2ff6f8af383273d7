//! Any text, read as a name of each kind. What is accepted must be what was given, and must not leave a directory.
#![no_main]

use std::path::{Component, Path};

use bonded_model::conda::{ArchiveFilename, PackageName, Subdir};
use bonded_model::python::{DistributionFilename, NormalizedName, ProjectName, Version};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(filename) = text.parse::<DistributionFilename>() {
        assert_eq!(filename.as_str(), text);
        check(text);
    }
    if let Ok(filename) = text.parse::<ArchiveFilename>() {
        assert_eq!(filename.as_str(), text);
        check(text);
    }
    if let Ok(subdir) = text.parse::<Subdir>() {
        check(subdir.as_str());
    }
    if let Ok(name) = text.parse::<ProjectName>() {
        assert!(name.normalized().parse::<NormalizedName>().is_ok());
    }
    if let Ok(version) = text.parse::<Version>() {
        assert_eq!(version.to_string().parse(), Ok(version.clone()));
        assert_eq!(version.canonical().parse(), Ok(version));
    }
    let _ = text.parse::<PackageName>();
});

fn check(name: &str) {
    let mut parts = Path::new(name).components();
    assert!(matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)));
}
