//! Paths inside archives. Whoever unpacks an archive on any system must stay inside the directory it chose.

use crate::Rejection;

/// The longest path, in bytes: what operating systems take.
const MAX_LENGTH: usize = 4096;

/// Checks the name of a member and gives it without the `/` that marks a directory: relative, with `/` between plain
/// components.
pub(crate) fn member(name: &[u8]) -> Result<&str, Rejection> {
    let refuse = |why: &str| {
        let shown: String = String::from_utf8_lossy(name).chars().take(128).collect();
        Err(Rejection::Invalid(format!("the archive holds {shown:?}, which {why}")))
    };
    let Ok(text) = std::str::from_utf8(name) else { return refuse("is not UTF-8") };
    match problem(text.strip_suffix('/').unwrap_or(text)) {
        None => Ok(text.strip_suffix('/').unwrap_or(text)),
        Some(why) => refuse(why),
    }
}

/// Checks that a symbolic link at `path` leads to something inside the archive's root, provided that no directory of
/// `path` is a link itself. `..` may only stand in front: behind a name it would step out of wherever that name leads,
/// which is known only on the disk.
pub(crate) fn symlink(path: &str, target: &[u8]) -> Result<(), Rejection> {
    let refuse = || Rejection::Invalid(format!("the link {path:?} leads out of the archive"));
    let target = std::str::from_utf8(target).map_err(|_| refuse())?;
    if target.is_empty() || target.starts_with('/') || has_stray(target) || has_drive(target) {
        return Err(refuse());
    }
    let depth = path.matches('/').count();
    let ups =
        target.split('/').take_while(|part| matches!(*part, ".." | ".")).filter(|part| *part == "..").count();
    let all_ups = target.split('/').filter(|part| *part == "..").count();
    if ups == all_ups && ups <= depth { Ok(()) } else { Err(refuse()) }
}

fn problem(path: &str) -> Option<&'static str> {
    if path.is_empty() || path.len() > MAX_LENGTH {
        Some("is no path")
    } else if has_stray(path) {
        Some("has a backslash or control character in its name")
    } else if path.starts_with('/') || has_drive(path) {
        Some("is an absolute path")
    } else if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some("has an empty, '.' or '..' component in its path")
    } else {
        None
    }
}

fn has_stray(text: &str) -> bool {
    text.chars().any(|c| c.is_control() || c == '\\')
}

fn has_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_relative_paths_pass() {
        assert_eq!(member(b"a"), Ok("a"));
        assert_eq!(member(b"a/b.c/..d/...e/"), Ok("a/b.c/..d/...e"));
        assert_eq!(member("ä/b:c".as_bytes()), Ok("ä/b:c"));
    }

    #[test]
    fn paths_that_leave_the_directory_are_refused_on_every_system() {
        for evil in [
            "",
            "/",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a/..",
            "./a",
            "a//b",
            "a/./b",
            "C:/x",
            "c:x",
            "a\\b",
            "..\\x",
            "\\\\host\\x",
            "a\0b",
            "a\nb",
            "a//",
            "a\u{7f}",
        ] {
            assert!(member(evil.as_bytes()).is_err(), "{evil:?}");
        }
        assert!(member(b"\xff").is_err());
        assert!(member(&[b'a'; 5000]).is_err());
    }

    #[test]
    fn links_stay_below_the_root() {
        for (path, target) in [("a/b", "c"), ("a/b", "../c"), ("lib/x.so", "./x.so.1"), ("a/b/c", "../../d/")]
        {
            assert_eq!(symlink(path, target.as_bytes()), Ok(()), "{target}");
        }
        for (path, target) in [
            ("a", "../b"),
            ("a/b", "../../etc"),
            ("a", "/etc"),
            ("a", ""),
            ("a", "c:x"),
            ("a", "x\0"),
            ("a/b", "c/../../../d"),
            ("a/b", "self/self/../../x"),
        ] {
            assert!(symlink(path, target.as_bytes()).is_err(), "{target}");
        }
    }

    proptest! {
        #[test]
        fn what_passes_stays_inside(name in "[ab./\\\\:]{0,12}") {
            if let Ok(path) = member(name.as_bytes()) {
                let walked = std::path::Path::new("/root").join(path);
                let plain = std::path::Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
                prop_assert!(walked.starts_with("/root") && plain);
            }
        }
    }
}
