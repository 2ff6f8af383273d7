use proptest::prelude::*;

use super::*;

const PATH: &str = ".github/workflows/release.yml";
const ENDS: [&str; 2] = ["refs/heads/main", "0123abc"];

fn ours(received: &str) -> bool {
    is_file_at(received, "acme/rocket", PATH, &ENDS)
}

#[test]
fn exactly_the_file_at_the_ref_or_commit() {
    assert!(ours("acme/rocket/.github/workflows/release.yml@refs/heads/main"));
    assert!(ours("acme/rocket/.github/workflows/release.yml@0123abc"));
    assert!(ours("Acme/Rocket/.github/workflows/release.yml@0123abc"));
}

#[test]
fn names_that_mislead() {
    for received in [
        "",
        "@",
        "@@",
        "acme/rocket/.github/workflows/release.yml",
        "acme/rocket/.github/workflows/release.yml@",
        "acme/rocket/.github/workflows/release.yml@@",
        "acme/rocket/.github/workflows/release.yml@@refs/heads/main",
        "acme/rocket/.github/workflows/release.yml@fake.yml@refs/heads/main",
        "acme/rocket/.github/workflows/fake.yml@release.yml@refs/heads/main",
        "acme/rocket/.github/workflows/nested.yml@evil.yml@refs/heads/main",
        "acme/rocket/.github/workflows/evil.yml@refs/heads/acme/rocket/.github/workflows/release.yml@refs/heads/main",
        "acme/rocket/.github/workflows/release.yml@refs/heads/misleading@release.yml",
        "acme/rocket/.github/workflows/release.yml@refs/heads/main@0123abc",
        "acme/rocket/.github/workflows/release.yml@refs/heads/main ",
        "acme/rocket/.github/workflows/release.yml@refs/heads/MAIN",
        "acme/rocket/.github/workflows/Release.yml@refs/heads/main",
        "acme/rocket/.github/workflows/sub/release.yml@refs/heads/main",
        "acme/rocket/.github/workflows/../workflows/release.yml@refs/heads/main",
        "acme/rocket//.github/workflows/release.yml@refs/heads/main",
        "evil/acme/rocket/.github/workflows/release.yml@refs/heads/main",
        "acme/rocket2/.github/workflows/release.yml@refs/heads/main",
        "äcme/rocket/.github/workflows/release.yml@refs/heads/main",
    ] {
        assert!(!ours(received), "{received}");
    }
}

#[test]
fn a_run_without_ref_and_commit_matches_nothing() {
    for received in [
        "acme/rocket/.github/workflows/release.yml@",
        "acme/rocket/.github/workflows/release.yml@refs/heads/main",
    ] {
        assert!(!is_file_at(received, "acme/rocket", PATH, &[]));
        assert!(!is_file_at(received, "acme/rocket", PATH, &[""]));
    }
}

#[test]
fn a_file_of_another_repository_at_whichever_ref() {
    let theirs = |received: &str| is_file_anywhere(received, "acme/shared", PATH);
    let file = |end: &str| format!("acme/shared/{PATH}@{end}");
    assert!(theirs(&file("refs/tags/v1")));
    assert!(theirs(&file(&"0a".repeat(20))));
    assert!(
        theirs(&file("refs/heads/misleading@release.yml")),
        "a branch may be called so, in the repository that is trusted"
    );
    for end in [
        "",
        "refs/",
        "main",
        "fake.yml@refs/heads/main",
        &format!("{}.yml@refs/heads/main", "0a".repeat(20)),
        "0123abc",
    ] {
        assert!(!theirs(&file(end)), "{end}");
    }
    assert!(!theirs("acme/rocket/.github/workflows/release.yml@refs/tags/v1"));
}

proptest! {
    #[test]
    fn no_text_panics(received in ".{0,80}", repository in ".{0,20}", path in ".{0,20}") {
        let _ = is_file_at(&received, &repository, &path, &ENDS);
        let _ = is_file_anywhere(&received, &repository, &path);
        let _ = is_file_in(&received, &repository, &path, &ENDS);
        let _ = path_in(&received, &repository);
    }
}
