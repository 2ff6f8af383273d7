//! Names that can be mistaken for each other.

/// Whether two normalized names differ in nothing but separators and in signs that look the same: `l`, `i` and `1`; `o`
/// and `0`.
pub(super) fn look_alike(one: &str, other: &str) -> bool {
    seen(one).eq(seen(other))
}

fn seen(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|sign| !matches!(sign, '-' | '_' | '.')).map(|sign| match sign {
        'i' | 'l' => '1',
        'o' => '0',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_look_the_same_are_the_same() {
        for other in ["foo-one", "foo-0ne", "f00one", "foo.one", "f-o-o-one"] {
            assert!(look_alike("foo-one", other), "{other}");
        }
        assert!(look_alike("pil1ow", "pillow") && look_alike("pi11ow", "pillow"));
        for other in ["foo-two", "foo-on", "foo-onee", "fooone2"] {
            assert!(!look_alike("foo-one", other), "{other}");
        }
    }
}
