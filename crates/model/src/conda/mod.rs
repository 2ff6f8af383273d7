//! Names of the conda world.

/// Whether the text is a subdir that conda recognises as a platform in a URL.
pub fn is_known_subdir(_text: &str) -> bool {
    false
}
